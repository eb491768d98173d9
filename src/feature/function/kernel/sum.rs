//! Sums, means and counts.

use super::{Window, block};

/// Values in each window.
pub(crate) fn counts(x: &[f64], width: usize) -> Vec<f64> {
    let mut found = vec![0.0; x.len()];
    block::sums(x.len(), width, |_, i| [f64::from(u8::from(!x[i].is_nan()))], |_, row, [n]| found[row] = n);
    found
}

/// Sum of each window's values.
pub(crate) fn sums(x: &[f64], window: Window) -> Vec<f64> {
    reduce(x, window, |sum, _| sum)
}

/// Mean of each window's values.
pub(crate) fn means(x: &[f64], window: Window) -> Vec<f64> {
    reduce(x, window, |sum, n| sum / n)
}

fn reduce(x: &[f64], window: Window, finish: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let least = window.min_count as f64;
    let mut found = vec![f64::NAN; x.len()];
    let mut keep = |row: usize, sum: f64, n: f64| {
        if least <= n {
            found[row] = finish(sum, n);
        }
    };
    if x.iter().any(|value| value.is_nan()) {
        let terms = |_, i: usize| if x[i].is_nan() { [0.0; 2] } else { [1.0, x[i]] };
        block::sums(x.len(), window.width, terms, |_, row, [n, sum]| keep(row, sum, n));
    } else {
        block::sums(x.len(), window.width, |_, i| [x[i]], |_, row, [sum]| keep(row, sum, window.width.min(row + 1) as f64));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    #[test]
    fn sums_means_and_counts_equal_a_naive_loop() {
        twin::check_one(1e-12, sums, |values| Some(values.iter().sum()));
        twin::check_one(1e-12, means, |values| Some(values.iter().sum::<f64>() / values.len() as f64));
        twin::check_one(0.0, |x, window| twin::masked(counts(x, window.width), window.min_count), |values| Some(values.len() as f64));
    }

    #[test]
    fn means_do_not_drift_over_50_000_points_around_1e8() {
        twin::check_drift(4e-15, means, |values| {
            let first = values[0];
            Some(first + values.iter().map(|value| value - first).sum::<f64>() / values.len() as f64)
        });
    }
}
