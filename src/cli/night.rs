//! What the reports of one command share: how their exit codes are taken, and who is told of them.

use std::path::Path;
use std::sync::OnceLock;

use super::args::Args;
use super::asked::{Breach, Manners};
use super::progress::Talk;
use super::{Exit, tell};
use crate::error::{Error, Result};
use crate::evidence::Kept;
use crate::manifest::Ended;
use crate::night::{Begun, LineageLog, MetricsFile};
use crate::run::Ran;
use crate::spec::Spec;
use crate::{report, source};

/// What the reports of a command share.
pub(super) struct Night<'a> {
    pub(super) args: &'a Args,
    pub(super) manners: &'a Manners,
    /// The folder of the runs.
    pub(super) reports: &'a Path,
    pub(super) metrics: Option<MetricsFile>,
    pub(super) lineage: Option<LineageLog>,
}

impl<'a> Night<'a> {
    pub(super) fn of(args: &'a Args, manners: &'a Manners, reports: &'a Path) -> Result<Self> {
        Ok(Self {
            args,
            manners,
            reports,
            // A dry run tells nobody.
            metrics: manners.metrics.as_deref().filter(|_| !manners.dry_run).map(MetricsFile::at).transpose()?,
            lineage: manners.lineage.as_deref().filter(|_| !manners.dry_run).map(LineageLog::at).transpose()?,
        })
    }

    /// Refuses a report whose inputs have not come, where the command waits for them.
    pub(super) fn arrived(&self, spec: &Spec) -> Result<()> {
        let wait_for = &self.manners.wait_for;
        if wait_for.is_empty() { Ok(()) } else { source::arrived(&self.args.root, spec, wait_for) }
    }

    /// The exit code of a report that stands.
    pub(super) fn judged(&self, ended: &Ended) -> Exit {
        let is_kept = ended.n_breached + ended.n_not_judged == 0;
        if is_kept || self.manners.breach == Breach::Ok { Exit::Good } else { Exit::Breached }
    }

    /// Tells of a report that was made or found unchanged, all but stdout.
    pub(super) fn made(&self, name: &str, ran: &Ran, begun: &OnceLock<Begun>, talk: &Talk) -> Exit {
        for words in &ran.told {
            talk.note(words);
        }
        talk.end(&in_words(name, ran));
        let exit = self.judged(&ran.ended);
        match self.tell_made(name, ran, begun, exit) {
            Ok(()) => exit,
            Err(untold) => {
                tell(self.args, &untold.hint("the report stands; run again to tell of it"));
                Exit::Fixable
            }
        }
    }

    /// Tells of a report that was not made, all but stdout.
    pub(super) fn failed(&self, name: &str, begun: &OnceLock<Begun>, error: &Error) -> Exit {
        let exit = if matches!(error, Error::Awaited(_)) { Exit::NotReady(self.manners.skip_code) } else { Exit::Fixable };
        tell(self.args, error);
        if let Err(untold) = self.tell_failed(name, begun, error, exit) {
            tell(self.args, &untold);
        }
        exit
    }

    /// Writes the index over all runs, once the reports of the command have ended as `exit` says.
    pub(super) fn list(&self, exit: Exit) -> Result<Exit> {
        let is_incomplete = matches!(exit, Exit::Fixable | Exit::NotReady(_));
        if self.manners.dry_run || (is_incomplete && !self.reports.exists()) {
            return Ok(exit);
        }
        match report::write_index(&self.args.root, self.reports) {
            // A full disk or a bad template has been told already.
            Err(_) if exit == Exit::Fixable => Ok(exit),
            Err(error) => Err(error.hint("the reports stand as told above, and are not listed; run again to list them")),
            Ok(()) => Ok(exit),
        }
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
