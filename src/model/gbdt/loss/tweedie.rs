//! Tweedie deviance with log link.

use super::row::{Observed, RowLoss};

/// exp((2 - p) score) / (2 - p) - target exp((1 - p) score) / (1 - p): half the Tweedie deviance of variance power p, but for a term
/// without the score; minimised by the mean's logarithm.
///
/// Source: Joergensen (1987), Journal of the Royal Statistical Society B 49(2), 127-162.
pub(super) struct Tweedie {
    /// p, in (1, 2): a Poisson number of gamma amounts.
    pub(super) power: f64,
}

impl RowLoss for Tweedie {
    fn value(&self, target: f64, score: f64) -> f64 {
        let (low, high) = (1.0 - self.power, 2.0 - self.power);
        libm::exp(high * score) / high - target * libm::exp(low * score) / low
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let (low, high) = (1.0 - self.power, 2.0 - self.power);
        let (observed, expected) = (target * libm::exp(low * score), libm::exp(high * score));
        (expected - observed, high * expected - low * observed)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        libm::log(observed.mean())
    }
}
