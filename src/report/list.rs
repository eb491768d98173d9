//! `reports/index.html`: all runs of all reports, made again by every run.

use std::fs;
use std::path::Path;

use super::compose::state;
use super::render::{IndexEntry, Templates, index};
use crate::error::{Error, Result};
use crate::folder::write_whole;
use crate::manifest::Manifest;

/// Lists every whole run below `reports`.
pub fn write_index(root: &Path, reports: &Path) -> Result<()> {
    let templates = Templates::load(root)?;
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
    let ended = manifest.ended;
    Some(IndexEntry {
        name: manifest.name,
        title: manifest.title,
        as_of: manifest.as_of.parse().ok()?,
        state: state(ended.colour),
        verdict: ended.headline,
        breached: ended.n_breached as u64,
        limits: ended.n_limits as u64,
        seconds: manifest.machine.seconds_total,
        link: run.join("report.html").strip_prefix(reports).ok()?.display().to_string(),
    })
}

fn folders(path: &Path) -> Result<Vec<std::path::PathBuf>> {
    if !path.exists() {
        fs::create_dir_all(path).map_err(|cause| Error::machine(path.display(), format!("cannot be made: {cause}")))?;
    }
    let entries = fs::read_dir(path).map_err(|cause| Error::machine(path.display(), format!("cannot be read: {cause}")))?;
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}
