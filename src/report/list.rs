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
use crate::manifest::Manifest;

/// Lists every whole run below `reports`; a run whose files are not what it wrote is listed as such.
///
/// One index is made at a time, so that none is made of what stood there before the last run.
pub fn write_index(root: &Path, reports: &Path) -> Result<()> {
    let templates = Templates::load(root)?;
    let _locked = Locked::wait(reports)?;
    let mut entries = Vec::new();
    for report in folders(reports)? {
        for run in folders(&report)? {
            // A folder without a manifest is not a run, or not a whole one.
            if let Ok(manifest) = Manifest::read(&run) {
                entries.extend(entry(reports, &run, manifest));
            }
        }
    }
    write_whole(&reports.join("index.html"), index(&templates, &entries)?.as_bytes())
}

fn entry(reports: &Path, run: &Path, manifest: Manifest) -> Option<IndexEntry> {
    let as_of: Day = manifest.as_of.parse().ok()?;
    let link = format!("./{}", run.join("report.html").strip_prefix(reports).ok()?.display());
    let page = |kept: &Kept| evidence::edited_of(run, &kept.manifest, "report.html");
    let read = Kept::read(run).map_err(|error| format!("{}: {}", file_name(&error.fault().place), error.fault().problem));
    let whole = read.and_then(|kept| page(&kept).map_or(Ok(kept), Err));
    Some(match whole {
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
            signed: signed(run, &kept),
            link,
        },
        Err(problem) => IndexEntry {
            name: manifest.name,
            title: manifest.title,
            as_of,
            state: State::Red,
            verdict: format!("Not to be believed: {problem}"),
            breached: 0,
            limits: 0,
            seconds: manifest.machine.seconds_total,
            digest: String::new(),
            signed: Vec::new(),
            link,
        },
    })
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
    let entries = fs::read_dir(path).map_err(|cause| Error::machine(path.display(), format!("cannot be read: {cause}")))?;
    let is_shown = |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let mut found: Vec<_> = entries.flatten().filter(is_shown).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}
