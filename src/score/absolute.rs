//! Absolute error.

/// Absolute error: |target - forecast|, in units of the target; least on average at the median.
///
/// Source: Gneiting (2011), Making and evaluating point forecasts, Journal of the American Statistical Association 106(494), 746-762.
#[inline]
pub fn absolute(target: f64, forecast: f64) -> f64 {
    (target - forecast).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_sample_costs_least() {
        let mean = |forecast: f64| [1.0, 2.0, 9.0].iter().map(|&target| absolute(target, forecast)).sum::<f64>() / 3.0;
        // By hand: (1 + 0 + 7) / 3 at the median, (3 + 2 + 5) / 3 at the mean.
        assert_eq!((mean(2.0), mean(4.0)), (8.0 / 3.0, 10.0 / 3.0));
    }
}
