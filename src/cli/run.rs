//! `plimsoll run`: make reports and the index over all runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::args::Args;
use super::asked::Asked;
use super::begins::Begins;
use super::night::Night;
use super::progress::Talk;
use super::{Exit, found, line, say, say_json};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::manifest::MANIFEST;
use crate::night::Begun;
use crate::spec::Spec;
use crate::{run, spec};

/// Runs every report; one that fails does not keep the others from being made. The exit code is the worst of theirs.
pub(super) fn run(args: &Args, asked: &Asked) -> Result<Exit> {
    let root = args.root.as_path();
    let reports = args.runs();
    let specs = found(root, &asked.specs)?;
    unlike_names(&specs)?;
    let night = Night::of(args, &asked.manners, &reports)?;
    let mut exit = Exit::Good;
    for path in &specs {
        exit = exit.worse(one(&night, path, asked.as_of)?);
    }
    night.list(exit)
}

/// One report: made, or its error told. Errors only where stdout does not take what is said.
fn one(night: &Night<'_>, path: &Path, as_of: Option<Day>) -> Result<Exit> {
    let begun = OnceLock::new();
    let done = spec::load(&night.args.root, path).and_then(|spec| {
        let as_of = as_of.or(spec.as_of);
        done(night, &Spec { as_of, ..spec }, &begun)
    });
    done.or_else(|error| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let exit = night.failed(&name, &begun, &error);
        if night.args.json {
            say_json(&line::failed(&name, None, &error, exit))?;
        }
        Ok(exit)
    })
}

/// Makes a report, or says what would be made.
fn done(night: &Night<'_>, spec: &Spec, begun: &OnceLock<Begun>) -> Result<Exit> {
    let Night { args, manners, .. } = night;
    let root = args.root.as_path();
    let talk = Talk::new(args, &spec.name);
    night.arrived(spec)?;
    if manners.dry_run {
        let planned = run::plan(root, night.reports, spec, &talk)?;
        let told = if args.json { say_json(&line::planned(&spec.name, &planned)) } else { say(&line::planned_words(&spec.name, &planned)) };
        return told.map(|()| Exit::Good);
    }
    let ran = run::run(root, night.reports, spec, &Begins { talk: &talk, root, spec, log: night.lineage.as_ref(), begun })?;
    let exit = night.made(&spec.name, &ran, begun, &talk);
    if args.json {
        say_json(&line::ran(&spec.name, &ran, exit))?;
    } else {
        say(&ran.folder.join("report.html").display().to_string())?;
        // As sha256sum prints it: kept elsewhere, it tells for good whether a file of the run was edited.
        say(&format!("{}  {}", ran.run_sha256, ran.folder.join(MANIFEST).display()))?;
    }
    Ok(exit)
}

/// Refuses two specs of one name: they would write into one folder.
pub(super) fn unlike_names(specs: &[PathBuf]) -> Result<()> {
    for (at, path) in specs.iter().enumerate() {
        if let Some(other) = specs[..at].iter().find(|other| other.file_stem() == path.file_stem() && *other != path) {
            return Err(Error::spec(path.display(), format!("has the name of {}: both would write the same report", other.display()))
                .hint("rename one of the two files, or run them into different folders (--out)"));
        }
    }
    Ok(())
}
