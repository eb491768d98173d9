//! Who may sign: OpenSSH's `allowed_signers`.
//!
//! Source: OpenSSH, ssh-keygen(1), ALLOWED SIGNERS (2020).

use std::path::Path;

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey};

use super::signature::NAMESPACE;
use crate::error::{Error, Result};
use crate::source::matches_pattern;

/// The lines of an `allowed_signers` file.
#[derive(Debug, Clone)]
pub struct Signers {
    file: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Line {
    principals: String,
    key: KeyData,
    namespaces: Option<Vec<String>>,
    valid_after: Option<DateTime<Utc>>,
    valid_before: Option<DateTime<Utc>>,
}

impl Signers {
    /// Reads the file; errors name the line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            Error::machine(path.display(), format!("cannot be read: {cause}")).hint("a line is: alice@bank.example ssh-ed25519 AAAA...")
        })?;
        Self::parse(&path.display().to_string(), &text)
    }

    fn parse(file: &str, text: &str) -> Result<Self> {
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            lines.push(Line::parse(line).map_err(|problem| Error::machine(format!("{file}:{}", at + 1), problem))?);
        }
        Ok(Self { file: file.to_owned(), lines })
    }

    /// Whose key it is at a moment: the principals of its line; in words why it is nobody's.
    pub(super) fn principals(&self, key: &PublicKey, at: DateTime<Utc>) -> Result<String, String> {
        let lines: Vec<&Line> = self.lines.iter().filter(|line| line.key == *key.key_data()).collect();
        let name = || key.fingerprint(HashAlg::Sha256);
        if lines.is_empty() {
            return Err(format!("is signed by a key that {} does not list ({})", self.file, name()));
        }
        let refusals: Vec<String> = lines.iter().filter_map(|line| line.refusal(at)).collect();
        match lines.iter().find(|line| line.refusal(at).is_none()) {
            Some(line) => Ok(line.principals.clone()),
            None => Err(format!("is signed by the key of {} ({}), which {}", lines[0].principals, name(), refusals[0])),
        }
    }
}

impl Line {
    fn parse(line: &str) -> Result<Self, String> {
        let mut words = words(line)?;
        let mut next = || if words.is_empty() { String::new() } else { words.remove(0) };
        let principals = next().replace('"', "");
        let mut options = String::new();
        let mut kind = next();
        if !is_kind(&kind) {
            (options, kind) = (kind, next());
        }
        let text = format!("{kind} {}", next());
        let key = PublicKey::from_openssh(&text).map_err(|cause| format!("holds no SSH public key: {cause}"))?;
        let mut parsed = Self { principals, key: key.key_data().clone(), namespaces: None, valid_after: None, valid_before: None };
        for option in split(&options) {
            let (name, value) = option.split_once('=').unwrap_or((&option, ""));
            match name.to_ascii_lowercase().as_str() {
                "namespaces" => parsed.namespaces = Some(value.split(',').map(str::to_owned).collect()),
                "valid-after" => parsed.valid_after = Some(moment(value)?),
                "valid-before" => parsed.valid_before = Some(moment(value)?),
                "cert-authority" => return Err("certificates are not checked here; list the keys, or use `ssh-keygen -Y verify`".to_owned()),
                _ => return Err(format!("has an option `{name}`, which is not known")),
            }
        }
        Ok(parsed)
    }

    /// Why the key does not count at a moment.
    fn refusal(&self, at: DateTime<Utc>) -> Option<String> {
        let shown = |moment: DateTime<Utc>| moment.format("%Y-%m-%d %H:%M:%S UTC");
        if let Some(namespaces) = &self.namespaces
            && !is_listed(namespaces)
        {
            return Some(format!("may sign for {} only, not for `{NAMESPACE}`", namespaces.join(", ")));
        }
        if let Some(from) = self.valid_after.filter(|&from| at < from) {
            return Some(format!("is not valid before {}", shown(from)));
        }
        self.valid_before.filter(|&to| to <= at).map(|to| format!("expired on {}", shown(to)))
    }
}

/// Whether a list of patterns means ours: one of them does, and none that begins with `!`.
fn is_listed(patterns: &[String]) -> bool {
    let denied = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
    let allowed = patterns.iter().filter(|pattern| !pattern.starts_with('!'));
    !denied.into_iter().any(|pattern| matches_pattern(pattern, NAMESPACE)) && allowed.into_iter().any(|pattern| matches_pattern(pattern, NAMESPACE))
}

fn is_kind(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|prefix| word.starts_with(prefix))
}

/// Words between blanks; blanks between double quotes are part of a word.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut found = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                found.last_mut().expect("never empty").push('"');
            }
            ' ' | '\t' if !is_quoted => found.push(String::new()),
            _ => found.last_mut().expect("never empty").push(letter),
        }
    }
    found.retain(|word| !word.is_empty());
    if is_quoted { Err("has a quote that does not end".to_owned()) } else { Ok(found) }
}

/// Options between commas that are not quoted, without their quotes.
fn split(options: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut is_quoted = false;
    for letter in options.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => found.push(String::new()),
            _ => found.last_mut().expect("never empty").push(letter),
        }
    }
    found.retain(|option| !option.is_empty());
    found
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, in local time or, with a Z, in UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let refuse = || format!("has the time `{text}`, which is not YYYYMMDD[HHMM[SS]][Z]");
    let (digits, is_utc) = text.strip_suffix('Z').map_or((text, false), |digits| (digits, true));
    let naive = match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0)),
        12 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M").ok(),
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok(),
        _ => None,
    };
    let naive = naive.ok_or_else(refuse)?;
    if is_utc {
        return Ok(Utc.from_utc_datetime(&naive));
    }
    Local.from_local_datetime(&naive).earliest().map(|local| local.with_timezone(&Utc)).ok_or_else(refuse)
}
