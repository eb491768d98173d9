//! Memory of past work: a window's result under the hashes of what determines it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::model::Card;

/// Runs of a report whose results are kept: the latest, and two to go back to when a setting is tried and taken back.
const RUNS_KEPT: usize = 3;

/// The results that the last runs used, latest run first.
const RUNS: &str = "runs.json";

/// A folder of finished window results; `None` inside means that nothing is remembered.
///
/// A result is kept as long as one of the last three whole runs of the report used it. Of results that differ only in the rows tested, such
/// as the last window's from night to night, the latest is kept alone.
#[derive(Debug)]
pub struct Store {
    folder: Option<PathBuf>,
    /// Names of the results that this run found or kept.
    used: Mutex<BTreeSet<String>>,
}

/// One model's result in one window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finished {
    pub(super) card: Card,
    /// One vector per asked quantity, one forecast per tested row.
    pub(super) forecasts: Vec<Vec<Option<f64>>>,
}

/// What is not a number of the result; those follow as bits, because a decimal read back may be off by the last one.
#[derive(Serialize, Deserialize)]
struct Header {
    /// The card, its numbers blanked.
    card: Card,
    n_numbers: usize,
    n_asked: usize,
    n_rows: usize,
    sha256: String,
}

impl Store {
    /// Results kept in `folder`, which is made when the first is kept.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), used: Mutex::default() }
    }

    /// A store that remembers nothing, for a run from scratch.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { folder: None, used: Mutex::default() }
    }

    /// The result under `key`; `None` when there is none or its bytes are not whole.
    pub(super) fn find(&self, key: &Key) -> Option<Finished> {
        let found = read(&self.folder.as_ref()?.join(name(key)))?;
        self.note(key);
        Some(found)
    }

    /// Keeps a result under `key`, whole or not at all.
    pub(super) fn keep(&self, key: &Key, finished: &Finished) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name(key));
        let half = path.with_extension("half");
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            write(&half, finished)?;
            fs::rename(&half, &path)
        };
        write().map_err(|cause| {
            let _ = fs::remove_file(&half);
            unwritable(&path, &cause).hint("free disk space or correct permissions; a second run resumes")
        })?;
        self.note(key);
        Ok(())
    }

    /// After a whole run: removes what neither it nor the two runs before it used, and what it superseded.
    pub fn forget_unused(&self) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let used = std::mem::take(&mut *self.used.lock().expect("no thread panics while it notes a name"));
        let mut runs: Vec<BTreeSet<String>> =
            fs::read(folder.join(RUNS)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let superseding: BTreeSet<&str> = used.iter().map(|name| fitted(name)).collect();
        for run in &mut runs {
            run.retain(|name| used.contains(name) || !superseding.contains(fitted(name)));
        }
        runs.insert(0, used.clone());
        runs.truncate(RUNS_KEPT);
        let entries = match fs::read_dir(folder) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|cause| unwritable(folder, &cause))?,
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != RUNS && !runs.iter().any(|run| run.contains(&name)) {
                fs::remove_file(entry.path()).map_err(|cause| unwritable(&entry.path(), &cause))?;
            }
        }
        let path = folder.join(RUNS);
        fs::write(&path, serde_json::to_vec(&runs).expect("names are plain text")).map_err(|cause| unwritable(&path, &cause))
    }

    fn note(&self, key: &Key) {
        self.used.lock().expect("no thread panics while it notes a name").insert(name(key));
    }
}

/// The file of a result: what the model was fitted on, then what it was asked.
fn name(key: &Key) -> String {
    format!("{}-{}", &key.fitted[..32], &key.asked[..32])
}

