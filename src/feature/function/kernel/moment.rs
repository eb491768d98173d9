//! Spread and shape: variance, skewness, kurtosis.

use super::{Window, block, block::Anchors};

/// Sums of powers of deviations about the mean.
#[derive(Debug, Clone, Copy)]
struct Moments {
    n: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

/// Variance (n - 1) of each window.
pub(crate) fn variances(x: &[f64], window: Window) -> Vec<f64> {
    spread(x, window, |_, _, variance| variance)
}

/// Standard deviation (n - 1) of each window.
pub(crate) fn standard_deviations(x: &[f64], window: Window) -> Vec<f64> {
    spread(x, window, |_, _, variance| variance.sqrt())
}

/// (newest - mean) / sd of each window.
pub(crate) fn zscores(x: &[f64], window: Window) -> Vec<f64> {
    spread(x, window, |row, mean, variance| if 0.0 < variance { (x[row] - mean) / variance.sqrt() } else { f64::NAN })
}

fn spread(x: &[f64], window: Window, finish: impl Fn(usize, f64, f64) -> f64) -> Vec<f64> {
    let anchors = Anchors::of(x, window.width);
    let least = window.min_count.max(2) as f64;
    let mut found = vec![f64::NAN; x.len()];
    let mut keep = |start: usize, row: usize, [n, s1, s2]: [f64; 3]| {
        if n < least {
            return;
        }
        let mut mean = anchors.at(start) + s1 / n;
        let mut m2 = s2 - s1 * s1 / n;
        if block::is_cancelled(m2, s2) {
            Moments { mean, m2, .. } = two_pass(x, row, window.width);
        }
        found[row] = finish(row, mean, m2 / (n - 1.0));
    };
    if x.iter().any(|value| value.is_nan()) {
        let terms = |start, i: usize| {
            let d = x[i] - anchors.at(start);
            if d.is_nan() { [0.0; 3] } else { [1.0, d, d * d] }
        };
        block::sums(x.len(), window.width, terms, &mut keep);
    } else {
        let terms = |start, i: usize| {
            let d = x[i] - anchors.at(start);
            [d, d * d]
        };
        block::sums(x.len(), window.width, terms, |start, row, [s1, s2]| keep(start, row, [window.width.min(row + 1) as f64, s1, s2]));
    }
    found
}

/// Sample skewness of each window: G1 of Joanes and Gill (1998).
pub(crate) fn skewness(x: &[f64], window: Window) -> Vec<f64> {
    shape(x, window, 3, |Moments { n, m2, m3, .. }| (n * (n - 1.0)).sqrt() / (n - 2.0) * (m3 / n) / (m2 / n).powf(1.5))
}

/// Sample excess kurtosis of each window: G2 of Joanes and Gill (1998).
pub(crate) fn kurtosis(x: &[f64], window: Window) -> Vec<f64> {
    shape(x, window, 4, |Moments { n, m2, m4, .. }| {
        let g2 = n * m4 / (m2 * m2) - 3.0;
        (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0)
    })
}

fn shape(x: &[f64], window: Window, needed: usize, finish: impl Fn(Moments) -> f64) -> Vec<f64> {
    let anchors = Anchors::of(x, window.width);
    let least = window.min_count.max(needed) as f64;
    let mut found = vec![f64::NAN; x.len()];
    let terms = |start, i: usize| {
        let d = x[i] - anchors.at(start);
        if d.is_nan() { [0.0; 5] } else { [1.0, d, d * d, d * d * d, d * d * d * d] }
    };
    block::sums(x.len(), window.width, terms, |start, row, [n, s1, s2, s3, s4]| {
        if n < least {
            return;
        }
        let a = s1 / n;
        let m2 = s2 - s1 * a;
        let moments = Moments {
            n,
            mean: anchors.at(start) + a,
            m2,
            m3: s3 - 3.0 * a * s2 + 2.0 * n * a * a * a,
            m4: s4 - 4.0 * a * s3 + 6.0 * a * a * s2 - 3.0 * n * a * a * a * a,
        };
        // Fourth powers lose the square of what second powers lose.
        let moments = if m2 < 0.05 * s2 { two_pass(x, row, window.width) } else { moments };
        if 0.0 < moments.m2 {
            found[row] = finish(moments);
        }
    });
    found
}

/// The window summed again about its own mean; a constant window has exactly no spread.
fn two_pass(x: &[f64], row: usize, width: usize) -> Moments {
    let values = || x[block::rows(row, width)].iter().copied().filter(|value| !value.is_nan());
    let first = values().next().unwrap_or(0.0);
    let (n, sum) = values().fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + (value - first)));
    let shift = sum / n;
    let mut moments = Moments { n, mean: first + shift, m2: 0.0, m3: 0.0, m4: 0.0 };
    for value in values() {
        let d = value - first - shift;
        moments.m2 += d * d;
        moments.m3 += d * d * d;
        moments.m4 += d * d * d * d;
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    /// Two passes about the first value, so that a constant window has no spread at all.
    fn naive(values: &[f64]) -> (f64, f64, Vec<f64>) {
        let n = values.len() as f64;
        let shift = values.iter().map(|value| value - values[0]).sum::<f64>() / n;
        let deviations: Vec<f64> = values.iter().map(|value| value - values[0] - shift).collect();
        (n, values[0] + shift, deviations)
    }

    fn power(deviations: &[f64], k: i32) -> f64 {
        deviations.iter().map(|d| d.powi(k)).sum()
    }

    fn naive_variance(values: &[f64]) -> Option<f64> {
        let (n, _, deviations) = naive(values);
        (values.len() > 1).then(|| power(&deviations, 2) / (n - 1.0))
    }

    #[test]
    fn variances_equal_a_naive_loop() {
        twin::check_one(1e-10, variances, naive_variance);
        twin::check_one(1e-10, standard_deviations, |values| naive_variance(values).map(f64::sqrt));
    }

    #[test]
    fn variances_do_not_drift_over_50_000_points_around_1e8() {
        twin::check_drift(1e-11, variances, naive_variance);
    }

    #[test]
    fn zscores_equal_a_naive_loop() {
        twin::check_newest(1e-9, zscores, |values, newest| {
            let sd = naive_variance(values)?.sqrt();
            (0.0 < sd).then(|| (newest - naive(values).1) / sd)
        });
    }

    #[test]
    fn skewness_and_kurtosis_equal_a_naive_loop() {
        twin::check_one(1e-9, skewness, |values| {
            let (n, _, d) = naive(values);
            let (m2, m3) = (power(&d, 2) / n, power(&d, 3) / n);
            (values.len() > 2 && m2 > 0.0).then(|| (n * (n - 1.0)).sqrt() / (n - 2.0) * m3 / m2.powf(1.5))
        });
        twin::check_one(1e-9, kurtosis, |values| {
            let (n, _, d) = naive(values);
            let (m2, m4) = (power(&d, 2) / n, power(&d, 4) / n);
            (values.len() > 3 && m2 > 0.0).then(|| (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (m4 / (m2 * m2) - 3.0) + 6.0))
        });
    }

    #[test]
    fn a_window_that_became_constant_has_no_variance_at_all() {
        let x: Vec<f64> = (0..20).map(|i| if i < 7 { 0.1 } else { 1e8 + 0.3 }).collect();
        let found = variances(&x, Window { width: 5, min_count: 1 });
        assert_eq!(&found[11..], &[0.0; 9]);
    }
}
