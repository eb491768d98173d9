//! Against an earlier row: changes, drawdowns, smoothing, filling.

use super::{Side, Window, extremes};

/// x less x `n` rows earlier.
pub(crate) fn changes(x: &[f64], n: usize) -> Vec<f64> {
    against(x, n, |new, old| new - old)
}

/// x over x `n` rows earlier, less 1; none over zero.
pub(crate) fn returns(x: &[f64], n: usize) -> Vec<f64> {
    against(x, n, |new, old| if old == 0.0 { f64::NAN } else { new / old - 1.0 })
}

/// x `n` rows earlier.
pub(crate) fn lags(x: &[f64], n: usize) -> Vec<f64> {
    against(x, n, |_, old| old)
}

/// Rows since x was last other than 0, that row included; since the first row where it never was.
pub(crate) fn rows_since(x: &[f64]) -> Vec<f64> {
    let mut n = 0.0;
    x.iter()
        .map(|&value| {
            n = if value.is_nan() || value == 0.0 { n + 1.0 } else { 1.0 };
            n
        })
        .collect()
}

fn against(x: &[f64], n: usize, finish: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut found = vec![f64::NAN; n.min(x.len())];
    found.extend(x.iter().skip(n).zip(x).map(|(&new, &old)| finish(new, old)));
    found
}

/// The newest value over the window's largest, less 1; none where the largest is not above zero.
pub(crate) fn drawdowns(x: &[f64], window: Window) -> Vec<f64> {
    let peaks = extremes(x, window, Side::Largest);
    x.iter().zip(peaks).map(|(value, peak)| if 0.0 < peak { value / peak - 1.0 } else { f64::NAN }).collect()
}

/// Mean of all values so far, each weighted by a half per `halflife` rows of age.
pub(crate) fn ewma(x: &[f64], halflife: f64, min_count: usize) -> Vec<f64> {
    let decay = 0.5_f64.powf(halflife.recip());
    let (mut mean, mut weight, mut n) = (0.0, 0.0, 0);
    x.iter()
        .map(|&value| {
            weight *= decay;
            if !value.is_nan() {
                weight += 1.0;
                n += 1;
                // Measured from the mean, so that a constant series stays itself to the bit.
                mean += (value - mean) / weight;
            }
            if min_count <= n && 0 < n { mean } else { f64::NAN }
        })
        .collect()
}

/// x, or its latest value at most `limit` rows earlier.
pub(crate) fn filled(x: &[f64], limit: usize) -> Vec<f64> {
    let mut last = f64::NAN;
    let mut age = 0;
    x.iter()
        .map(|&value| {
            if value.is_nan() {
                age += 1;
            } else {
                (last, age) = (value, 0);
            }
            if age <= limit { last } else { f64::NAN }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    #[test]
    fn changes_and_returns_equal_a_naive_loop() {
        // The window of n + 1 rows whose oldest row is n rows back.
        let old =
            |points: &[(f64, f64)], newest: (f64, f64), width: usize| points.first().filter(|p| p.0 == 1.0 && newest.0 == width as f64).map(|p| p.1);
        for n in [1, 2, 7] {
            let width = n + 1;
            twin::check_width(width, |x| changes(x, n), |points, newest| old(points, newest, width).map(|old| newest.1 - old));
            twin::check_width(
                width,
                |x| returns(x, n),
                |points, newest| old(points, newest, width).filter(|old| *old != 0.0).map(|old| newest.1 / old - 1.0),
            );
        }
    }

    #[test]
    fn a_lag_is_the_value_of_an_earlier_row_whatever_today_is() {
        for x in twin::series() {
            for n in [1, 2, 7] {
                for (row, found) in lags(&x, n).into_iter().enumerate() {
                    let expected = row.checked_sub(n).map(|old| x[old]).filter(|old| !old.is_nan());
                    twin::assert_same(found, expected, 0.0, row);
                }
            }
        }
    }

    #[test]
    fn rows_are_counted_from_the_latest_mark_or_from_the_first_row() {
        assert_eq!(rows_since(&[0.0, f64::NAN, 1.0, 0.0, -2.0, 3.0, f64::NAN, 0.0]), [1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(rows_since(&[1.0]), [1.0]);
    }

    #[test]
    fn drawdowns_equal_a_naive_loop() {
        twin::check_newest(1e-15, drawdowns, |values, newest| {
            values.iter().copied().reduce(f64::max).filter(|peak| 0.0 < *peak).map(|peak| newest / peak - 1.0)
        });
    }

    #[test]
    fn ewma_equals_the_weighted_sum_of_all_before() {
        for x in twin::series() {
            for halflife in [0.5, 3.0, 20.0] {
                for (row, found) in ewma(&x, halflife, 1).into_iter().enumerate() {
                    let (sum, weight) = (0..=row).filter(|i| !x[*i].is_nan()).fold((0.0, 0.0), |(sum, weight), i| {
                        let w = 0.5_f64.powf((row - i) as f64 / halflife);
                        (sum + w * x[i], weight + w)
                    });
                    // A halflife of half a row leaves nothing of values 500 rows old, in the twin.
                    if weight > 1e-200 || weight == 0.0 {
                        twin::assert_same(found, (weight > 0.0).then(|| sum / weight), 1e-11, row);
                    }
                }
            }
        }
    }

    #[test]
    fn gaps_are_filled_up_to_the_limit() {
        let nan = f64::NAN;
        let found = filled(&[nan, 1.0, nan, nan, nan, 2.0, nan], 2);
        let shown: Vec<String> = found.iter().map(f64::to_string).collect();
        assert_eq!(shown, ["NaN", "1", "1", "1", "NaN", "2", "2"]);
    }
}