fn fitted(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Error {
    Error::machine(path.display(), format!("cannot be written: {cause}"))
}

fn read(path: &Path) -> Option<Finished> {
    let bytes = fs::read(path).ok()?;
    let border = bytes.iter().position(|&byte| byte == b'\n')?;
    let header: Header = serde_json::from_slice(&bytes[..border]).ok()?;
    let body = &bytes[border + 1..];
    if body.len() != 8 * (header.n_numbers + header.n_asked * header.n_rows) || sha256(body) != header.sha256 {
        return None;
    }
    let mut numbers = body.chunks_exact(8).map(|chunk| f64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes")));
    let mut card = header.card;
    card.numbers_mut().zip(numbers.by_ref().take(header.n_numbers)).for_each(|(blank, number)| *blank = number);
    let mut forecasts = numbers.map(|value| (!value.is_nan()).then_some(value));
    let forecasts = (0..header.n_asked).map(|_| forecasts.by_ref().take(header.n_rows).collect()).collect();
    Some(Finished { card, forecasts })
}

fn write(path: &Path, finished: &Finished) -> std::io::Result<()> {
    let n_rows = finished.forecasts.first().map_or(0, Vec::len);
    let mut card = finished.card.clone();
    let numbers: Vec<f64> = card.numbers_mut().map(std::mem::take).collect();
    let n_numbers = numbers.len();
    let forecasts = finished.forecasts.iter().flatten().map(|value| value.unwrap_or(f64::NAN));
    let body: Vec<u8> = numbers.into_iter().chain(forecasts).flat_map(f64::to_le_bytes).collect();
    let header = Header { card, n_numbers, n_asked: finished.forecasts.len(), n_rows, sha256: sha256(&body) };
    let mut file = fs::File::create(path)?;
    file.write_all(&serde_json::to_vec(&header)?)?;
    file.write_all(b"\n")?;
    file.write_all(&body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Importance, TrialScore};

    /// A folder of its own for a test, removed when dropped.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(test: &str) -> Self {
            Self(std::env::temp_dir().join(format!("plimsoll-store-{}-{test}", std::process::id())))
        }

        /// Results there.
        fn n_kept(&self) -> usize {
            fs::read_dir(&self.0).map_or(0, |entries| entries.flatten().filter(|entry| entry.file_name() != RUNS).count())
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn key(fitted: &str, asked: &str) -> Key {
        Key { fitted: sha256(fitted.as_bytes()), asked: sha256(asked.as_bytes()) }
    }

    fn finished(forecast: f64) -> Finished {
        Finished { card: Card::default(), forecasts: vec![vec![Some(forecast)]] }
    }

    /// A whole run that needs these results, and makes those that are not there; says how many were.
    fn run(folder: &Path, needed: &[(&str, &str)]) -> usize {
        let store = Store::open(folder);
        let mut n_known = 0;
        for (fitted, asked) in needed {
            let key = key(fitted, asked);
            match store.find(&key) {
                Some(_) => n_known += 1,
                None => store.keep(&key, &finished(1.0)).expect("the folder is writable"),
            }
        }
        store.forget_unused().expect("the folder is writable");
        n_known
    }

    #[test]
    fn a_kept_result_comes_back_to_the_bit_and_a_cut_one_does_not() {
        let folder = Temporary::new("bits");
        let store = Store::open(&folder.0);
        // 0.1 + 0.2 is one of the numbers that come back from JSON with another last bit.
        let coefficients = vec![("x".to_owned(), 0.1 + 0.2), ("y".to_owned(), 1.1e-17 / 3.0)];
        let errors = vec![("x".to_owned(), 1.0 / 49.0)];
        let notes = vec!["x is constant".to_owned()];
        let card = Card {
            n_rows: 3,
            coefficients,
            errors,
            notes,
            importance: vec![Importance { of: "mean".to_owned(), shares: vec![("x".to_owned(), 1.0 / 3.0)] }],
            trials: vec![TrialScore { score: Some(1.0 / 3.0), ..TrialScore::default() }],
            ..Card::default()
        };
        let finished = Finished { card, forecasts: vec![vec![Some(0.1 + 0.2), None], vec![Some(-0.0), Some(1e-300)]] };
        let key = key("a", "b");
        store.keep(&key, &finished).expect("the folder is writable");
        assert_eq!(store.find(&key), Some(finished));
        let path = folder.0.join(name(&key));
        let bytes = fs::read(&path).expect("kept");
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("writable");
        assert_eq!(store.find(&key), None);
    }

    #[test]
    fn what_the_last_three_runs_used_is_kept_and_no_more() {
        let folder = Temporary::new("runs");
        assert_eq!(run(&folder.0, &[("one", "x"), ("both", "x")]), 0);
        assert_eq!(run(&folder.0, &[("two", "x"), ("both", "x")]), 1);
        assert_eq!(folder.n_kept(), 3);
        assert_eq!(run(&folder.0, &[("one", "x"), ("both", "x")]), 2, "a setting that was taken back costs nothing");
        for _ in 0..2 {
            assert_eq!(run(&folder.0, &[("one", "x"), ("both", "x")]), 2);
        }
        assert_eq!(folder.n_kept(), 2, "three runs went by without `two`");
        assert_eq!(run(&folder.0, &[("two", "x")]), 0);
    }

    #[test]
    fn the_last_window_is_kept_once_though_its_rows_grow_every_night() {
        let folder = Temporary::new("nights");
        for night in ["1", "2", "3", "4"] {
            assert_eq!(run(&folder.0, &[("earlier", "all"), ("last", night)]), usize::from(night != "1"));
            assert_eq!(folder.n_kept(), 2, "night {night}");
        }
    }

    #[test]
    fn a_run_that_did_not_end_loses_nothing_and_a_store_without_results_leaves_no_folder() {
        let folder = Temporary::new("killed");
        run(&folder.0, &[("one", "x")]);
        let killed = Store::open(&folder.0);
        killed.keep(&key("two", "x"), &finished(2.0)).expect("the folder is writable");
        drop(killed);
        assert_eq!(run(&folder.0, &[("one", "x"), ("two", "x")]), 2);
        let empty = Temporary::new("empty");
        assert_eq!(run(&empty.0, &[]), 0);
        assert!(!empty.0.exists());
    }
}
