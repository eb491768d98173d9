//! `reports/index.html`: all runs of all reports, made again by every run.

use std::fs;
use std::path::{Path, PathBuf};

use super::cell::State;
use super::compose::state;
use super::render::{IndexEntry, Templates, index};
use crate::day::Day;
use crate::disk::write_whole;
use crate::error::{Error, Result};
use crate::evidence::{self, Kept};
use crate::folder::Locked;
use crate::manifest::MANIFEST;

/// Lists every whole run below `reports`; a run whose files are not what it wrote is listed as such.
///
/// One index is made at a time, so that none is made of what stood there before the last run.
pub fn write_index(root: &Path, reports: &Path) -> Result<()> {
    let templates = Templates::load(root)?;
    let _locked = Locked::wait(reports)?;
    let mut entries = Vec::new();
    for report in folders(reports)? {
        for run in folders(&report)? {
            // What was kept aside is named after its day and more; a folder without a manifest is not a run, or not a whole one.
            let day = run.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<Day>().ok());
            let Some(as_of) = day else { continue };
            let is_there = run.join(MANIFEST).try_exists();
            if is_there.map_err(|cause| Error::machine(run.display(), format!("cannot be looked into: {cause}")))? {
                entries.push(entry(&run, as_of));
            }
        }
    }
    write_whole(&reports.join("index.html"), index(&templates, &entries)?.as_bytes())
}

fn entry(run: &Path, as_of: Day) -> IndexEntry {
    let report = run.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let link = format!("./{report}/{as_of}/report.html");
    let page = |kept: &Kept| evidence::edited_of(run, &kept.manifest, "report.html");
    let read = Kept::read(run).map_err(|error| format!("{}: {}", file_name(&error.fault().place), error.fault().problem));
    let whole = read.and_then(|kept| page(&kept).map_or(Ok(kept), Err));
    match whole {
        Ok(kept) => IndexEntry {
            name: kept.manifest.name.clone(),
            title: kept.manifest.title.clone(),
            as_of,
            state: state(kept.ended.colour),
            verdict: kept.ended.headline.clone(),
            breached: kept.ended.n_breached as u64,
            limits: kept.ended.n_limits as u64,
            seconds: kept.manifest.machine.seconds_total,
            digest: kept.run_sha256.clone(),
            signed: signed(run, &kept).into_iter().chain(aside(run)).collect(),
            link,
        },
        Err(problem) => IndexEntry {
            title: report.clone(),
            name: report,
            as_of,
            state: State::Red,
            verdict: format!("Not to be believed: {problem}"),
            breached: 0,
            limits: 0,
            seconds: 0.0,
            digest: String::new(),
            signed: Vec::new(),
            link,
        },
    }
}

/// Runs of the same day that were replaced and kept aside, such as signed ones.
fn aside(run: &Path) -> Vec<String> {
    let name = |n: u32| run.with_file_name(format!("{}.replaced-{n}", run.file_name().unwrap_or_default().to_string_lossy()));
    (1..=u32::MAX)
        .map(name)
        .take_while(|aside| aside.is_dir())
        .map(|aside| format!("an earlier run of this day is kept in {}", file_name(&aside.to_string_lossy())))
        .collect()
}

/// Who signed a run, by key: whose keys they are `plimsoll verify --signers` tells.
fn signed(run: &Path, kept: &Kept) -> Vec<String> {
    let Ok((found, wrong)) = evidence::sign_offs(run, kept, None) else { return vec!["sign-offs cannot be read".to_owned()] };
    let words = found.into_iter().map(|signed| format!("{} by key {}", signed.sign_off.role, signed.sign_off.key));
    words.chain(wrong).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Folders below `path` that are not hidden, sorted.
fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let refuse = |cause: std::io::Error| Error::machine(path.display(), format!("cannot be listed: {cause}"));
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let kind = entry.file_type().map_err(refuse)?;
        let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
        if is_folder && !entry.file_name().to_string_lossy().starts_with('.') {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
