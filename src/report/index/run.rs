//! Run: one run as the index sees it, from its folder or from its line.

use std::path::Path;

use serde::Deserialize;

use super::line::{LimitLine, Line, SCHEMA};
use super::seal::{PAGE, Seal};
use crate::day::Day;
use crate::digest::sha256;
use crate::evidence::{self, Kept};
use crate::manifest::Manifest;
use crate::report::told::Told;

/// What is known of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Run {
    /// Its files are those that it wrote.
    Whole(Box<Line>),
    /// Its files do not agree, and why.
    Doubted(String),
    /// It was listed, and its folder is gone.
    Gone(Box<Line>),
}

/// A run of a day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// The day.
    pub(super) as_of: Day,
    /// What is known of it.
    pub(super) run: Run,
    /// Earlier states of the day, in words: runs that were made again or kept aside.
    pub(super) earlier: Vec<String>,
}

impl Run {
    /// What it says, where it can be believed or is remembered.
    pub(super) fn line(&self) -> Option<&Line> {
        match self {
            Self::Whole(line) | Self::Gone(line) => Some(line),
            Self::Doubted(_) => None,
        }
    }
}

/// A run that has not changed since `line` was written: the stamps of its files agree, and `run.json` is the file of that digest and says
/// what the line says.
pub(super) fn unchanged(folder: &Path, line: &Line) -> bool {
    if Seal::of(folder).as_ref() != Some(&line.seal) {
        return false;
    }
    let Ok(bytes) = Manifest::bytes(folder) else { return false };
    let said = |manifest: &Manifest| {
        let Manifest { name, title, as_of, ended, .. } = manifest;
        (name, title, as_of, ended) == (&line.name, &line.title, &line.as_of.to_string(), &line.ended) && manifest.made_on() == line.made_on
    };
    sha256(&bytes) == line.digest && Manifest::parse(folder, &bytes).is_ok_and(|manifest| said(&manifest))
}

/// What is read of the page.
#[derive(Deserialize)]
struct Page {
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    owner: Option<String>,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    sentences: Vec<String>,
}

/// Reads a run's folder; `name` is the folder below the folder of the runs.
pub(super) fn read(folder: &Path, name: &str, as_of: Day) -> Run {
    // Before the files are read: one that changes meanwhile does not agree with it afterwards.
    // A call that fails once may be a hiccup of the disk; one that fails twice is told.
    let seal = Seal::of(folder).or_else(|| Seal::of(folder));
    let words = |error: crate::error::Error| format!("{}: {}", file_name(&error.fault().place), error.fault().problem);
    let page = |kept: &Kept| evidence::edited_of(folder, &kept.manifest, PAGE);
    let whole = Kept::read(folder).map_err(words).and_then(|kept| page(&kept).map_or(Ok(kept), Err));
    let told = whole.and_then(|kept| Told::<Page>::read(folder, &kept).map(|told| (kept, told)).map_err(words));
    match (told, seal) {
        (Err(problem), _) => Run::Doubted(problem),
        (Ok(_), None) => Run::Doubted("its files cannot be looked at".to_owned()),
        (Ok((kept, told)), Some(seal)) => Run::Whole(Box::new(Line {
            schema: SCHEMA,
            run: name.to_owned(),
            digest: kept.run_sha256.clone(),
            name: kept.manifest.name.clone(),
            title: kept.manifest.title.clone(),
            as_of,
            made_on: kept.manifest.made_on(),
            ended: kept.ended.clone(),
            owner: told.page.head.owner.unwrap_or_default(),
            worst: told.page.head.verdict.sentences.into_iter().next().unwrap_or_default(),
            limits: told.limits.iter().map(|limit| LimitLine::of(&limit.judged())).collect(),
            signed: signed(folder, &kept),
            seal,
        })),
    }
}

/// Who signed a run, by key: whose keys they are `plimsoll verify --signers` tells.
fn signed(run: &Path, kept: &Kept) -> Vec<String> {
    let Ok((found, wrong)) = evidence::sign_offs(run, kept, None) else { return vec!["sign-offs cannot be read".to_owned()] };
    let words = found.into_iter().map(|signed| format!("{} by key {}", signed.sign_off.role, signed.sign_off.key));
    words.chain(wrong).collect()
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
