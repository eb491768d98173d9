//! The truncation test: cut every table at what was known on a day, run the SQL again, and nothing known by then may change.

mod date;
mod digest;
mod kept;
mod pair;

use rayon::prelude::*;
use serde::Serialize;

use super::contract;
use super::dataset::Dataset;
use super::sql_file::SqlFile;
use super::view;
use crate::day::Day;
use crate::digest::Digest;
use crate::error::Result;
use crate::source::Tables;
use crate::spec::Spec;
pub use date::Why;
use digest::Seen;
pub use kept::Cuts;
use pair::Pair;

/// A hash of the sources that decide what SQL over given tables yields (`build.rs`).
const ENGINE: &str = env!("PLIMSOLL_FEATURE_ENGINE");

/// What the no-look-ahead test compared; it exists only when nothing differed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The days at which every table was cut, in order.
    pub cuts: Vec<Cut>,
}

/// One day at which every table was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// What was known strictly before it was seen.
    pub day: Day,
    /// Why this day was chosen.
    pub why: Why,
    /// Rows compared.
    pub n_rows: u64,
    /// Feature values compared.
    pub n_values: u64,
    /// Targets known before the cut that were compared.
    pub n_targets: u64,
    /// SHA-256 of the rows compared.
    pub sha256: String,
}

impl Certificate {
    /// The days at which every table was cut.
    pub fn days(&self) -> impl ExactSizeIterator<Item = Day> + '_ {
        self.cuts.iter().map(|cut| cut.day)
    }

    /// Rows compared, over all cuts.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.cuts.iter().map(|cut| cut.n_rows).sum()
    }

    /// Feature values compared, over all cuts.
    #[must_use]
    pub fn n_values(&self) -> u64 {
        self.cuts.iter().map(|cut| cut.n_values).sum()
    }

    /// Targets known before their cut that were compared, over all cuts.
    #[must_use]
    pub fn n_targets(&self) -> u64 {
        self.cuts.iter().map(|cut| cut.n_targets).sum()
    }
}

/// Cuts the tables at chosen days (`date.rs`) and compares.
///
/// * `full`: the rows of the full pass. * `recurrences`: days on which a table tells again what it had told.
///
/// What the SQL makes of tables cut at a day is remembered by a digest, under a hash of the SQL, the tables' declarations, every value that the
/// cut tables hold and our own sources (`kept.rs`). Where that is known, the rows of tonight's full pass are held against the digest and the SQL
/// does not run again; where they are not those of the digest it does, and the pair names the difference.
pub(super) fn test(spec: &Spec, tables: &Tables, files: &[SqlFile], (full, recurrences): (&Dataset, &[Day]), known: &Cuts) -> Result<Certificate> {
    let calendar = full.calendar();
    // A cut after the run's day would show the targets that the run hides.
    let as_of = tables.as_of()?;
    let days = date::choose(&calendar, spec.features.truncation_dates as usize, recurrences, as_of);
    let asked = Asked { spec, tables, files, full, known };
    let cuts: Vec<Result<Cut>> = days.into_par_iter().map(|(day, why)| asked.cut(day, why)).collect();
    // The first date that differs is the one told, whichever thread was first.
    let cuts = cuts.into_iter().collect::<Result<_>>()?;
    known.write()?;
    Ok(Certificate { cuts })
}

struct Asked<'a> {
    spec: &'a Spec,
    tables: &'a Tables,
    files: &'a [SqlFile],
    full: &'a Dataset,
    known: &'a Cuts,
}

impl Asked<'_> {
    fn cut(&self, day: Day, why: Why) -> Result<Cut> {
        let Seen { n_rows, n_values, n_targets, sha256 } = self.seen(day)?;
        Ok(Cut { day, why, n_rows, n_values, n_targets, sha256 })
    }

    fn seen(&self, day: Day) -> Result<Seen> {
        let key = if self.known.remembers() { self.key(day)? } else { None };
        if let Some(key) = &key
            && let Some(seen) = self.known.find(key)
            && Seen::of(self.full, day) == seen
        {
            return Ok(seen);
        }
        let file = &self.files.last().expect("a spec lists at least one SQL file").path;
        let truncated = contract::convert(file, &self.spec.features, &view::run(self.tables, self.files, Some(day))?)?;
        let seen = Pair { file, cut: day, full: self.full, truncated: &truncated }.compare()?;
        if let Some(key) = key {
            self.known.note(key, &seen);
        }
        Ok(seen)
    }

    /// A hash of whatever decides the rows that the SQL makes of tables cut at `day`; `None` where the tables' values have none.
    fn key(&self, day: Day) -> Result<Option<String>> {
        let Some(content) = self.tables.content(day)? else { return Ok(None) };
        let mut key = Digest::new().part(ENGINE.as_bytes()).part(&day.0.to_le_bytes());
        for SqlFile { view, text, .. } in self.files {
            key = key.part(view.as_bytes()).part(text.as_bytes());
        }
        let features = &self.spec.features;
        key = key.part(format!("{:?} {:?}", features.carry, features.segment).as_bytes());
        Ok(Some(key.part(content.as_bytes()).hex()))
    }
}
