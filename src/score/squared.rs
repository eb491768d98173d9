//! Squared error, and the Brier score, which is the squared error of a probability.

/// Squared error: (target - forecast)^2, in squared units of the target; least on average at the mean.
///
/// Source: Gneiting (2011), Making and evaluating point forecasts, Journal of the American Statistical Association 106(494), 746-762.
#[inline]
pub fn squared(target: f64, forecast: f64) -> f64 {
    (target - forecast).powi(2)
}

/// Brier score: (target - probability)^2; least on average at the true probability.
///
/// * `target`: 1 where the event came, 0 where it did not.
/// * `probability`: forecast of the event, in [0, 1].
///
/// Source: Brier (1950), Monthly Weather Review 78(1), 1-3.
#[inline]
pub fn brier(target: f64, probability: f64) -> f64 {
    squared(target, probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_a_sample_costs_least() {
        let mean = |forecast: f64| [1.0, 2.0, 9.0].iter().map(|&target| squared(target, forecast)).sum::<f64>() / 3.0;
        // By hand: (9 + 4 + 25) / 3 at the mean, (1 + 0 + 49) / 3 at the median.
        assert_eq!((mean(4.0), mean(2.0)), (38.0 / 3.0, 50.0 / 3.0));
    }

    #[test]
    fn a_sure_and_wrong_probability_costs_one() {
        assert_eq!((brier(1.0, 0.0), brier(0.0, 0.0), brier(0.0, 0.5)), (1.0, 0.0, 0.25));
    }
}
