//! `plimsoll run`: make reports and the index over all runs.

use std::path::PathBuf;

use super::args::Args;
use super::progress::Talk;
use super::{Exit, say, tell};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::manifest::MANIFEST;
use crate::report;
use crate::{run, spec};

/// Runs every report; one that fails does not keep the others from being made.
pub(super) fn run(args: &Args, specs: &[PathBuf], as_of: Option<Day>) -> Result<Exit> {
    let root = args.root.as_path();
    let reports = args.runs();
    let was_there = reports.exists();
    unlike_names(specs)?;
    let mut exit = Exit::Good;
    for path in specs {
        match one(args, path, &reports, as_of) {
            Ok(Exit::Good) => {}
            Ok(breached) => exit = if exit == Exit::Good { breached } else { exit },
            Err(error) => {
                tell(args, &error);
                exit = Exit::Fixable;
            }
        }
    }
    if exit == Exit::Fixable && !was_there {
        // Fails, as it should, where another report was made.
        let _ = std::fs::remove_dir(&reports);
        if !reports.exists() {
            return Ok(exit);
        }
    }
    match report::write_index(root, &reports) {
        // A full disk or a bad template has been told already.
        Err(_) if exit == Exit::Fixable => Ok(exit),
        Err(error) => Err(error.hint("the reports stand as told above, and are not listed; run again to list them")),
        Ok(()) => Ok(exit),
    }
}

/// Refuses two specs of one name: they would write into one folder.
fn unlike_names(specs: &[PathBuf]) -> Result<()> {
    for (at, path) in specs.iter().enumerate() {
        if let Some(other) = specs[..at].iter().find(|other| other.file_stem() == path.file_stem() && *other != path) {
            return Err(Error::spec(path.display(), format!("has the name of {}: both would write the same report", other.display()))
                .hint("rename one of the two files, or run them into different folders (--out)"));
        }
    }
    Ok(())
}

fn one(args: &Args, path: &std::path::Path, reports: &std::path::Path, as_of: Option<Day>) -> Result<Exit> {
    let mut spec = spec::load(&args.root, path)?;
    spec.as_of = as_of.or(spec.as_of);
    let talk = Talk::new(args, &spec.name);
    let ran = run::run(&args.root, reports, &spec, &talk)?;
    for words in &ran.told {
        talk.note(words);
    }
    let ended = &ran.ended;
    let machine = &ran.manifest.machine;
    let work = if ran.was_unchanged {
        "unchanged: same inputs, same program, nothing to do".to_owned()
    } else {
        format!("{} trained, {} remembered, {:.1} s", machine.n_trained, machine.n_known, machine.seconds_total)
    };
    talk.end(&format!("{}: {} ({work})", spec.name, ended.headline));
    say(&ran.folder.join("report.html").display().to_string())?;
    // As sha256sum prints it: kept elsewhere, it tells for good whether a file of the run was edited.
    say(&format!("{}  {}", ran.run_sha256, ran.folder.join(MANIFEST).display()))?;
    Ok(if ended.n_breached + ended.n_not_judged == 0 { Exit::Good } else { Exit::Breached })
}
