//! How is a column distributed?

use serde::Serialize;

use super::Outcome;
use super::radix::Number;
use super::sample::{deviation, mean, quantile};

/// A quantile and the share of values below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QuantilePoint {
    /// Share of the values below, in [0, 1].
    pub share: f64,
    /// The quantile, type 7.
    pub value: f64,
}

/// A column in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// Values present.
    pub n: usize,
    /// Values missing (NaN).
    pub n_missing: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with n - 1; undefined for one value.
    pub sd: Outcome<f64>,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Quantiles at [`SHARES`].
    pub quantiles: Vec<QuantilePoint>,
}

/// Shares at which a column's quantiles are told.
pub const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99];

/// Describes a column; NaN is missing and counted, sums are taken in f64.
///
/// Undefined when every value is missing, or when one is infinite.
pub fn describe(column: &[f32]) -> Outcome<Description> {
    describe_sorted(&f32::present(column), column.len())
}

/// [`describe`] of the values present, ascending, of `n_rows`.
pub(super) fn describe_sorted(present: &[f64], n_rows: usize) -> Outcome<Description> {
    let (Some(&min), Some(&max)) = (present.first(), present.last()) else {
        return Outcome::undefined(format!("no value is present in {n_rows} rows"));
    };
    if min.is_infinite() || max.is_infinite() {
        let n_infinite = present.iter().filter(|value| value.is_infinite()).count();
        return Outcome::undefined(format!("infinite in {n_infinite} of {n_rows} rows"));
    }
    let quantiles = SHARES.into_iter().filter_map(|share| quantile(present, share).map(|value| QuantilePoint { share, value })).collect();
    Outcome::Value(Description {
        n: present.len(),
        n_missing: n_rows - present.len(),
        mean: mean(present),
        sd: deviation(present),
        min,
        max,
        quantiles,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn description_equals_numpy_and_counts_nan_as_missing() {
        // numpy on [0, 1, 4, 9, ..., 100]: mean 35, std(ddof=1) 34.43544685, quantile(.05) .5, (.95) 90.5.
        let mut column: Vec<f32> = (0..=10_i16).rev().map(|i| f32::from(i * i)).collect();
        column.insert(3, f32::NAN);
        let description = describe(&column).value().expect("eleven values").clone();
        assert_eq!((description.n, description.n_missing), (11, 1));
        assert_close(description.mean, 35.0, 1e-12);
        assert_close(*description.sd.value().expect("eleven values"), 34.435_446_853_496_764, 1e-11);
        assert_eq!((description.min, description.max), (0.0, 100.0));
        let values: Vec<f64> = description.quantiles.iter().map(|point| point.value).collect();
        for (value, expected) in values.into_iter().zip([0.1, 0.5, 6.5, 25.0, 56.5, 90.5, 98.1]) {
            assert_close(value, expected, 1e-12);
        }
    }

    #[test]
    fn nothing_present_or_something_infinite_has_no_description() {
        assert_eq!(describe(&[f32::NAN; 2]), Outcome::undefined("no value is present in 2 rows"));
        assert_eq!(describe(&[1.0, f32::INFINITY]), Outcome::undefined("infinite in 1 of 2 rows"));
        assert!(describe(&[1.0]).value().is_some_and(|one| one.sd.value().is_none()));
    }
}
