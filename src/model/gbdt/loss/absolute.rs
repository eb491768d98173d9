//! Absolute error.

use super::order;
use super::row::{Observed, Renewal, RowLoss};
use crate::score;

/// |score - target|, minimised by the median.
pub(super) struct Absolute;

impl RowLoss for Absolute {
    fn value(&self, target: f64, score: f64) -> f64 {
        score::absolute(target, score)
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let slope = if target < score {
            1.0
        } else if score < target {
            -1.0
        } else {
            0.0
        };
        (slope, 1.0)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        order::observed_quantile(observed, 0.5)
    }

    fn renewal(&self) -> Renewal {
        Renewal::Quantile(0.5)
    }

    fn hessian_is_one(&self) -> bool {
        true
    }
}
