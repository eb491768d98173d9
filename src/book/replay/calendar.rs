//! The calendar: tested dates, the rows of each, and where each name ends.

use std::collections::BTreeMap;

use crate::book::market::PAUSE_DAYS;
use crate::day::Day;
use crate::feature::Dataset;
use crate::spec::Rebalance;
use crate::walk::Predictions;

/// A tradable row: its place in the forecasts and in the data.
#[derive(Debug, Clone, Copy)]
struct Row {
    tested: usize,
    data: usize,
}

pub(super) struct Calendar<'a> {
    data: &'a Dataset,
    days: Vec<Day>,
    /// Tradable rows of each date, ascending by entity.
    rows: Vec<Vec<(u32, Row)>>,
    /// Names that leave, by entity, and the day of their last row.
    ends: BTreeMap<u32, Day>,
}

impl<'a> Calendar<'a> {
    pub(super) fn new(data: &'a Dataset, predictions: &Predictions, untraded: Option<u32>) -> Self {
        let mut by_day: BTreeMap<Day, Vec<(u32, Row)>> = BTreeMap::new();
        for of_day in predictions.rows.iter().enumerate().collect::<Vec<_>>().chunk_by(|a, b| data.as_of[*a.1 as usize] == data.as_of[*b.1 as usize])
        {
            let names = by_day.entry(data.as_of[*of_day[0].1 as usize]).or_default();
            for &(tested, &row) in of_day {
                let row = row as usize;
                if Some(data.entity[row]) != untraded {
                    names.push((data.entity[row], Row { tested, data: row }));
                }
            }
        }
        for names in by_day.values_mut() {
            names.sort_by_key(|(entity, _)| *entity);
        }
        let mut last: Vec<Option<(Day, Option<f64>)>> = vec![None; data.entities.len()];
        for row in 0..data.n_rows() {
            let seen = (data.as_of[row], data.target[row]);
            let last = &mut last[data.entity[row] as usize];
            if last.is_none_or(|last| last.0 <= seen.0) {
                *last = Some(seen);
            }
        }
        let newest = data.as_of.iter().max().copied();
        let has_left = |day: Day| newest.is_some_and(|newest| PAUSE_DAYS < newest.0 - day.0);
        let last = (0..).zip(last).filter_map(|(entity, last)| Some((entity, last?)));
        let ends = last.filter(|(_, (day, target))| target.is_none() && has_left(*day)).map(|(entity, (day, _))| (entity, day)).collect();
        let (days, rows) = by_day.into_iter().unzip();
        Self { data, days, rows, ends }
    }

    /// Dates up to the last one on which a target is known.
    pub(super) fn n_known(&self) -> usize {
        let is_known = |names: &[(u32, Row)]| names.iter().any(|(_, row)| self.data.target[row.data].is_some());
        (0..self.days.len()).rev().find(|&idx| is_known(&self.rows[idx])).map_or(0, |idx| idx + 1)
    }

    pub(super) fn day(&self, idx: usize) -> Day {
        self.days[idx]
    }

    /// The date `idx`, if the calendar goes so far.
    pub(super) fn get(&self, idx: usize) -> Option<Day> {
        self.days.get(idx).copied()
    }

    pub(super) fn position(&self, day: Day) -> Option<usize> {
        self.days.binary_search(&day).ok()
    }

    pub(super) fn name(&self, entity: u32) -> &str {
        &self.data.entities[entity as usize]
    }

    /// The dates on which weights are set: the first of all, and the first of every day, week from Monday, or month.
    pub(super) fn rebalances(&self, rebalance: Rebalance) -> Vec<usize> {
        let period = |day: Day| match rebalance {
            Rebalance::Daily => (day.0, 0),
            // 1 January 1970, day 0, was a Thursday.
            Rebalance::Weekly => ((day.0 + 3).div_euclid(7), 0),
            Rebalance::Monthly => (day.year(), day.month()),
        };
        let mut firsts: BTreeMap<(i32, u32), usize> = BTreeMap::new();
        for (idx, &day) in self.days.iter().enumerate() {
            firsts.entry(period(day)).or_insert(idx);
        }
        firsts.into_values().collect()
    }

    fn row(&self, idx: usize, entity: u32) -> Option<Row> {
        let rows = &self.rows[idx];
        rows.binary_search_by_key(&entity, |(entity, _)| *entity).ok().map(|at| rows[at].1)
    }

    pub(super) fn has_row(&self, idx: usize, entity: u32) -> bool {
        self.row(idx, entity).is_some()
    }

    /// Place among the forecasts of a name's row on date `idx`.
    pub(super) fn tested(&self, idx: usize, entity: u32) -> Option<usize> {
        self.row(idx, entity).map(|row| row.tested)
    }

    pub(super) fn target(&self, idx: usize, entity: u32) -> Option<f64> {
        self.row(idx, entity).and_then(|row| self.data.target[row.data])
    }

    /// Whether the name's last row is of date `idx`, and none will follow.
    pub(super) fn leaves_on(&self, idx: usize, entity: u32) -> bool {
        self.has_row(idx, entity) && self.ends.get(&entity) == Some(&self.days[idx])
    }

    /// The day of the last row of a name that had left before date `idx`.
    pub(super) fn left_before(&self, idx: usize, entity: u32) -> Option<Day> {
        self.ends.get(&entity).copied().filter(|&end| end < self.days[idx])
    }

    /// The day by which more than half of the date's targets were known; the next date where none is.
    pub(super) fn earned_on(&self, idx: usize) -> Day {
        let rows = self.rows[idx].iter().map(|(_, row)| row.data);
        let known = rows.filter(|&row| self.data.target[row].is_some()).filter_map(|row| self.data.known_on[row]);
        let mut known: Vec<Day> = known.collect();
        known.sort_unstable();
        known.get(known.len() / 2).copied().or(self.get(idx + 1)).unwrap_or(self.days[idx])
    }
}
