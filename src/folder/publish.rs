//! A whole run takes its place in one step, and nothing that is not ours goes with the one before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::ReportFolder;
use crate::day::Day;
use crate::digest::sha256_file;
use crate::disk::{sync_below, sync_parent, unwritable, write_new};
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
    /// Writes a run's files under another name, puts them on the disk, and exchanges the folder with the one in its place. A file that a
    /// neighbour holds to the byte is linked from there, so that it is on the disk once.
    pub fn publish(&self, as_of: Day, files: &[(String, Vec<u8>)], manifest: &Manifest, attestation: &[u8]) -> Result<Published> {
        let place = self.run(as_of);
        let new = self.lock.path().join(format!("{NEW}{as_of}"));
        let neighbours = self.neighbours(as_of)?;
        let json = manifest.json();
        let mut all: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        all.extend([(MANIFEST, json.as_slice()), (ATTESTATION, attestation)]);
        let written = all.iter().try_for_each(|(name, bytes)| {
            lay(&new.join(name), bytes, &|path| {
                let hash = manifest.outputs.get(*name);
                hash.is_some_and(|hash| neighbours.iter().any(|neighbour| neighbour.link(name, hash, path)))
            })
        });
        let written = written.and_then(|()| sync_below(&new).map_err(|cause| unwritable(&new, &cause)));
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

/// Puts a file at `path`, which nobody else has: by `link`, or written. It is made read-only, as a program that wrote to it would write into
/// every run that has it.
fn lay(path: &Path, bytes: &[u8], link: &dyn Fn(&Path) -> bool) -> Result<()> {
    let refuse = |cause: io::Error| unwritable(path, &cause);
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(refuse)?;
    if !link(path) {
        write_new(path, bytes).map_err(refuse)?;
    }
    let mut permissions = fs::symlink_metadata(path).map_err(refuse)?.permissions();
    if !permissions.readonly() {
        permissions.set_readonly(true);
        // Some file systems know no permissions, and the file may be linked from somebody else's.
        let _ = fs::set_permissions(path, permissions);
    }
    Ok(())
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
