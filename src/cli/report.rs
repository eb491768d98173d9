//! `plimsoll report`: the page of a run as Markdown, its tables as CSV.

use std::path::{Path, PathBuf};

use super::args::Args;
use super::diff::whole;
use super::{Exit, say};
use crate::disk::{unwritable, write_whole};
use crate::error::{Error, Result};
use crate::manifest::MANIFEST;
use crate::report;

pub(super) fn report(args: &Args, run: &Path, wants_markdown: bool, csv: Option<&Path>) -> Result<Exit> {
    let folder = below(args, run);
    let kept = whole(&folder)?;
    // All of it is made before any of it is written.
    let page = wants_markdown.then(|| report::markdown(&folder, &kept)).transpose()?;
    let tables = csv.map(|_| report::csv(&folder, &kept)).transpose()?;
    if let (Some(to), Some(tables)) = (csv, tables) {
        outside_runs(to)?;
        std::fs::create_dir_all(to).map_err(|cause| unwritable(to, &cause))?;
        for (name, text) in &tables {
            write_whole(&to.join(name), text.as_bytes())?;
        }
    }
    match (page, csv) {
        (Some(page), _) => write(args, &page)?,
        (None, Some(to)) => say(&to.display().to_string())?,
        (None, None) => {}
    }
    Ok(Exit::Good)
}

/// Writes a page to the file that `--out` names and says so, else to stdout.
pub(super) fn write(args: &Args, page: &str) -> Result<()> {
    let Some(file) = &args.out else { return say(page.trim_end_matches('\n')) };
    if file.is_dir() {
        return Err(Error::machine(file.display(), "is a folder").hint("name the file to write"));
    }
    outside_runs(file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    write_whole(file, page.as_bytes())?;
    say(&file.display().to_string())
}

/// Nothing is laid into a run folder: it would be no file of the run.
fn outside_runs(folder: &Path) -> Result<()> {
    let mut above = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    loop {
        if above.join(MANIFEST).exists() {
            return Err(
                Error::machine(folder.display(), "lies in a run folder, which holds what its run wrote and nothing else").hint("name another place")
            );
        }
        if !above.pop() {
            return Ok(());
        }
    }
}

/// The folder itself where it holds a run, else the one below the folder of the runs; `--out` names a file here.
pub(super) fn below(args: &Args, folder: &Path) -> PathBuf {
    let below = args.root.join("reports").join(folder);
    if !folder.join(MANIFEST).exists() && below.join(MANIFEST).exists() { below } else { folder.to_owned() }
}
