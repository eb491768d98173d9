//! Poisson deviance with log link.

use super::row::{Observed, RowLoss};

/// exp(0.7): hessians are this much above the curvature, `LightGBM`'s safeguard (`poisson_max_delta_step`) against steps that explode in
/// leaves of zeros, where the curvature vanishes with the score.
const SAFEGUARD: f64 = 2.013_752_707_470_476_6;

/// exp(score) - target score: half the Poisson deviance, but for a term without the score; minimised by the mean's logarithm.
pub(super) struct Poisson;

impl RowLoss for Poisson {
    fn value(&self, target: f64, score: f64) -> f64 {
        libm::exp(score) - target * score
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let mean = libm::exp(score);
        (mean - target, SAFEGUARD * mean)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        libm::log(observed.mean())
    }
}
