//! Weighted least squares on prepared features, with or without a penalty: what `linear` and `ridge` share.

use nalgebra::{Cholesky, DMatrix};

use super::gram::{self, Gram};
use super::prepare::{Preparation, quote};
use super::{Card, Model, Query, Train};
use crate::spec::Quantity;

/// A feature whose variance is explained by earlier ones up to this share counts as their linear combination.
///
/// Features are f32: rounding a sum of others leaves about 1e-14 of its variance; of Longley's columns in their
/// order, `year` keeps the least, 1.3e-3.
const COLLINEAR: f64 = 1e-9;

/// A fitted linear forecast of the mean.
#[derive(Debug, Clone)]
pub(super) struct LeastSquares {
    prepared: Preparation,
    /// Intercept first, then one per prepared column; 0 for the dropped.
    coefficients: Vec<f64>,
    /// Indices into `coefficients` that were estimated.
    kept: Vec<usize>,
    notes: Vec<String>,
}

impl LeastSquares {
    /// Minimises sum w (target - a - Z b)^2 + l2 (sum w) |b|^2 by the normal equations of the standardised columns.
    ///
    /// Columns that the earlier ones explain are dropped, in the order of the features, with a note.
    pub(super) fn fit(train: &Train<'_>, prepared: Preparation, l2: f64) -> Self {
        let weighted: f64 = train.target().iter().zip(train.weight()).map(|(target, weight)| weight * target).sum();
        let mean = weighted / prepared.sum_weight;
        // About the mean, so that a large level of the target costs no digits.
        let pull: Vec<f64> = train.target().iter().zip(train.weight()).map(|(target, weight)| weight * (target - mean)).collect();
        let Gram { mut cross, moment } = gram::accumulate(&prepared, &train.features.gather(), train.weight(), &pull);
        for idx in 1..cross.nrows() {
            cross[(idx, idx)] += l2 * prepared.sum_weight;
        }
        let (kept, dropped) = independent(&cross);
        let solved = Cholesky::new(cross.select_rows(&kept).select_columns(&kept))
            .expect("columns that passed the test of independence make a positive definite matrix")
            .solve(&moment.select_rows(&kept));
        let mut coefficients = vec![0.0; cross.nrows()];
        for (&idx, &coefficient) in kept.iter().zip(&solved) {
            coefficients[idx] = coefficient;
        }
        coefficients[0] += mean;
        let mut notes = prepared.notes.clone();
        if !dropped.is_empty() {
            let names = quote(dropped.iter().map(|&idx| prepared.name(idx - 1)));
            notes.push(format!("dropped, linear combinations of earlier features (less than {COLLINEAR:e} of their variance is their own): {names}"));
        }
        Self { prepared, coefficients, kept, notes }
    }
}

/// Rows of a Cholesky factor built column by column in the given order, leaving out columns with no variance of their own.
fn independent(cross: &DMatrix<f64>) -> (Vec<usize>, Vec<usize>) {
    let (mut kept, mut dropped): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
    let mut factor: Vec<Vec<f64>> = vec![];
    for idx in 0..cross.nrows() {
        let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
        for (above, &other) in factor.iter().zip(&kept) {
            let known: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
            row.push((cross[(idx, other)] - known) / above[row.len()]);
        }
        let own = cross[(idx, idx)] - row.iter().map(|value| value * value).sum::<f64>();
        if own <= COLLINEAR * cross[(idx, idx)] {
            dropped.push(idx);
        } else {
            row.push(own.sqrt());
            factor.push(row);
            kept.push(idx);
        }
    }
    (kept, dropped)
}

impl Model for LeastSquares {
    fn forecast(&self, query: &Query<'_>, ask: &[Quantity]) -> Vec<Vec<Option<f64>>> {
        let answer = |quantity: &Quantity| match quantity {
            Quantity::Mean => self.prepared.score(query.features, &self.coefficients).into_iter().map(Some).collect(),
            Quantity::Probability | Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_) => {
                unreachable!("a spec cannot ask least squares for {quantity}")
            }
        };
        ask.iter().map(answer).collect()
    }

    fn card(&self) -> Card {
        let name = |idx: usize| if idx == 0 { "intercept".into() } else { self.prepared.name(idx - 1).clone() };
        let coefficients = self.kept.iter().map(|&idx| (name(idx), self.coefficients[idx])).collect();
        Card { n_rows: self.prepared.n_rows, coefficients, importance: vec![], notes: self.notes.clone() }
    }
}

#[cfg(test)]
impl LeastSquares {
    /// Intercept and slopes in the features' own units.
    pub(super) fn in_own_units(&self) -> Vec<f64> {
        let mut own = vec![self.coefficients[0]];
        for idx in 0..self.prepared.n_columns() {
            let (mean, sd) = self.prepared.mean_and_sd(idx);
            own.push(self.coefficients[idx + 1] / sd);
            own[0] -= own[idx + 1] * mean;
        }
        own
    }
}
