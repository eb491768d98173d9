//! Folders that a run made: they go where nothing was put into them, however the run ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static MADE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Where finished windows are remembered, below a report's folder.
pub(super) const WORK: &str = ".work";

/// Folders that were not there, innermost first; those that are empty go when this is dropped.
#[derive(Debug)]
pub(super) struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder and those above it that are missing.
    pub(super) fn make(path: &Path) -> io::Result<Self> {
        let above = path.ancestors().filter(|above| !above.as_os_str().is_empty());
        let paths: Vec<PathBuf> = above.take_while(|above| above.symlink_metadata().is_err()).map(Path::to_owned).collect();
        // Noted before they are made: a signal that comes in between finds them.
        made().extend(paths.iter().cloned());
        let whole = Self { paths };
        fs::create_dir_all(path).map(|()| whole)
    }

    /// Leaves them to whoever has them: one that is empty may be locked by another run.
    pub(super) fn leave(mut self) {
        let mut all = made();
        for path in self.paths.drain(..) {
            all.remove(&path);
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in &self.paths {
            remove_if_empty(path);
            made().remove(path);
        }
    }
}

/// Removes a report's folder where it holds nothing, or nothing but an empty memory; one that is not empty is not removed.
pub(super) fn remove_if_empty(path: &Path) {
    let _ = fs::remove_dir(path.join(WORK));
    let _ = fs::remove_dir(path);
}

/// For whoever ends the process: removes the folders that it made and that are empty.
pub fn remove_empty() {
    // A folder sorts before those in it.
    made().iter().rev().for_each(|path| remove_if_empty(path));
}

fn made() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_and_is_empty_goes_and_what_was_there_stays() {
        let top = std::env::temp_dir().join(format!("plimsoll-made-{}", std::process::id()));
        fs::create_dir_all(&top).expect("writable");
        let made = Made::make(&top.join("reports/one")).expect("writable");
        fs::create_dir(top.join("reports/one/.work")).expect("writable");
        drop(made);
        assert!(!top.join("reports").exists() && top.exists());
        let made = Made::make(&top.join("reports/one")).expect("writable");
        fs::write(top.join("reports/kept"), "x").expect("writable");
        remove_empty();
        assert!(!top.join("reports/one").exists() && top.join("reports/kept").exists());
        drop(made);
        assert!(top.join("reports/kept").exists());
        fs::remove_dir_all(&top).expect("just made");
    }
}
