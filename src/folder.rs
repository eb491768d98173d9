//! Run folders: written under another name, renamed when complete, one run of a report at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::error::{Error, Result};
use crate::manifest::{MANIFEST, Manifest};

/// Name of the file whose lock says that a run is under way.
const LOCK: &str = ".lock";

/// The folder of a report's runs, locked for one run; it goes with the lock where the run leaves nothing in it.
#[derive(Debug)]
pub struct ReportFolder {
    path: PathBuf,
    /// Held open: the lock lives as long as the file.
    _lock: File,
}

impl ReportFolder {
    /// Makes and locks `reports/<name>`; what a killed run left half-written is removed.
    ///
    /// Errors when another run of the same report is under way, or the folder cannot be written.
    pub fn lock(reports: &Path, name: &str) -> Result<Self> {
        let path = reports.join(name);
        fs::create_dir_all(&path).map_err(|cause| unwritable(&path, &cause))?;
        let lock_path = path.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(|cause| unwritable(&lock_path, &cause))?;
        let taken = || {
            Error::machine(path.display(), "another run of this report is under way")
                .hint("wait for it to end, or stop it; its finished windows are kept")
        };
        match lock.try_lock() {
            // A run that ended between the two lines took the file with it, and this lock would keep nobody out.
            Ok(()) if !lock_path.exists() => return Err(taken()),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken()),
            Err(TryLockError::Error(cause)) => return Err(unwritable(&lock_path, &cause)),
        }
        let folder = Self { path, _lock: lock };
        for left in folder.entries(|name| name.starts_with(".new-") || name.starts_with(".old-")) {
            fs::remove_dir_all(&left).map_err(|cause| unwritable(&left, &cause))?;
        }
        Ok(folder)
    }

    /// Where finished windows are remembered.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.path.join(".work")
    }

    /// The run folder of a day.
    #[must_use]
    pub fn run(&self, as_of: Day) -> PathBuf {
        self.path.join(as_of.to_string())
    }

    /// The latest whole run before `as_of`.
    #[must_use]
    pub fn previous(&self, as_of: Day) -> Option<PathBuf> {
        let mut runs = self.entries(|name| name.parse::<Day>().is_ok_and(|day| day < as_of));
        runs.retain(|run| Manifest::read(run).is_ok());
        runs.pop()
    }

    /// Writes a run's files under another name and renames the folder when it is complete.
    pub fn publish(&self, as_of: Day, files: &[(String, Vec<u8>)], manifest: &Manifest) -> Result<PathBuf> {
        let id = std::process::id();
        let new = self.path.join(format!(".new-{id}"));
        let written = write_all(&new, files).and_then(|()| write_all(&new, &[(MANIFEST.to_owned(), manifest.json())]));
        if written.is_err() {
            let _ = fs::remove_dir_all(&new);
        }
        written?;
        let place = self.run(as_of);
        let old = self.path.join(format!(".old-{id}"));
        let swap = || -> std::io::Result<()> {
            if place.exists() {
                fs::rename(&place, &old)?;
            }
            fs::rename(&new, &place)?;
            if old.exists() {
                fs::remove_dir_all(&old)?;
            }
            Ok(())
        };
        swap().map_err(|cause| unwritable(&place, &cause))?;
        Ok(place)
    }

    /// Sub-folders whose name passes, sorted.
    fn entries(&self, passes: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_dir() && path.file_name().and_then(|name| name.to_str()).is_some_and(&passes))
            .collect();
        found.sort();
        found
    }
}

impl Drop for ReportFolder {
    /// A failed run leaves no empty folder behind.
    fn drop(&mut self) {
        let is_lock = |entry: std::io::Result<fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() == LOCK);
        if fs::read_dir(&self.path).is_ok_and(|mut entries| entries.all(is_lock)) {
            // Whoever put something there meanwhile keeps it: a folder that is not empty is not removed.
            let _ = fs::remove_file(self.path.join(LOCK));
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Writes files below `folder`, making the folders they need.
pub fn write_all(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, bytes)).map_err(|cause| unwritable(&path, &cause))?;
    }
    Ok(())
}

/// Writes one file, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let half = path.with_extension(format!("half-{}", std::process::id()));
    fs::write(&half, bytes).and_then(|()| fs::rename(&half, path)).map_err(|cause| {
        // A partial file is removed; that it may not exist is no second error.
        let _ = fs::remove_file(&half);
        unwritable(path, &cause)
    })
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Error {
    Error::machine(path.display(), format!("cannot be written: {cause}"))
        .hint("free disk space or correct permissions; nothing was replaced, and a second run resumes")
}
