//! Pinball loss.

use super::order;
use super::row::{Observed, Renewal, RowLoss};

/// (1{target < score} - tail) (score - target), minimised by the quantile at `tail`.
///
/// Source: Koenker and Bassett (1978), Econometrica 46(1), 33-50.
pub(super) struct Quantile {
    pub(super) tail: f64,
}

impl RowLoss for Quantile {
    fn value(&self, target: f64, score: f64) -> f64 {
        if target < score { (1.0 - self.tail) * (score - target) } else { self.tail * (target - score) }
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
