//! `plimsoll backfill` and `plimsoll catch-up`: a report as of several days, and a closing table.

use std::path::Path;
use std::sync::OnceLock;

use super::args::Args;
use super::asked::{BackfillAsked, CatchUpAsked};
use super::begins::Begins;
use super::night::Night;
use super::progress::Talk;
use super::run::unlike_names;
use super::{Exit, aligned, found, line, say, say_json};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::night::Begun;
use crate::run::{Backfill, Days, Due, Opened, Progress as _, Ran, Wanted, What, due};
use crate::spec::{self, Spec};
use crate::stat::Colour;

/// Columns of the closing table.
const MADE: [&str; 9] = ["report", "as of", "state", "verdict", "limits breached", "trained", "remembered", "seconds", "folder"];
/// Columns of that of a dry run.
const PLANNED: [&str; 5] = ["report", "as of", "state", "compared with", "folder"];

/// Makes a report as of every day of a series.
pub(super) fn backfill(args: &Args, asked: &BackfillAsked) -> Result<Exit> {
    let reports = args.runs();
    let night = Night::of(args, &asked.manners, &reports)?;
    let days = Days::From { from: asked.from, to: asked.to, step: asked.step };
    let wanted = if asked.only_missing { Wanted::Missing } else { Wanted::Each };
    // Where the tables end is what counts, and not where the spec says that its own run ends.
    let load = || spec::load(&args.root, &asked.spec).map(|spec| Spec { as_of: None, ..spec });
    let mut several = Several { night, days, wanted, rows: Vec::new() };
    let exit = several.of(&asked.spec, load)?;
    several.end(exit)
}

/// Makes what each report has missed since its newest run.
pub(super) fn catch_up(args: &Args, asked: &CatchUpAsked) -> Result<Exit> {
    let reports = args.runs();
    let specs = found(&args.root, &asked.specs)?;
    unlike_names(&specs)?;
    let night = Night::of(args, &asked.manners, &reports)?;
    let mut several = Several { night, days: Days::Missed { step: asked.step }, wanted: Wanted::Missing, rows: Vec::new() };
    let mut exit = Exit::Good;
    for path in &specs {
        exit = exit.worse(several.of(path, || spec::load(&args.root, path))?);
    }
    several.end(exit)
}

/// Runs as of several days, and the rows of their table.
struct Several<'a> {
    night: Night<'a>,
    days: Days,
    wanted: Wanted,
    rows: Vec<Vec<String>>,
}

