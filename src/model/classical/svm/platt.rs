//! From a score to a probability.

use crate::model::regression::{probability, sigmoid};
use crate::score::log_loss_of_log_odds;

/// P(1 | score) = 1 / (1 + exp(-(slope x score + intercept))).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sigmoid {
    slope: f64,
    intercept: f64,
}

impl Sigmoid {
    /// Fits the sigmoid by weighted log loss, each class's target drawn in from 0 and 1 by one row of the other: (N1 + 1) / (N1 + 2)
    /// for class 1 and 1 / (N0 + 2) for class 0, with N the classes' sums of weights.
    ///
    /// Newton's method with halved steps, as Lin, Lin and Weng (2007), A note on Platt's probabilistic outputs for support vector
    /// machines, Machine Learning 68, 267-276, a correction of Platt (1999). Both classes are present.
    pub(super) fn fit(score: &[f64], class: &[usize], weight: &[f64]) -> Self {
        let sum = |wanted: usize| class.iter().zip(weight).filter(|(class, _)| **class == wanted).map(|(_, weight)| weight).sum::<f64>();
        let sums = [sum(0), sum(1)];
        let wanted = [1.0 / (sums[0] + 2.0), (sums[1] + 1.0) / (sums[1] + 2.0)];
        let loss = |fitted: Self| -> f64 {
            let rows = score.iter().zip(class).zip(weight);
            rows.map(|((&score, &class), weight)| weight * log_loss_of_log_odds(wanted[class], fitted.slope * score + fitted.intercept)).sum()
        };
        let mut fitted = Self { slope: 0.0, intercept: libm::log((sums[1] + 1.0) / (sums[0] + 1.0)) };
        let mut lowest = loss(fitted);
        for _ in 0..100 {
            let (mut gradient, mut curvature) = ([0.0; 2], [1e-12, 0.0, 1e-12]);
            for ((&score, &class), &weight) in score.iter().zip(class).zip(weight) {
                let p = sigmoid(fitted.slope * score + fitted.intercept);
                let (pull, bend) = (weight * (p - wanted[class]), weight * p * (1.0 - p));
                gradient[0] += pull * score;
                gradient[1] += pull;
                curvature[0] += bend * score * score;
                curvature[1] += bend * score;
                curvature[2] += bend;
            }
            let determinant = curvature[0] * curvature[2] - curvature[1] * curvature[1];
            let slope = -(curvature[2] * gradient[0] - curvature[1] * gradient[1]) / determinant;
            let intercept = -(curvature[0] * gradient[1] - curvature[1] * gradient[0]) / determinant;
            let gain = -(gradient[0] * slope + gradient[1] * intercept);
            // NaN where the curvature has vanished: the sigmoid is as steep as f64 can represent.
            if gain.is_nan() {
                break;
            }
            // Newton's method converges quadratically: the first step with a negligible decrease is the last.
            if gain <= 1e-12 * (sums[0] + sums[1]) {
                return Self { slope: fitted.slope + slope, intercept: fitted.intercept + intercept };
            }
            let tried = (0..40).map(|halvings| {
                let share = 0.5_f64.powi(halvings);
                (share, Self { slope: fitted.slope + share * slope, intercept: fitted.intercept + share * intercept })
            });
            let Some((_, better)) = tried.into_iter().find(|&(share, tried)| loss(tried) < lowest - 1e-4 * share * gain) else { break };
            fitted = better;
            lowest = loss(fitted);
        }
        fitted
    }

    /// The probability of class 1, strictly inside (0, 1).
    pub(super) fn probability(self, score: f64) -> f64 {
        probability(self.slope * score + self.intercept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sigmoid_agrees_with_scikit_learn_plain_and_weighted() {
        // scikit-learn 1.9.1, tests/golden/classical_svm.py: _SigmoidCalibration, whose slope and intercept have the other sign.
        let score: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 61) / 20.0 - 1.4).collect();
        let class: Vec<usize> = (0..60).map(|i| usize::from(f64::from(i * 37 % 61) / 20.0 - 1.4 > f64::from(i * 23 % 41) / 12.0 - 1.7)).collect();
        let weight: Vec<f64> = (0..60).map(|i| f64::from(1 + i % 3)).collect();
        for (weight, expected) in
            [(vec![1.0; 60], [1.376_878_948_199_485, 0.304_277_392_651_330_4]), (weight, [1.695_446_522_655_592, 0.373_244_809_251_562_84])]
        {
            let fitted = Sigmoid::fit(&score, &class, &weight);
            for (calculated, expected) in [fitted.slope, fitted.intercept].into_iter().zip(expected) {
                assert!((calculated - expected).abs() < 1e-5, "calculated {calculated}, expected {expected}");
            }
        }
    }

    #[test]
    fn separated_scores_keep_a_finite_slope() {
        let fitted = Sigmoid::fit(&[-2.0, -1.0, 1.0, 2.0], &[0, 0, 1, 1], &[1.0; 4]);
        // Targets are 1/4 and 3/4: the sigmoid cannot promise more.
        assert!(0.0 < fitted.slope && fitted.slope < 2.0 && fitted.intercept.abs() < 1e-9, "{fitted:?}");
        let flat = Sigmoid::fit(&[0.0; 4], &[0, 0, 0, 1], &[1.0; 4]);
        // (3 x 1/5 + 1 x 2/3) / 4 = 19/60.
        assert!((flat.probability(0.0) - 19.0 / 60.0).abs() < 1e-9, "{flat:?}");
    }
}
