//! The shortfall's part of the joint loss of (VaR, ES).

use super::row::{Observed, RowLoss};

/// The score stays within this far of 0 when it becomes a ratio: 1 + exp(-30) is still above 1 in f64.
const LARGEST_SCORE: f64 = 30.0;

/// A base of no excess at all would be infinite.
const SMALLEST_RATIO: f64 = 1e-6;

/// How far the shortfall lies beyond the quantile, as a share of the quantile: e = v (1 + exp(-score)).
///
/// With a return y, a quantile v < 0 given and a shortfall e = v (1 + r), the loss FZ0 ([`crate::score::fissler_ziegel`]) is
/// u / (1 + r) + ln(1 + r) + ln(-v) - 1, where
///
/// u = 1 + 1{y <= v} (v - y) / (tail (-v)) >= 1.
///
/// So at a fixed quantile the joint loss of the shortfall is the gamma deviance of the relative excess u with mean 1 + r, and u is the
/// "target" of this loss: E(u) = ES / VaR where v is the true quantile. r = exp(-score) keeps the shortfall strictly beyond the quantile for
/// any score, and with the minus e rises with the score as it does with v: where a feature may only raise the quantile and the score, it
/// may only raise the shortfall. The hessian is its expectation at the optimum, p^2 with p = r / (1 + r) (Fisher scoring): the observed one is negative for
/// rows beyond the quantile.
pub(crate) struct Excess;

impl Excess {
    /// u, from a target, its quantile (below 0) and the tail.
    pub(crate) fn observe(target: f64, quantile: f64, tail: f64) -> f64 {
        1.0 + (quantile - target).max(0.0) / (tail * -quantile)
    }

    /// 1 + r: the shortfall in units of the quantile, above 1; falls with the score.
    pub(crate) fn ratio(score: f64) -> f64 {
        1.0 + libm::exp((-score).clamp(-LARGEST_SCORE, LARGEST_SCORE))
    }
}

impl RowLoss for Excess {
    fn value(&self, target: f64, score: f64) -> f64 {
        let ratio = Self::ratio(score);
        target / ratio + libm::log(ratio)
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        let rest = 1.0 / Self::ratio(score);
        let share = 1.0 - rest;
        (share * (target * rest - 1.0), share * share)
    }

    fn base(&self, observed: Observed<'_>) -> f64 {
        -libm::log((observed.mean() - 1.0).max(SMALLEST_RATIO))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::mean_value;
    use super::*;
    use crate::score::fissler_ziegel;

    #[test]
    fn the_excess_loss_is_the_joint_loss_in_other_words() {
        for (target, quantile, score) in [(-3.0, -2.0, 1.9), (-0.1, -0.02, -0.3), (0.4, -0.5, 4.0), (-2.0, -2.0, -1.0)] {
            let tail = 0.025;
            let shortfall = quantile * Excess::ratio(score);
            let ours = Excess.value(Excess::observe(target, quantile, tail), score) + libm::log(-quantile) - 1.0;
            let theirs = fissler_ziegel(target, quantile, shortfall, tail);
            assert!((ours - theirs).abs() < 1e-12, "{ours} against {theirs}");
        }
    }

    #[test]
    fn slopes_are_those_of_the_loss_and_the_hessian_is_the_mean_curvature_at_the_optimum() {
        let step = 1e-6;
        for (target, score) in [(1.0, 2.0), (15.0, 2.0), (1.3, -0.4)] {
            let slope = (Excess.value(target, score + step) - Excess.value(target, score - step)) / (2.0 * step);
            assert!((Excess.slopes(target, score).0 - slope).abs() < 1e-7);
        }
        let observed = Observed { target: &[1.0, 1.0, 1.0, 4.0], weight: None };
        let base = Excess.base(observed);
        assert!((Excess::ratio(base) - 1.75).abs() < 1e-12);
        let curvature = |target: f64| (Excess.slopes(target, base + step).0 - Excess.slopes(target, base - step).0) / (2.0 * step);
        let mean = observed.target.iter().map(|&target| curvature(target)).sum::<f64>() / 4.0;
        assert!((mean - Excess.slopes(1.0, base).1).abs() < 1e-7);
        assert!(mean_value(&Excess, observed, &[base; 4], 1) < mean_value(&Excess, observed, &[base + 0.01; 4], 1));
        assert!(mean_value(&Excess, observed, &[base; 4], 1) < mean_value(&Excess, observed, &[base - 0.01; 4], 1));
    }

    #[test]
    fn a_shortfall_lies_beyond_its_quantile_at_any_score() {
        for score in [-1e9, -40.0, 0.0, 1e9] {
            assert!(-0.5 * Excess::ratio(score) < -0.5 && Excess::ratio(score).is_finite());
        }
        // No row beyond the quantile: the base is far up, but a number.
        assert_eq!(Excess.base(Observed { target: &[1.0, 1.0], weight: None }), -libm::log(1e-6));
    }
}
