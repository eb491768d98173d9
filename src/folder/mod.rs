//! Run folders: written under another name, exchanged when complete, one run of a report at a time.

mod keep;
mod lock;
mod made;
mod neighbour;
mod prune;
mod publish;
mod recover;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use keep::Keep;
pub use lock::Locked;
pub use made::remove_empty;
pub use neighbour::Neighbour;
pub use prune::{Fate, Judged, judge};
pub use publish::Published;

use crate::day::Day;
use crate::disk::unwritable;
use crate::error::{Error, Result};
use crate::evidence::{self, Kept};
use crate::manifest::{MANIFEST, Manifest, SCHEMA};
use made::WORK;

/// The folder in a run folder of the forecasts, in files that are one table.
pub const PREDICTIONS: &str = "predictions";

/// The folder of a report's runs, locked for one run; it goes with the lock where the run leaves nothing in it.
#[derive(Debug)]
pub struct ReportFolder {
    lock: Locked,
    /// What was put in order after a run that was killed, in words.
    pub mended: Vec<String>,
}

impl ReportFolder {
    /// Makes and locks `reports/<name>`; what a killed run left is put in order: a report that it took away is restored, a half one removed.
    ///
    /// Errors when another run of the same report is under way, the folder cannot be written, or it holds the runs of another spec.
    pub fn lock(reports: &Path, name: &str) -> Result<Self> {
        let lock = Locked::make(&reports.join(name))?;
        let mended = recover::recover(lock.path())?;
        Ok(Self { lock, mended })
    }

    /// Refuses a spec where the latest run here is of another one that is still there: two reports of one name would be taken for one history.
    pub fn admit(&self, root: &Path, spec_file: &str) -> Result<()> {
        let latest = self.runs()?.pop().map(|(_, run)| Manifest::read(&run)).transpose()?;
        match latest.map(|manifest| manifest.spec_file) {
            Some(other) if other != spec_file && root.join(&other).is_file() => {
                Err(Error::spec(spec_file, format!("has the name of {other}, whose runs stand in {}", self.lock.path().display()))
                    .hint("rename one of the two files, or give them different folders (--out)"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Where finished windows are remembered.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        work(self.lock.path())
    }

    /// The run folder of a day.
    #[must_use]
    pub fn run(&self, as_of: Day) -> PathBuf {
        self.lock.path().join(as_of.to_string())
    }

    /// [`previous`] of this folder.
    pub fn previous(&self, as_of: Day) -> Result<Option<Kept>> {
        previous(self.lock.path(), as_of)
    }

    /// Folders of runs by their day, oldest first; only those that hold a manifest.
    fn runs(&self) -> Result<Vec<(Day, PathBuf)>> {
        runs(self.lock.path())
    }
}

/// Where finished windows are remembered, below the folder of a report.
#[must_use]
pub fn work(report: &Path) -> PathBuf {
    report.join(WORK)
}

/// The latest run before `as_of` in the folder of a report, checked; `None` where there is none, or where it was made by a program that
/// attested nothing.
///
/// Errors where it cannot be read, or is not what its run wrote: nothing is compared with numbers that were edited, and no run is taken
/// for the first where another stands before it.
pub fn previous(report: &Path, as_of: Day) -> Result<Option<Kept>> {
    for (_, run) in runs(report)?.into_iter().rev().filter(|(day, _)| *day < as_of) {
        if Manifest::read(&run)?.schema == SCHEMA {
            let kept = Kept::read(&run)?;
            if let [first, ..] = &evidence::edited(&run, &kept.manifest)[..] {
                return Err(Error::machine(run.display(), format!("is not compared with: {first}"))
                    .hint("restore the run folder, or move it away and run again"));
            }
            return Ok(Some(kept));
        }
    }
    Ok(None)
}

/// The day of the latest run in the folder of a report.
pub fn newest(report: &Path) -> Result<Option<Day>> {
    Ok(runs(report)?.pop().map(|(day, _)| day))
}

/// Whether the folder of a report holds runs.
pub fn has_runs(report: &Path) -> Result<bool> {
    runs(report).map(|runs| !runs.is_empty())
}

/// Folders of runs by their day, oldest first; only those that hold a manifest.
fn runs(report: &Path) -> Result<Vec<(Day, PathBuf)>> {
    match dated(report) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        found => found.map_err(|cause| Error::machine(report.display(), format!("cannot be listed: {cause}"))),
    }
}

/// Folders below `path` that are named by a day and hold a manifest.
fn dated(path: &Path) -> std::io::Result<Vec<(Day, PathBuf)>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Some(day) = entry.file_name().to_str().and_then(|name| name.parse::<Day>().ok()) else { continue };
        // What stands in the place of a run that is no folder is told by the run of that day.
        if entry.file_type()?.is_dir() && entry.path().join(MANIFEST).try_exists()? {
            runs.push((day, entry.path()));
        }
    }
    runs.sort();
    Ok(runs)
}
