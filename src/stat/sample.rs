//! What a sample must be before a statistic is taken from it, and its first two moments.

use super::Outcome;

/// The reason `values` cannot be averaged: too few, or one of them not finite.
///
/// NaN means a missing feature and nothing else, so one among forecasts or returns is said aloud.
pub(super) fn reject(values: &[f64], at_least: usize, what: &str) -> Option<String> {
    if values.len() < at_least {
        return Some(match values.len() {
            0 => format!("there are no {what}"),
            n => format!("{n} {what}, at least {at_least} needed"),
        });
    }
    let idx = values.iter().position(|value| !value.is_finite())?;
    Some(format!("number {} of the {what} is {}", idx + 1, values[idx]))
}

/// The arithmetic mean of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation with n - 1.
///
/// A constant sample is found by comparison: its mean may be a rounding error off, and its deviation then not zero.
pub(super) fn deviation(values: &[f64]) -> Outcome<f64> {
    if values.len() < 2 {
        return Outcome::undefined("a standard deviation needs two values");
    }
    if is_constant(values) {
        return Outcome::Value(0.0);
    }
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    Outcome::Value((squares / (values.len() - 1) as f64).sqrt())
}

/// Whether all values are the same.
pub(super) fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// The quantile of ascending `sorted` at `share` in [0, 1], by linear interpolation (type 7 of Hyndman and Fan).
///
/// With n values it lies at position (n - 1) `share`, counted from zero; R's and numpy's default. `None` without values.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    assert!((0.0..=1.0).contains(&share), "a quantile's share lies in [0, 1], was {share}");
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * share;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    let weight = position - below as f64;
    Some(if weight == 0.0 { sorted[below] } else { sorted[below] + weight * (sorted[above] - sorted[below]) })
}

#[cfg(test)]
pub(super) fn assert_close(calculated: f64, expected: f64, tolerance: f64) {
    assert!((calculated - expected).abs() <= tolerance, "calculated {calculated}, expected {expected}, tolerance {tolerance}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_of_type_7_interpolates_between_order_statistics() {
        // numpy.quantile([1, 2, 4, 8], [0, .25, .5, .9, 1]) = 1, 1.75, 3, 6.8, 8.
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (share, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            assert_close(quantile(&sorted, share).expect("four values"), expected, 1e-12);
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.99), Some(7.0));
    }

    #[test]
    fn deviation_of_a_constant_is_exactly_zero() {
        // Ten times 0.1 has a mean one rounding error off 0.1.
        assert_eq!(deviation(&[0.1; 10]), Outcome::Value(0.0));
        assert_eq!(deviation(&[1.0, 3.0]), Outcome::Value(2.0_f64.sqrt()));
        assert!(deviation(&[1.0]).value().is_none());
    }

    #[test]
    fn a_sample_with_nan_is_rejected_with_its_place() {
        assert_eq!(reject(&[1.0, f64::NAN], 1, "returns").as_deref(), Some("number 2 of the returns is NaN"));
        assert_eq!(reject(&[], 1, "returns").as_deref(), Some("there are no returns"));
        assert_eq!(reject(&[1.0], 1, "returns"), None);
    }
}
