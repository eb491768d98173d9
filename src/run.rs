//! The run: the stages in their order. Read this first.

mod backfill;
mod clock;
mod days;
mod opened;
mod plan;
mod reading;

use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::error::{Error, Result};
use crate::evidence::{self, Kept, Link, SUMMARY};
use crate::feature::{Built, Cuts};
use crate::folder::{Neighbour, ReportFolder};
use crate::manifest::{Ended, Inputs, Manifest, Program, SCHEMA, hashes};
use crate::report::{self, Material, Previous, Templates};
use crate::source::Tables;
use crate::spec::Spec;
use crate::stat::Standing;
use crate::walk::{Step, Store};
use crate::{book, feature, sidecar, source, stat, walk, window};

pub use backfill::{Backfill, Due, Wanted, What, due};
use clock::Clock;
pub use days::{Days, Series};
pub use opened::Opened;
pub use plan::{Planned, Steps, plan};

/// Told how a run is getting on.
pub trait Progress: Sync {
    /// It is known what is read: what `inputs` names, hashed, and `tables` of it. An error ends the run.
    fn begins(&self, _inputs: &Inputs, _tables: &Tables) -> Result<()> {
        Ok(())
    }
    /// A stage begins.
    fn stage(&self, stage: &'static str);
    /// The walk has this many windows x models.
    fn planned(&self, n_steps: usize);
    /// One of them is done.
    fn step(&self, step: &Step);
}

/// A run that ended well.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The run folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// How it ended.
    pub ended: Ended,
    /// The digest of the whole run: SHA-256 of its manifest.
    pub run_sha256: String,
    /// True when the folder was already there, whole, made from the same inputs by the same program.
    pub was_unchanged: bool,
    /// What was put in order on the way, in words.
    pub told: Vec<String>,
}

/// What one pass through the stages made.
#[derive(Debug)]
pub struct Made {
    /// Files of the run folder but its manifest and attestation: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The manifest.
    pub manifest: Manifest,
    /// The run before.
    pub before: Option<Link>,
}

impl Made {
    /// The attestation of the run.
    pub fn attestation(&self) -> Result<Vec<u8>> {
        let summary = self.files.iter().find(|(name, _)| name == SUMMARY).map_or(&[][..], |(_, bytes)| bytes);
        evidence::attestation(&self.manifest, summary, self.before.clone())
    }
}

