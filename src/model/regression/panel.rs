//! A window's prepared rows, a panel at a time: what fits that must look at every row run on.

use std::ops::Range;

use rayon::prelude::*;

use super::kernel::{Kernel, PANEL_ROWS, Products};
use super::prepare::{Preparation, Scale};
use crate::model::Train;

/// Rows summed up on one thread before the sums of threads meet.
const CHUNK_ROWS: usize = 64 * PANEL_ROWS;

/// Rows whose scores stay in the first cache while the columns pass.
const SCORE_ROWS: usize = 2048;

/// The prepared columns of a window's rows, with a first column of ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panels<'a> {
    train: &'a Train<'a>,
    scales: &'a [Scale],
}

impl<'a> Panels<'a> {
    /// The columns of `prepared` in the rows of `train`.
    pub(super) fn new(train: &'a Train<'a>, prepared: &'a Preparation) -> Self {
        Self { train, scales: &prepared.scales }
    }

    /// Columns, that of ones among them.
    pub(super) fn n_columns(&self) -> usize {
        self.scales.len() + 1
    }

    /// Shows every panel, filled, with its rows to `work`; what it gathers in `T` comes back for each chunk of rows, in their order.
    ///
    /// Chunks run on as many threads as the fit may keep busy, and are the same for any number of them.
    pub(super) fn each<T: Send>(&self, start: impl Fn() -> T + Sync, work: impl Fn(&mut Kernel, Range<usize>, &mut T) + Sync) -> Vec<(Products, T)> {
        let n_rows = self.train.lesson.rows.len();
        let chunk = |idx: usize| {
            let (mut kernel, mut gathered) = (Kernel::new(self.n_columns()), start());
            let end = ((idx + 1) * CHUNK_ROWS).min(n_rows);
            for first in (idx * CHUNK_ROWS..end).step_by(PANEL_ROWS) {
                let rows = first..(first + PANEL_ROWS).min(end);
                self.fill(&mut kernel, rows.clone());
                work(&mut kernel, rows, &mut gathered);
            }
            (kernel.finish(), gathered)
        };
        let n_chunks = n_rows.div_ceil(CHUNK_ROWS);
        if 1 < self.train.cores { (0..n_chunks).into_par_iter().map(chunk).collect() } else { (0..n_chunks).map(chunk).collect() }
    }

    /// A score for every row, column by column.
    pub(super) fn score(&self, coefficients: &[f64]) -> Vec<f64> {
        let rows = &self.train.lesson.rows;
        let mut scores = vec![coefficients[0]; rows.len()];
        let chunk = |(scores, rows): (&mut [f64], &[u32])| {
            for (scale, coefficient) in self.scales.iter().zip(&coefficients[1..]) {
                let (column, mean, per_unit) = (self.column(scale), scale.mean, coefficient / scale.sd);
                match adjacent(rows) {
                    Some(range) => scores.iter_mut().zip(&column[range]).for_each(|(score, &raw)| *score += prepared(raw, mean, per_unit)),
                    None => scores.iter_mut().zip(rows).for_each(|(score, &row)| *score += prepared(column[row as usize], mean, per_unit)),
                }
            }
        };
        if 1 < self.train.cores {
            scores.par_chunks_mut(SCORE_ROWS).zip(rows.par_chunks(SCORE_ROWS)).for_each(chunk);
        } else {
            scores.chunks_mut(SCORE_ROWS).zip(rows.chunks(SCORE_ROWS)).for_each(chunk);
        }
        scores
    }

    /// Writes the prepared values of one row, 1 first.
    pub(super) fn row(&self, row: usize, values: &mut Vec<f64>) {
        let at = self.train.lesson.rows[row] as usize;
        values.clear();
        values.push(1.0);
        values.extend(self.scales.iter().map(|scale| prepared(self.column(scale)[at], scale.mean, 1.0 / scale.sd)));
    }

    fn column(&self, scale: &Scale) -> &'a [f32] {
        self.train.shared.features().column(scale.column_idx)
    }

    fn fill(&self, kernel: &mut Kernel, rows: Range<usize>) {
        let rows = &self.train.lesson.rows[rows];
        kernel.write(0, rows.iter().map(|_| 1.0));
        for (idx, scale) in self.scales.iter().enumerate() {
            let (column, mean, per_sd) = (self.column(scale), scale.mean, 1.0 / scale.sd);
            match adjacent(rows) {
                Some(range) => kernel.write(idx + 1, column[range].iter().map(|&raw| prepared(raw, mean, per_sd))),
                None => kernel.write(idx + 1, rows.iter().map(|&row| prepared(column[row as usize], mean, per_sd))),
            }
        }
    }
}

/// The range that ascending rows make up, where none between them is left out.
fn adjacent(rows: &[u32]) -> Option<Range<usize>> {
    let (&first, &last) = (rows.first()?, rows.last()?);
    ((last - first) as usize + 1 == rows.len()).then_some(first as usize..last as usize + 1)
}

fn prepared(raw: f32, mean: f64, per_sd: f64) -> f64 {
    if raw.is_nan() { 0.0 } else { (f64::from(raw) - mean) * per_sd }
}

#[cfg(test)]
mod tests {
    use super::super::prepare::Design;
    use super::super::testing::{Case, distance};
    use super::*;

    #[test]
    fn panels_score_rows_as_the_preparation_does_for_any_number_of_threads() {
        let case = Case::panel(300, 31).missing(2, |row| row % 5 == 1);
        let coefficients = [0.5, 1.0, -2.0, 0.25, 3.0];
        case.train(|train| {
            let prepared = Design::new(train, &[]).expect("columns vary").prepared;
            let scores = Panels::new(train, &prepared).score(&coefficients);
            assert!(distance(&scores, &prepared.score(&case.features, &coefficients)) < 1e-14);
            let several = Train { cores: 3, ..*train };
            assert_eq!(Panels::new(&several, &prepared).score(&coefficients), scores);
            let mut values = vec![];
            Panels::new(train, &prepared).row(7, &mut values);
            let score: f64 = values.iter().zip(&coefficients).map(|(value, coefficient)| value * coefficient).sum();
            assert!((score - scores[7]).abs() < 1e-14);
        });
    }
}
