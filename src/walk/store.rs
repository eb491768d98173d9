//! Memory of past work: a window's result under the hash of what determines it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::model::Card;

/// A folder of finished window results; `None` inside means that nothing is remembered.
#[derive(Debug, Clone)]
pub struct Store {
    folder: Option<PathBuf>,
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
    /// Results kept in `folder`, which is made if need be.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|cause| Error::machine(folder.display(), format!("cannot be made: {cause}")))?;
        Ok(Self { folder: Some(folder.to_owned()) })
    }

    /// A store that remembers nothing, for a run from scratch.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { folder: None }
    }

    /// The result under `key`; `None` when there is none or its bytes are not whole.
    pub(super) fn find(&self, key: &str) -> Option<Finished> {
        let bytes = fs::read(self.folder.as_ref()?.join(key)).ok()?;
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

    /// Keeps a result under `key`, whole or not at all.
    pub(super) fn keep(&self, key: &str, finished: &Finished) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let n_rows = finished.forecasts.first().map_or(0, Vec::len);
        let mut card = finished.card.clone();
        let numbers: Vec<f64> = card.numbers_mut().map(std::mem::take).collect();
        let n_numbers = numbers.len();
        let forecasts = finished.forecasts.iter().flatten().map(|value| value.unwrap_or(f64::NAN));
        let body: Vec<u8> = numbers.into_iter().chain(forecasts).flat_map(f64::to_le_bytes).collect();
        let header = Header { card, n_numbers, n_asked: finished.forecasts.len(), n_rows, sha256: sha256(&body) };
        let path = folder.join(key);
        let half = folder.join(format!("{key}.half"));
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&half)?;
            file.write_all(&serde_json::to_vec(&header)?)?;
            file.write_all(b"\n")?;
            file.write_all(&body)?;
            fs::rename(&half, &path)
        };
        write().map_err(|cause| {
            let _ = fs::remove_file(&half);
            Error::machine(path.display(), format!("cannot be written: {cause}")).hint("free disk space or mend permissions; a second run resumes")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_result_comes_back_to_the_bit_and_a_cut_one_does_not() {
        let folder = std::env::temp_dir().join(format!("plimsoll-store-{}", std::process::id()));
        let store = Store::open(&folder).expect("a temporary folder can be made");
        // 0.1 + 0.2 is one of the numbers that come back from JSON with another last bit.
        let coefficients = vec![("x".to_owned(), 0.1 + 0.2), ("y".to_owned(), 1.1e-17 / 3.0)];
        let errors = vec![("x".to_owned(), 1.0 / 49.0)];
        let notes = vec!["x is constant".to_owned()];
        let card = Card { n_rows: 3, coefficients, errors, notes, importance: vec![("x".to_owned(), 1.0)], ..Card::default() };
        let finished = Finished { card, forecasts: vec![vec![Some(0.1 + 0.2), None], vec![Some(-0.0), Some(1e-300)]] };
        store.keep("k", &finished).expect("the folder is writable");
        assert_eq!(store.find("k"), Some(finished));
        let bytes = fs::read(folder.join("k")).expect("kept");
        fs::write(folder.join("k"), &bytes[..bytes.len() - 1]).expect("writable");
        assert_eq!(store.find("k"), None);
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
