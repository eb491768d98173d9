//! What the trees minimise: one file per loss, and the enum that a spec chooses from.

mod absolute;
mod excess;
mod gamma;
mod huber;
mod logistic;
mod order;
mod poisson;
mod quantile;
mod row;
mod squared;
mod tweedie;

pub(super) use excess::Excess;
pub(super) use order::{even_quantile, quantile as weighted_quantile};
pub(super) use row::{Observed, Renewal, RowLoss, mean_value, write_slopes};

use super::ensemble::Link;
use crate::error::{Error, Result};

/// Beyond this a gradient would leave the range of f32.
const LARGEST: f64 = 1e30;

/// What the trees minimise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Loss {
    /// Squared error: forecasts of the mean.
    Squared,
    /// Absolute error: forecasts of the median.
    Absolute,
    /// Squared up to `delta`, linear beyond: a mean that outliers cannot pull far.
    Huber {
        /// The residual, in units of the target, from which the loss is linear; above 0.
        delta: f64,
    },
    /// Pinball loss: forecasts of the quantile at `tail`.
    Quantile {
        /// Tail probability in (0, 1).
        tail: f64,
    },
    /// Negative log likelihood of a 0/1 target: forecasts of its probability.
    Logistic,
    /// Poisson deviance with log link: forecasts of a mean count.
    Poisson,
    /// Gamma deviance with log link: forecasts of the mean of a positive, skewed target.
    Gamma,
    /// Tweedie deviance with log link: forecasts of the mean of a target with zeros and a skewed positive part.
    Tweedie {
        /// Variance power in (1, 2).
        power: f64,
    },
    /// The joint loss of (VaR, ES) of Fissler and Ziegel: forecasts of a quantile and of the mean beyond it.
    ///
    /// Two scores per row, boosted by `tail::fit`. As a loss of one score (here) it is its quantile part.
    ValueAtRiskShortfall {
        /// Tail probability in (0, 1/2).
        tail: f64,
    },
}

/// Which targets a loss is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    Any,
    ZeroOrOne,
    AtLeastZero,
    AboveZero,
}

impl Loss {
    /// The loss of one row; of `ValueAtRiskShortfall` the quantile's part.
    pub(super) fn row_loss(self) -> Box<dyn RowLoss> {
        match self {
            Self::Squared => Box::new(squared::Squared),
            Self::Absolute => Box::new(absolute::Absolute),
            Self::Huber { delta } => Box::new(huber::Huber { delta }),
            Self::Quantile { tail } | Self::ValueAtRiskShortfall { tail } => Box::new(quantile::Quantile { tail }),
            Self::Logistic => Box::new(logistic::Logistic),
            Self::Poisson => Box::new(poisson::Poisson),
            Self::Gamma => Box::new(gamma::Gamma),
            Self::Tweedie { power } => Box::new(tweedie::Tweedie { power }),
        }
    }

    /// From the score to the forecast.
    pub(super) fn link(self) -> Link {
        match self {
            Self::Squared | Self::Absolute | Self::Huber { .. } | Self::Quantile { .. } | Self::ValueAtRiskShortfall { .. } => Link::Identity,
            Self::Logistic => Link::Logistic,
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => Link::Log,
        }
    }

    fn domain(self) -> Domain {
        match self {
            Self::Squared | Self::Absolute | Self::Huber { .. } | Self::Quantile { .. } | Self::ValueAtRiskShortfall { .. } => Domain::Any,
            Self::Logistic => Domain::ZeroOrOne,
            Self::Poisson | Self::Tweedie { .. } => Domain::AtLeastZero,
            Self::Gamma => Domain::AboveZero,
        }
    }

    /// Whether targets and weights can be learnt from; `place` is the model and the window.
    ///
    /// Rows of weight 0 are not learnt from; their targets need only be finite. A constant target is fine, but for the logistic loss, whose
    /// score has no optimum with one class, and an all-zero one for the losses with a log link.
    pub(super) fn check(self, observed: Observed<'_>, place: &str) -> Result<()> {
        let (sum_weight, sum) = self.sums(observed, place)?;
        if sum_weight <= 0.0 {
            return Err(Error::model(place, "there is no training row of weight above 0").hint("lengthen `window.train`"));
        }
        match self.domain() {
            Domain::ZeroOrOne if sum == 0.0 || sum == sum_weight => {
                let class = u8::from(sum != 0.0);
                Err(Error::model(place, format!("every training target is {class}: there is no second class to tell apart"))
                    .hint("lengthen `window.train`"))
            }
            Domain::AtLeastZero if sum == 0.0 => {
                Err(Error::model(place, "every training target is 0: its mean has no logarithm").hint("lengthen `window.train`"))
            }
            Domain::Any | Domain::ZeroOrOne | Domain::AtLeastZero | Domain::AboveZero => Ok(()),
        }
    }

