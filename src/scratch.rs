//! The folder of what goes to disk for a while: below `TMPDIR`, locked by its process, swept when that was killed.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};
use crate::leftover::Leftover;

/// Share of the free disk that spills may take, in per cent: the rest is left to whoever else writes there.
const SHARE: u64 = 80;

/// A folder `plimsoll-<pid>-spill-<n>`; it goes with its owner, and with the process when that is ended.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Held open: the lock lives as long as the file.
    _lock: File,
    _leftover: Leftover,
}

impl Scratch {
    /// Makes a folder below `folder`, or below the system's temporary folder; removes those of killed processes beside it.
    ///
    /// Errors name `TMPDIR` where the system's folder is missing or cannot be written.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        static N_FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let above = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        let refuse = |cause: std::io::Error| {
            let place = if folder.is_some() { above.display().to_string() } else { format!("TMPDIR ({})", above.display()) };
            Error::machine(place, format!("no temporary folder can be made in it: {cause}"))
                .hint("set the environment variable TMPDIR to a folder that exists, can be written and has room for sorts that go to disk")
        };
        loop {
            let n = N_FOLDERS.fetch_add(1, Ordering::Relaxed);
            let path = above.join(format!("plimsoll-{}-spill-{n}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                // Of a killed process that had the same number; it is swept below.
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(cause) => return Err(refuse(cause)),
            }
            // Another process that sweeps here may take the folder for a dead one's until it is locked: then another is made.
            let lock = match File::open(&path) {
                Ok(lock) => lock,
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && above.is_dir() => continue,
                Err(cause) => return Err(refuse(cause)),
            };
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                // A file system without locks is no reason not to spill.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if path.is_dir() {
                let owner = lock.metadata().map_err(refuse)?.uid();
                sweep(&above, owner);
                return Ok(Self { _leftover: Leftover::at(&path), path, _lock: lock });
            }
        }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that may be put there: 80 % of what is free now.
    #[must_use]
    pub fn room(&self) -> u64 {
        rustix::fs::statvfs(&self.path).map_or(u64::MAX, |disk| (disk.f_bavail.saturating_mul(disk.f_frsize) / 100).saturating_mul(SHARE))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes our folders whose process lives no more.
fn sweep(above: &Path, owner: u32) {
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_ours = entry.file_name().to_str().is_some_and(is_name) && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == owner);
        let Some(folder) = is_ours.then(|| File::open(&path).ok()).flatten() else { continue };
        // Whoever holds the lock is alive. It is held while the folder goes, so that its maker does not take it for its own meanwhile.
        if folder.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// `plimsoll-4711-spill-0`, or `plimsoll-4711-spill-0-ended` where a process was ended while it removed it.
fn is_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], ["plimsoll", pid, "spill", n] | ["plimsoll", pid, "spill", n, "ended"] if is_number(pid) && is_number(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_the_dead_go_and_those_of_the_living_stay() {
        let above = std::env::temp_dir().join(format!("plimsoll-scratch-{}", std::process::id()));
        let dead = above.join("plimsoll-4194305-spill-0");
        let foreign = above.join("plimsoll-4194305-notes");
        for folder in [&dead, &foreign] {
            fs::create_dir_all(folder.join("below")).expect("writable");
        }
        let live = Scratch::open(Some(&above)).expect("writable");
        let other = Scratch::open(Some(&above)).expect("writable");
        assert!(!dead.exists() && foreign.exists() && live.path().exists() && other.path().exists());
        assert!(0 < live.room());
        drop((live, other));
        let left: Vec<_> = fs::read_dir(&above).expect("readable").flatten().map(|entry| entry.path()).collect();
        assert_eq!(left, [foreign]);
        fs::remove_dir_all(&above).expect("just made");
    }

    #[test]
    fn folders_made_at_once_do_not_sweep_each_other() {
        let above = std::env::temp_dir().join(format!("plimsoll-scratch-race-{}", std::process::id()));
        fs::create_dir_all(&above).expect("writable");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..300 {
                        let scratch = Scratch::open(Some(&above)).expect("the folder above is there");
                        fs::write(scratch.path().join("spill"), "x").expect("nobody else sweeps it");
                    }
                });
            }
        });
        fs::remove_dir_all(&above).expect("just made");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_the_remedy() {
        let error = Scratch::open(Some(Path::new("/no/such/folder"))).expect_err("there is no such folder");
        assert_eq!(error.fault().place, "/no/such/folder");
        assert!(error.to_string().contains("TMPDIR"), "{error}");
    }
}
