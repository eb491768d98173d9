//! Pinball loss.

/// Pinball (tick) loss of a quantile: (1{target < quantile} - tail) (quantile - target), in units of the target.
///
/// Least on average at the quantile at `tail`.
///
/// * `target`, `quantile`: in the sign of the target; a VaR of a return is a negative quantile.
/// * `tail`: P(target <= quantile) that is asked for, in (0, 1).
///
/// Source: Koenker and Bassett (1978), Regression quantiles, Econometrica 46(1), 33-50.
#[inline]
pub fn pinball(target: f64, quantile: f64, tail: f64) -> f64 {
    if target < quantile { (1.0 - tail) * (quantile - target) } else { tail * (target - quantile) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_beyond_the_quantile_weighs_by_the_rest_and_any_other_by_the_tail() {
        // (1 - .1) x 2 for a target 2 below, .1 x 3 for one 3 above.
        assert_eq!((pinball(-3.0, -1.0, 0.1), pinball(-1.0, -1.0, 0.1)), (1.8, 0.0));
        assert!((pinball(2.0, -1.0, 0.1) - 0.3).abs() < 1e-15);
    }

    #[test]
    fn the_quantile_of_a_uniform_costs_least() {
        let sample: Vec<f64> = (0..10_000).map(|n| (f64::from(n) + 0.5) / 10_000.0).collect();
        let mean = |quantile: f64| sample.iter().map(|&target| pinball(target, quantile, 0.05)).sum::<f64>();
        assert!(mean(0.05) < mean(0.04) && mean(0.05) < mean(0.06));
    }
}