    /// Whether rows held back can be judged by: the same of each row, and some weight; one class is fine.
    pub(super) fn check_held_back(self, observed: Observed<'_>, place: &str) -> Result<()> {
        if self.sums(observed, place)?.0 <= 0.0 {
            return Err(Error::model(place, "early stopping has no rows of weight above 0 to judge by")
                .hint("raise its share of the rows, or train without it"));
        }
        Ok(())
    }

    /// Sums of weights and of weighted targets, once every row is found fit.
    fn sums(self, observed: Observed<'_>, place: &str) -> Result<(f64, f64)> {
        let mut sums = (0.0, 0.0);
        for (position, &target) in observed.target.iter().enumerate() {
            let weight = observed.weight_of(position);
            if !(0.0..=LARGEST).contains(&weight) {
                return Err(Error::model(place, format!("a training row has weight {weight}")).hint("weights must be numbers from 0 to 1e30"));
            }
            // Finite it must be even without weight, because 0 times an infinity is no number.
            let domain = if weight == 0.0 { Domain::Any } else { self.domain() };
            if let Some((problem, hint)) = domain.refusal(target) {
                return Err(Error::model(place, problem).hint(hint));
            }
            sums.0 += weight;
            sums.1 += weight * target;
        }
        Ok(sums)
    }
}

