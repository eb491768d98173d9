//! Pinball loss.

use super::order;
use super::row::{Observed, Renewal, RowLoss};
use crate::score;

/// [`score::pinball`], minimised by the quantile at `tail`.
pub(super) struct Quantile {
    pub(super) tail: f64,
}

impl RowLoss for Quantile {
    fn value(&self, target: f64, score: f64) -> f64 {
        score::pinball(target, score, self.tail)
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        (if target <= score { 1.0 - self.tail } else { -self.tail }, 1.0)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        order::observed_quantile(observed, self.tail)
    }

    fn renewal(&self) -> Renewal {
        Renewal::Quantile(self.tail)
    }

    fn hessian_is_one(&self) -> bool {
        true
    }
}
