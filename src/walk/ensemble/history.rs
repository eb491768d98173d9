//! What members forecast in earlier windows, where the outcome is known by now.

use std::ops::Range;

use crate::feature::Dataset;
use crate::spec::Quantity;
use crate::walk::{Predictions, Series};
use crate::window::Window;

/// Past forecasts of all members with what came of them; rows of weight 0 and those that a member could not forecast are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct History {
    /// What came.
    pub(super) target: Vec<f64>,
    /// Weight of the row in the table, above 0.
    pub(super) weight: Vec<f64>,
    /// What was forecast: by quantity, by member, by row.
    pub(super) forecasts: Vec<Vec<Vec<f64>>>,
}

impl History {
    /// Forecasts of `quantities` in windows from `window.idx - lookback` to the last before `window`, of rows whose target was known
    /// strictly before `window.known_before`.
    pub(super) fn before(window: &Window, lookback: Option<u32>, quantities: &[Vec<&Series>], scene: (&Predictions, &Dataset)) -> Self {
        let (predictions, data) = scene;
        let first = window.idx.saturating_sub(lookback.unwrap_or(window.idx));
        let range = tested(predictions, first).start..tested(predictions, window.idx).start;
        let mut history = Self { forecasts: quantities.iter().map(|members| vec![Vec::new(); members.len()]).collect(), ..Self::default() };
        for at in range {
            let row = predictions.rows[at] as usize;
            let is_known = data.known_on[row].is_some_and(|day| day < window.known_before);
            let is_whole = || quantities.iter().flatten().all(|series| series.predicted.has(at));
            let Some(target) = data.target[row].filter(|_| is_known && 0.0 < data.weight[row] && is_whole()) else { continue };
            history.target.push(target);
            history.weight.push(data.weight[row]);
            for (series, kept) in quantities.iter().flatten().zip(history.forecasts.iter_mut().flatten()) {
                kept.extend(series.predicted.get(at));
            }
        }
        history
    }

    /// Number of forecasts looked back on.
    pub(super) fn n_rows(&self) -> usize {
        self.target.len()
    }

    /// The weighted mean of one number per row; the rows are not empty.
    pub(super) fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        let sum: f64 = self.weight.iter().enumerate().map(|(row, weight)| weight * value(row)).sum();
        sum / self.weight.iter().sum::<f64>()
    }
}

/// Positions of a window's tested rows among all forecasts.
pub(super) fn tested(predictions: &Predictions, window: u32) -> Range<usize> {
    let start = predictions.window.partition_point(|&other| other < window);
    start..predictions.window.partition_point(|&other| other <= window)
}

/// The tail of a quantity that has one.
pub(super) fn tails(quantities: impl Iterator<Item = Quantity>) -> Vec<f64> {
    let mut tails: Vec<f64> = quantities.filter_map(Quantity::tail).collect();
    tails.sort_by(f64::total_cmp);
    tails.dedup();
    tails
}
