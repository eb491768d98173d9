//! `plimsoll run`: make reports and the index over all runs.

use std::path::{Path, PathBuf};

use super::args::Args;
use super::asked::{Asked, Breach};
use super::progress::Talk;
use super::{Exit, found, line, say, say_json, tell};
use crate::error::{Error, Result};
use crate::manifest::MANIFEST;
use crate::report;
use crate::run::Ran;
use crate::spec::Spec;
use crate::{run, source, spec};

/// Runs every report; one that fails does not keep the others from being made. The exit code is the worst of theirs.
pub(super) fn run(args: &Args, asked: &Asked) -> Result<Exit> {
    let root = args.root.as_path();
    let reports = args.runs();
    let specs = found(root, &asked.specs)?;
    unlike_names(&specs)?;
    let mut exit = Exit::Good;
    for path in &specs {
        exit = exit.worse(one(args, asked, path, &reports)?);
    }
    let is_incomplete = matches!(exit, Exit::Fixable | Exit::NotReady(_));
    if asked.dry_run || (is_incomplete && !reports.exists()) {
        return Ok(exit);
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

/// One report: made, or its error told. Errors only where stdout does not take what is said.
fn one(args: &Args, asked: &Asked, path: &Path, reports: &Path) -> Result<Exit> {
    match load(args, asked, path).and_then(|spec| done(args, asked, &spec, reports)) {
        Ok(exit) => Ok(exit),
        Err(error) => {
            let exit = if matches!(error, Error::Awaited(_)) { Exit::NotReady(asked.skip_code) } else { Exit::Fixable };
            tell(args, &error);
            if args.json {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                say_json(&line::failed(&name, &error, exit))?;
            }
            Ok(exit)
        }
    }
}

fn load(args: &Args, asked: &Asked, path: &Path) -> Result<Spec> {
    let mut spec = spec::load(&args.root, path)?;
    spec.as_of = asked.as_of.or(spec.as_of);
    Ok(spec)
}

/// Makes a report, or says what would be made.
fn done(args: &Args, asked: &Asked, spec: &Spec, reports: &Path) -> Result<Exit> {
    let talk = Talk::new(args, &spec.name);
    if !asked.wait_for.is_empty() {
        source::arrived(&args.root, spec, &asked.wait_for)?;
    }
    if asked.dry_run {
        let planned = run::plan(&args.root, reports, spec, &talk)?;
        let told = if args.json { say_json(&line::planned(&spec.name, &planned)) } else { say(&line::planned_words(&spec.name, &planned)) };
        return told.map(|()| Exit::Good);
    }
    let ran = run::run(&args.root, reports, spec, &talk)?;
    let is_kept = ran.ended.n_breached + ran.ended.n_not_judged == 0;
    let exit = if is_kept || asked.breach == Breach::Ok { Exit::Good } else { Exit::Breached };
    for words in &ran.told {
        talk.note(words);
    }
    talk.end(&in_words(&spec.name, &ran));
    if args.json {
        say_json(&line::ran(&spec.name, &ran, exit))?;
    } else {
        say(&ran.folder.join("report.html").display().to_string())?;
        // As sha256sum prints it: kept elsewhere, it tells for good whether a file of the run was edited.
        say(&format!("{}  {}", ran.run_sha256, ran.folder.join(MANIFEST).display()))?;
    }
    Ok(exit)
}

fn in_words(name: &str, ran: &Ran) -> String {
    let machine = &ran.manifest.machine;
    let work = if ran.was_unchanged {
        "unchanged: same inputs, same program, nothing to do".to_owned()
    } else {
        format!("{} trained, {} remembered, {:.1} s", machine.n_trained, machine.n_known, machine.seconds_total)
    };
    format!("{name}: {} ({work})", ran.ended.headline)
}
