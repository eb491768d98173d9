//! Squared error.

use super::row::{Observed, RowLoss};
use crate::score;

/// (score - target)^2 / 2, minimised by the mean.
pub(super) struct Squared;

impl RowLoss for Squared {
    fn value(&self, target: f64, score: f64) -> f64 {
        score::squared(target, score) / 2.0
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        (score - target, 1.0)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        observed.mean()
    }

    fn hessian_is_one(&self) -> bool {
        true
    }
}
