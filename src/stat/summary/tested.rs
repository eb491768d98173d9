//! The tested rows, cut the ways a report looks at them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::Facts;
use crate::spec::Quantity;
use crate::stat::measure::Level;
use crate::walk::Series;
use crate::window::target_dates;

/// What the rows of a group share. Groups of a kind are ordered as they are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Calendar year of `as_of`.
    Year(i32),
    /// Position of the walk's window, from 0; people count from 1.
    Window(usize),
    /// Level of the spec's segment.
    Segment(String),
}

impl Group {
    /// Position of the window; `None` for another kind of group.
    #[must_use]
    pub fn window(&self) -> Option<usize> {
        match self {
            Self::Window(idx) => Some(*idx),
            Self::Year(_) | Self::Segment(_) => None,
        }
    }
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::Window(idx) => write!(f, "{}", idx + 1),
            Self::Segment(level) => f.write_str(level),
        }
    }
}

/// A statistic of a group of rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grouped<T> {
    /// What the rows share.
    pub group: Group,
    /// The statistic.
    pub value: T,
}

/// Tested rows and what they share.
pub(super) struct Tested<'a> {
    pub(super) facts: &'a Facts<'a>,
    /// Position of each tested row's date among the tested dates.
    pub(super) date_idx: Vec<u32>,
    /// Dates that a target spans, at least 1: errors of so many neighbouring dates lean on each other.
    pub(super) horizon: usize,
    /// Names' rows (all but the headline's, when there are others) with a known target.
    pub(super) names: Positions,
    headline: Option<u32>,
}

/// Positions (among the tested rows) at which a series has a forecast and the target is known.
pub(super) type Positions = Vec<usize>;

impl<'a> Tested<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let data = facts.data;
        let rows = &facts.predictions.rows;
        let mut date_idx = Vec::with_capacity(rows.len());
        for date in rows.chunk_by(|&a, &b| data.as_of[a as usize] == data.as_of[b as usize]).zip(0..) {
            date_idx.extend(date.0.iter().map(|_| date.1));
        }
        let horizon = target_dates(data, rows.iter().copied());
        let headline = facts.spec.risk.headline(&data.entities);
        let left_out = facts.spec.risk.entity.as_ref().and(headline);
        let is_name = |row: usize| Some(data.entity[row]) != left_out && data.target[row].is_some();
        let names = (0..rows.len()).filter(|&at| is_name(rows[at] as usize)).collect();
        Self { facts, date_idx, horizon, names, headline }
    }

    /// Code of the entity whose VaR is the headline.
    pub(super) fn headline(&self) -> Option<u32> {
        self.headline
    }

    /// Series judged one by one: the headline first, then the spec's others in their order.
    pub(super) fn judged(&self) -> Vec<u32> {
        let named = self.facts.spec.risk.entities.iter().filter_map(|name| self.facts.data.entity_code(name));
        let others = named.filter(|&code| Some(code) != self.headline);
        self.headline.into_iter().chain(others).collect()
    }

    /// The report's level, and how far neighbouring targets of a series overlap.
    pub(super) fn level(&self) -> Level {
        Level { significance: self.facts.spec.risk.significance, horizon: self.horizon }
    }

    /// As [`Tested::level`] for tests over entities: without overlap where no entity is tested twice.
    pub(super) fn entity_level(&self) -> Level {
        let mut seen = vec![false; self.facts.data.entities.len()];
        let repeats = (0..self.facts.predictions.rows.len()).any(|at| std::mem::replace(&mut seen[self.entity(at) as usize], true));
        Level { horizon: if repeats { self.horizon } else { 1 }, ..self.level() }
    }

    /// Series of a quantity, each with its model's name.
    pub(super) fn series(&self, is_asked: impl Fn(Quantity) -> bool) -> impl Iterator<Item = &'a Series> {
        self.facts.predictions.series.iter().filter(move |series| is_asked(series.quantity))
    }

    /// The target of a tested row.
    pub(super) fn realized(&self, at: usize) -> Option<f64> {
        self.facts.data.target[self.facts.predictions.rows[at] as usize]
    }

    /// Entity code of a tested row.
    pub(super) fn entity(&self, at: usize) -> u32 {
        self.facts.data.entity[self.facts.predictions.rows[at] as usize]
    }

    /// Groups ascending positions by calendar year of `as_of`; ranges of `positions`.
    pub(super) fn by_year(&self, positions: &[usize]) -> Vec<Grouped<Range<usize>>> {
        let row = |at: usize| self.facts.predictions.rows[at] as usize;
        let mut last = None;
        let year = |at: usize| match last {
            Some((date, year)) if date == self.date_idx[at] => year,
            Some(_) | None => {
                let year = self.facts.data.as_of[row(at)].year();
                last = Some((self.date_idx[at], year));
                year
            }
        };
        runs(positions, year).into_iter().map(|(year, value)| Grouped { group: Group::Year(year), value }).collect()
    }

    /// Groups ascending positions by window; ranges of `positions`.
    pub(super) fn by_window(&self, positions: &[usize]) -> Vec<Grouped<Range<usize>>> {
        let found = runs(positions, |at| self.facts.predictions.window[at] as usize);
        found.into_iter().map(|(window, value)| Grouped { group: Group::Window(window), value }).collect()
    }

    /// Groups positions by the spec's segment, each the places in `positions`; empty where it names none.
    pub(super) fn by_segment(&self, positions: &[usize]) -> Vec<Grouped<Positions>> {
        let Some(labels) = self.facts.spec.features.segment.as_ref().and_then(|name| self.facts.data.labels.get(name)) else { return Vec::new() };
        let mut by_code: BTreeMap<Option<u32>, Positions> = BTreeMap::new();
        for (place, &at) in positions.iter().enumerate() {
            by_code.entry(labels.codes[self.facts.predictions.rows[at] as usize]).or_default().push(place);
        }
        let level = |code: Option<u32>| Group::Segment(code.map_or("(missing)".to_owned(), |code| labels.levels[code as usize].clone()));
        // A level may be called as the missing one is.
        let mut groups: BTreeMap<Group, Positions> = BTreeMap::new();
        for (code, places) in by_code {
            let group = groups.entry(level(code)).or_default();
            group.extend(places);
            group.sort_unstable();
        }
        groups.into_iter().map(|(group, value)| Grouped { group, value }).collect()
    }

    /// Realised targets at positions whose target is known.
    pub(super) fn targets(&self, positions: &[usize]) -> Vec<f64> {
        positions.iter().filter_map(|&at| self.realized(at)).collect()
    }

    /// Date positions at positions.
    pub(super) fn dates(&self, positions: &[usize]) -> Vec<u32> {
        positions.iter().map(|&at| self.date_idx[at]).collect()
    }
}

