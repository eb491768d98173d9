//! Sign-offs: who prepared, reviewed and approved a run, each a file of its own with a signature beside it.
//!
//! `signatures/reviewed-1/sign-off.json` names the digest of the attestation, which holds the hash of every file of the run; `sign-off.json.sig`
//! is its SSH signature. The report itself never changes.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ssh_key::HashAlg;

use super::content::{self, SIGNATURES, TIMESTAMP};
use super::kept::{Kept, problems};
use super::signature::{self, Key};
use super::signers::Signers;
use crate::disk::sync_below;
use crate::error::{Error, Result};

/// The folder below `signatures/` for what people lay beside, such as a scan; nothing of it is signed or checked.
const ATTACHED: &str = "attached";

/// The signed file.
const DOCUMENT: &str = "sign-off.json";

/// In what capacity somebody signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Made the report.
    Prepared,
    /// Examined it.
    Reviewed,
    /// Decided on it.
    Approved,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prepared => "prepared",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
        })
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Prepared, Self::Reviewed, Self::Approved]
            .into_iter()
            .find(|role| role.to_string() == text)
            .ok_or_else(|| format!("must be prepared, reviewed or approved, was `{text}`"))
    }
}

/// What somebody signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// Version of this file's layout.
    pub schema: u32,
    /// The report.
    pub report: String,
    /// The run's as-of date.
    pub as_of: String,
    /// The verdict that was signed, in words.
    pub verdict: String,
    /// SHA-256 of `attestation.json`.
    pub attestation_sha256: String,
    /// In what capacity.
    pub role: Role,
    /// What the signer had to say.
    pub remark: String,
    /// When, by the signer's own clock, UTC.
    pub signed_at: String,
    /// Fingerprint of the key.
    pub key: String,
}

/// A sign-off found beside a run.
#[derive(Debug, Clone)]
pub struct SignedBy {
    /// Its folder's name, such as `reviewed-1`.
    pub name: String,
    /// What was signed.
    pub sign_off: SignOff,
    /// The principals of the key, where it was known whose it is.
    pub principals: Option<String>,
    /// Whether a time-stamp token lies beside.
    pub has_timestamp: Timestamp,
}

/// Whether a time-stamp token lies beside a sign-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// None.
    Absent,
    /// One, which is not checked here.
    Beside,
}

/// Signs the run in `folder`, whose files must be those that it wrote; the name of the sign-off.
///
/// Errors where the folder is not whole, the key cannot be read or does not sign.
pub fn sign(folder: &Path, role: Role, key: &Path, remark: &str, now: DateTime<Utc>) -> Result<String> {
    let kept = Kept::read(folder)?;
    let wrong = problems(folder, &kept.manifest)?;
    if !wrong.is_empty() {
        return Err(
            Error::machine(folder.display(), format!("cannot be signed: {}", wrong.join("; "))).hint("restore the files, or run the report again")
        );
    }
    let key = Key::read(key)?;
    let sign_off = SignOff {
        schema: 1,
        report: kept.manifest.name,
        as_of: kept.manifest.as_of,
        verdict: kept.ended.headline,
        attestation_sha256: kept.attestation_sha256,
        role,
        remark: remark.to_owned(),
        signed_at: now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        key: key.fingerprint(),
    };
    let mut text = serde_json::to_vec_pretty(&sign_off).expect("a sign-off is made of text");
    text.push(b'\n');
    let all = folder.join(SIGNATURES);
    let refuse = |cause: std::io::Error| Error::machine(all.display(), format!("cannot be written: {cause}")).hint("nothing was signed");
    fs::create_dir_all(&all).map_err(refuse)?;
    sweep(&all).map_err(refuse)?;
    // Under another name until it is whole: a sign-off without its signature is never seen.
    let half = all.join(format!(".half-{}", std::process::id()));
    let place = || -> Result<String> {
        fs::create_dir(&half).map_err(refuse)?;
        fs::write(half.join(DOCUMENT), &text).map_err(refuse)?;
        key.sign(&half.join(DOCUMENT))?;
        sync_below(&half).map_err(refuse)?;
        let free = (1..=u32::MAX).map(|n| format!("{role}-{n}")).find(|name| !all.join(name).exists()).expect("a number is free");
        let place = all.join(&free);
        fs::rename(&half, &place).map_err(refuse)?;
        sync_below(&all).map_err(|cause| {
            // What may not outlive a power cut is taken back.
            let _ = fs::remove_dir_all(&place);
            refuse(cause)
        })?;
        Ok(free)
    };
    let placed = place();
    if placed.is_err() {
        // What a failed signature left is no sign-off; that it may not exist is no second error.
        let _ = fs::remove_dir_all(&half);
        let _ = fs::remove_dir(&all);
    }
    placed
}

