//! Prune: which runs of a report may go, and their going. A run goes whole or not at all, and takes nothing with it that it did not write.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{Keep, ReportFolder, runs};
use crate::day::Day;
use crate::digest::sha256_file;
use crate::disk::sync_parent;
use crate::error::{Error, Result};
use crate::evidence::{ATTESTATION, Kept, SIGNATURES, files};
use crate::leftover;
use crate::manifest::{MANIFEST, Manifest};

/// Begins the name of a run folder that is being deleted; the day follows.
pub(super) const GONE: &str = ".gone-";

/// What becomes of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It stays, and why.
    Kept(String),
    /// It goes, and that frees so many bytes: those of files that no run which stays has too.
    Goes(u64),
}

/// A run and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its day.
    pub as_of: Day,
    /// Its folder.
    pub folder: PathBuf,
    /// What becomes of it.
    pub fate: Fate,
}

/// A file by its device and number.
type Inode = (u64, u64);

/// What becomes of each run in the folder of a report, oldest first.
///
/// Kept are, in this order: what `keep` keeps; signed runs, and those that hold what they did not write, or not any more; runs with which one of
/// these was compared, for without them `verify` cannot make its *What changed* again.
pub fn judge(report: &Path, keep: &Keep) -> Result<Vec<Judged>> {
    let runs = runs(report)?;
    let days: Vec<Day> = runs.iter().map(|(day, _)| *day).collect();
    let mut kept = keep.reasons(&days);
    let mut hashes = BTreeMap::new();
    for ((_, folder), kept) in runs.iter().zip(&mut kept).filter(|(_, kept)| kept.is_none()) {
        *kept = more_than_written(folder, &mut hashes)?;
    }
    let compared: Vec<Option<Day>> = runs.iter().map(|(_, folder)| compared_with(folder)).collect();
    let owed: Vec<(Day, Day)> =
        compared.iter().zip(&days).zip(&kept).filter_map(|((with, day), kept)| kept.as_ref().and(*with).map(|with| (with, *day))).collect();
    for (day, kept) in days.iter().zip(&mut kept).filter(|(_, kept)| kept.is_none()) {
        *kept = owed.iter().find(|(with, _)| with == day).map(|(_, of)| format!("the run of {of} is compared with it"));
    }
    let goes = |day: Day| days.iter().zip(&kept).any(|(other, kept)| *other == day && kept.is_none());
    let mut freed = Freed::default();
    let mut judged = Vec::new();
    for (((as_of, folder), kept), with) in runs.into_iter().zip(&kept).zip(compared) {
        let fate = match (kept, with.filter(|with| goes(*with))) {
            (Some(reason), None) => Fate::Kept(reason.clone()),
            (Some(reason), Some(with)) => Fate::Kept(format!("{reason}; it cannot be verified any more itself, the run of {with} goes")),
            (None, _) => Fate::Goes(freed.by(&folder)?),
        };
        judged.push(Judged { as_of, folder, fate });
    }
    Ok(judged)
}

impl ReportFolder {
    /// Deletes a run: it is away in one step, and then removed. What a kill leaves of it goes at the next start.
    pub fn delete(&self, run: &Judged) -> Result<()> {
        let gone = self.lock.path().join(format!("{GONE}{}", run.as_of));
        let refuse = |cause: io::Error| {
            Error::machine(run.folder.display(), format!("cannot be deleted: {cause}"))
                .hint("correct permissions; what was deleted before it is gone")
        };
        // Whoever ends the process waits until it is gone.
        let _whole = leftover::publishing();
        fs::rename(&run.folder, &gone).and_then(|()| sync_parent(&run.folder)).and_then(|()| fs::remove_dir_all(&gone)).map_err(refuse)
    }
}

/// Why a run must not be deleted whatever its day, in words: it is signed, edited, or holds what it did not write.
fn more_than_written(folder: &Path, hashes: &mut BTreeMap<Inode, String>) -> Result<Option<String>> {
    let manifest = match Kept::read(folder) {
        Ok(kept) => kept.manifest,
        Err(error) => {
            let fault = error.fault();
            let name = Path::new(&fault.place).file_name().unwrap_or_default().to_string_lossy();
            return Ok(Some(format!("it is not as a run of this program leaves it: {name} {}", fault.problem)));
        }
    };
    for (name, what) in files(folder)? {
        if name.starts_with(&format!("{SIGNATURES}/")) {
            return Ok(Some("it is signed".to_owned()));
        }
        if let Some(what) = what {
            return Ok(Some(format!("it holds {name}, which is {what}")));
        }
        if [MANIFEST, ATTESTATION].contains(&name.as_str()) {
            continue;
        }
        let Some(expected) = manifest.outputs.get(&name) else { return Ok(Some(format!("it holds {name}, which no run wrote"))) };
        let path = folder.join(&name);
        let refuse = |cause: io::Error| Error::machine(path.display(), format!("cannot be read: {cause}"));
        let found = fs::symlink_metadata(&path).map_err(refuse)?;
        let inode = (found.dev(), found.ino());
        // What a hundred runs share is hashed once.
        if let std::collections::btree_map::Entry::Vacant(hash) = hashes.entry(inode) {
            hash.insert(sha256_file(&path).map_err(refuse)?);
        }
        if hashes[&inode] != *expected {
            return Ok(Some(format!("{name} is not the file that it wrote")));
        }
    }
    Ok(None)
}

/// The run that a run was compared with.
fn compared_with(folder: &Path) -> Option<Day> {
    Manifest::read(folder).ok()?.inputs.previous?.0.parse().ok()
}

/// Bytes that become free as one run goes after another.
#[derive(Default)]
struct Freed {
    /// Names by which each file went.
    gone: BTreeMap<Inode, u64>,
}

impl Freed {
    /// What becomes free by this run: a file becomes free with the last of its names.
    fn by(&mut self, folder: &Path) -> Result<u64> {
        let mut freed = 0;
        for (name, _) in files(folder)? {
            let path = folder.join(name);
            let found = fs::symlink_metadata(&path).map_err(|cause| Error::machine(path.display(), format!("cannot be looked at: {cause}")))?;
            let gone = self.gone.entry((found.dev(), found.ino())).or_default();
            *gone += 1;
            if *gone == found.nlink() {
                freed += found.len();
            }
        }
        Ok(freed)
    }
}
