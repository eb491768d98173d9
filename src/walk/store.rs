//! Memory of past work: a window's result under the hashes of what determines it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::digest::Digest;
use crate::disk::write_whole;
use crate::error::{Error, Result};
use crate::model::Card;

/// Runs of a report whose results are kept: the latest, and two to go back to when a setting is tried and taken back.
const RUNS_KEPT: usize = 3;

/// The results that the last runs used, latest run first.
const RUNS: &str = "runs.json";

/// What a file is called until it is whole: the result's name, and this.
const HALF: &str = "half";

/// More quantities than any model is asked for; a header that states more is not ours.
const MOST_ASKED: usize = 1 << 12;

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
#[serde(deny_unknown_fields)]
struct Header {
    /// The card, its numbers blanked.
    card: Card,
    n_numbers: usize,
    n_asked: usize,
    n_rows: usize,
}

impl Store {
    /// Results kept in `folder`, which is made when the first is kept; what a killed run left half written is removed.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        sweep(folder);
        Self { folder: Some(folder.to_owned()), used: Mutex::default() }
    }

    /// A store that remembers nothing, for a run from scratch.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { folder: None, used: Mutex::default() }
    }

    /// How many results are kept in `folder`, which is only looked at.
    #[must_use]
    pub fn count(folder: &Path) -> usize {
        let is_result = |entry: &fs::DirEntry| entry.file_name() != RUNS && entry.path().extension().is_none();
        fs::read_dir(folder).into_iter().flatten().flatten().filter(is_result).count()
    }

    /// The result under `key`; `None` when there is none or its bytes are not whole.
    pub(super) fn find(&self, key: &Key) -> Option<Finished> {
        let name = name(key);
        let found = read(&name, &fs::read(self.folder.as_ref()?.join(&name)).ok()?)?;
        self.note(key);
        Some(found)
    }

    /// Keeps a result under `key`, whole or not at all.
    pub(super) fn keep(&self, key: &Key, finished: &Finished) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let name = name(key);
        let path = folder.join(&name);
        let half = path.with_extension(HALF);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            fs::File::create(&half)?.write_all(&bytes(&name, finished))?;
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
            let is_file = entry.file_type().is_ok_and(|kind| !kind.is_dir());
            if is_file && name != RUNS && !runs.iter().any(|run| run.contains(&name)) {
                fs::remove_file(entry.path()).map_err(|cause| unwritable(&entry.path(), &cause))?;
            }
        }
        let path = folder.join(RUNS);
        write_whole(&path, &serde_json::to_vec(&runs).expect("names are plain text"))
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

/// Removes half-written results. One that cannot be removed does no harm, and is written over or told about later.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == HALF) {
            let _ = fs::remove_file(path);
        }
    }
}

/// The file's hash: of its name too, so that no result stands for another.
fn hash(name: &str, content: &[u8]) -> String {
    Digest::new().part(name.as_bytes()).part(content).hex()
}

/// The file of a result: a hash of all that follows, the header and the numbers, a line each of the first two.
fn bytes(name: &str, finished: &Finished) -> Vec<u8> {
    let n_rows = finished.forecasts.first().map_or(0, Vec::len);
    let mut card = finished.card.clone();
    let numbers: Vec<f64> = card.numbers_mut().map(std::mem::take).collect();
    let header = Header { card, n_numbers: numbers.len(), n_asked: finished.forecasts.len(), n_rows };
    let forecasts = finished.forecasts.iter().flatten().map(|value| value.unwrap_or(f64::NAN));
    let mut content = json(&header);
    content.push(b'\n');
    content.extend(numbers.into_iter().chain(forecasts).flat_map(f64::to_le_bytes));
    let mut bytes = hash(name, &content).into_bytes();
    bytes.push(b'\n');
    bytes.extend(content);
    bytes
}

fn json(header: &Header) -> Vec<u8> {
    serde_json::to_vec(header).expect("names, notes and whole numbers are JSON")
}

