//! `plimsoll verify`: make a run again from scratch, compare every byte, and check who signed it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::args::Args;
use super::progress::Talk;
use super::{Exit, escape, say};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::evidence::{self, ATTESTATION, Kept, Role, SignedBy, Signers, Timestamp};
use crate::manifest::{MANIFEST, Manifest, Program};
use crate::run::Made;
use crate::{run, spec};

/// Verifies the run in `folder`: a path, or `NAME/AS-OF` below the folder of the runs, as the page prints it.
///
/// Nothing in the folder is believed: its files must be those and only those that a run from scratch makes, and every field of its manifest
/// but `machine` must come out the same.
pub(super) fn verify(args: &Args, folder: &Path, signers: Option<&Path>, at: Option<Day>, required: &[Role]) -> Result<Exit> {
    let folder = place(args, folder);
    // `.` has no name, and the run before stands beside it.
    let folder = &folder.canonicalize().unwrap_or(folder);
    let manifest = Manifest::read(folder)?;
    let signers = signers.map(Signers::read).transpose()?;
    let mut differences = evidence::problems(folder, &manifest)?;
    let mut spec = spec::load(&args.root, Path::new(&manifest.spec_file))?;
    let as_of: Day = manifest.as_of.parse().map_err(|problem| Error::machine(folder.join(MANIFEST).display(), problem))?;
    spec.as_of = Some(as_of);
    let talk = Talk::new(args, &manifest.name);
    let made = run::again(&args.root, folder, &spec, &talk)?;
    let stranger = other_program(&manifest.program);
    differences.extend(stands_against(folder, &manifest, made)?);
    let signed = match Kept::read(folder) {
        Ok(kept) => {
            let (signed, wrong) = evidence::sign_offs(folder, &kept, signers.as_ref().map(|signers| (signers, moment(at))))?;
            differences.extend(wrong);
            if signers.is_some() && signed.is_empty() {
                differences.push("nobody has signed the run".to_owned());
            }
            let is_missing = |role: &&Role| !signed.iter().any(|signed| signed.sign_off.role == **role);
            differences.extend(required.iter().filter(is_missing).map(|role| format!("nobody has signed the run as {role}")));
            signed
        }
        Err(error) => {
            // Of an edited file it has been said already.
            if !differences.iter().any(|line| line.contains(&error.fault().problem)) {
                differences.push(format!("{}: {}", error.fault().place, error.fault().problem));
            }
            Vec::new()
        }
    };
    if !differences.is_empty() {
        differences.extend(stranger);
        for signed in &signed {
            say(&escape::value(&line(signed)))?;
        }
        return Err(Error::data(folder.display(), format!("does not verify:\n  {}", differences.join("\n  ")))
            .hint("restore the inputs or the folder, or run the report again; whether a key was valid on another day, --at DAY tells"));
    }
    if let Some(words) = stranger {
        talk.note(&format!("{}: {words}; every byte comes out the same all the same", manifest.name));
    }
    if let Some((run, _)) = &manifest.inputs.previous {
        talk.note(&format!("{}: compared with the run of {run}, whose own numbers are verified by verifying it", manifest.name));
    }
    for (at, one) in signed.iter().enumerate() {
        if let Some(other) = signed[..at].iter().find(|other| other.sign_off.key == one.sign_off.key) {
            talk.note(&format!("{}: {} and {} are signed by one key", manifest.name, other.name, one.name));
        }
    }
    talk.end(&format!(
        "{} {}: {}verified, {}; its verdict: {}",
        manifest.name,
        manifest.as_of,
        manifest.made_on().map_or(String::new(), |day| format!("made on {day}, ")),
        signatures(signed.len(), signers.is_some()),
        manifest.ended.headline
    ));
    for (name, hash) in &manifest.outputs {
        say(&escape::value(&format!("{hash}  {name}")))?;
    }
    for name in [ATTESTATION, MANIFEST] {
        let hash = crate::digest::sha256_file(&folder.join(name)).map_err(|cause| Error::machine(name, cause))?;
        say(&escape::value(&format!("{hash}  {name}")))?;
    }
    for signed in &signed {
        say(&escape::value(&line(signed)))?;
    }
    Ok(Exit::Good)
}

