//! A series against time: slope, fit, residual.

use super::{Window, block, block::Anchors, pair::FLAT};

/// What is asked of the line through a window's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    /// Its slope per row.
    Slope,
    /// The share of the variance it explains.
    Fit,
    /// The newest value less the line at the newest row.
    Residual,
}

/// Sums about the means: time, value, product; and the means themselves.
struct Line {
    tt: f64,
    dd: f64,
    td: f64,
    mean_t: f64,
    mean_d: f64,
}

/// Least squares of each window's values on the rows' places; a row without a value keeps its place.
pub(crate) fn trends(x: &[f64], window: Window, asked: Trend) -> Vec<f64> {
    let anchors = Anchors::of(x, window.width);
    let least = window.min_count.max(2) as f64;
    let mut found = vec![f64::NAN; x.len()];
    // Time counts from the block's first row: whole numbers no larger than the window, whose sums are exact.
    let terms = |start: usize, i: usize| {
        let (t, d) = (i as f64 - start as f64, x[i] - anchors.at(start));
        if d.is_nan() { [0.0; 6] } else { [1.0, t, t * t, d, d * d, t * d] }
    };
    block::sums(x.len(), window.width, terms, |start, row, [n, t, tt, d, dd, td]| {
        if n < least {
            return;
        }
        let line = Line { tt: tt - t * t / n, dd: dd - d * d / n, td: td - t * d / n, mean_t: t / n, mean_d: d / n };
        let (line, origin, anchor) = if block::is_cancelled(line.dd, dd) {
            let (line, anchor) = two_pass(x, row, window.width);
            (line, row, anchor)
        } else {
            (line, start, anchors.at(start))
        };
        found[row] = match asked {
            Trend::Slope => line.td / line.tt,
            Trend::Fit if line.dd <= FLAT * FLAT * (n - 1.0) => f64::NAN,
            Trend::Fit => (line.td * line.td / (line.tt * line.dd)).min(1.0),
            Trend::Residual => {
                let newest = row as f64 - origin as f64 - line.mean_t;
                (x[row] - anchor) - line.mean_d - line.td / line.tt * newest
            }
        };
    });
    found
}

/// The window summed again about its own means, with time counted from `row`; and the value that `mean_d` is measured from.
fn two_pass(x: &[f64], row: usize, width: usize) -> (Line, f64) {
    let points = || block::rows(row, width).map(|i| (i as f64 - row as f64, x[i])).filter(|(_, x)| !x.is_nan());
    let anchor = points().next().map_or(0.0, |(_, x)| x);
    let (n, t, d) = points().fold((0.0, 0.0, 0.0), |(n, t, d), (at, x)| (n + 1.0, t + at, d + (x - anchor)));
    let mut line = Line { tt: 0.0, dd: 0.0, td: 0.0, mean_t: t / n, mean_d: d / n };
    for (at, x) in points() {
        let (dt, dx) = (at - line.mean_t, x - anchor - line.mean_d);
        line.tt += dt * dt;
        line.dd += dx * dx;
        line.td += dt * dx;
    }
    (line, anchor)
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    /// Slope, fit and residual by two passes over (place, value) with places from 1.
    fn naive(points: &[(f64, f64)], newest: (f64, f64)) -> Option<[Option<f64>; 3]> {
        let n = points.len() as f64;
        let x0 = points.first()?.1;
        let mt = points.iter().map(|p| p.0).sum::<f64>() / n;
        let mx = points.iter().map(|p| p.1 - x0).sum::<f64>() / n;
        let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 { points.iter().map(|p| f(p.0 - mt, p.1 - x0 - mx)).sum() };
        let (tt, xx, tx) = (sum(&|t, _| t * t), sum(&|_, x| x * x), sum(&|t, x| t * x));
        if points.len() < 2 {
            return None;
        }
        let residual = (newest.1 - x0 - mx) - tx / tt * (newest.0 - mt);
        Some([Some(tx / tt), ((xx / (n - 1.0)).sqrt() > FLAT).then(|| tx * tx / (tt * xx)), (!residual.is_nan()).then_some(residual)])
    }

    #[test]
    fn trends_equal_a_naive_loop() {
        for (k, asked) in [Trend::Slope, Trend::Fit, Trend::Residual].into_iter().enumerate() {
            twin::check_placed(1e-9, |x, window| trends(x, window, asked), |points, newest| naive(points, newest).and_then(|found| found[k]));
        }
    }

    #[test]
    fn a_slope_of_three_is_found_around_1e8() {
        let x: Vec<f64> = (0..50_000).map(|i| 1e8 + 3.0 * f64::from(i)).collect();
        let found = trends(&x, Window { width: 20, min_count: 1 }, Trend::Slope);
        assert!(found[1..].iter().all(|slope| (slope - 3.0).abs() < 1e-12));
    }
}
