//! QLIKE of a volatility.

/// QLIKE of a volatility s: ln s^2 + (target / s)^2; no unit, as only differences tell; under-forecasts weigh more.
///
/// Least on average at the root of the target's mean square. The squared target stands for the variance, the mean being taken as 0; although it is a
/// noisy proxy, forecasts are ranked as the true variance would rank them.
///
/// * `volatility`: the forecast standard deviation, above 0, in units of the target.
///
/// Source: Patton (2011), Volatility forecast comparison using imperfect volatility proxies, Journal of Econometrics 160(1), 246-256.
#[inline]
pub fn qlike(target: f64, volatility: f64) -> f64 {
    libm::log(volatility * volatility) + (target / volatility).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qlike_by_hand_and_least_at_the_true_variance() {
        // Variance 0.04, squared target 0.01: ln 0.04 + 0.25.
        assert!((qlike(0.1, 0.2) - -2.968_875_824_868_201).abs() < 1e-14);
        assert!(qlike(-0.1, 0.1) < qlike(-0.1, 0.09) && qlike(-0.1, 0.1) < qlike(-0.1, 0.11));
        // Half of the true variance costs more than twice of it.
        assert!(qlike(0.1, 0.1 * 2.0_f64.sqrt()) < qlike(0.1, 0.1 / 2.0_f64.sqrt()));
    }
}
