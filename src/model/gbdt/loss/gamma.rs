//! Gamma deviance with log link.

use super::row::{Observed, RowLoss};

/// target exp(-score) + score: half the gamma deviance, but for a term without the score; minimised by the mean's logarithm.
pub(super) struct Gamma;

impl RowLoss for Gamma {
    fn value(&self, target: f64, score: f64) -> f64 {
        target * libm::exp(-score) + score
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let ratio = target * libm::exp(-score);
        (1.0 - ratio, ratio)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        libm::log(observed.mean())
    }
}