/// The result in a file's bytes; `None` unless they are those that [`bytes`] makes of it.
fn read(name: &str, bytes: &[u8]) -> Option<Finished> {
    let (stated, content) = line(bytes)?;
    if stated != hash(name, content).as_bytes() {
        return None;
    }
    let (text, body) = line(content)?;
    let header: Header = serde_json::from_slice(text).ok()?;
    // A key that the card does not have, at any depth, is dropped by the reader and missing here.
    if json(&header) != text || MOST_ASKED < header.n_asked {
        return None;
    }
    let Header { mut card, n_numbers, n_asked, n_rows } = header;
    let n_values = n_asked.checked_mul(n_rows)?.checked_add(n_numbers)?;
    if n_values.checked_mul(8)? != body.len() || card.numbers_mut().count() != n_numbers {
        return None;
    }
    let mut numbers = body.chunks_exact(8).map(|chunk| f64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes")));
    card.numbers_mut().zip(numbers.by_ref().take(n_numbers)).for_each(|(blank, number)| *blank = number);
    let mut forecasts = numbers.map(|value| (!value.is_nan()).then_some(value));
    let forecasts = (0..n_asked).map(|_| forecasts.by_ref().take(n_rows).collect()).collect();
    Some(Finished { card, forecasts })
}

/// The first line and what follows it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;
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

    /// A result with every kind of number.
    fn rich() -> Finished {
        // 0.1 + 0.2 is one of the numbers that come back from JSON with another last bit.
        let coefficients = vec![("x".to_owned(), 0.1 + 0.2), ("y".to_owned(), 1.1e-17 / 3.0)];
        let card = Card {
            n_rows: 3,
            coefficients,
            errors: vec![("x".to_owned(), 1.0 / 49.0)],
            notes: vec!["x is constant".to_owned()],
            importance: vec![Importance { of: "mean".to_owned(), shares: vec![("x".to_owned(), 1.0 / 3.0)] }],
            trials: vec![TrialScore { score: Some(1.0 / 3.0), ..TrialScore::default() }],
            ..Card::default()
        };
        Finished { card, forecasts: vec![vec![Some(0.1 + 0.2), None], vec![Some(-0.0), Some(1e-300)]] }
    }

    #[test]
    fn a_kept_result_comes_back_to_the_bit_and_a_cut_one_does_not() {
        let folder = Temporary::new("bits");
        let store = Store::open(&folder.0);
        let (finished, key) = (rich(), key("a", "b"));
        store.keep(&key, &finished).expect("the folder is writable");
        assert_eq!(store.find(&key), Some(finished));
        let path = folder.0.join(name(&key));
        let bytes = fs::read(&path).expect("kept");
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("writable");
        assert_eq!(store.find(&key), None);
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes() {
        let whole = bytes("a-b", &rich());
        assert_eq!(read("a-b", &whole), Some(rich()));
        let n_silent = (0..8 * whole.len()).filter(|bit| {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            read("a-b", &flipped).is_some()
        });
        assert_eq!(n_silent.count(), 0, "of {} bits", 8 * whole.len());
        assert_eq!((0..whole.len()).find(|&end| read("a-b", &whole[..end]).is_some()), None);
        assert_eq!(read("a-b", &[&whole[..], &[0; 8]].concat()), None);
        assert_eq!(read("a-c", &whole), None, "a result under another's name");
    }

    /// A file whose hash holds.
    fn forged(header: &str, body: &[u8]) -> Vec<u8> {
        let content = [header.as_bytes(), b"\n", body].concat();
        [hash("a-b", &content).as_bytes(), b"\n", &content].concat()
    }

    #[test]
    fn headers_that_we_do_not_write_are_refused_though_the_hash_holds() {
        let whole = bytes("a-b", &Finished { card: Card::default(), forecasts: vec![vec![Some(1.0)]] });
        let (_, content) = line(&whole).expect("a hash");
        let (header, body) = line(content).expect("a header");
        let header = std::str::from_utf8(header).expect("JSON");
        assert!(read("a-b", &forged(header, body)).is_some());
        for (from, to) in [
            ("{\"card\"", "{\"more\":1,\"card\""),
            ("{\"card\":{", "{\"card\":{\"more\":1,"),
            ("\"n_numbers\":0", "\"n_numbers\":1"),
            ("\"n_numbers\":0", "\"n_numbers\":2305843009213693952"),
            ("\"n_numbers\":0", "\"n_numbers\":18446744073709551615"),
            ("\"n_rows\":1", "\"n_rows\":2305843009213693953"),
            ("\"n_rows\":1", "\"n_rows\":18446744073709551615"),
            ("\"n_rows\":1", "\"n_rows\": 1"),
            ("\"n_asked\":1", "\"n_asked\":9223372036854775808"),
        ] {
            assert!(header.contains(from), "{header}");
            assert_eq!(read("a-b", &forged(&header.replacen(from, to, 1), body)), None, "{to}");
        }
        let nothing_asked = header.replace("\"n_asked\":1", "\"n_asked\":4611686018427387904").replace("\"n_rows\":1", "\"n_rows\":0");
        assert_eq!(read("a-b", &forged(&nothing_asked, b"")), None);
    }

    #[test]
    fn half_results_are_swept_and_broken_lists_of_runs_do_no_harm() {
        let folder = Temporary::new("sweep");
        assert_eq!(run(&folder.0, &[("one", "x")]), 0);
        let half = folder.0.join(format!("{}.half", name(&key("two", "x"))));
        fs::write(&half, "half").expect("writable");
        let _ = Store::open(&folder.0);
        assert!(!half.exists());
        for text in ["", "[", "{\"runs\":1}", "[[\"../../x\"]]", "[[[[[[", "\u{0}"] {
            fs::write(folder.0.join(RUNS), text).expect("writable");
            assert_eq!(run(&folder.0, &[("one", "x")]), 1, "{text}");
        }
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
