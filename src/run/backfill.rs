//! Backfill: the runs of a report as of several days, from tables that are opened once and features that are built once.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::opened::unchanged;
use super::{Days, Opened, Progress, Ran, Series, lock};
use crate::day::Day;
use crate::error::Result;
use crate::evidence::{self, Kept};
use crate::feature::{self, Built, Cuts, Span};
use crate::folder::{self, ReportFolder};
use crate::source::Tables;
use crate::spec::Spec;

/// Of which days a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Of each; one that is there, made from the same inputs by the same program, is found unchanged.
    Each,
    /// Of those that have none that is whole: one that is there is left, whatever it was made from.
    Missing,
}

impl Wanted {
    /// The run as of a day that is left as it is.
    fn left(self, report: &Path, as_of: Day) -> Option<Kept> {
        match self {
            Self::Each => None,
            Self::Missing => {
                let folder = report.join(as_of.to_string());
                Kept::read(&folder).ok().filter(|kept| evidence::edited(&folder, &kept.manifest).is_empty())
            }
        }
    }
}

/// Runs of one report as of several days; its folder is locked until this is dropped.
///
/// They are to be made in the order of their days: *What changed* compares each with the one before. The bytes of each are those of a run on
/// its own.
pub struct Backfill<'a> {
    opened: Opened<'a>,
    folder: ReportFolder,
    report: PathBuf,
    series: Series,
    wanted: Wanted,
    /// The latest day of which a run is to be made.
    latest: Option<Day>,
    /// Features as of that day; `None` where they cannot be cut for earlier ones, and each day's are built on their own.
    span: OnceCell<Option<Span>>,
}

impl<'a> Backfill<'a> {
    /// Locks the folder of the report, opens what it reads, and finds the days.
    pub fn open(root: &'a Path, reports: &Path, spec: &'a Spec, days: Days, wanted: Wanted) -> Result<Self> {
        let folder = lock(root, reports, spec)?;
        let opened = Opened::open(root, spec)?;
        let report = reports.join(&spec.name);
        let series = days.of(&opened, &report)?;
        let latest = series.days.iter().rev().find(|day| wanted.left(&report, **day).is_none()).copied();
        Ok(Self { opened, folder, report, series, wanted, latest, span: OnceCell::new() })
    }

    /// The days.
    #[must_use]
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// What was put in order after a run that was killed, in words.
    #[must_use]
    pub fn mended(&self) -> &[String] {
        &self.folder.mended
    }

    /// The run as of a day that is left as it is; `None` where one is to be made.
    #[must_use]
    pub fn left(&self, as_of: Day) -> Option<Ran> {
        let Kept { manifest, ended, run_sha256, .. } = self.wanted.left(&self.report, as_of)?;
        Some(Ran { folder: self.folder.run(as_of), manifest, ended, run_sha256, was_unchanged: true, told: Vec::new() })
    }

    /// Makes the run as of a day, or finds it unchanged.
    pub fn run(&self, as_of: Day, progress: &dyn Progress) -> Result<Ran> {
        let mut clock = Clock::start(progress);
        clock.stage("source");
        let tables = self.opened.tables.at(as_of)?;
        self.opened.run(&self.folder, &tables, &|tables, cuts| self.rows(tables, as_of, cuts), clock)
    }

    /// Rows as of a day: of the span, where more than one day needs them.
    fn rows(&self, tables: &Tables, as_of: Day, cuts: &Cuts) -> Result<Built> {
        let Opened { root, spec, .. } = self.opened;
        let latest = self.latest.unwrap_or(as_of).max(as_of);
        if latest == as_of && self.span.get().is_none() {
            return feature::build(root, spec, tables, cuts);
        }
        // What is wrong with the latest day is told of it.
        let built = || self.opened.tables.at(latest).and_then(|tables| Span::build(root, spec, &tables)).ok().flatten();
        match self.span.get_or_init(built) {
            Some(span) => span.known_by(root, spec, tables, cuts),
            None => feature::build(root, spec, tables, cuts),
        }
    }
}

/// What a day asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A run is to be made.
    Make,
    /// It is there, made from the same inputs by the same program.
    Unchanged,
    /// It is there and whole, and what it was made from is not asked.
    Left,
}

/// A day of a backfill that is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub as_of: Day,
    /// Where its run stands or would stand.
    pub place: PathBuf,
    /// What is to be done.
    pub what: What,
    /// The day of the run that it would be compared with.
    pub previous: Option<Day>,
}

/// What a backfill would do, found without building or writing anything and without a lock.
///
/// A run that would be compared with one that is to be made first counts as to be made: whether it is unchanged cannot be told before.
///
/// An error of one day stands in its place.
pub fn due(opened: &Opened<'_>, reports: &Path, days: &[Day], wanted: Wanted) -> Vec<(Day, Result<Due>)> {
    let report = reports.join(&opened.spec.name);
    let mut made: Option<Day> = None;
    let mut found = Vec::new();
    for &as_of in days {
        let due = due_on(opened, &report, as_of, made, wanted);
        if due.as_ref().is_ok_and(|due| due.what == What::Make) {
            made = Some(as_of);
        }
        found.push((as_of, due));
    }
    found
}

fn due_on(opened: &Opened<'_>, report: &Path, as_of: Day, made: Option<Day>, wanted: Wanted) -> Result<Due> {
    opened.tables.at(as_of)?;
    let place = report.join(as_of.to_string());
    let kept = folder::previous(report, as_of)?;
    let there: Option<Day> = kept.as_ref().and_then(|kept| kept.manifest.as_of.parse().ok());
    let previous = there.max(made);
    let what = if wanted.left(report, as_of).is_some() {
        What::Left
    } else if previous == there
        && made.is_none_or(|made| Some(made) < there)
        && unchanged(&place, &opened.reading.inputs(as_of, kept.as_ref())).is_some()
    {
        What::Unchanged
    } else {
        What::Make
    };
    Ok(Due { as_of, place, what, previous })
}
