//! `run.json`: what a run was made from, by whom, how fast, and the hashes of what it wrote.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::digest::{Digest, sha256, sha256_file};
use crate::error::{Error, Result};
use crate::stat::Colour;

/// Name of the manifest in a run folder.
pub const MANIFEST: &str = "run.json";

/// Layout of the manifest; raised whenever a field changes its name, place or meaning.
pub const SCHEMA: u32 = 2;

/// Program version, as printed.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that determines the bytes of a run, by hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Program version.
    pub version: String,
    /// Data of this day and later was not read.
    pub as_of: String,
    /// SHA-256 of the spec, SQL files, templates and data files, by path.
    pub files: BTreeMap<String, String>,
    /// The run that *What changed* compares with, and the SHA-256 of its summary.
    pub previous: Option<(String, String)>,
}

impl Inputs {
    /// One hash over all inputs; its first digits are the run's id.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut digest = Digest::new().part(self.version.as_bytes()).part(self.as_of.as_bytes());
        for (path, hash) in &self.files {
            digest = digest.part(path.as_bytes()).part(hash.as_bytes());
        }
        if let Some((run, hash)) = &self.previous {
            digest = digest.part(run.as_bytes()).part(hash.as_bytes());
        }
        digest.hex()
    }

    /// Inputs that differ between two runs, in words.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.version != now.version {
            found.push(format!("program version was {}, is {}", self.version, now.version));
        }
        for (path, hash) in &self.files {
            match now.files.get(path) {
                None => found.push(format!("{path} is no longer read")),
                Some(other) if other != hash => found.push(format!("{path} has changed")),
                Some(_) => {}
            }
        }
        found.extend(now.files.keys().filter(|path| !self.files.contains_key(*path)).map(|path| format!("{path} is newly read")));
        if self.previous != now.previous {
            found.push("the previous run it compares with has changed".to_owned());
        }
        found
    }
}

/// The program that made a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Version.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
    /// SHA-256 of the executable; a rebuilt program does not trust its predecessor's folder.
    pub executable_sha256: String,
}

impl Program {
    /// The running program; its file is hashed once.
    #[must_use]
    pub fn this() -> Self {
        static THIS: OnceLock<Program> = OnceLock::new();
        let hashed = || {
            let executable = std::env::current_exe().and_then(|path| sha256_file(&path));
            Self { version: VERSION.to_owned(), commit: env!("PLIMSOLL_COMMIT").to_owned(), executable_sha256: executable.unwrap_or_default() }
        };
        THIS.get_or_init(hashed).clone()
    }
}

/// Where and how fast; the only part of a run folder that may differ between two runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Operating system and architecture.
    pub platform: String,
    /// Threads used.
    pub threads: usize,
    /// Start, UTC.
    pub started: String,
    /// Seconds by stage.
    pub seconds: BTreeMap<String, f64>,
    /// Wall-clock seconds of the whole run.
    pub seconds_total: f64,
    /// Largest resident memory; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Window x model pairs trained in this run.
    pub n_trained: usize,
    /// Window x model pairs remembered from past work.
    pub n_known: usize,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// One line.
    pub headline: String,
    /// The colour of the page's verdict.
    pub colour: Colour,
    /// Limits breached.
    pub n_breached: usize,
    /// Limits that could not be judged.
    pub n_not_judged: usize,
    /// Limits set.
    pub n_limits: usize,
}

/// The manifest of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this file's layout.
    pub schema: u32,
    /// Report name.
    pub name: String,
    /// Report title.
    pub title: String,
    /// Data of this day and later was not read.
    pub as_of: String,
    /// The spec's path, relative to the root.
    pub spec_file: String,
    /// Seed.
    pub seed: u64,
    /// What determines the run's bytes.
    pub inputs: Inputs,
    /// One hash over `inputs`.
    pub inputs_sha256: String,
    /// The program.
    pub program: Program,
    /// Where and how fast.
    pub machine: Machine,
    /// How it ended.
    pub ended: Ended,
    /// SHA-256 of every other file that the run wrote, but the attestation, which holds the manifest's own.
    pub outputs: BTreeMap<String, String>,
}

impl Manifest {
    /// The bytes of the manifest of a run folder.
    pub fn bytes(folder: &Path) -> Result<Vec<u8>> {
        let path = folder.join(MANIFEST);
        std::fs::read(&path).map_err(|cause| {
            Error::machine(path.display(), format!("cannot be read: {cause}")).hint("name a run folder, such as reports/equity_var/2020-01-01")
        })
    }

    /// The manifest in those bytes; the folder is for messages.
    pub fn parse(folder: &Path, bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|cause| Error::machine(folder.join(MANIFEST).display(), format!("is no manifest: {cause}")))
    }

    /// Reads the manifest of a run folder.
    pub fn read(folder: &Path) -> Result<Self> {
        Self::parse(folder, &Self::bytes(folder)?)
    }

    /// The day, UTC, on which the run was made, where that is more than two days from its as-of: it was not made the morning after.
    ///
    /// It stands beside a run where runs are listed, and on no page: a page is a function of what was read.
    #[must_use]
    pub fn made_on(&self) -> Option<Day> {
        let (made, as_of): (Day, Day) = (self.machine.started.get(..10)?.parse().ok()?, self.as_of.parse().ok()?);
        (2 < (i64::from(made.0) - i64::from(as_of.0)).abs()).then_some(made)
    }

    /// The file's bytes.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a manifest is made of plain values");
        bytes.push(b'\n');
        bytes
    }
}

/// SHA-256 of each file, by name.
#[must_use]
pub fn hashes(files: &[(String, Vec<u8>)]) -> BTreeMap<String, String> {
    files.par_iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect()
}

/// Largest resident memory of this process, where the system tells (Linux).
#[must_use]
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(1024 * kilobytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_made_the_morning_after_or_the_monday_after_is_no_later_run() {
        let made_on = |as_of: &str, started: &str| {
            let machine = Machine { started: started.to_owned(), ..Machine::default() };
            Manifest { as_of: as_of.to_owned(), machine, ..Manifest::default() }.made_on().map(|day| day.to_string())
        };
        assert_eq!(made_on("2026-11-28", "2026-11-28T04:00:00Z"), None);
        // As of a Saturday, made on Monday.
        assert_eq!(made_on("2026-11-28", "2026-11-30T23:59:59Z"), None);
        assert_eq!(made_on("2026-11-28", "2026-12-01T00:00:00Z").as_deref(), Some("2026-12-01"));
        assert_eq!(made_on("2026-12-28", "2026-11-30T04:00:00Z").as_deref(), Some("2026-11-30"));
        assert_eq!(made_on("2026-11-28", ""), None);
    }
}
