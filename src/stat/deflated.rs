//! Is a Sharpe ratio more than the best of many tries?

use super::Outcome;
use super::distribution::{normal_at_most, normal_quantile};

/// The constant of Euler and Mascheroni.
const EULER: f64 = 0.577_215_664_901_532_9;

/// A Sharpe ratio with what its sampling error depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeRatio {
    /// Returns.
    pub n: usize,
    /// Mean over standard deviation of a return, not annualised.
    pub ratio: f64,
    /// Skewness of the returns.
    pub skew: f64,
    /// Excess kurtosis of the returns; 0 for a normal.
    pub excess_kurtosis: f64,
}

/// The Sharpe ratio, not annualised, that the best of `n_trials` without any skill is expected to show.
///
/// SR0 = sd ((1 - g) z(1 - 1/N) + g z(1 - 1/(N e))), with g Euler's constant and z the normal quantile; 0 for one trial.
///
/// * `sd`: standard deviation of the Sharpe ratios of the trials, not annualised, at least 0.
///
/// Source: Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5), 94-107.
pub fn expected_best_sharpe(n_trials: usize, sd: f64) -> f64 {
    if n_trials < 2 {
        return 0.0;
    }
    let n = n_trials as f64;
    sd * ((1.0 - EULER) * normal_quantile(1.0 - 1.0 / n) + EULER * normal_quantile(1.0 - 1.0 / (n * std::f64::consts::E)))
}

/// The deflated Sharpe ratio: the probability that the true Sharpe ratio is above what the best of all trials shows by luck.
///
/// DSR = P(Z <= (SR - SR0) root(n - 1) / root(1 - g3 SR + (g4 - 1) SR^2 / 4)), with Z a standard normal, g3 the skewness, g4 the kurtosis
/// (3 for a normal) and SR0 as in [`expected_best_sharpe`]. With one trial it is the probabilistic Sharpe ratio against 0.
///
/// Undefined with fewer than two returns, and where skewness and kurtosis leave no positive variance. Source: as above.
pub fn deflated_sharpe(sharpe: &SharpeRatio, expected_best: f64) -> Outcome<f64> {
    let &SharpeRatio { n, ratio, skew, excess_kurtosis } = sharpe;
    if n < 2 {
        return Outcome::undefined(format!("{n} returns, at least 2 needed"));
    }
    let variance = 1.0 - skew * ratio + (excess_kurtosis + 2.0) / 4.0 * ratio * ratio;
    if variance <= 0.0 {
        return Outcome::undefined("skewness and kurtosis leave the Sharpe ratio no sampling variance");
    }
    Outcome::Value(normal_at_most((ratio - expected_best) * ((n - 1) as f64 / variance).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn the_example_of_the_paper_comes_out() {
        // Bailey and Lopez de Prado (2014): five years of 250 days, an annual Sharpe ratio of 2.5, variance of the trials' annual ratios 1/2,
        // skewness -3, kurtosis 10: of 100 trials SR0 = 0.1132 and DSR = 0.9004; of 46 DSR = 0.9505; of 88 with normal returns 0.9505.
        let sharpe = |skew, excess_kurtosis| SharpeRatio { n: 1250, ratio: 2.5 / 250.0_f64.sqrt(), skew, excess_kurtosis };
        let best = |n_trials| expected_best_sharpe(n_trials, (0.5 / 250.0_f64).sqrt());
        assert_close(best(100), 0.1132, 5e-5);
        let deflated = |sharpe, n_trials| *deflated_sharpe(&sharpe, best(n_trials)).value().expect("many returns");
        assert_close(deflated(sharpe(-3.0, 7.0), 100), 0.9004, 5e-5);
        assert_close(deflated(sharpe(-3.0, 7.0), 46), 0.9505, 5e-5);
        assert_close(deflated(sharpe(0.0, 0.0), 88), 0.9505, 5e-5);
    }

    #[test]
    fn one_trial_is_not_deflated() {
        // Mean 0.1 of a standard deviation over 401 normal returns: P(Z <= 0.1 root(400) / root(1 + 0.005)) = P(Z <= 1.995006).
        let sharpe = SharpeRatio { n: 401, ratio: 0.1, skew: 0.0, excess_kurtosis: 0.0 };
        assert_eq!(expected_best_sharpe(1, 0.3), 0.0);
        assert_close(*deflated_sharpe(&sharpe, 0.0).value().expect("many returns"), 0.976_979, 1e-6);
        assert!(deflated_sharpe(&SharpeRatio { n: 1, ..sharpe }, 0.0).value().is_none());
    }
}
