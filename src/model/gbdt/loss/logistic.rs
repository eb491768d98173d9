//! Log loss of a 0/1 target.

use super::row::{Observed, RowLoss};
use crate::score;

/// [`score::log_loss_of_log_odds`], minimised by the log odds.
pub(super) struct Logistic;

impl RowLoss for Logistic {
    fn value(&self, target: f64, score: f64) -> f64 {
        score::log_loss_of_log_odds(target, score)
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let probability = 1.0 / (1.0 + libm::exp(-score));
        (probability - target, probability * (1.0 - probability))
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        let mean = observed.mean();
        libm::log(mean / (1.0 - mean))
    }
}
