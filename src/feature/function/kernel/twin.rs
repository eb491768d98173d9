//! What the fast kernels are checked against: windows cut out by hand, over series with gaps, ties, jumps and few rows.

use super::Window;

/// Pseudo-random numbers in [0, 1): Numerical Recipes' 64-bit congruential generator.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

/// Empty, single, short, smooth, tied, gappy, jumping, constant and missing series.
pub(super) fn series() -> Vec<Vec<f64>> {
    let mut state = 7;
    let mut all = vec![vec![], vec![3.0], vec![f64::NAN], vec![1.0, 2.0], vec![5.0; 40], vec![f64::NAN; 9]];
    for n in [3, 17, 64, 333, 700] {
        all.push((0..n).map(|_| uniform(&mut state) - 0.3).collect());
        all.push((0..n).map(|_| (uniform(&mut state) * 5.0).floor()).collect());
        all.push((0..n).map(|_| if uniform(&mut state) < 0.3 { f64::NAN } else { 100.0 + uniform(&mut state) }).collect());
        all.push((0..n).map(|i| uniform(&mut state) + if i % 90 < 45 { 1e4 } else { 0.0 }).collect());
        all.push((0..n).map(|i| if i % 50 < 30 { f64::NAN } else { (uniform(&mut state) * 3.0).floor() }).collect());
    }
    all
}

fn windows() -> impl Iterator<Item = Window> {
    [(1, 1), (2, 1), (5, 1), (5, 5), (20, 3), (60, 60), (1000, 1)].into_iter().map(|(width, min_count)| Window { width, min_count })
}

pub(super) fn masked(counts: Vec<f64>, min_count: usize) -> Vec<f64> {
    counts.into_iter().map(|n| if n < min_count as f64 { f64::NAN } else { n }).collect()
}

pub(super) fn assert_same(found: f64, expected: Option<f64>, tolerance: f64, row: usize) {
    let expected = expected.unwrap_or(f64::NAN);
    let is_same = found == expected || (found.is_nan() && expected.is_nan()) || (found - expected).abs() <= tolerance * expected.abs().max(1.0);
    assert!(is_same, "row {row}: calculated {found}, expected {expected}, tolerance {tolerance}");
}

type Points<'a> = &'a [(f64, f64)];

/// Against a function of the window's (place from 1, value) and of the newest (place, value, NaN where missing).
pub(super) fn check_placed(tolerance: f64, fast: impl Fn(&[f64], Window) -> Vec<f64>, naive: impl Fn(Points, (f64, f64)) -> Option<f64>) {
    for x in series() {
        for window in windows() {
            let found = fast(&x, window);
            assert_eq!(found.len(), x.len());
            for (row, found) in found.into_iter().enumerate() {
                let inside = &x[(row + 1).saturating_sub(window.width)..=row];
                let placed = |(at, &value): (usize, &f64)| ((at + 1) as f64, value);
                let points: Vec<(f64, f64)> = inside.iter().enumerate().map(placed).filter(|p| !p.1.is_nan()).collect();
                let newest = (inside.len() as f64, x[row]);
                let expected = if points.len() < window.min_count { None } else { naive(&points, newest) };
                assert_same(found, expected, tolerance, row);
            }
        }
    }
}

/// Against a function of the window's values.
pub(super) fn check_one(tolerance: f64, fast: impl Fn(&[f64], Window) -> Vec<f64>, naive: impl Fn(&[f64]) -> Option<f64>) {
    check_placed(tolerance, fast, |points, _| naive(&points.iter().map(|p| p.1).collect::<Vec<_>>()));
}

/// Against a function of the window's values and the newest, where there is one.
pub(super) fn check_newest(tolerance: f64, fast: impl Fn(&[f64], Window) -> Vec<f64>, naive: impl Fn(&[f64], f64) -> Option<f64>) {
    check_placed(
        tolerance,
        fast,
        |points, newest| {
            if newest.1.is_nan() { None } else { naive(&points.iter().map(|p| p.1).collect::<Vec<_>>(), newest.1) }
        },
    );
}

/// Against windows of one width whose newest value is there.
pub(super) fn check_width(width: usize, fast: impl Fn(&[f64]) -> Vec<f64>, naive: impl Fn(Points, (f64, f64)) -> Option<f64>) {
    for x in series() {
        for (row, found) in fast(&x).into_iter().enumerate() {
            let inside = &x[(row + 1).saturating_sub(width)..=row];
            let points: Vec<(f64, f64)> = inside.iter().enumerate().map(|(at, &value)| ((at + 1) as f64, value)).filter(|p| !p.1.is_nan()).collect();
            let expected = if x[row].is_nan() { None } else { naive(&points, (inside.len() as f64, x[row])) };
            assert_same(found, expected, 1e-12, row);
        }
    }
}

/// Against a function of the window's pairs, and of each series' own values.
pub(super) fn check_two(tolerance: f64, fast: impl Fn(&[f64], &[f64], Window) -> Vec<f64>, naive: impl Fn(Points, &[f64], &[f64]) -> Option<f64>) {
    let all = series();
    for x in &all {
        for y in all.iter().filter(|y| y.len() == x.len()) {
            for window in windows() {
                for (row, found) in fast(x, y, window).into_iter().enumerate() {
                    let inside = (row + 1).saturating_sub(window.width)..=row;
                    let own = |z: &[f64]| -> Vec<f64> { z[inside.clone()].iter().copied().filter(|v| !v.is_nan()).collect() };
                    let pairs: Vec<(f64, f64)> = inside.clone().map(|i| (x[i], y[i])).filter(|p| !p.0.is_nan() && !p.1.is_nan()).collect();
                    let expected = if pairs.len() < window.min_count { None } else { naive(&pairs, &own(x), &own(y)) };
                    assert_same(found, expected, tolerance, row);
                }
            }
        }
    }
}

/// 50,000 points around 1e8 with noise of size 1: relative to a naive two-pass loop, at every row.
pub(super) fn check_drift(tolerance: f64, fast: impl Fn(&[f64], Window) -> Vec<f64>, naive: impl Fn(&[f64]) -> Option<f64>) {
    let mut state = 11;
    let x: Vec<f64> = (0..50_000).map(|_| 1e8 + uniform(&mut state)).collect();
    for width in [5, 60, 252] {
        let found = fast(&x, Window { width, min_count: width });
        for row in width - 1..x.len() {
            let expected = naive(&x[row + 1 - width..=row]).expect("a full window");
            let relative = (found[row] / expected - 1.0).abs();
            assert!(relative <= tolerance, "row {row}, width {width}: calculated {}, expected {expected}, relative {relative:e}", found[row]);
        }
    }
}
