//! Huber's loss.

use super::order;
use super::row::{Observed, RowLoss};

/// Newton's method on a piecewise linear slope ends after a few steps; each step that does not help halves the bracket, so this never binds.
const MAX_STEPS: u32 = 200;

/// r^2 / 2 for |r| <= delta, delta (|r| - delta / 2) beyond, with r = score - target.
///
/// The hessian is taken as 1 everywhere, its upper bound, as `LightGBM` does: with the true 0 beyond delta a leaf of outliers would have no
/// Newton step. Source: Huber (1964), Annals of Mathematical Statistics 35(1), 73-101.
pub(super) struct Huber {
    pub(super) delta: f64,
}

impl RowLoss for Huber {
    fn value(&self, target: f64, score: f64) -> f64 {
        let away = (score - target).abs();
        if away <= self.delta { away * away / 2.0 } else { self.delta * (away - self.delta / 2.0) }
    }

    fn slopes(&self, target: f64, score: f64) -> (f64, f64) {
        ((score - target).clamp(-self.delta, self.delta), 1.0)
    }

    /// Newton's method from the median, halving the bracket wherever a step leaves it.
    fn base(&self, observed: Observed<'_>) -> f64 {
        let (mut lower, mut upper) =
            observed.target.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lower, upper), &x| (lower.min(x), upper.max(x)));
        let mut score = order::observed_quantile(observed, 0.5);
        for _ in 0..MAX_STEPS {
            let (mut slope, mut curvature) = (0.0, 0.0);
            for (position, target) in observed.target.iter().enumerate() {
                let weight = observed.weight_of(position);
                slope += weight * self.slopes(*target, score).0;
                curvature += if (score - target).abs() <= self.delta { weight } else { 0.0 };
            }
            if slope < 0.0 {
                lower = lower.max(score);
            } else {
                upper = upper.min(score);
            }
            let step = if 0.0 < curvature { score - slope / curvature } else { f64::NAN };
            let next = if lower <= step && step <= upper { step } else { f64::midpoint(lower, upper) };
            if next == score || slope == 0.0 {
                break;
            }
            score = next;
        }
        score
    }

    fn hessian_is_one(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_root_of_the_slope_even_between_two_far_groups() {
        // Three at 0 and two at 100 with delta 1: the slope is 0 where 3 b = 2, by hand.
        let target = [0.0, 0.0, 0.0, 100.0, 100.0];
        assert!((Huber { delta: 1.0 }.base(Observed { target: &target, weight: None }) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(Huber { delta: 1.0 }.base(Observed { target: &[5.0], weight: None }), 5.0);
    }
}
