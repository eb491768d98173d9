//! One run of a report at a time.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::made::{self, Made};
use super::unwritable;
use crate::error::{Error, Result};

/// A folder that is locked until this is dropped. The lock is on the folder itself, and not on a file in it that somebody may remove.
#[derive(Debug)]
pub struct Locked {
    path: PathBuf,
    /// Dropped before the lock: nobody else has a folder that goes.
    _made: Option<Made>,
    /// Held open: the lock lives as long as the file.
    _lock: File,
}

impl Locked {
    /// Makes the folder where it is not there, and locks it; an empty one is removed when the lock is dropped.
    ///
    /// Errors when it is locked already, or cannot be made.
    pub fn make(path: &Path) -> Result<Self> {
        // A run that ended between two lines takes an empty folder with it, and a lock on that would keep nobody out.
        for _ in 0..100 {
            let made = match Made::make(path) {
                Ok(made) => made,
                Err(cause) if cause.kind() == ErrorKind::NotFound => continue,
                Err(cause) => return Err(unwritable(path, &cause)),
            };
            let locked = File::open(path).map(|folder| folder.try_lock().map(|()| folder));
            match locked {
                Ok(Ok(folder)) if is_at(&folder, path) => return Ok(Self { path: path.to_owned(), _made: Some(made), _lock: folder }),
                Ok(Ok(_)) | Err(_) => made.leave(),
                Ok(Err(TryLockError::WouldBlock)) => {
                    made.leave();
                    return Err(Error::machine(path.display(), "another run of this report is under way")
                        .hint("wait for it to end, or stop it; its finished windows are kept"));
                }
                Ok(Err(TryLockError::Error(cause))) => {
                    made.leave();
                    return Err(unwritable(path, &cause));
                }
            }
        }
        Err(Error::machine(path.display(), "is removed whenever it is made").hint("find out which program removes it"))
    }

    /// Makes the folder where it is not there, and waits until nobody else has it.
    pub fn wait(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(|cause| unwritable(path, &cause))?;
        let folder = File::open(path).and_then(|folder| folder.lock().map(|()| folder)).map_err(|cause| unwritable(path, &cause))?;
        Ok(Self { path: path.to_owned(), _made: None, _lock: folder })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether the open folder is the one that stands at `path` now.
fn is_at(folder: &File, path: &Path) -> bool {
    let same = |there: fs::Metadata, here: fs::Metadata| (there.dev(), there.ino()) == (here.dev(), here.ino());
    fs::metadata(path).is_ok_and(|there| folder.metadata().is_ok_and(|here| same(there, here)))
}

impl Drop for Locked {
    /// A failed run leaves no empty folder behind; one that is not empty is not removed.
    fn drop(&mut self) {
        made::remove_if_empty(&self.path);
    }
}