/// Every sign-off of the run in `folder`, in the order of their names; in words, which of them do not hold and why.
///
/// Whose keys they are is told by `signers` at a moment; without them only that each signature holds for the key that it names.
pub fn sign_offs(folder: &Path, kept: &Kept, signers: Option<(&Signers, DateTime<Utc>)>) -> Result<(Vec<SignedBy>, Vec<String>)> {
    let all = folder.join(SIGNATURES);
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    if !all.exists() {
        return Ok((found, wrong));
    }
    let files: Vec<String> = content::files(&all)?.into_iter().map(|(name, _)| name).filter(|name| !name.starts_with(".half-")).collect();
    for name in &files {
        let (signed, file) = name.split_once('/').unwrap_or(("", name));
        if signed == ATTACHED {
            continue;
        }
        let is_token = Path::new(file).extension().is_some_and(|extension| extension == TIMESTAMP);
        let is_ours = !signed.is_empty() && (file == DOCUMENT || file.strip_suffix(".sig") == Some(DOCUMENT));
        if !is_token && !is_ours {
            wrong.push(format!("{SIGNATURES}/{name} is no file of a sign-off"));
        }
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in names(&files) {
        match one(&all.join(name), kept, signers) {
            Ok((sign_off, _)) if name.rsplit_once('-').is_none_or(|(role, _)| role != sign_off.role.to_string()) => {
                wrong.push(format!("{SIGNATURES}/{name} holds a sign-off as {}", sign_off.role));
            }
            Ok((sign_off, principals)) => {
                // A copy is no second signature.
                let text = format!("{} {} {} {}", sign_off.role, sign_off.key, sign_off.signed_at, sign_off.remark);
                if let Some(first) = seen.insert(text, name) {
                    wrong.push(format!("{SIGNATURES}/{name} is a copy of {first}"));
                    continue;
                }

                let is_stamped = files.iter().any(|file| file.starts_with(&format!("{name}/")) && file.ends_with(&format!(".{TIMESTAMP}")));
                let has_timestamp = if is_stamped { Timestamp::Beside } else { Timestamp::Absent };
                found.push(SignedBy { name: name.to_owned(), sign_off, principals, has_timestamp });
            }
            Err(problem) => wrong.push(format!("{SIGNATURES}/{name}/{DOCUMENT} {problem}")),
        }
    }
    Ok((found, wrong))
}

/// Folders of sign-offs.
fn names(files: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> =
        files.iter().filter_map(|name| name.split_once('/').map(|(signed, _)| signed)).filter(|name| *name != ATTACHED).collect();
    names.dedup();
    names
}

/// The sign-off in a folder, and whose key it is.
fn one(folder: &Path, kept: &Kept, signers: Option<(&Signers, DateTime<Utc>)>) -> Result<(SignOff, Option<String>), String> {
    let path = folder.join(DOCUMENT);
    let key = signature::signer(&path)?;
    let text = fs::read(&path).map_err(|cause| format!("cannot be read: {cause}"))?;
    let sign_off: SignOff = serde_json::from_slice(&text).map_err(|cause| format!("is no sign-off: {cause}"))?;
    if sign_off.attestation_sha256 != kept.attestation_sha256 {
        return Err(format!("signs another run or another state of it (attestation {})", sign_off.attestation_sha256));
    }
    let told = [&sign_off.report, &sign_off.as_of, &sign_off.verdict];
    if told != [&kept.manifest.name, &kept.manifest.as_of, &kept.ended.headline] {
        return Err("says of the run what its manifest does not".to_owned());
    }
    if sign_off.key != key.fingerprint(HashAlg::Sha256).to_string() {
        return Err(format!("names the key {}, and is signed by another", sign_off.key));
    }
    let principals = signers.map(|(signers, at)| signers.principals(&key, at)).transpose()?;
    Ok((sign_off, principals))
}

/// Removes what killed signatures left.
fn sweep(all: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(".half-") {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
