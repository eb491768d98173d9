//! The run: the stages in their order. Read this first.

mod plan;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::{self, Kept, Link, SUMMARY};
use crate::folder::ReportFolder;
use crate::manifest::{Ended, Inputs, Machine, Manifest, Program, SCHEMA, hashes, peak_memory_bytes};
use crate::report::{self, Material, Previous, Templates};
use crate::source::Tables;
use crate::spec::Spec;
use crate::stat::Standing;
use crate::walk::{Step, Store};
use crate::{book, feature, leftover, sidecar, source, stat, walk, window};

pub use plan::{Planned, Steps, plan};
use reading::Reading;

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
    let folder = ReportFolder::lock(reports, &spec.name)?;
    folder.admit(root, &spec.file.display().to_string())?;
    let mut told = folder.mended.clone();
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let templates = Templates::load(root)?;
    let tables = source::open(root, spec)?;
    let as_of = tables.as_of()?;
    let reading = Reading::of(root, spec, &tables, &templates)?;
    let previous = folder.previous(as_of)?;
    let inputs = reading.inputs(as_of, previous.as_ref());
    progress.begins(&inputs, &tables)?;
    let place = folder.run(as_of);
    if place.exists() && !place.is_dir() {
        return Err(Error::machine(place.display(), "is a file where the folder of the run must stand").hint("move it away"));
    }
    if let Some(Kept { manifest, ended, run_sha256, .. }) = unchanged(&place, &inputs) {
        return Ok(Ran { folder: place, manifest, ended, run_sha256, was_unchanged: true, told });
    }
    let store = Store::open(&folder.work());
    let cuts = feature::Cuts::open(&folder.work());
    let made = Job { root, spec, tables, templates, as_of, inputs, previous, store: &store, cuts: &cuts }.make(clock)?;
    reading.still_stands()?;
    let mut whole = leftover::publishing();
    let published = folder.publish(as_of, &made.files, &made.manifest, &made.attestation()?)?;
    whole.reports.insert(spec.name.clone());
    // Housekeeping: what it could not remove goes another night.
    told.extend(store.forget_unused().err().map(|error| format!("{}: {}; the report stands", error.fault().place, error.fault().problem)));
    told.extend(
        published
            .kept_aside
            .map(|aside| format!("{}: kept aside, the run before held files that no run wrote, or that were edited since", aside.display())),
    );
    let manifest = made.manifest;
    let (ended, run_sha256) = (manifest.ended.clone(), sha256(&manifest.json()));
    Ok(Ran { folder: published.place, manifest, ended, run_sha256, was_unchanged: false, told })
}

/// Makes a run again from scratch, remembering nothing and writing nothing, to compare it with the one in `folder`.
///
/// Errors where the run that its *What changed* compares with is not there or not as it was written.
pub fn again(root: &Path, folder: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Made> {
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let templates = Templates::load(root)?;
    let tables = source::open(root, spec)?;
    let as_of = tables.as_of()?;
    let before = Manifest::read(folder)?.inputs.previous.map(|(run, _)| folder.with_file_name(run));
    if let Some(gone) = before.as_ref().filter(|run| !run.is_dir()) {
        return Err(Error::machine(gone.display(), "is gone, the run that this one was compared with: *What changed* cannot be made again")
            .hint("restore that run folder beside this one"));
    }
    let previous = before.map(|run| Kept::read(&run)).transpose()?;
    let reading = Reading::of(root, spec, &tables, &templates)?;
    let inputs = reading.inputs(as_of, previous.as_ref());
    let made =
        Job { root, spec, tables, templates, as_of, inputs, previous, store: &Store::forgetful(), cuts: &feature::Cuts::forgetful() }.make(clock)?;
    reading.still_stands()?;
    Ok(made)
}

struct Job<'a> {
    root: &'a Path,
    spec: &'a Spec,
    tables: Tables,
    templates: Templates,
    as_of: Day,
    inputs: Inputs,
    previous: Option<Kept>,
    store: &'a Store,
    cuts: &'a feature::Cuts,
}

impl Job<'_> {
    /// spec -> source -> feature -> window -> model/walk -> book -> stat -> report.
    fn make(self, mut clock: Clock<'_>) -> Result<Made> {
        let Self { root, spec, tables, templates, as_of, inputs, previous, store, cuts } = self;
        let before = previous.as_ref().map(Kept::link);
        let previous = previous.map(Previous::of);
        let file = spec.file.display().to_string();
        let profiles = source::profile(&tables)?;
        clock.stage("feature");
        let built = feature::build(root, spec, &tables, cuts)?;
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
            ("report.html".to_owned(), report::html(&templates, spec.kind, &page)?.into_bytes()),
            (SUMMARY.to_owned(), report::summary_json(&material, &page)),
            ("predictions.parquet".to_owned(), sidecar::predictions(&built.data, predictions)?),
        ];
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

/// The run in a folder that was made whole from these inputs by this very program.
fn unchanged(folder: &Path, inputs: &Inputs) -> Option<Kept> {
    let kept = Kept::read(folder).ok()?;
    let is_this = kept.manifest.inputs == *inputs && kept.manifest.program == Program::this();
    (is_this && evidence::edited(folder, &kept.manifest).is_empty()).then_some(kept)
}

/// Stage times for the manifest.
struct Clock<'a> {
    progress: &'a dyn Progress,
    started: String,
    begun: std::time::Instant,
    stage: Option<(&'static str, std::time::Instant)>,
    seconds: BTreeMap<String, f64>,
}

#[expect(clippy::disallowed_methods, reason = "the clock of the manifest, and of nothing else")]
impl<'a> Clock<'a> {
    fn start(progress: &'a dyn Progress) -> Self {
        let started = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { progress, started, begun: std::time::Instant::now(), stage: None, seconds: BTreeMap::new() }
    }

    fn stage(&mut self, name: &'static str) {
        self.close();
        self.progress.stage(name);
        self.stage = Some((name, std::time::Instant::now()));
    }

    fn close(&mut self) {
        if let Some((name, begun)) = self.stage.take() {
            *self.seconds.entry(name.to_owned()).or_default() += begun.elapsed().as_secs_f64();
        }
    }

    fn stop(mut self, n_trained: usize, n_known: usize) -> Machine {
        self.close();
        Machine {
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            threads: rayon::current_num_threads(),
            started: self.started,
            seconds: self.seconds.into_iter().map(|(stage, seconds)| (stage, to_milliseconds(seconds))).collect(),
            seconds_total: to_milliseconds(self.begun.elapsed().as_secs_f64()),
            peak_memory_bytes: peak_memory_bytes(),
            n_trained,
            n_known,
        }
    }
}

/// Three decimals come back from JSON as they were; the last digit of sixteen may not, and a manifest must read as it was written.
fn to_milliseconds(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}
