//! A whole run takes its place in one step, and nothing that is not ours goes with the one before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::ReportFolder;
use crate::day::Day;
use crate::digest::sha256_file;
use crate::disk::{sync_parent, unwritable, write_all};
use crate::error::{Error, Result};
use crate::evidence::{ATTESTATION, files};
use crate::manifest::{MANIFEST, Manifest};

/// Begins the name of a run folder that is being written, or of the one that it has just replaced; the day follows.
pub(super) const NEW: &str = ".new-";

/// Begins the name of a run folder that stood in the way, where folders cannot be exchanged in one step.
pub(super) const OLD: &str = ".old-";

/// Where a run stands now.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its folder.
    pub place: PathBuf,
    /// Where the folder that it replaced was put, as it held files that no run wrote.
    pub kept_aside: Option<PathBuf>,
}

impl ReportFolder {
    /// Writes a run's files under another name, puts them on the disk, and exchanges the folder with the one in its place.
    pub fn publish(&self, as_of: Day, files: &[(String, Vec<u8>)], manifest: &Manifest, attestation: &[u8]) -> Result<Published> {
        let place = self.run(as_of);
        let new = self.lock.path().join(format!("{NEW}{as_of}"));
        let manifest = manifest.json();
        let mut all: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        all.extend([(MANIFEST, manifest.as_slice()), (ATTESTATION, attestation)]);
        let written = write_all(&new, &all);
        if written.is_err() {
            // It is removed at the next start where it cannot be now.
            let _ = fs::remove_dir_all(&new);
        }
        written?;
        let old = swap(&new, &place).map_err(|cause| {
            let _ = fs::remove_dir_all(&new);
            unwritable(&place, &cause)
        })?;
        // The run stands, and `new` holds the one before: what goes wrong now must not remove it.
        sync_parent(&place).map_err(|cause| stands(&place, &format!("the disk does not confirm it: {cause}")))?;
        let cleared = old.as_ref().map(|old| clear(old, &place)).transpose();
        let kept_aside = cleared.map_err(|cause| stands(&place, &format!("the run before it could not be put aside: {cause}")))?.flatten();
        Ok(Published { place, kept_aside })
    }
}

/// A report that is published, and something that is not as it should be beside it.
fn stands(place: &Path, problem: &str) -> Error {
    Error::machine(place.display(), format!("the report stands, but {problem}"))
        .hint("run again: what is left of the run before is put in order then")
}

/// Puts `new` at `place`; where what stood there is now.
fn swap(new: &Path, place: &Path) -> io::Result<Option<PathBuf>> {
    if !place.exists() {
        return fs::rename(new, place).map(|()| None);
    }
    if !place.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "a file stands there"));
    }
    match renameat_with(CWD, new, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(Some(new.to_owned())),
        // Not every file system can.
        Err(_) => in_two_steps(new, place).map(Some),
    }
}

/// Where the second step fails the first is taken back; a run that is killed between them finds its report again at the next start.
fn in_two_steps(new: &Path, place: &Path) -> io::Result<PathBuf> {
    let day = place.file_name().unwrap_or_default().to_string_lossy();
    let old = place.with_file_name(format!("{OLD}{day}"));
    fs::rename(place, &old)?;
    match fs::rename(new, place) {
        Ok(()) => Ok(old),
        Err(cause) => match fs::rename(&old, place) {
            Ok(()) => Err(cause),
            Err(again) => Err(io::Error::other(format!("{cause}; the run before lies in {} until the next start ({again})", old.display()))),
        },
    }
}

/// Removes a run folder that was replaced; where it holds what no run wrote, puts it beside `place` and says where.
pub(super) fn clear(old: &Path, place: &Path) -> io::Result<Option<PathBuf>> {
    if holds_only_ours(old) {
        fs::remove_dir_all(old)?;
        return Ok(None);
    }
    let name = |n: u32| place.with_file_name(format!("{}.replaced-{n}", place.file_name().unwrap_or_default().to_string_lossy()));
    let aside = (1..=u32::MAX).map(name).find(|aside| !aside.exists()).expect("a number is free");
    fs::rename(old, &aside).and_then(|()| sync_parent(&aside))?;
    Ok(Some(aside))
}

/// Whether every file there is one that its run wrote, byte for byte.
fn holds_only_ours(folder: &Path) -> bool {
    let Ok(manifest) = Manifest::read(folder) else { return files(folder).is_ok_and(|files| files.is_empty()) };
    let is_ours = |name: &str| {
        let is_record = [MANIFEST, ATTESTATION].contains(&name);
        is_record || manifest.outputs.get(name).is_some_and(|hash| sha256_file(&folder.join(name)).ok().as_ref() == Some(hash))
    };
    files(folder).is_ok_and(|files| files.iter().all(|(name, what)| what.is_none() && is_ours(name)))
}
