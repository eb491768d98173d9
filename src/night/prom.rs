//! `plimsoll.prom`: how the reports of the last nights ended, for the textfile collector of Prometheus' node exporter.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::clock::Moment;
use super::exposition::{self, Family, Samples};
use crate::day::Day;
use crate::disk::write_whole;
use crate::error::{Error, Result};
use crate::evidence::Kept;
use crate::stat::Standing;

const LAST_SUCCESS: &str = "plimsoll_last_success_timestamp_seconds";
const LAST_RUN: &str = "plimsoll_last_run_timestamp_seconds";
const EXIT_CODE: &str = "plimsoll_exit_code";
const AS_OF: &str = "plimsoll_as_of_timestamp_seconds";
const SECONDS: &str = "plimsoll_run_seconds";
const STAGE_SECONDS: &str = "plimsoll_stage_seconds";
const ROWS: &str = "plimsoll_rows";
const PEAK: &str = "plimsoll_peak_memory_bytes";
const TRAINED: &str = "plimsoll_steps_trained";
const REMEMBERED: &str = "plimsoll_steps_remembered";
const LIMITS: &str = "plimsoll_limits";
const BREACHED: &str = "plimsoll_limits_breached";
const NOT_JUDGED: &str = "plimsoll_limits_not_judged";
const METRIC: &str = "plimsoll_limited_metric";
const MIN: &str = "plimsoll_limit_min";
const MAX: &str = "plimsoll_limit_max";
const IS_BREACHED: &str = "plimsoll_limit_breached";

/// Every family, in the order of the file.
const FAMILIES: [Family; 17] = [
    (LAST_SUCCESS, "When a run of the report last ended with a report, Unix time; a run that found it unchanged counts."),
    (LAST_RUN, "When a run of the report last ended, well or not, Unix time."),
    (EXIT_CODE, "Exit code of the last run of the report."),
    (AS_OF, "Midnight (UTC) of the day as of which the last report was made, Unix time."),
    (SECONDS, "Wall-clock seconds of the run that made the last report."),
    (STAGE_SECONDS, "Wall-clock seconds of its stages."),
    (ROWS, "Rows of its feature view."),
    (PEAK, "Largest resident memory of the process until its end."),
    (TRAINED, "Window x model steps that it trained."),
    (REMEMBERED, "Window x model steps that it remembered."),
    (LIMITS, "Limits that are set."),
    (BREACHED, "Limits that are breached."),
    (NOT_JUDGED, "Limits that could not be judged."),
    (METRIC, "Value of a metric that carries a limit; absent where it is undefined."),
    (MIN, "Least value that keeps its limit."),
    (MAX, "Largest value that keeps its limit."),
    (IS_BREACHED, "1 where its limit is breached, 0 where it is kept; absent where it could not be judged."),
];

/// The file, which several commands may write one after the other: each takes the place of what it says of its own reports.
#[derive(Debug, Clone)]
pub struct MetricsFile {
    path: PathBuf,
}

impl MetricsFile {
    /// The file at `path`, which need not be there yet.
    ///
    /// Errors where its folder is missing, or where it holds what Plimsoll did not write.
    pub fn at(path: &Path) -> Result<Self> {
        let file = Self { path: path.to_owned() };
        if !file.folder().is_dir() {
            return Err(
                Error::machine(path.display(), "the folder of the metrics does not exist").hint("make it, or name a file elsewhere (--metrics)")
            );
        }
        file.read().map(|_| file)
    }

    /// Notes a report that was made, and the exit code.
    pub fn made(&self, report: &str, kept: &Kept, exit_code: u8) -> Result<()> {
        self.succeeded(report, kept, Moment::ended(&kept.manifest.machine).unwrap_or_else(Moment::now), exit_code)
    }

    /// Notes a report that was there already, and the exit code.
    pub fn unchanged(&self, report: &str, kept: &Kept, exit_code: u8) -> Result<()> {
        self.succeeded(report, kept, Moment::now(), exit_code)
    }

    fn succeeded(&self, report: &str, kept: &Kept, at: Moment, exit_code: u8) -> Result<()> {
        let mut samples = samples(kept);
        put(&mut samples, LAST_SUCCESS, at.unix_seconds());
        put(&mut samples, LAST_RUN, Moment::now().unix_seconds());
        put(&mut samples, EXIT_CODE, f64::from(exit_code));
        self.write(|reports| drop(reports.insert(report.to_owned(), samples)))
    }

