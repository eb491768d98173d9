//! How wrong is a volatility forecast?

use super::Outcome;
use crate::score;

/// Mean QLIKE loss of volatility forecasts: how wrong is a variance, with under-forecasts weighing more?
///
/// Mean of [`score::qlike`]: ln f + r / f with f the forecast variance and r the realised one (the squared target, whose mean is taken as 0).
///
/// * `volatility`: forecasts, standard deviations, above 0.
/// * `realized`: targets, one per forecast.
///
/// Undefined without forecasts, or with one that is not above 0.
pub fn qlike(volatility: &[f64], realized: &[f64]) -> Outcome<f64> {
    assert_eq!(volatility.len(), realized.len(), "a forecast per target");
    if volatility.is_empty() {
        return Outcome::undefined("there is no forecast");
    }
    if let Some(odd) = volatility.iter().find(|&&sigma| sigma <= 0.0) {
        return Outcome::undefined(format!("a forecast volatility is {odd}"));
    }
    let losses = volatility.iter().zip(realized).map(|(&sigma, &target)| score::qlike(target, sigma));
    Outcome::Value(losses.sum::<f64>() / volatility.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qlike_by_hand_and_least_at_the_true_variance() {
        // f = 0.04, r = 0.01: ln 0.04 + 0.25 = -2.968876; f = 0.01, r = 0.01: ln 0.01 + 1 = -3.605170.
        let by_hand = f64::midpoint(-2.968_875_824_868_201, -3.605_170_185_988_091);
        let Outcome::Value(found) = qlike(&[0.2, 0.1], &[0.1, -0.1]) else { panic!("defined") };
        assert!((found - by_hand).abs() < 1e-12);
        let at = |sigma: f64| qlike(&[sigma], &[0.1]).value().copied();
        assert!(at(0.1) < at(0.09) && at(0.1) < at(0.11));
        assert_eq!(qlike(&[0.0], &[0.1]), Outcome::undefined("a forecast volatility is 0"));
    }
}
