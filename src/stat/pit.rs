//! PIT: where in its forecast distribution did each outcome fall?

use statrs::distribution::{ContinuousCDF, Normal};

use super::Outcome;
use super::distribution::Interval;

/// Shares of outcomes in equal parts of the forecast distribution, and what chance would give.
#[derive(Debug, Clone, PartialEq)]
pub struct Pit {
    /// Share of outcomes in each part, from the lowest; all 1 / parts of a right forecast.
    pub shares: Vec<f64>,
    /// 95 % of a part's share, were the forecast right and outcomes independent: normal approximation of the binomial.
    pub band: Interval,
    /// Outcomes.
    pub n: usize,
}

/// Probability integral transform of outcomes under normal forecasts of mean 0: are outcomes where the forecast distribution says?
///
/// u_i = Φ(y_i / σ_i), counted in `n_parts` equal parts of (0, 1) (Diebold, Gunther and Tay 1998). Tails that are too thin show as full outer
/// parts, a volatility that is too large as full middle ones.
///
/// * `volatility`: forecasts, standard deviations of one target, above 0.
/// * `realized`: targets, one per forecast.
/// * `n_parts`: 2 or more.
///
/// Undefined with fewer than 10 outcomes a part, or with a volatility that is not above 0.
#[must_use]
pub fn pit_of_normal(volatility: &[f64], realized: &[f64], n_parts: usize) -> Outcome<Pit> {
    assert_eq!(volatility.len(), realized.len(), "a forecast per target");
    let n = volatility.len();
    if n < 10 * n_parts {
        return Outcome::undefined(format!("{n} outcomes are fewer than ten a part"));
    }
    if let Some(odd) = volatility.iter().find(|&&sigma| sigma <= 0.0) {
        return Outcome::undefined(format!("a forecast volatility is {odd}"));
    }
    let mut counts = vec![0_usize; n_parts];
    for (&sigma, &target) in volatility.iter().zip(realized) {
        let u = Normal::standard().cdf(target / sigma);
        counts[((u * n_parts as f64) as usize).min(n_parts - 1)] += 1;
    }
    let even = 1.0 / n_parts as f64;
    let half = 1.959_963_984_540_054 * (even * (1.0 - even) / n as f64).sqrt();
    let shares = counts.iter().map(|&count| count as f64 / n as f64).collect();
    Outcome::Value(Pit { shares, band: Interval { low: even - half, high: even + half, level: 0.95 }, n })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_spread_as_forecast_fill_every_part_alike_and_too_small_a_volatility_fills_the_outer_ones() {
        let normal = Normal::standard();
        let outcomes: Vec<f64> = (0..1_000).map(|idx| normal.inverse_cdf((f64::from(idx) + 0.5) / 1_000.0)).collect();
        let Outcome::Value(right) = pit_of_normal(&[1.0; 1_000], &outcomes, 10) else { panic!("defined") };
        assert!(right.shares.iter().all(|share| (share - 0.1).abs() < 1e-12), "{right:?}");
        // By hand: 0.1 -+ 1.96 x sqrt(0.09 / 1000) = 0.0814 and 0.1186.
        assert!((right.band.low - 0.081_406).abs() < 1e-6 && (right.band.high - 0.118_594).abs() < 1e-6);
        // Half the volatility: P(|z| > 2 x 1.2816 / 2) of the outer parts together = 2 Φ(-0.6408) = 0.5217.
        let Outcome::Value(low) = pit_of_normal(&[0.5; 1_000], &outcomes, 10) else { panic!("defined") };
        assert!((low.shares[0] + low.shares[9] - 0.522).abs() < 2e-3, "{low:?}");
    }

    #[test]
    fn few_outcomes_and_no_volatility_are_reasons() {
        assert_eq!(pit_of_normal(&[1.0; 99], &[0.0; 99], 10), Outcome::undefined("99 outcomes are fewer than ten a part"));
        let mut volatility = [1.0; 100];
        volatility[7] = 0.0;
        assert_eq!(pit_of_normal(&volatility, &[0.0; 100], 10), Outcome::undefined("a forecast volatility is 0"));
    }
}
