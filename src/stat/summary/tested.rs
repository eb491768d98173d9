//! The tested rows, cut the ways a report looks at them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Facts;
use crate::spec::Quantity;
use crate::walk::Series;

/// A statistic of a group of rows: a year, a window, a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grouped<T> {
    /// Name of the group.
    pub group: String,
    /// The statistic.
    pub value: T,
}

/// Tested rows and what they share.
pub(super) struct Tested<'a> {
    pub(super) facts: &'a Facts<'a>,
    /// Position of each tested row's date among the tested dates.
    pub(super) date_idx: Vec<u32>,
    /// Tested dates within a forecast's horizon, at least 1: how far neighbouring errors overlap.
    pub(super) horizon: usize,
    headline: Option<u32>,
}

/// Positions (among the tested rows) at which a series has a forecast and the target is known.
pub(super) type Positions = Vec<usize>;

impl<'a> Tested<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let data = facts.data;
        let rows = &facts.predictions.rows;
        let mut days: Vec<_> = rows.iter().map(|&row| data.as_of[row as usize]).collect();
        days.dedup();
        let date_idx = rows.iter().map(|&row| days.partition_point(|&day| day < data.as_of[row as usize]) as u32).collect();
        let mut overlaps: Vec<usize> = rows
            .iter()
            .filter_map(|&row| {
                let known = data.known_on[row as usize]?;
                let start = days.partition_point(|&day| day < data.as_of[row as usize]);
                Some(days.partition_point(|&day| day < known) - start)
            })
            .collect();
        overlaps.sort_unstable();
        let horizon = overlaps.get(overlaps.len() / 2).copied().unwrap_or(1).max(1);
        let headline = facts.spec.risk.entity.as_ref().and_then(|name| data.entity_code(name)).or((data.entities.len() == 1).then_some(0));
        Self { facts, date_idx, horizon, headline }
    }

    /// Code of the entity whose VaR is the headline.
    pub(super) fn headline(&self) -> Option<u32> {
        self.headline
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

    /// Names' rows (all but the headline's, when there are others) with a known target.
    pub(super) fn names(&self) -> Positions {
        let left_out = self.facts.spec.risk.entity.as_ref().and(self.headline);
        (0..self.facts.predictions.rows.len()).filter(|&at| Some(self.entity(at)) != left_out && self.realized(at).is_some()).collect()
    }

    /// Groups positions by calendar year of `as_of`.
    pub(super) fn by_year(&self, positions: &Positions) -> Vec<Grouped<Positions>> {
        Self::grouped(positions, |at| Some(self.facts.data.as_of[self.facts.predictions.rows[at] as usize].year().to_string()))
    }

    /// Groups positions by window, in order.
    pub(super) fn by_window(&self, positions: &Positions) -> Vec<Grouped<Positions>> {
        Self::grouped(positions, |at| Some(format!("{:05}", self.facts.predictions.window[at])))
            .into_iter()
            .map(|Grouped { group, value }| Grouped { group: (group.parse::<u32>().expect("a number was written") + 1).to_string(), value })
            .collect()
    }

    /// Groups positions by the spec's segment; empty where it names none.
    pub(super) fn by_segment(&self, positions: &Positions) -> Vec<Grouped<Positions>> {
        let Some(labels) = self.facts.spec.features.segment.as_ref().and_then(|name| self.facts.data.labels.get(name)) else { return Vec::new() };
        Self::grouped(positions, |at| {
            let code = labels.codes[self.facts.predictions.rows[at] as usize];
            Some(code.map_or("(missing)".to_owned(), |code| labels.levels[code as usize].clone()))
        })
    }

    fn grouped(positions: &Positions, key: impl Fn(usize) -> Option<String>) -> Vec<Grouped<Positions>> {
        let mut groups: BTreeMap<String, Positions> = BTreeMap::new();
        for &at in positions {
            if let Some(key) = key(at) {
                groups.entry(key).or_default().push(at);
            }
        }
        groups.into_iter().map(|(group, value)| Grouped { group, value }).collect()
    }

    /// Realised targets at positions whose target is known.
    pub(super) fn targets(&self, positions: &Positions) -> Vec<f64> {
        positions.iter().filter_map(|&at| self.realized(at)).collect()
    }

    /// Date positions at positions.
    pub(super) fn dates(&self, positions: &Positions) -> Vec<u32> {
        positions.iter().map(|&at| self.date_idx[at]).collect()
    }
}

/// Forecasts at positions that have one.
pub(super) fn forecasts(series: &Series, positions: &Positions) -> Vec<f64> {
    positions.iter().filter_map(|&at| series.predicted[at]).collect()
}

/// Positions at which every one of the series has a forecast.
pub(super) fn forecast_by(series: &[&Series], positions: &Positions) -> Positions {
    positions.iter().copied().filter(|&at| series.iter().all(|series| series.predicted[at].is_some())).collect()
}
