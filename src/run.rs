//! The run: the stages in their order. Read this first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::digest::{sha256, sha256_file};
use crate::error::{Error, Result};
use crate::folder::ReportFolder;
use crate::manifest::{Ended, Inputs, MANIFEST, Machine, Manifest, Program, VERSION, hashes, peak_memory_bytes};
use crate::report::{self, Material, Previous, Templates};
use crate::source::Tables;
use crate::spec::{ModelKind, Spec};
use crate::stat::Standing;
use crate::walk::{Step, Store};
use crate::{book, feature, sidecar, source, stat, walk, window};

/// Told how a run is getting on.
pub trait Progress: Sync {
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
    /// True when the folder was already there, whole, made from the same inputs by the same program.
    pub was_unchanged: bool,
}

/// What one pass through the stages made.
#[derive(Debug)]
pub struct Made {
    /// Files of the run folder but its manifest: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The manifest.
    pub manifest: Manifest,
}

/// Runs a report into `reports/<name>/<as-of>/`; does nothing where that folder already holds this very run.
pub fn run(root: &Path, reports: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Ran> {
    let folder = ReportFolder::lock(reports, &spec.name)?;
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let templates = Templates::load(root)?;
    let tables = source::open(root, spec)?;
    let as_of = tables.as_of()?;
    let inputs = inputs(root, spec, &tables, &templates, folder.previous(as_of).as_deref())?;
    let place = folder.run(as_of);
    if let Some(manifest) = unchanged(&place, &inputs) {
        return Ok(Ran { folder: place, manifest, was_unchanged: true });
    }
    let store = Store::open(&folder.work());
    let previous = folder.previous(as_of).map(|run| Previous::read(&run)).transpose()?;
    let job = Job { root, spec, tables, templates, as_of, inputs, previous, store: &store };
    let made = job.make(clock)?;
    let place = folder.publish(as_of, &made.files, &made.manifest)?;
    store.forget_unused()?;
    Ok(Ran { folder: place, manifest: made.manifest, was_unchanged: false })
}

/// Makes a run again from scratch, remembering nothing and writing nothing, to compare it with the one in `folder`.
pub fn again(root: &Path, folder: &Path, spec: &Spec, progress: &dyn Progress) -> Result<Made> {
    let mut clock = Clock::start(progress);
    clock.stage("source");
    let templates = Templates::load(root)?;
    let tables = source::open(root, spec)?;
    let as_of = tables.as_of()?;
    let before = Manifest::read(folder)?.inputs.previous.map(|(run, _)| folder.with_file_name(run)).filter(|run| run.join(MANIFEST).exists());
    let inputs = inputs(root, spec, &tables, &templates, before.as_deref())?;
    let previous = before.map(|run| Previous::read(&run)).transpose()?;
    Job { root, spec, tables, templates, as_of, inputs, previous, store: &Store::forgetful() }.make(clock)
}

struct Job<'a> {
    root: &'a Path,
    spec: &'a Spec,
    tables: Tables,
    templates: Templates,
    as_of: Day,
    inputs: Inputs,
    previous: Option<Previous>,
    store: &'a Store,
}

impl Job<'_> {
    /// spec -> source -> feature -> window -> model/walk -> book -> stat -> report.
    fn make(self, mut clock: Clock<'_>) -> Result<Made> {
        let Self { root, spec, tables, templates, as_of, inputs, previous, store } = self;
        let file = spec.file.display().to_string();
        let profiles = source::profile(&tables)?;
        clock.stage("feature");
        let built = feature::build(root, spec, &tables)?;
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
            ("summary.json".to_owned(), report::summary_json(&material, &page)),
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
            schema: 1,
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
        Ok(Made { files, manifest })
    }
}

/// Everything that determines the run's bytes.
fn inputs(root: &Path, spec: &Spec, tables: &Tables, templates: &Templates, previous: Option<&Path>) -> Result<Inputs> {
    let mut files = BTreeMap::from([(spec.file.display().to_string(), sha256(spec.text.as_bytes()))]);
    files.extend(feature::views(root, spec)?.into_iter().map(|(path, text)| (path, sha256(text.as_bytes()))));
    files.extend(templates.sources().iter().map(|(name, text)| (format!("templates/{name}"), sha256(text.as_bytes()))));
    files.extend(spec.models.iter().filter_map(|model| match &model.kind {
        ModelKind::Import(params) => Some((params.path.clone(), params.sha256.clone())),
        _ => None,
    }));
    files.extend(tables.iter().flat_map(|(_, files, _)| files).map(|file| (file.path.clone(), file.sha256.clone())));
    let previous = match previous {
        None => None,
        Some(run) => {
            let summary = run.join("summary.json");
            let hash = sha256_file(&summary).map_err(|cause| Error::machine(summary.display(), format!("cannot be read: {cause}")))?;
            Some((run.file_name().unwrap_or_default().to_string_lossy().into_owned(), hash))
        }
    };
    Ok(Inputs { version: VERSION.to_owned(), as_of: tables.as_of()?.to_string(), files, previous })
}

/// The manifest of a folder that was made whole from these inputs by this very program.
fn unchanged(folder: &Path, inputs: &Inputs) -> Option<Manifest> {
    let manifest = Manifest::read(folder).ok()?;
    (manifest.inputs == *inputs && manifest.program == Program::this() && manifest.tampered(folder).is_empty()).then_some(manifest)
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
        let started = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
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
            seconds: self.seconds,
            seconds_total: self.begun.elapsed().as_secs_f64(),
            peak_memory_bytes: peak_memory_bytes(),
            n_trained,
            n_known,
        }
    }
}
