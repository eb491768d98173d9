//! Puts in order what a killed run left.

use std::fs;
use std::path::Path;

use super::PREDICTIONS;
use super::prune::GONE;
use super::publish::{NEW, OLD, clear};
use crate::disk::unwritable;
use crate::error::{Error, Result};
use crate::evidence::{ATTESTATION, SUMMARY, files};
use crate::manifest::{MANIFEST, Manifest};

/// Restores reports that a killed swap took away, removes half ones, and says what was done where it is worth saying.
pub(super) fn recover(reports: &Path) -> Result<Vec<String>> {
    let mut mended = Vec::new();
    let mut left = names(reports).map_err(|cause| Error::machine(reports.display(), format!("cannot be listed: {cause}")))?;
    // Old ones first: what they were taken from may be empty.
    left.sort_by_key(|name| std::cmp::Reverse(name.starts_with(OLD)));
    for name in left {
        let here = reports.join(&name);
        if let Some(day) = name.strip_prefix(OLD) {
            let place = reports.join(day);
            if place.exists() {
                mended.extend(cleared(&here, &place)?);
            } else {
                fs::rename(&here, &place).map_err(|cause| unwritable(&place, &cause))?;
                mended.push(format!("{}: restored, an earlier run was killed while it replaced it", place.display()));
            }
        } else if let Some(day) = name.strip_prefix(NEW).or(name.strip_prefix(GONE)) {
            // Before the exchange a half folder, or one that is whole and was never put in its place; after it the run that was replaced. Or what
            // is left of one that was deleted.
            if Manifest::read(&here).is_err() && is_written_by_us(&here) {
                fs::remove_dir_all(&here).map_err(|cause| unwritable(&here, &cause))?;
            } else {
                mended.extend(cleared(&here, &reports.join(day))?);
            }
        }
    }
    // Nobody writes there while the folder is locked. What cannot be removed is in nobody's way.
    for entry in fs::read_dir(reports.join(".work")).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(".half") {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(mended)
}

fn cleared(old: &Path, place: &Path) -> Result<Option<String>> {
    let aside = clear(old, place).map_err(|cause| {
        Error::machine(old.display(), format!("an earlier run left it, and it cannot be put aside: {cause}"))
            .hint("correct permissions, or move it away")
    })?;
    Ok(aside.map(|aside| format!("{}: kept aside, it holds files that no run wrote", aside.display())))
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}

/// Whether a half-written folder holds nothing but what a run writes, by name: its files are not whole, so that no hash tells.
fn is_written_by_us(folder: &Path) -> bool {
    let is_ours = |name: &str| {
        let is_below = |folder: &str, extension: &str| {
            let name = name.strip_prefix(folder).and_then(|name| name.strip_prefix('/'));
            name.is_some_and(|name| !name.contains('/') && Path::new(name).extension().is_some_and(|end| end == extension))
        };
        let flat = ["report.html", SUMMARY, "predictions.parquet", "book.parquet", "book_returns.parquet", MANIFEST, ATTESTATION];
        is_below("models", "json") || is_below(PREDICTIONS, "parquet") || flat.contains(&name)
    };
    files(folder).is_ok_and(|files| files.iter().all(|(name, what)| what.is_none() && is_ours(name)))
}
