//! A run folder, read back and held against its own hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;

use super::Finding;
use super::content::{self, SIGNATURES};
use super::statement::{self, ATTESTATION, LimitState, Link};
use crate::day::Day;
use crate::digest::{sha256, sha256_file};
use crate::error::{Error, Result};
use crate::manifest::{Ended, MANIFEST, Manifest};
use crate::stat::{Colour, Outcome, Standing};

/// The file of a run folder that holds every number of its page.
pub const SUMMARY: &str = "summary.json";

/// A run that ended, as its folder tells it; `run.json`, the attestation and `summary.json` agree.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The manifest.
    pub manifest: Manifest,
    /// How the run ended, as its summary tells it.
    pub ended: Ended,
    /// SHA-256 of `run.json`: the digest of the whole run.
    pub run_sha256: String,
    /// SHA-256 of `attestation.json`.
    pub attestation_sha256: String,
    /// The run before, as the attestation names it.
    pub before: Option<Link>,
    /// Its metrics; `None` where undefined.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// Its limits and how they fared.
    pub limits: Vec<LimitState>,
    /// Its findings, open and closed; none in a run of a program that kept no register.
    pub findings: Vec<Finding>,
}

/// What is read of `summary.json`.
#[derive(Deserialize)]
pub(super) struct Summary {
    name: String,
    as_of: String,
    inputs_sha256: String,
    limits: Vec<Judged>,
    metrics: BTreeMap<String, Metric>,
    #[serde(default)]
    findings: Vec<Finding>,
    page: Page,
}

#[derive(Deserialize)]
struct Judged {
    limit: Limit,
    standing: Standing,
}

#[derive(Deserialize)]
struct Limit {
    metric: String,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
struct Metric {
    value: Outcome<f64>,
}

#[derive(Deserialize)]
struct Page {
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    title: String,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    state: Colour,
    headline: String,
}

impl Summary {
    /// Reads the bytes of a `summary.json`.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|cause| Error::machine(SUMMARY, format!("is no summary: {cause}")))
    }

    /// The limits and how they fared.
    pub(super) fn limits(self) -> Vec<LimitState> {
        let state = |Judged { limit, standing }: Judged| LimitState { metric: limit.metric, min: limit.min, max: limit.max, standing };
        self.limits.into_iter().map(state).collect()
    }

    fn ended(&self) -> Ended {
        let n = |standing: Standing| self.limits.iter().filter(|judged| judged.standing == standing).count();
        Ended {
            headline: self.page.head.verdict.headline.clone(),
            colour: self.page.head.verdict.state,
            n_breached: n(Standing::Breached),
            n_not_judged: n(Standing::NotJudged),
            n_limits: self.limits.len(),
        }
    }
}

impl Kept {
    /// Reads a run folder; its other files are not looked at, which [`problems`] does.
    ///
    /// Errors where a file of the three is missing or no such file, or where they do not agree; the message names the file.
    pub fn read(folder: &Path) -> Result<Self> {
        let bytes = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|cause| Error::machine(path.display(), format!("cannot be read: {cause}")))
        };
        let refuse = |name: &str, problem: String| {
            Err(Error::machine(folder.join(name).display(), problem).hint("restore the run folder, or move it away and run the report again"))
        };
        let manifest_bytes = Manifest::bytes(folder)?;
        let manifest = Manifest::parse(folder, &manifest_bytes)?;
        // Another day's run, copied here, is whole and is not this day's.
        let day = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<Day>().ok());
        if day.is_some_and(|day| day.to_string() != manifest.as_of) {
            return refuse(MANIFEST, format!("is of the run of {}, which does not belong here", manifest.as_of));
        }
        if manifest.json() != manifest_bytes {
            return refuse(MANIFEST, "is not as a run writes it".to_owned());
        }
        let attestation = bytes(ATTESTATION)?;
        let previous = match statement::previous(&attestation) {
            Ok(previous) => previous,
            Err(problem) => return refuse(ATTESTATION, format!("is no attestation of a run: {problem}")),
        };
        let summary_bytes = bytes(SUMMARY)?;
        if manifest.outputs.get(SUMMARY) != Some(&sha256(&summary_bytes)) {
            return refuse(SUMMARY, "is not the file that the run wrote".to_owned());
        }
        let summary = Summary::parse(&summary_bytes).map_err(|error| error.at(folder.join(SUMMARY).display()))?;
        let ended = summary.ended();
        let told = [&summary.name, &summary.as_of, &summary.inputs_sha256, &summary.page.head.title];
        if ended != manifest.ended || told != [&manifest.name, &manifest.as_of, &manifest.inputs_sha256, &manifest.title] {
            return refuse(MANIFEST, format!("says of the run what {SUMMARY} does not: it has been edited"));
        }
        let findings = summary.findings.clone();
        let metrics = summary.metrics.iter().map(|(name, metric)| (name.clone(), metric.value.value().copied())).collect();
        let limits = summary.limits();
        if statement::envelope(&manifest, limits.clone(), previous.clone()) != attestation {
            return refuse(ATTESTATION, format!("does not attest this {MANIFEST}: one of them has been edited"));
        }
        let (run_sha256, attestation_sha256) = (sha256(&manifest_bytes), sha256(&attestation));
        Ok(Self { manifest, ended, run_sha256, attestation_sha256, before: previous, metrics, limits, findings })
    }

    /// How the run after this one names it.
    #[must_use]
    pub fn link(&self) -> Link {
        Link { run: self.manifest.as_of.clone(), attestation_sha256: self.attestation_sha256.clone() }
    }
}

/// Files of the run that are missing or not as it wrote them, in words.
pub fn edited(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let records = [MANIFEST, ATTESTATION].into_iter().filter(|name| !folder.join(name).is_file()).map(|name| format!("{name} is missing"));
    let edited: Vec<String> = manifest.outputs.par_iter().filter_map(|(name, _)| edited_of(folder, manifest, name)).collect();
    records.chain(edited).collect()
}

/// Whether one file is missing or not as the run wrote it, in words.
pub fn edited_of(folder: &Path, manifest: &Manifest, name: &str) -> Option<String> {
    match sha256_file(&folder.join(name)) {
        Ok(now) if manifest.outputs.get(name) == Some(&now) => None,
        Ok(_) => Some(format!("{name} is not the file that the run wrote")),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Some(format!("{name} is missing")),
        Err(cause) => Some(format!("{name} cannot be read: {cause}")),
    }
}

/// What is wrong with the files of a run folder, in words: not as the run wrote them, or not of the run. Sign-offs are not judged here.
pub fn problems(folder: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let mut found = edited(folder, manifest);
    for (name, what) in content::files(folder)? {
        if let Some(what) = what {
            found.push(format!("{name} is {what}"));
        } else if !content::is_of_a_run(manifest, &name) && !name.starts_with(&format!("{SIGNATURES}/")) {
            found.push(format!("{name} is no file of the run"));
        }
    }
    Ok(found)
}
