//! What SQL made of tables that were cut, remembered from run to run by its digest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::digest::Seen;
use crate::digest::sha256;
use crate::disk::write_whole;
use crate::error::{Error, Result};

/// Cuts remembered: those of a report's last nights, and of a backfill over years.
const MOST: usize = 1024;

/// Digests of cuts by the hash of what decides them; those that a killed run noted are lost, and made again.
#[derive(Debug)]
pub struct Cuts {
    file: Option<PathBuf>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// How many runs noted here.
    n_runs: u64,
    cuts: BTreeMap<String, Noted>,
    is_changed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Noted {
    /// The run that last asked for it.
    run: u64,
    seen: Seen,
}

/// The file: the cuts as text, and the hash of that text, so that a damaged file is no memory.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sha256: String,
    cuts: String,
}

impl Cuts {
    /// Cuts remembered below `work`, the folder of a report's memory. A file that is not whole counts as none.
    #[must_use]
    pub fn open(work: &Path) -> Self {
        let file = work.join("cuts").join("known.json");
        let cuts = fs::read(&file).ok().and_then(|bytes| read(&bytes)).unwrap_or_default();
        let n_runs = cuts.values().map(|noted| noted.run + 1).max().unwrap_or(0);
        Self { file: Some(file), held: Mutex::new(Held { n_runs, cuts, is_changed: false }) }
    }

    /// Remembers nothing, for a run from scratch.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { file: None, held: Mutex::default() }
    }

    /// Whether anything that is noted is found again.
    pub(super) fn remembers(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn find(&self, key: &str) -> Option<Seen> {
        let mut held = self.held.lock().expect("no thread panics while it holds the cuts");
        let n_runs = held.n_runs;
        let noted = held.cuts.get_mut(key)?;
        noted.run = n_runs;
        Some(noted.seen.clone())
    }

    pub(super) fn note(&self, key: String, seen: &Seen) {
        let mut held = self.held.lock().expect("no thread panics while it holds the cuts");
        let run = held.n_runs;
        held.cuts.insert(key, Noted { run, seen: seen.clone() });
        held.is_changed = true;
    }

    /// Writes what was noted, whole or not at all; nothing where nothing is new.
    pub(super) fn write(&self) -> Result<()> {
        let mut held = self.held.lock().expect("no thread panics while it holds the cuts");
        let Some(file) = self.file.as_ref().filter(|_| held.is_changed) else { return Ok(()) };
        while MOST < held.cuts.len() {
            let Some(oldest) = held.cuts.iter().min_by_key(|(_, noted)| noted.run).map(|(key, _)| key.clone()) else { break };
            held.cuts.remove(&oldest);
        }
        let cuts = serde_json::to_string(&held.cuts).expect("numbers and plain text");
        let written = serde_json::to_vec(&Written { sha256: sha256(cuts.as_bytes()), cuts }).expect("plain text");
        let folder = file.parent().unwrap_or(file);
        fs::create_dir_all(folder).map_err(|cause| Error::machine(folder.display(), format!("cannot be made: {cause}")))?;
        write_whole(file, &written)?;
        held.is_changed = false;
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Option<BTreeMap<String, Noted>> {
    let written: Written = serde_json::from_slice(bytes).ok()?;
    (sha256(written.cuts.as_bytes()) == written.sha256).then(|| serde_json::from_str(&written.cuts).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(n_rows: u64) -> Seen {
        Seen { n_rows, n_values: 2, n_targets: 1, sha256: "0".repeat(64) }
    }

    #[test]
    fn what_was_written_is_found_and_a_damaged_file_is_no_memory() {
        let work = std::env::temp_dir().join(format!("plimsoll-cuts-{}", std::process::id()));
        let cuts = Cuts::open(&work);
        cuts.note("a".to_owned(), &seen(1));
        cuts.write().expect("writable");
        assert_eq!(Cuts::open(&work).find("a"), Some(seen(1)));
        assert_eq!(Cuts::open(&work).find("b"), None);
        let file = work.join("cuts/known.json");
        let mut bytes = fs::read(&file).expect("written");
        let place = bytes.len() / 2;
        bytes[place] ^= 1;
        fs::write(&file, bytes).expect("writable");
        assert_eq!(Cuts::open(&work).find("a"), None);
        fs::remove_dir_all(&work).expect("ours");
    }

    #[test]
    fn the_cuts_that_were_asked_for_longest_ago_go_first() {
        let work = std::env::temp_dir().join(format!("plimsoll-cuts-many-{}", std::process::id()));
        for run in 0..2 {
            let cuts = Cuts::open(&work);
            let _ = cuts.find("0-0");
            (0..MOST - 1).for_each(|idx| cuts.note(format!("{run}-{idx}"), &seen(idx as u64)));
            cuts.write().expect("writable");
        }
        let cuts = Cuts::open(&work);
        assert_eq!(cuts.held.lock().expect("alone").cuts.len(), MOST);
        assert!(cuts.find("0-0").is_some() && cuts.find("1-5").is_some() && cuts.find("0-3").is_none());
        fs::remove_dir_all(&work).expect("ours");
    }

    #[test]
    fn one_that_forgets_writes_nothing() {
        let cuts = Cuts::forgetful();
        cuts.note("a".to_owned(), &seen(1));
        assert!(cuts.write().is_ok() && !cuts.remembers());
    }
}
