//! Two series: covariance, correlation, slope. A row counts when both have a value.

use super::{Window, block, block::Anchors, moment};

/// A standard deviation this close to zero makes a correlation noise (the reference's rule for Corr and Rsquare).
pub(super) const FLAT: f64 = 2e-5;

/// Sums of squares and products about the means.
struct Products {
    n: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

/// Covariance (n - 1) of each window.
pub(crate) fn covariances(x: &[f64], y: &[f64], window: Window) -> Vec<f64> {
    products(x, y, window, |_, found| found.xy / (found.n - 1.0))
}

/// Slope of y on x in each window.
pub(crate) fn regression_slopes(y: &[f64], x: &[f64], window: Window) -> Vec<f64> {
    products(x, y, window, |_, found| if 0.0 < found.xx { found.xy / found.xx } else { f64::NAN })
}

/// Pearson's correlation in each window; none where the sd of either series' own values in the window is at most `FLAT`.
pub(crate) fn correlations(x: &[f64], y: &[f64], window: Window) -> Vec<f64> {
    let correlation = |found: &Products| (found.xy / (found.xx.sqrt() * found.yy.sqrt())).clamp(-1.0, 1.0);
    let is_paired = x.iter().zip(y).all(|(x, y)| x.is_nan() == y.is_nan());
    if is_paired {
        let floor = |n: f64| FLAT * FLAT * (n - 1.0);
        return products(
            x,
            y,
            window,
            |_, found| {
                if floor(found.n) < found.xx && floor(found.n) < found.yy { correlation(&found) } else { f64::NAN }
            },
        );
    }
    let own = Window { min_count: 1, ..window };
    let (sd_x, sd_y) = (moment::standard_deviations(x, own), moment::standard_deviations(y, own));
    products(x, y, window, |row, found| {
        let is_moving = FLAT < sd_x[row] && FLAT < sd_y[row] && 0.0 < found.xx && 0.0 < found.yy;
        if is_moving { correlation(&found) } else { f64::NAN }
    })
}

fn products(x: &[f64], y: &[f64], window: Window, finish: impl Fn(usize, Products) -> f64) -> Vec<f64> {
    let (anchors_x, anchors_y) = (Anchors::of(x, window.width), Anchors::of(y, window.width));
    let least = window.min_count.max(2) as f64;
    let mut found = vec![f64::NAN; x.len()];
    let terms = |start, i: usize| {
        let (dx, dy) = (x[i] - anchors_x.at(start), y[i] - anchors_y.at(start));
        if (dx + dy).is_nan() { [0.0; 6] } else { [1.0, dx, dy, dx * dx, dy * dy, dx * dy] }
    };
    block::sums(x.len(), window.width, terms, |_, row, [n, sx, sy, sxx, syy, sxy]| {
        if n < least {
            return;
        }
        let sums = Products { n, xx: sxx - sx * sx / n, yy: syy - sy * sy / n, xy: sxy - sx * sy / n };
        let is_cancelled = block::is_cancelled(sums.xx, sxx) || block::is_cancelled(sums.yy, syy);
        found[row] = finish(row, if is_cancelled { two_pass(x, y, row, window.width) } else { sums });
    });
    found
}

fn two_pass(x: &[f64], y: &[f64], row: usize, width: usize) -> Products {
    let pairs = || block::rows(row, width).map(|i| (x[i], y[i])).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let (x0, y0) = pairs().next().unwrap_or((0.0, 0.0));
    let (n, sx, sy) = pairs().fold((0.0, 0.0, 0.0), |(n, sx, sy), (x, y)| (n + 1.0, sx + (x - x0), sy + (y - y0)));
    let mut found = Products { n, xx: 0.0, yy: 0.0, xy: 0.0 };
    for (x, y) in pairs() {
        let (dx, dy) = (x - x0 - sx / n, y - y0 - sy / n);
        found.xx += dx * dx;
        found.yy += dy * dy;
        found.xy += dx * dy;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    fn naive(pairs: &[(f64, f64)]) -> Option<Products> {
        let n = pairs.len() as f64;
        let &(x0, y0) = pairs.first()?;
        let mx = pairs.iter().map(|p| p.0 - x0).sum::<f64>() / n;
        let my = pairs.iter().map(|p| p.1 - y0).sum::<f64>() / n;
        let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| f(p.0 - x0 - mx, p.1 - y0 - my)).sum();
        (pairs.len() > 1).then(|| Products { n, xx: sum(&|x, _| x * x), yy: sum(&|_, y| y * y), xy: sum(&|x, y| x * y) })
    }

    #[test]
    fn covariances_slopes_and_correlations_equal_a_naive_loop() {
        twin::check_two(1e-9, covariances, |pairs, _, _| naive(pairs).map(|p| p.xy / (p.n - 1.0)));
        twin::check_two(1e-9, |x, y, window| regression_slopes(y, x, window), |pairs, _, _| naive(pairs).filter(|p| 0.0 < p.xx).map(|p| p.xy / p.xx));
        twin::check_two(1e-9, correlations, |pairs, own_x, own_y| {
            let sd = |values: &[f64]| naive(&values.iter().map(|&v| (v, v)).collect::<Vec<_>>()).map(|p| (p.xx / (p.n - 1.0)).sqrt());
            let p = naive(pairs).filter(|p| 0.0 < p.xx && 0.0 < p.yy)?;
            (FLAT < sd(own_x)? && FLAT < sd(own_y)?).then(|| p.xy / (p.xx * p.yy).sqrt())
        });
    }

    #[test]
    fn a_slope_of_minus_two_is_found_around_1e8() {
        let x: Vec<f64> = (0..50_000).map(|i| 1e8 + f64::from(i % 13)).collect();
        let y: Vec<f64> = x.iter().map(|x| 3e8 - 2.0 * x).collect();
        let found = regression_slopes(&y, &x, Window { width: 20, min_count: 1 });
        assert!(found[1..].iter().all(|slope| (slope + 2.0).abs() < 1e-12), "{found:?}");
    }
}