/// Forecasts at positions that have one.
pub(super) fn forecasts(series: &Series, positions: &[usize]) -> Vec<f64> {
    positions.iter().filter_map(|&at| series.predicted.get(at)).collect()
}

/// Positions at which every one of the series has a forecast.
pub(super) fn forecast_by(series: &[&Series], positions: &[usize]) -> Positions {
    positions.iter().copied().filter(|&at| series.iter().all(|series| series.predicted.has(at))).collect()
}

/// Ranges of `positions` that share a key; both ascend, so that what shares one lies side by side.
fn runs<K: Copy + Ord>(positions: &[usize], mut key: impl FnMut(usize) -> K) -> Vec<(K, Range<usize>)> {
    let mut found: Vec<(K, Range<usize>)> = Vec::new();
    for (place, &at) in positions.iter().enumerate() {
        let key = key(at);
        match found.last_mut() {
            Some((last, run)) if *last == key => run.end = place + 1,
            last => {
                assert!(last.is_none_or(|(last, _)| *last < key), "tested rows ascend by date and window");
                found.push((key, place..place + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_window_comes_after_the_second_and_people_count_from_one() {
        let mut groups: Vec<Group> = (0..12).rev().map(Group::Window).collect();
        groups.sort();
        assert_eq!(groups.iter().filter_map(Group::window).collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
        assert_eq!((groups[1].to_string(), groups[9].to_string()), ("2".to_owned(), "10".to_owned()));
        assert_eq!((Group::Year(2019).to_string(), Group::Year(2019).window()), ("2019".to_owned(), None));
    }

    #[test]
    fn runs_are_the_places_of_positions_that_share_a_key() {
        assert_eq!(runs(&[0, 3, 4, 9, 20], |at| at / 5), [(0, 0..3), (1, 3..4), (4, 4..5)]);
    }
}