/// Runs a report into `reports/<name>/<as-of>/`; does nothing where that folder already holds this very run.
pub fn run(root: &Path, reports: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Ran> {
    let folder = lock(root, reports, spec)?;
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let opened = Opened::open(root, spec)?;
    let mut ran = opened.run(&folder, &opened.tables, &|tables, cuts| feature::build(root, spec, tables, cuts), clock)?;
    ran.told.splice(0..0, folder.mended.clone());
    Ok(ran)
}

/// Makes a run again from scratch, remembering nothing and writing nothing, to compare it with the one in `folder`.
///
/// Errors where the run that its *What changed* compares with is not there or not as it was written.
pub fn again(root: &Path, folder: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Made> {
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let opened = Opened::open(root, spec)?;
    let before = Manifest::read(folder)?.inputs.previous.map(|(run, _)| folder.with_file_name(run));
    if let Some(gone) = before.as_ref().filter(|run| !run.is_dir()) {
        return Err(Error::machine(gone.display(), "is gone, the run that this one was compared with: *What changed* cannot be made again")
            .hint("restore that run folder beside this one"));
    }
    let previous = before.map(|run| Kept::read(&run)).transpose()?;
    let Opened { tables, templates, reading, .. } = &opened;
    let as_of = tables.as_of()?;
    let inputs = reading.inputs(as_of, previous.as_ref());
    let build = |tables: &Tables| feature::build(root, spec, tables, &Cuts::forgetful());
    let store = Store::forgetful();
    let made = Job { spec, tables, templates, as_of, inputs, previous, store: &store, build: &build, neighbours: &[] }.make(clock)?;
    reading.still_stands()?;
    Ok(made)
}

/// The folder of a report's runs, locked for those of `spec`.
fn lock(root: &Path, reports: &Path, spec: &Spec) -> Result<ReportFolder> {
    let folder = ReportFolder::lock(reports, &spec.name)?;
    folder.admit(root, &spec.file.display().to_string())?;
    Ok(folder)
}

struct Job<'a> {
    spec: &'a Spec,
    tables: &'a Tables,
    templates: &'a Templates,
    as_of: Day,
    inputs: Inputs,
    previous: Option<Kept>,
    store: &'a Store,
    /// The feature stage: built anew, or cut from a longer span.
    build: &'a dyn Fn(&Tables) -> Result<Built>,
    /// Runs from which files may be taken that come out the same.
    neighbours: &'a [Neighbour],
}

impl Job<'_> {
    /// spec -> source -> feature -> window -> model/walk -> book -> stat -> report.
    fn make(self, mut clock: Clock<'_>) -> Result<Made> {
        let Self { spec, tables, templates, as_of, inputs, previous, store, build, neighbours } = self;
        let before = previous.as_ref().map(Kept::link);
        let previous = previous.map(Previous::of);
        let file = spec.file.display().to_string();
        let profiles = source::profile(tables)?;
        clock.stage("feature");
        let built = build(tables)?;
        stat::check_limits(spec, &built.data)?;
        clock.stage("window");
        let windows = window::plan(&spec.window, &built.data).map_err(|error| error.within(&file))?;
        if let Some(book) = &spec.book {
            book::admit(book, &spec.risk, &built.data, &window::tested(&windows, &built.data)).map_err(|error| error.within(&file))?;
        }
        clock.stage("walk");
        clock.progress.planned(windows.len() * spec.models.len());
        let walked = walk::forward(spec, &built.data, &windows, store, &|step| clock.progress.step(&step)).map_err(|error| error.within(&file))?;
        clock.stage("book");
        let predictions = &walked.predictions;
        let book = spec
            .book
            .as_ref()
            .map(|book| book::trade(book, &spec.risk, &built.data, predictions))
            .transpose()
            .map_err(|error| error.within(&file))?;
        clock.stage("stat");
        let facts = stat::Facts { spec, data: &built.data, windows: &windows, predictions, book: book.as_ref() };
        let summary = stat::summarize(&facts);
        clock.stage("report");
        let material = Material { facts, summary: &summary, profiles: &profiles, built: &built, as_of, inputs: &inputs, previous: previous.as_ref() };
        let page = report::compose(&material);
        let mut files = vec![
            ("report.html".to_owned(), report::html(templates, spec.kind, &page)?.into_bytes()),
            (SUMMARY.to_owned(), report::summary_json(&material, &page)),
        ];
        files.extend(sidecar::predictions(&built.data, predictions, neighbours)?);
        files.extend(report::model_cards(spec, &windows, predictions));
        if let Some(book) = &book {
            files.push(("book.parquet".to_owned(), sidecar::book(&built.data, book)?));
            files.extend(sidecar::book_returns(book).transpose()?.map(|bytes| ("book_returns.parquet".to_owned(), bytes)));
        }
        let ended = Ended {
            headline: page.head.verdict.headline.clone(),
            colour: summary.colour(),
            n_breached: summary.n_limits(Standing::Breached),
            n_not_judged: summary.n_limits(Standing::NotJudged),
            n_limits: spec.limits.len(),
        };
        let machine = clock.stop(walked.n_trained, walked.n_known);
        let manifest = Manifest {
            schema: SCHEMA,
            name: spec.name.clone(),
            title: spec.title.clone(),
            as_of: as_of.to_string(),
            spec_file: file,
            seed: spec.seed,
            inputs_sha256: inputs.sha256(),
            inputs,
            program: Program::this(),
            machine,
            ended,
            outputs: hashes(&files),
        };
        Ok(Made { files, manifest, before })
    }
}