impl Several<'_> {
    /// One report: an error that is of no single day is told. Errors only where stdout does not take what is said.
    fn of(&mut self, path: &Path, load: impl FnOnce() -> Result<Spec>) -> Result<Exit> {
        let spec = match load() {
            Ok(spec) => spec,
            Err(error) => return self.refused(&path.file_stem().unwrap_or_default().to_string_lossy(), &error),
        };
        let args = self.night.args;
        let talk = Talk::new(args, &spec.name);
        talk.stage("source");
        let root = args.root.as_path();
        if let Err(error) = self.night.arrived(&spec) {
            return self.refused(&spec.name, &error);
        }
        if self.night.manners.dry_run {
            let planned = Opened::open(root, &spec).and_then(|opened| {
                let series = self.days.of(&opened, &self.night.reports.join(&spec.name))?;
                series.told.iter().for_each(|words| talk.note(&format!("{}: {words}", spec.name)));
                Ok(due(&opened, self.night.reports, &series.days, self.wanted))
            });
            return match planned {
                Ok(planned) => self.planned(&spec.name, planned),
                Err(error) => self.refused(&spec.name, &error),
            };
        }
        let backfill = match Backfill::open(root, self.night.reports, &spec, self.days, self.wanted) {
            Ok(backfill) => backfill,
            Err(error) => return self.refused(&spec.name, &error),
        };
        backfill.mended().iter().for_each(|words| talk.note(words));
        backfill.series().told.iter().for_each(|words| talk.note(&format!("{}: {words}", spec.name)));
        drop(talk);
        self.made(&spec, &backfill)
    }

    /// Every day of a report, whatever becomes of those before it; a machine that refuses ends them.
    fn made(&mut self, spec: &Spec, backfill: &Backfill<'_>) -> Result<Exit> {
        let mut exit = Exit::Good;
        for &as_of in &backfill.series().days {
            let (one, goes_on) = match backfill.left(as_of) {
                Some(ran) => (self.left(&spec.name, &ran)?, true),
                None => self.one(spec, backfill, as_of)?,
            };
            exit = exit.worse(one);
            if !goes_on {
                break;
            }
        }
        Ok(exit)
    }

    /// One day, and whether the next may be tried.
    fn one(&mut self, spec: &Spec, backfill: &Backfill<'_>, as_of: Day) -> Result<(Exit, bool)> {
        let args = self.night.args;
        let begun = OnceLock::new();
        let talk = Talk::dated(args, &spec.name, as_of);
        let begins = Begins { talk: &talk, root: &args.root, spec, log: self.night.lineage.as_ref(), begun: &begun };
        match backfill.run(as_of, &begins) {
            Ok(ran) => {
                let exit = self.night.made(&spec.name, &ran, &begun, &talk);
                self.row(&spec.name, if ran.was_unchanged { "unchanged" } else { "made" }, &ran);
                if args.json {
                    say_json(&line::ran(&spec.name, &ran, exit))?;
                }
                Ok((exit, true))
            }
            Err(error) => {
                let goes_on = !matches!(error, Error::Machine(_));
                let exit = self.failed(&spec.name, &begun, as_of, error)?;
                Ok((exit, goes_on))
            }
        }
    }

    /// A run that was there and is left as it is.
    fn left(&mut self, name: &str, ran: &Ran) -> Result<Exit> {
        let exit = self.night.judged(&ran.ended);
        self.row(name, "left", ran);
        if self.night.args.json {
            say_json(&line::left(name, ran, exit))?;
        }
        Ok(exit)
    }

    /// A day of which no run was made.
    fn failed(&mut self, name: &str, begun: &OnceLock<Begun>, as_of: Day, error: Error) -> Result<Exit> {
        let place = format!("as of {as_of}: {}", error.fault().place);
        let error = error.at(place);
        let exit = self.night.failed(name, begun, &error);
        self.rows.push([name, &as_of.to_string(), "failed"].map(str::to_owned).to_vec());
        if self.night.args.json {
            say_json(&line::failed(name, Some(as_of), &error, exit))?;
        }
        Ok(exit)
    }

    /// A report of which no day can be tried.
    fn refused(&self, name: &str, error: &Error) -> Result<Exit> {
        let exit = self.night.failed(name, &OnceLock::new(), error);
        if self.night.args.json {
            say_json(&line::failed(name, None, error, exit))?;
        }
        Ok(exit)
    }

    fn planned(&mut self, name: &str, planned: Vec<(Day, Result<Due>)>) -> Result<Exit> {
        let mut exit = Exit::Good;
        for (as_of, due) in planned {
            match due {
                Ok(due) => {
                    let previous = due.previous.map_or_else(|| "no earlier run".to_owned(), |day| day.to_string());
                    let place = due.place.display().to_string();
                    self.rows.push([name, &as_of.to_string(), state(due.what), &previous, &place].map(str::to_owned).to_vec());
                    if self.night.args.json {
                        say_json(&line::due(name, state(due.what), &due))?;
                    }
                }
                Err(error) => exit = exit.worse(self.failed(name, &OnceLock::new(), as_of, error)?),
            }
        }
        Ok(exit)
    }

    fn row(&mut self, name: &str, state: &str, ran: &Ran) {
        let (ended, machine) = (&ran.ended, &ran.manifest.machine);
        let limits = match ended.n_not_judged {
            0 => format!("{} of {}", ended.n_breached, ended.n_limits),
            n => format!("{} of {}, {n} not judged", ended.n_breached, ended.n_limits),
        };
        let worked = |number: String| if ran.was_unchanged { "-".to_owned() } else { number };
        self.rows.push(vec![
            name.to_owned(),
            ran.manifest.as_of.clone(),
            state.to_owned(),
            verdict(ended.colour).to_owned(),
            limits,
            worked(machine.n_trained.to_string()),
            worked(machine.n_known.to_string()),
            worked(format!("{:.1}", machine.seconds_total)),
            ran.folder.display().to_string(),
        ]);
    }

    /// The table, and the index.
    fn end(self, exit: Exit) -> Result<Exit> {
        let Self { night, rows, .. } = self;
        if !night.args.json && !rows.is_empty() {
            let head: &[&str] = if night.manners.dry_run { &PLANNED } else { &MADE };
            let head = head.iter().map(|name| (*name).to_owned()).collect();
            say(&aligned(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))?;
        }
        night.list(exit)
    }
}

fn state(what: What) -> &'static str {
    match what {
        What::Make => "planned",
        What::Unchanged => "unchanged",
        What::Left => "left",
    }
}

fn verdict(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Amber => "amber",
        Colour::Red => "red",
        Colour::Neutral => "neutral",
    }
}
