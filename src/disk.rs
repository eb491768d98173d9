//! Files that are whole and on the disk before they stand under their name.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::{Error, Result};
use crate::half::Half;

/// What helps where the disk refuses.
const REMEDY: &str = "free disk space or correct permissions; nothing was replaced, and a second run resumes";

/// Writes a file that is not there yet: one that is may have other names, and would change under all of them. It is not on the disk before
/// [`sync_below`].
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::create_new(path)?.write_all(bytes)
}

/// Writes one file, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    Half::beside(path).write(bytes).map_err(|error| error.hint(REMEDY))?;
    sync_parent(path).map_err(|cause| unwritable(path, &cause))
}

/// Puts the names in the folder of `path` on the disk.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

/// A disk that refuses, told so that the operator can act.
pub fn unwritable(path: &Path, cause: &io::Error) -> Error {
    Error::machine(path.display(), format!("cannot be written: {cause}")).hint(REMEDY)
}

/// Puts a folder, its files and all below on the disk.
pub fn sync_below(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync_below(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}