impl Domain {
    /// What is wrong with a target and what would be right; `None` if it is fine.
    fn refusal(self, target: f64) -> Option<(String, &'static str)> {
        if !(-LARGEST..=LARGEST).contains(&target) {
            return Some((format!("a training target is {target}"), "targets must be numbers from -1e30 to 1e30"));
        }
        let (fits, hint) = match self {
            Self::Any => return None,
            Self::ZeroOrOne => (target == 0.0 || target == 1.0, "the logistic loss needs targets of 0 and 1"),
            Self::AtLeastZero => (0.0 <= target, "this loss needs targets of at least 0; the squared loss takes any"),
            Self::AboveZero => (0.0 < target, "the gamma loss needs targets above 0; Tweedie's takes zeros too"),
        };
        (!fits).then(|| (format!("a training target is {target}"), hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All losses with a legal target and some scores around it.
    fn cases() -> Vec<(Loss, f64)> {
        vec![
            (Loss::Squared, -0.3),
            (Loss::Absolute, 0.4),
            (Loss::Huber { delta: 0.7 }, 0.1),
            (Loss::Quantile { tail: 0.05 }, -0.2),
            (Loss::Logistic, 1.0),
            (Loss::Logistic, 0.0),
            (Loss::Poisson, 3.0),
            (Loss::Gamma, 2.5),
            (Loss::Tweedie { power: 1.4 }, 0.0),
            (Loss::Tweedie { power: 1.4 }, 2.0),
        ]
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        for (loss, target) in cases() {
            let row_loss = loss.row_loss();
            for score in [-2.1, -0.55, 0.0, 0.33, 1.7] {
                let step = 1e-6;
                let slope = (row_loss.value(target, score + step) - row_loss.value(target, score - step)) / (2.0 * step);
                let (gradient, _) = row_loss.slopes(target, score);
                assert!((gradient - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{loss:?} at {score}: {gradient} against {slope}");
            }
        }
    }

    #[test]
    fn hessians_are_the_curvature_where_the_loss_has_one_and_a_bound_elsewhere() {
        for (loss, target) in cases() {
            let row_loss = loss.row_loss();
            for score in [-2.1, -0.55, 0.05, 0.33, 1.7] {
                let step = 1e-5;
                let curvature = (row_loss.slopes(target, score + step).0 - row_loss.slopes(target, score - step).0) / (2.0 * step);
                let (_, hessian) = row_loss.slopes(target, score);
                match loss {
                    Loss::Squared | Loss::Logistic | Loss::Gamma | Loss::Tweedie { .. } => {
                        assert!((hessian - curvature).abs() < 1e-6 * (1.0 + curvature), "{loss:?} at {score}: {hessian} against {curvature}");
                    }
                    // LightGBM's safeguard: exp(0.7) times the curvature.
                    Loss::Poisson => assert!((hessian / curvature - 2.013_752_707_470_476_6).abs() < 1e-6),
                    Loss::Absolute | Loss::Huber { .. } | Loss::Quantile { .. } | Loss::ValueAtRiskShortfall { .. } => {
                        assert!(hessian == 1.0 && curvature <= 1.0 + 1e-9, "{loss:?} at {score}: {hessian} against {curvature}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_score_near_the_base_is_better_than_the_base() {
        let count: Vec<f64> = (0..97_u32).map(|row| f64::from(row * 29 % 13)).collect();
        let weight: Vec<f64> = (0..97_u32).map(|row| f64::from(1 + row % 4) / 2.0).collect();
        for (loss, _) in cases() {
            let target: Vec<f64> = match loss.domain() {
                Domain::ZeroOrOne => count.iter().map(|&x| f64::from(u8::from(x < 4.0))).collect(),
                Domain::AboveZero => count.iter().map(|x| x + 0.25).collect(),
                Domain::Any => count.iter().map(|x| x * x - 30.0).collect(),
                Domain::AtLeastZero => count.clone(),
            };
            for weight in [None, Some(&weight[..])] {
                let observed = Observed { target: &target, weight };
                let row_loss = loss.row_loss();
                let base = row_loss.base(observed);
                let mean = |score: f64| mean_value(&*row_loss, observed, &vec![score; target.len()], 1);
                for away in [-0.5, -1e-3, 1e-3, 0.5] {
                    assert!(mean(base) <= mean(base + away) + 1e-12, "{loss:?}: base {base}, better at {away}");
                }
            }
        }
    }

    #[test]
    fn targets_outside_of_a_losss_domain_are_refused_in_words() {
        let problem = |loss: Loss, target: &[f64], weight: Option<&[f64]>| {
            loss.check(Observed { target, weight }, "model `g` in window 3").map_err(|error| error.to_string()).err()
        };
        let refusals = [
            problem(Loss::Squared, &[1.0, f64::NAN], None),
            problem(Loss::Squared, &[], None),
            problem(Loss::Squared, &[1.0], Some(&[-1.0])),
            problem(Loss::Squared, &[1.0], Some(&[0.0])),
            problem(Loss::Logistic, &[0.0, 0.5], None),
            problem(Loss::Logistic, &[1.0, 1.0], None),
            problem(Loss::Poisson, &[-1.0], None),
            problem(Loss::Tweedie { power: 1.5 }, &[0.0, 0.0], None),
            problem(Loss::Gamma, &[1.0, 0.0], None),
        ];
        let expected = [
            "a training target is NaN\n  hint: targets must be numbers from -1e30 to 1e30",
            "there is no training row of weight above 0\n  hint: lengthen `window.train`",
            "a training row has weight -1\n  hint: weights must be numbers from 0 to 1e30",
            "there is no training row of weight above 0\n  hint: lengthen `window.train`",
            "a training target is 0.5\n  hint: the logistic loss needs targets of 0 and 1",
            "every training target is 1: there is no second class to tell apart\n  hint: lengthen `window.train`",
            "a training target is -1\n  hint: this loss needs targets of at least 0; the squared loss takes any",
            "every training target is 0: its mean has no logarithm\n  hint: lengthen `window.train`",
            "a training target is 0\n  hint: the gamma loss needs targets above 0; Tweedie's takes zeros too",
        ];
        for (refusal, expected) in refusals.iter().zip(expected) {
            assert_eq!(refusal.as_deref(), Some(&*format!("model `g` in window 3: {expected}")));
        }
        // A row without weight is not learnt from, and a constant target is a rule, not an error.
        assert_eq!(problem(Loss::Logistic, &[0.0, 1.0, 7.0], Some(&[1.0, 1.0, 0.0])), None);
        assert_eq!(problem(Loss::Gamma, &[2.0, 2.0], None), None);
    }
}
