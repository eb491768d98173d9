//! What lies half-made on the disk while the process runs: it goes when the process is ended from outside, and no report is left between
//! two states.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static PATHS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
static PUBLISHED: Mutex<Published> = Mutex::new(Published { reports: BTreeSet::new() });

/// A file or folder that nobody wants when the process ends early; its owner removes it otherwise.
#[derive(Debug)]
pub struct Leftover {
    path: PathBuf,
}

/// The reports that this process has put in their place.
#[derive(Debug)]
pub struct Published {
    /// Their names.
    pub reports: BTreeSet<String>,
}

impl Leftover {
    /// To be held as long as `path` is half-made.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        locked(&PATHS).insert(path.to_owned());
        Self { path: path.to_owned() }
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        locked(&PATHS).remove(&self.path);
    }
}

/// Removes all that is half-made. Other threads may be at work in it: a folder is moved away first, so that they make nothing in it any more.
pub fn remove_all() {
    let paths = locked(&PATHS).clone();
    remove(&paths);
}

fn remove(paths: &BTreeSet<PathBuf>) {
    for _ in 0..50 {
        let mut is_left = false;
        for path in paths {
            let gone = if path.is_dir() { remove_folder(path) } else { std::fs::remove_file(path) };
            // What is not there any more is what was wanted.
            is_left |= gone.is_err() && path.symlink_metadata().is_ok();
        }
        if !is_left {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn remove_folder(path: &Path) -> std::io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push("-ended");
    std::fs::rename(path, &aside)?;
    std::fs::remove_dir_all(&aside).or_else(|_| std::fs::remove_dir_all(&aside))
}

/// Held while a report is put in its place, and by whoever ends the process: neither comes in the middle of the other.
pub fn publishing() -> MutexGuard<'static, Published> {
    locked(&PUBLISHED)
}

fn locked<T>(shared: &'static Mutex<T>) -> MutexGuard<'static, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_made_goes_and_what_is_finished_stays() {
        let folder = std::env::temp_dir().join(format!("plimsoll-leftover-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("spills")).expect("writable");
        for file in ["half", "whole", "spills/one"] {
            std::fs::write(folder.join(file), "x").expect("writable");
        }
        let held = ["half", "spills"].map(|name| Leftover::at(&folder.join(name)));
        drop(Leftover::at(&folder.join("whole")));
        // Tests run side by side: only what lies here is of this one.
        let paths: BTreeSet<PathBuf> = locked(&PATHS).iter().filter(|path| path.starts_with(&folder)).cloned().collect();
        assert_eq!(paths.len(), 2);
        remove(&paths);
        let left: Vec<_> = std::fs::read_dir(&folder).expect("readable").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["whole"]);
        drop(held);
        std::fs::remove_dir_all(&folder).expect("just made");
    }
}