    /// Notes a report that was not made: what is told of the one before stays.
    pub fn failed(&self, report: &str, exit_code: u8) -> Result<()> {
        self.write(|reports| {
            let samples = reports.entry(report.to_owned()).or_default();
            put(samples, LAST_RUN, Moment::now().unix_seconds());
            put(samples, EXIT_CODE, f64::from(exit_code));
        })
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn read(&self) -> Result<BTreeMap<String, Samples>> {
        match fs::read_to_string(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(cause) => Err(Error::machine(self.path.display(), format!("cannot be read: {cause}"))),
            Ok(text) => exposition::read(&self.path.display().to_string(), &FAMILIES, &text),
        }
    }

    /// Reads, changes and replaces the file, one process at a time.
    fn write(&self, change: impl FnOnce(&mut BTreeMap<String, Samples>)) -> Result<()> {
        let refuse = |cause: std::io::Error| Error::machine(self.folder().display(), format!("cannot be locked: {cause}"));
        // On the folder, which outlives the file that is replaced.
        let folder = File::open(self.folder()).map_err(refuse)?;
        folder.lock().map_err(refuse)?;
        let mut reports = self.read()?;
        change(&mut reports);
        write_whole(&self.path, exposition::text(&FAMILIES, &reports).as_bytes())
    }
}

fn put(samples: &mut Samples, name: &str, value: f64) {
    put_of(samples, name, &[], value);
}

fn put_of(samples: &mut Samples, name: &str, labels: &[(&str, &str)], value: f64) {
    let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
    samples.insert((name.to_owned(), labels), value);
}

/// What a run folder tells.
fn samples(kept: &Kept) -> Samples {
    let (machine, ended) = (&kept.manifest.machine, &kept.ended);
    let mut samples = Samples::new();
    if let Ok(day) = kept.manifest.as_of.parse::<Day>() {
        put(&mut samples, AS_OF, f64::from(day.0) * 86_400.0);
    }
    put(&mut samples, SECONDS, machine.seconds_total);
    for (stage, seconds) in &machine.seconds {
        put_of(&mut samples, STAGE_SECONDS, &[("stage", stage)], *seconds);
    }
    if let Some(Some(rows)) = kept.metrics.get("data.rows") {
        put(&mut samples, ROWS, *rows);
    }
    if let Some(bytes) = machine.peak_memory_bytes {
        put(&mut samples, PEAK, bytes as f64);
    }
    put(&mut samples, TRAINED, machine.n_trained as f64);
    put(&mut samples, REMEMBERED, machine.n_known as f64);
    put(&mut samples, LIMITS, ended.n_limits as f64);
    put(&mut samples, BREACHED, ended.n_breached as f64);
    put(&mut samples, NOT_JUDGED, ended.n_not_judged as f64);
    for limit in &kept.limits {
        let metric = [("metric", limit.metric.as_str())];
        if let Some(Some(value)) = kept.metrics.get(&limit.metric) {
            put_of(&mut samples, METRIC, &metric, *value);
        }
        // Two limits on one metric are one: the tighter bound, and the worse standing.
        let key = |name: &str| (name.to_owned(), vec![("metric".to_owned(), limit.metric.clone())]);
        let known = |samples: &Samples, name: &str| samples.get(&key(name)).copied();
        if let Some(min) = limit.min {
            let tighter = known(&samples, MIN).map_or(min, |before| before.max(min));
            put_of(&mut samples, MIN, &metric, tighter);
        }
        if let Some(max) = limit.max {
            let tighter = known(&samples, MAX).map_or(max, |before| before.min(max));
            put_of(&mut samples, MAX, &metric, tighter);
        }
        match limit.standing {
            Standing::Breached => put_of(&mut samples, IS_BREACHED, &metric, 1.0),
            Standing::Kept if known(&samples, IS_BREACHED).is_none() => put_of(&mut samples, IS_BREACHED, &metric, 0.0),
            Standing::Kept | Standing::NotJudged => {}
        }
    }
    samples
}
