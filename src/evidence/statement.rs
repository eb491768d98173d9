//! `attestation.json`: what a run wrote, from what and with which verdict, as an in-toto Statement in a DSSE envelope.
//!
//! Sources: in-toto Attestation Framework, Statement v1 (2023); DSSE v1.0.2, Dead Simple Signing Envelope (2024).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::sha256;
use crate::error::Result;
use crate::manifest::{Ended, MANIFEST, Manifest};
use crate::stat::Standing;

/// Name of the attestation in a run folder.
pub const ATTESTATION: &str = "attestation.json";

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:plimsoll:run:v1";
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// The run before, which makes a chain of a report's runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its folder: its as-of date.
    pub run: String,
    /// SHA-256 of its attestation.
    pub attestation_sha256: String,
}

/// The envelope. Its list of signatures is empty: the attestation is made before anybody has read the report, and signed from outside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Predicate {
    report: String,
    as_of: String,
    verdict: Ended,
    limits: Vec<LimitState>,
    spec: String,
    inputs: BTreeMap<String, String>,
    inputs_sha256: String,
    previous: Option<Link>,
}

/// A limit and how it fared; its value stands in `summary.json`, which is a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitState {
    /// The metric that it is on.
    pub metric: String,
    /// Least value that keeps it.
    pub min: Option<f64>,
    /// Largest value that keeps it.
    pub max: Option<f64>,
    /// How it fared.
    pub standing: Standing,
}

/// The attestation's bytes: a subject for `run.json` and every file that it names.
#[must_use]
pub(super) fn envelope(manifest: &Manifest, limits: Vec<LimitState>, previous: Option<Link>) -> Vec<u8> {
    let own = (MANIFEST.to_owned(), sha256(&manifest.json()));
    let subject = |(name, hash): (String, String)| Subject { name, digest: BTreeMap::from([("sha256".to_owned(), hash)]) };
    let subjects: BTreeMap<String, String> = manifest.outputs.clone().into_iter().chain([own]).collect();
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: subjects.into_iter().map(subject).collect(),
        predicate_type: PREDICATE.to_owned(),
        predicate: Predicate {
            report: manifest.name.clone(),
            as_of: manifest.as_of.clone(),
            verdict: manifest.ended.clone(),
            limits,
            spec: manifest.spec_file.clone(),
            inputs: manifest.inputs.files.clone(),
            inputs_sha256: manifest.inputs_sha256.clone(),
            previous,
        },
    };
    let payload = STANDARD.encode(serde_json::to_vec(&statement).expect("a statement is made of plain values"));
    let envelope = Envelope { payload_type: PAYLOAD.to_owned(), payload, signatures: Vec::new() };
    let mut bytes = serde_json::to_vec_pretty(&envelope).expect("an envelope is made of text");
    bytes.push(b'\n');
    bytes
}

/// The attestation of a run that made `manifest` and `summary.json`, after the run in `previous`.
pub fn attestation(manifest: &Manifest, summary: &[u8], previous: Option<Link>) -> Result<Vec<u8>> {
    Ok(envelope(manifest, super::kept::Summary::parse(summary)?.limits(), previous))
}

/// The run before, as an attestation names it; `None` inside where it names none.
pub(super) fn previous(bytes: &[u8]) -> Result<Option<Link>, String> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|cause| cause.to_string())?;
    let payload = STANDARD.decode(&envelope.payload).map_err(|cause| cause.to_string())?;
    let statement: Statement = serde_json::from_slice(&payload).map_err(|cause| cause.to_string())?;
    Ok(statement.predicate.previous)
}
