//! Neighbour: a run that stands beside one that is made. What both hold alike is on the disk once, under two names.

use std::fs;
use std::path::{Path, PathBuf};

use super::ReportFolder;
use crate::day::Day;
use crate::digest::{sha256, sha256_file};
use crate::manifest::{Manifest, Program};

/// A run of the same report, as its manifest tells it; of its files nothing is believed before it was hashed.
#[derive(Debug, Clone)]
pub struct Neighbour {
    folder: PathBuf,
    manifest: Manifest,
}

impl Neighbour {
    /// Whether the program that is running made it: of the same rows it would make the same bytes.
    #[must_use]
    pub fn is_of_this_program(&self) -> bool {
        self.manifest.program == Program::this() && !self.manifest.program.executable_sha256.is_empty()
    }

    /// The bytes of one of its files; `None` where they are not those that it wrote.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let hash = self.manifest.outputs.get(name)?;
        fs::read(self.folder.join(name)).ok().filter(|bytes| sha256(bytes) == *hash)
    }

    /// Gives the file `name` another name at `place`, where its bytes on the disk have this hash. Not every file system can.
    pub(super) fn link(&self, name: &str, hash: &str, place: &Path) -> bool {
        if self.manifest.outputs.get(name).is_none_or(|other| other != hash) || fs::hard_link(self.folder.join(name), place).is_err() {
            return false;
        }
        // Looked at under the new name: the other may have been given to another file meanwhile.
        let is_file = fs::symlink_metadata(place).is_ok_and(|found| found.is_file());
        if is_file && sha256_file(place).is_ok_and(|now| now == hash) {
            return true;
        }
        // Where it cannot be removed, the file cannot be written there either, which is told.
        let _ = fs::remove_file(place);
        false
    }
}

impl ReportFolder {
    /// The run of this day, the last before it and the first after it, as far as they are there.
    pub fn neighbours(&self, as_of: Day) -> crate::error::Result<Vec<Neighbour>> {
        let runs = self.runs()?;
        let before = runs.iter().rfind(|(day, _)| *day < as_of);
        let same = runs.iter().find(|(day, _)| *day == as_of);
        let after = runs.iter().find(|(day, _)| as_of < *day);
        let found = [same, before, after].into_iter().flatten();
        // One that cannot be read is written again instead of linked.
        Ok(found.filter_map(|(_, folder)| Some(Neighbour { folder: folder.clone(), manifest: Manifest::read(folder).ok()? })).collect())
    }
}
