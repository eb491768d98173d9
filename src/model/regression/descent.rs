//! Quadratic forms with an elastic-net penalty, minimised by coordinate descent and finished exactly.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Sweeps over all coefficients between two attempts to finish.
const SWEEPS: u32 = 8;

/// Rounds of sweeps before the search is given up where it stands.
const MAX_ROUNDS: u32 = 2_000;

/// What a coefficient costs: l1 |b| + l2/2 b^2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Penalty {
    pub(super) l1: f64,
    pub(super) l2: f64,
}

impl Penalty {
    /// Nothing, as for an intercept.
    pub(super) const NONE: Self = Self { l1: 0.0, l2: 0.0 };

    pub(super) fn of(self, coefficient: f64) -> f64 {
        self.l1 * coefficient.abs() + self.l2 / 2.0 * coefficient * coefficient
    }
}

/// Minimises b'Mb/2 - pull'b + sum of the penalties from `start`, which becomes the minimum; false if it was not reached.
///
/// Coordinate descent with covariance updates (Friedman, Hastie and Tibshirani 2010, Journal of Statistical Software 33(1)) finds which
/// coefficients are 0 and the signs of the others; given these, the minimum solves linear equations. It is accepted where it has those
/// signs and no coefficient at 0 would gain by moving, which together prove it.
pub(super) fn minimize(matrix: &DMatrix<f64>, pull: &DVector<f64>, penalties: &[Penalty], start: &mut Vec<f64>) -> bool {
    let mut slope = slope(matrix, pull, start);
    for _ in 0..MAX_ROUNDS {
        if let Some(exact) = finish(matrix, pull, penalties, start) {
            *start = exact;
            return true;
        }
        let mut has_moved = false;
        for _ in 0..SWEEPS {
            has_moved = sweep(matrix, penalties, start, &mut slope);
        }
        if !has_moved {
            // Collinear columns can leave the equations without a factor; a sweep that moves nothing is a minimum all the same.
            return true;
        }
    }
    false
}

/// The negative gradient of the quadratic form.
fn slope(matrix: &DMatrix<f64>, pull: &DVector<f64>, coefficients: &[f64]) -> DVector<f64> {
    let mut slope = pull.clone();
    for (column, &coefficient) in matrix.column_iter().zip(coefficients) {
        if coefficient != 0.0 {
            slope.axpy(-coefficient, &column, 1.0);
        }
    }
    slope
}

fn sweep(matrix: &DMatrix<f64>, penalties: &[Penalty], coefficients: &mut [f64], slope: &mut DVector<f64>) -> bool {
    let mut has_moved = false;
    for (idx, penalty) in penalties.iter().enumerate() {
        let curvature = matrix[(idx, idx)];
        if curvature + penalty.l2 <= 0.0 {
            continue;
        }
        let pulled = slope[idx] + curvature * coefficients[idx];
        let moved = pulled.signum() * (pulled.abs() - penalty.l1).max(0.0) / (curvature + penalty.l2);
        let change = moved - coefficients[idx];
        if change != 0.0 {
            has_moved |= f64::EPSILON * moved.abs() < change.abs();
            coefficients[idx] = moved;
            slope.axpy(-change, &matrix.column(idx), 1.0);
        }
    }
    has_moved
}

/// The minimum among coefficients of the same signs, if it is the minimum among all.
fn finish(matrix: &DMatrix<f64>, pull: &DVector<f64>, penalties: &[Penalty], coefficients: &[f64]) -> Option<Vec<f64>> {
    let free: Vec<usize> = (0..penalties.len()).filter(|&idx| penalties[idx].l1 == 0.0 || coefficients[idx] != 0.0).collect();
    let mut exact = vec![0.0; coefficients.len()];
    if !free.is_empty() {
        let mut equations = matrix.select_rows(&free).select_columns(&free);
        let mut right = pull.select_rows(&free);
        for (at, &idx) in free.iter().enumerate() {
            equations[(at, at)] += penalties[idx].l2;
            if 0.0 < penalties[idx].l1 {
                right[at] -= penalties[idx].l1 * coefficients[idx].signum();
            }
        }
        let solved = Cholesky::new(equations)?.solve(&right);
        for (&idx, &value) in free.iter().zip(&solved) {
            if 0.0 < penalties[idx].l1 && value * coefficients[idx] <= 0.0 {
                return None;
            }
            exact[idx] = value;
        }
    }
    let slope = slope(matrix, pull, &exact);
    let stays = |(idx, penalty): (usize, &Penalty)| exact[idx] != 0.0 || penalty.l1 == 0.0 || slope[idx].abs() <= penalty.l1 * (1.0 + 1e-9);
    penalties.iter().enumerate().all(stays).then_some(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlated(size: usize, common: f64) -> DMatrix<f64> {
        DMatrix::from_fn(size, size, |i, j| if i == j { 1.0 } else { common })
    }

    #[test]
    fn two_coefficients_are_those_found_by_hand() {
        // Correlation 0.5, pull (1, 0.6), l1 = 0.2: b2 = 0 would leave a slope of 0.6 - 0.5 * 0.8 = 0.2, just not above l1; with l1 = 0.1
        // the equations b1 + b2/2 = 0.9, b1/2 + b2 = 0.5 give (13/15, 1/15).
        for (l1, expected) in [(0.1, [13.0 / 15.0, 1.0 / 15.0]), (0.3, [0.7, 0.0]), (1.5, [0.0, 0.0])] {
            let mut coefficients = vec![0.0; 2];
            assert!(minimize(&correlated(2, 0.5), &DVector::from_vec(vec![1.0, 0.6]), &[Penalty { l1, l2: 0.0 }; 2], &mut coefficients));
            assert!(coefficients.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14), "{coefficients:?}");
        }
    }

    #[test]
    fn equal_columns_end_in_a_minimum_without_a_penalty_on_squares() {
        let mut coefficients = vec![0.0; 3];
        let pull = DVector::from_vec(vec![0.8; 3]);
        assert!(minimize(&correlated(3, 1.0), &pull, &[Penalty { l1: 0.1, l2: 0.0 }; 3], &mut coefficients));
        assert!((coefficients.iter().sum::<f64>() - 0.7).abs() < 1e-12, "{coefficients:?}");
    }
}