/// What differs between the folder and the run made again, in words.
fn stands_against(folder: &Path, kept: &Manifest, mut made: Made) -> Result<Vec<String>> {
    let mut found = kept.inputs.differences(&made.manifest.inputs);
    for name in kept.outputs.keys().filter(|name| !made.manifest.outputs.contains_key(*name)) {
        found.push(format!("{name} is named in {MANIFEST}, and no run writes it"));
    }
    for (name, hash) in &made.manifest.outputs {
        match kept.outputs.get(name) {
            None => found.push(format!("{name} is not named in {MANIFEST}, and a run writes it")),
            Some(other) if other != hash => found.push(format!("{name} comes out different")),
            Some(_) => {}
        }
    }
    // What a run from scratch cannot know.
    made.manifest.machine = kept.machine.clone();
    made.manifest.program = kept.program.clone();
    found.extend(fields(kept, &made.manifest));
    let attestation = std::fs::read(folder.join(ATTESTATION)).unwrap_or_default();
    if found.is_empty() && attestation != made.attestation()? {
        found.push(format!("{ATTESTATION} comes out different: it, {MANIFEST} or the run before has been edited or replaced"));
    }
    Ok(found)
}

/// Fields of the manifest that come out different, but for inputs and outputs, which have words of their own.
fn fields(kept: &Manifest, made: &Manifest) -> Vec<String> {
    let [kept, made] = [kept, made].map(|manifest| {
        let mut flat = BTreeMap::new();
        flatten(&serde_json::to_value(manifest).expect("a manifest is made of plain values"), "", &mut flat);
        flat.retain(|name, _| !name.starts_with("inputs.") && !name.starts_with("outputs."));
        flat
    });
    let names = kept.keys().chain(made.keys()).collect::<std::collections::BTreeSet<_>>();
    let shown = |value: Option<&String>| value.map_or("absent".to_owned(), String::clone);
    let differs = names.into_iter().filter(|name| kept.get(*name) != made.get(*name));
    differs.map(|name| format!("{MANIFEST}: {name} is {}, comes out {}", shown(kept.get(name)), shown(made.get(name)))).collect()
}

fn flatten(value: &Value, name: &str, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(value, &if name.is_empty() { key.clone() } else { format!("{name}.{key}") }, into);
            }
        }
        other => {
            into.insert(name.to_owned(), other.to_string());
        }
    }
}

/// That another program made the run, in words.
fn other_program(made_by: &Program) -> Option<String> {
    let this = Program::this();
    let shown = |program: &Program| {
        let executable = program.executable_sha256.get(..12).unwrap_or(&program.executable_sha256);
        format!("plimsoll {}, commit {}, executable {executable}", program.version, program.commit)
    };
    (*made_by != this).then(|| format!("made by {}; this is {}", shown(made_by), shown(&this)))
}

/// The start of a day, or now.
fn moment(at: Option<Day>) -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "whether a key is valid is asked of today")]
    let now = Utc::now();
    at.and_then(|day| DateTime::from_timestamp(i64::from(day.0) * 86_400, 0)).unwrap_or(now)
}

fn signatures(n: usize, is_known: bool) -> String {
    match (n, is_known) {
        (0, _) => "not signed".to_owned(),
        (1, true) => "1 signature by an allowed signer".to_owned(),
        (n, true) => format!("{n} signatures by allowed signers"),
        (1, false) => "1 signature holds; whose key it is, --signers tells".to_owned(),
        (n, false) => format!("{n} signatures hold; whose keys they are, --signers tells"),
    }
}

fn line(signed: &SignedBy) -> String {
    let SignedBy { name, sign_off, principals, has_timestamp } = signed;
    let who = principals.as_deref().unwrap_or("key not checked");
    let stamp = match has_timestamp {
        Timestamp::Absent => "",
        Timestamp::Beside => "  (a time stamp lies beside: openssl ts -verify checks it)",
    };
    format!("{name}  {who}  {}  {}  {}{stamp}", sign_off.key, sign_off.signed_at, sign_off.remark).trim_end().to_owned()
}

/// The folder itself where it holds a run, else the one below the folder of the runs.
pub(super) fn place(args: &Args, folder: &Path) -> PathBuf {
    let below = args.runs().join(folder);
    if !folder.join(MANIFEST).exists() && below.join(MANIFEST).exists() { below } else { folder.to_owned() }
}
