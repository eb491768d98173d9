//! The rows that a window learns from, with what is known of each.

use std::ops::Range;

use crate::day::Day;
use crate::feature::Dataset;

/// Rows of the table that train, ascending, and the facts of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lesson {
    /// Positions in the table, ascending; the table is sorted by `as_of`.
    pub rows: Vec<u32>,
    /// Targets, finite.
    pub target: Vec<f64>,
    /// Weights, at least 0; rows of weight 0 are not learnt from.
    pub weight: Vec<f64>,
    /// Codes of the entities whose rows they are.
    pub entity: Vec<u32>,
    /// The day before which every feature was known.
    pub as_of: Vec<Day>,
    /// The day on which the target was known.
    pub known_on: Vec<Day>,
    /// Dates that pass before a target's days begin.
    pub target_delay_dates: usize,
}

impl Lesson {
    /// The facts of the given rows, all of which have a known target.
    #[must_use]
    pub fn new(data: &Dataset, rows: Vec<u32>) -> Self {
        let known = "a training row's target is known";
        Self {
            target: rows.iter().map(|&row| data.target[row as usize].expect(known)).collect(),
            weight: rows.iter().map(|&row| data.weight[row as usize]).collect(),
            entity: rows.iter().map(|&row| data.entity[row as usize]).collect(),
            as_of: rows.iter().map(|&row| data.as_of[row as usize]).collect(),
            known_on: rows.iter().map(|&row| data.known_on[row as usize].expect(known)).collect(),
            target_delay_dates: data.target_delay_dates,
            rows,
        }
    }

    /// The rows at these positions of the lesson, for an inner fold.
    #[must_use]
    pub fn part(&self, positions: &[u32]) -> Self {
        Self {
            rows: positions.iter().map(|&at| self.rows[at as usize]).collect(),
            target: positions.iter().map(|&at| self.target[at as usize]).collect(),
            weight: positions.iter().map(|&at| self.weight[at as usize]).collect(),
            entity: positions.iter().map(|&at| self.entity[at as usize]).collect(),
            as_of: positions.iter().map(|&at| self.as_of[at as usize]).collect(),
            known_on: positions.iter().map(|&at| self.known_on[at as usize]).collect(),
            target_delay_dates: self.target_delay_dates,
        }
    }

    /// Every row from the first to the last of the lesson, those between that do not train among them.
    #[must_use]
    pub fn span(&self) -> Range<u32> {
        match (self.rows.first(), self.rows.last()) {
            (Some(&first), Some(&last)) => first..last + 1,
            _ => 0..0,
        }
    }

    /// A lesson of its own from all rows of a table, a row a day, each target known the next day.
    #[cfg(test)]
    pub(super) fn alone(target: &[f64], weight: &[f64]) -> Self {
        let n_rows = target.len();
        let days = |offset: i32| (0..n_rows as i32).map(|day| Day(day + offset)).collect();
        let rows = (0..n_rows as u32).collect();
        let (target, weight, entity) = (target.to_vec(), weight.to_vec(), vec![0; n_rows]);
        Self { rows, target, weight, entity, as_of: days(0), known_on: days(1), target_delay_dates: 0 }
    }
}
