//! Days: as of which days a report is made, where it is made of several.

use std::path::Path;

use super::Opened;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::folder;
use crate::spec::Period;

/// Which days are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// `from`, and every `step` after it, up to and with `to`.
    From {
        /// The first.
        from: Day,
        /// None is later.
        to: Day,
        /// From one to the next; months are counted from `from`, and one that lacks its day of the month has its last day instead.
        step: Period,
    },
    /// Every `step` after the newest run there is, where the tables have rows that the one before does not see; the tables' own day alone where
    /// there is no run.
    Missed {
        /// From one to the next.
        step: Period,
    },
}

/// Days in their order, and what must be said of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The days.
    pub days: Vec<Day>,
    /// Why some are not there, in words.
    pub told: Option<String>,
}

impl Days {
    /// The days as of which runs below `report` are wanted.
    ///
    /// Errors where `from` is after `to`, or after the day as of which all rows are seen.
    pub fn of(&self, opened: &Opened<'_>, report: &Path) -> Result<Series> {
        let end = opened.tables.as_of()?;
        match *self {
            Self::From { from, to, .. } if to < from => Err(Error::spec("--from", format!("{from} is after --to {to}")).hint("exchange the two")),
            Self::From { from, .. } if end < from => {
                let problem = format!("--from {from} is after the end of the tables: a run as of {end} sees every row");
                Err(Error::data(opened.tables.spec_file(), problem).hint(format!("state a day up to {end}, or read newer files")))
            }
            Self::From { from, to, step } => Ok(up_to(series(from, to, step), end)),
            Self::Missed { step } => match folder::newest(report)? {
                None => Ok(Series { days: vec![end], told: None }),
                Some(newest) => {
                    let days = missed(newest, end, step, &opened.tables.days()?);
                    let told =
                        days.is_empty().then(|| format!("nothing is missed: the newest run is as of {newest}, and the tables' own day is {end}"));
                    Ok(Series { days, told })
                }
            },
        }
    }
}

/// `from` and every `step` after it, up to and with `to`.
fn series(from: Day, to: Day, step: Period) -> impl Iterator<Item = Day> {
    let at = move |n: i32| match step {
        Period::Months(months) => from.plus_months((months as i32).saturating_mul(n)),
        // A day on which the tables have rows is a day here: which they are is not asked.
        Period::Days(days) | Period::TradingDays(days) => from.plus_days((days as i32).saturating_mul(n)),
    };
    // A step of nothing has one day.
    let n_most = if matches!(step, Period::Months(0) | Period::Days(0) | Period::TradingDays(0)) { 1 } else { i32::MAX };
    (0..n_most).map(at).take_while(move |day| *day <= to && day.is_plausible())
}

/// The days up to the first that sees every row: later ones would say the same again.
fn up_to(days: impl Iterator<Item = Day>, end: Day) -> Series {
    let mut days: Vec<Day> = days.collect();
    let n_new = days.partition_point(|&day| day < end) + 1;
    let n_beyond = days.len().saturating_sub(n_new);
    days.truncate(n_new);
    let last = days.last().map_or(String::new(), Day::to_string);
    let told = (0 < n_beyond).then(|| format!("{n_beyond} later as-ofs are left out: the run as of {last} sees every row"));
    Series { days, told }
}

/// The days after `newest`, a step each, that see rows of a day which the one before does not.
fn missed(newest: Day, end: Day, step: Period, of_rows: &[Day]) -> Vec<Day> {
    let mut before = newest;
    let mut found = Vec::new();
    for day in series(newest, end, step).skip(1) {
        let is_news = of_rows.partition_point(|&row| row < before) < of_rows.partition_point(|&row| row < day);
        before = day;
        if is_news {
            found.push(day);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a literal date")
    }

    fn shown(days: &[Day]) -> Vec<String> {
        days.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn month_ends_are_counted_from_the_first_and_the_end_is_among_them() {
        let days: Vec<Day> = series(day("2020-01-31"), day("2020-04-30"), Period::Months(1)).collect();
        assert_eq!(shown(&days), ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]);
        let weeks: Vec<Day> = series(day("2020-01-31"), day("2020-02-14"), Period::Days(7)).collect();
        assert_eq!(shown(&weeks), ["2020-01-31", "2020-02-07", "2020-02-14"]);
        let years: Vec<Day> = series(day("2020-02-29"), day("2022-02-28"), Period::Months(12)).collect();
        assert_eq!(shown(&years), ["2020-02-29", "2021-02-28", "2022-02-28"]);
        assert_eq!(series(day("9999-12-01"), Day::LAST, Period::Months(1)).count(), 1);
    }

    #[test]
    fn days_after_one_that_sees_every_row_are_left_out() {
        // The last row is of a Friday, 2021-01-29: 30 January sees it, and so does the month's end.
        let ends = up_to(series(day("2020-12-31"), day("2021-04-30"), Period::Months(1)), day("2021-01-30"));
        assert_eq!(shown(&ends.days), ["2020-12-31", "2021-01-31"]);
        assert_eq!(ends.told.as_deref(), Some("3 later as-ofs are left out: the run as of 2021-01-31 sees every row"));
        let whole = up_to(series(day("2020-12-31"), day("2021-01-30"), Period::Days(30)), day("2021-01-30"));
        assert_eq!((shown(&whole.days), whole.told), (vec!["2020-12-31".to_owned(), "2021-01-30".to_owned()], None));
    }

    #[test]
    fn weekends_are_not_missed_and_neither_is_a_month_without_rows() {
        // Thursday 9, Friday 10 and Monday 13 January 2020.
        let rows = ["2020-01-09", "2020-01-10", "2020-01-13"].map(day);
        let end = day("2020-01-14");
        assert_eq!(shown(&missed(day("2020-01-10"), end, Period::Days(1), &rows)), ["2020-01-11", "2020-01-14"]);
        assert_eq!(missed(end, end, Period::Days(1), &rows), []);
        assert_eq!(shown(&missed(day("2020-01-06"), end, Period::Days(7), &rows)), ["2020-01-13"]);
        let sparse = ["2020-01-09", "2020-03-05"].map(day);
        assert_eq!(shown(&missed(day("2020-01-10"), day("2020-04-10"), Period::Months(1), &sparse)), ["2020-03-10"]);
    }
}
