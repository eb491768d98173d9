//! `plimsoll run`: make reports and the index over all runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::args::Args;
use super::asked::{Asked, Breach};
use super::begins::Begins;
use super::progress::Talk;
use super::{Exit, found, line, say, say_json, tell};
use crate::error::{Error, Result};
use crate::evidence::Kept;
use crate::manifest::MANIFEST;
use crate::night::{Begun, LineageLog, MetricsFile};
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
    let night = Night {
        args,
        asked,
        reports: &reports,
        // A dry run tells nobody.
        metrics: asked.metrics.as_deref().filter(|_| !asked.dry_run).map(MetricsFile::at).transpose()?,
        lineage: asked.lineage.as_deref().filter(|_| !asked.dry_run).map(LineageLog::at).transpose()?,
    };
    let mut exit = Exit::Good;
    for path in &specs {
        exit = exit.worse(night.one(path)?);
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

/// What the reports of a command share.
struct Night<'a> {
    args: &'a Args,
    asked: &'a Asked,
    reports: &'a Path,
    metrics: Option<MetricsFile>,
    lineage: Option<LineageLog>,
}

impl Night<'_> {
    /// One report: made, or its error told. Errors only where stdout does not take what is said.
    fn one(&self, path: &Path) -> Result<Exit> {
        let Self { args, asked, .. } = self;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let begun = OnceLock::new();
        let done = self.load(path).and_then(|spec| self.done(&spec, &begun));
        let error = match done {
            Ok(exit) => return Ok(exit),
            Err(error) => error,
        };
        let exit = if matches!(error, Error::Awaited(_)) { Exit::NotReady(asked.skip_code) } else { Exit::Fixable };
        tell(args, &error);
        if let Err(untold) = self.tell_failed(&name, &begun, &error, exit) {
            tell(args, &untold);
        }
        if args.json {
            say_json(&line::failed(&name, &error, exit))?;
        }
        Ok(exit)
    }

    fn load(&self, path: &Path) -> Result<Spec> {
        let mut spec = spec::load(&self.args.root, path)?;
        spec.as_of = self.asked.as_of.or(spec.as_of);
        Ok(spec)
    }

    /// Makes a report, or says what would be made.
    fn done(&self, spec: &Spec, begun: &OnceLock<Begun>) -> Result<Exit> {
        let Self { args, asked, .. } = self;
        let root = args.root.as_path();
        let talk = Talk::new(args, &spec.name);
        if !asked.wait_for.is_empty() {
            source::arrived(root, spec, &asked.wait_for)?;
        }
        if asked.dry_run {
            let planned = run::plan(root, self.reports, spec, &talk)?;
            let told = if args.json { say_json(&line::planned(&spec.name, &planned)) } else { say(&line::planned_words(&spec.name, &planned)) };
            return told.map(|()| Exit::Good);
        }
        let ran = run::run(root, self.reports, spec, &Begins { talk: &talk, root, spec, log: self.lineage.as_ref(), begun })?;
        let is_kept = ran.ended.n_breached + ran.ended.n_not_judged == 0;
        let exit = if is_kept || asked.breach == Breach::Ok { Exit::Good } else { Exit::Breached };
        for words in &ran.told {
            talk.note(words);
        }
        talk.end(&in_words(&spec.name, &ran));
        let exit = match self.tell_made(&spec.name, &ran, begun, exit) {
            Ok(()) => exit,
            Err(untold) => {
                tell(args, &untold.hint("the report stands; run again to tell of it"));
                Exit::Fixable
            }
        };
        if args.json {
            say_json(&line::ran(&spec.name, &ran, exit))?;
        } else {
            say(&ran.folder.join("report.html").display().to_string())?;
            // As sha256sum prints it: kept elsewhere, it tells for good whether a file of the run was edited.
            say(&format!("{}  {}", ran.run_sha256, ran.folder.join(MANIFEST).display()))?;
        }
        Ok(exit)
    }

    /// Tells monitor and catalogue of a report that stands.
    fn tell_made(&self, name: &str, ran: &Ran, begun: &OnceLock<Begun>, exit: Exit) -> Result<()> {
        if self.metrics.is_none() && self.lineage.is_none() {
            return Ok(());
        }
        let kept = Kept::read(&ran.folder)?;
        if let Some(metrics) = &self.metrics {
            let note = if ran.was_unchanged { MetricsFile::unchanged } else { MetricsFile::made };
            note(metrics, name, &kept, exit.code())?;
        }
        match (&self.lineage, begun.get()) {
            (Some(log), Some(begun)) => log.complete(begun, name, &kept, &ran.folder),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// Tells them of one that was not made; that inputs have not come is no run, and the catalogue is not told.
    fn tell_failed(&self, name: &str, begun: &OnceLock<Begun>, error: &Error, exit: Exit) -> Result<()> {
        if let Some(metrics) = &self.metrics {
            metrics.failed(name, exit.code())?;
        }
        match (&self.lineage, begun.get()) {
            (Some(log), Some(begun)) => log.fail(begun, name, error),
            (Some(log), None) if exit == Exit::Fixable => log.never_began(name, error),
            (Some(_) | None, _) => Ok(()),
        }
    }
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
