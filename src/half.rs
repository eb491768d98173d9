//! A file beside its place until it is whole.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::leftover::Leftover;

/// A file that is being written: `catalogue.half-4711` for `catalogue.parquet`; removed where it never becomes whole.
///
/// It is locked while it is written. What a killed process left beside the same place is swept when the next one is written there.
#[derive(Debug)]
pub struct Half<'a> {
    place: &'a Path,
    path: PathBuf,
    _leftover: Leftover,
}

impl<'a> Half<'a> {
    /// Sweeps what killed processes left beside `place`; nothing is made yet.
    #[must_use]
    pub fn beside(place: &'a Path) -> Self {
        sweep(place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        let path = place.with_extension(format!("half-{}", std::process::id()));
        Self { place, _leftover: Leftover::at(&path), path }
    }

    /// The file to write to.
    pub fn create(&self) -> Result<File> {
        let file = File::create(&self.path).map_err(|cause| self.refuse(cause))?;
        // A file system without locks is written to all the same.
        let _ = file.try_lock();
        Ok(file)
    }

    /// Writes `bytes`, puts them on the disk and the file in its place.
    pub fn write(self, bytes: &[u8]) -> Result<()> {
        let mut file = self.create()?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|cause| self.refuse(cause))?;
        self.put()
    }

    /// Puts the whole file in its place.
    pub fn put(self) -> Result<()> {
        fs::rename(&self.path, self.place).map_err(|cause| self.refuse(cause))
    }

    /// What is said when it cannot be written.
    pub fn refuse(&self, cause: impl Display) -> Error {
        Error::machine(self.place.display(), format!("cannot be written: {cause}"))
    }
}

impl Drop for Half<'_> {
    fn drop(&mut self) {
        // There is nothing to remove once the file is in its place.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the half files of processes that are no more.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some((_, pid)) = name.to_str().and_then(|name| name.rsplit_once(".half-")) else { continue };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let Ok(pid) = pid.parse::<u32>() else { continue };
        if !is_file || Path::new("/proc").join(pid.to_string()).exists() {
            continue;
        }
        let Ok(file) = File::open(entry.path()) else { continue };
        // The process may live behind another /proc, in a container: then it holds the lock.
        if file.try_lock().is_ok() {
            // Whoever swept it meanwhile did what was wanted.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_lives_stays() {
        let folder = std::env::temp_dir().join(format!("plimsoll-half-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("writable");
        // No process has this id: it is beyond the most that Linux gives.
        let (dead, live) = (folder.join("rows.half-4194305"), folder.join(format!("other.half-{}", std::process::id())));
        for file in [&dead, &live, &folder.join("notes.half-done")] {
            fs::write(file, "x").expect("writable");
        }
        let place = folder.join("rows.parquet");
        Half::beside(&place).write(b"whole").expect("writable");
        let mut left: Vec<_> = fs::read_dir(&folder).expect("readable").flatten().map(|entry| entry.path()).collect();
        left.sort();
        assert_eq!(left, [folder.join("notes.half-done"), live, place]);
        fs::remove_dir_all(&folder).expect("just made");
    }
}
