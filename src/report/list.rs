//! `reports/index.html`: all reports and their runs, made again by every run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::index::{self, Folders};
use super::render::Templates;
use crate::day::Day;
use crate::disk::write_whole;
use crate::error::{Error, Result};
use crate::folder::Locked;
use crate::manifest::MANIFEST;

/// Lists every report below `reports`; a run whose files are not what it wrote is listed as such.
///
/// One index is made at a time, so that none is made of what stood there before the last run.
pub fn write_index(root: &Path, reports: &Path) -> Result<()> {
    let templates = Templates::load(root)?;
    let _locked = Locked::wait(reports)?;
    let mut found = Vec::new();
    for report in folders(reports)? {
        let runs = runs(&report)?;
        if !runs.is_empty() {
            found.push(Folders { name: name(&report), runs });
        }
    }
    let (page, remembered) = index::page(&templates, reports, &found)?;
    // What cannot be remembered is read again next time; the list is right all the same.
    write_whole(&reports.join("index.html"), page.as_bytes()).and(remembered)
}

/// Runs of a report by day, and in words what stands beside each.
fn runs(report: &Path) -> Result<BTreeMap<Day, (PathBuf, Vec<String>)>> {
    let all = folders(report)?;
    let names: BTreeSet<String> = all.iter().map(|run| name(run)).collect();
    let mut runs = BTreeMap::new();
    for run in all {
        // What was kept aside is named after its day and more; a folder without a manifest is not a run, or not a whole one.
        let Ok(as_of) = name(&run).parse::<Day>() else { continue };
        let is_there = run.join(MANIFEST).try_exists();
        if is_there.map_err(|cause| Error::machine(run.display(), format!("cannot be looked into: {cause}")))? {
            let beside = aside(&names, as_of);
            runs.insert(as_of, (run, beside));
        }
    }
    Ok(runs)
}

/// Runs of the same day that were replaced and kept aside, such as signed ones.
fn aside(names: &BTreeSet<String>, as_of: Day) -> Vec<String> {
    let kept = (1..=u32::MAX).map(|n| format!("{as_of}.replaced-{n}")).take_while(|name| names.contains(name));
    kept.map(|name| format!("an earlier run of this day is kept in {name}")).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
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
