//! Ledger: `index.jsonl`, a line for every state of every run that the index has seen. It spares reading; it is no evidence, and whoever doubts
//! it removes it: the next run makes it again from the folders.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::line::{Line, SCHEMA};
use crate::disk::{sync_parent, unwritable, write_whole};
use crate::error::{Error, Result};

/// Name of the file.
pub(super) const LEDGER: &str = "index.jsonl";

/// The file is written anew where it holds so many lines for each state of a run, and more than a thousand.
const MOST_LINES: usize = 4;

/// The lines of `index.jsonl`; nobody else writes them while the folder of the runs is locked.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    /// The states of each run, oldest first: a run that was made again has several.
    states: BTreeMap<String, Vec<Line>>,
    /// Bytes of whole lines: what follows was torn by a killed run.
    n_whole: u64,
    n_lines: usize,
}

impl Ledger {
    /// Reads the file; one that is not there holds nothing, and lines that are none of ours are passed over.
    pub(super) fn read(reports: &Path) -> Result<Self> {
        let path = reports.join(LEDGER);
        let refuse = |problem: &dyn std::fmt::Display| {
            Error::machine(path.display(), format!("cannot be read: {problem}")).hint("correct permissions, or move it away: it is made again")
        };
        let bytes = match fs::symlink_metadata(&path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Vec::new(),
            Err(cause) => return Err(refuse(&cause)),
            Ok(found) if !found.is_file() => return Err(refuse(&"it is no plain file")),
            Ok(_) => fs::read(&path).map_err(|cause| refuse(&cause))?,
        };
        let n_whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut ledger = Self { path, states: BTreeMap::new(), n_whole: n_whole as u64, n_lines: 0 };
        for text in bytes[..n_whole].split(|byte| *byte == b'\n') {
            ledger.n_lines += 1;
            if let Some(line) = serde_json::from_slice::<Line>(text).ok().filter(|line| line.schema == SCHEMA) {
                ledger.enter(line);
            }
        }
        Ok(ledger)
    }

    /// A later line of the same state takes the place of the one before.
    fn enter(&mut self, line: Line) {
        let states = self.states.entry(line.run.clone()).or_default();
        states.retain(|state| state.digest != line.digest);
        states.push(line);
    }

    /// The latest state of a run.
    pub(super) fn latest(&self, run: &str) -> Option<&Line> {
        self.states.get(run).and_then(|states| states.last())
    }

    /// Its states, oldest first.
    pub(super) fn states(&self, run: &str) -> &[Line] {
        self.states.get(run).map_or(&[], Vec::as_slice)
    }

    /// Every run that was ever seen.
    pub(super) fn runs(&self) -> impl Iterator<Item = (&String, &Line)> {
        self.states.iter().filter_map(|(run, states)| Some((run, states.last()?)))
    }

    /// Appends lines, after what a killed run tore was cut off.
    pub(super) fn append(&mut self, lines: &[Line]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.n_lines += lines.len();
        lines.iter().cloned().for_each(|line| self.enter(line));
        let n_states: usize = self.states.values().map(Vec::len).sum();
        if 1_000 < self.n_lines && MOST_LINES * n_states < self.n_lines {
            return write_whole(&self.path, &text(self.states.values().flatten()));
        }
        let refuse = |cause: &std::io::Error| unwritable(&self.path, cause);
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path).map_err(|cause| refuse(&cause))?;
        let written = file
            .set_len(self.n_whole)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .and_then(|_| file.write_all(&text(lines.iter())))
            .and_then(|()| file.sync_all());
        written.and_then(|()| sync_parent(&self.path)).map_err(|cause| refuse(&cause))
    }
}

fn text<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<u8> {
    lines.flat_map(|line| line.json().into_bytes().into_iter().chain([b'\n'])).collect()
}
