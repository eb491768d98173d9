//! Non-negative weights that sum to 1 and make a quadratic least: the heart of stacking.

use nalgebra::{Cholesky, DMatrix, DVector};

/// A weight whose gradient is this much below the others' (relative to the largest entry) is worth adding.
const WORTH_ADDING: f64 = 1e-12;

/// Which weights w at least 0 with sum 1 make w'Qw/2 + c'w least?
///
/// The active-set method of Lawson and Hanson's non-negative least squares, with the sum kept at 1 in every step: from the best
/// single member, members are added while their gradient is below that of the ones used, and dropped when their weight would turn
/// negative. Each step lowers the quadratic, so no set of members comes twice.
///
/// * `quadratic`: Q, symmetric and positive definite.
/// * `linear`: c, one entry per member; at least one member.
///
/// Source: Lawson and Hanson (1974), Solving Least Squares Problems, chapter 23.
pub(super) fn least(quadratic: &DMatrix<f64>, linear: &DVector<f64>) -> DVector<f64> {
    let count = linear.len();
    let alone = |idx: usize| quadratic[(idx, idx)] / 2.0 + linear[idx];
    let first = (0..count).reduce(|best, idx| if alone(idx) < alone(best) { idx } else { best }).expect("there is a member");
    let mut weights = DVector::zeros(count);
    weights[first] = 1.0;
    let mut used = vec![false; count];
    used[first] = true;
    let scale = quadratic.amax().max(linear.amax());
    // Rounding could let a set come back; far more steps than sets ever tried in practice end the search where it is.
    for _ in 0..50 * count {
        let gradient = quadratic * &weights + linear;
        let level = gradient.dot(&weights);
        let unused = (0..count).filter(|&idx| !used[idx]);
        let Some(best) = unused.reduce(|best, idx| if gradient[idx] < gradient[best] { idx } else { best }) else { break };
        if level - gradient[best] <= WORTH_ADDING * scale {
            break;
        }
        used[best] = true;
        while let Some(target) = on_plane(quadratic, linear, &used) {
            // As far towards the optimum of the used members as no weight turns negative.
            let falling = (0..count).filter(|&idx| used[idx] && target[idx] <= 0.0);
            let share = falling.map(|idx| weights[idx] / (weights[idx] - target[idx])).fold(1.0, f64::min);
            let moved = &weights + (&target - &weights) * share;
            let done = (0..count).all(|idx| !used[idx] || 0.0 < target[idx]);
            for idx in 0..count {
                let dropped =
                    used[idx] && !done && (moved[idx] <= 0.0 || (target[idx] <= 0.0 && weights[idx] / (weights[idx] - target[idx]) <= share));
                used[idx] &= !dropped;
                weights[idx] = if used[idx] { moved[idx] } else { 0.0 };
            }
            if done || !used.iter().any(|&used| used) {
                break;
            }
        }
    }
    let sum = weights.sum();
    weights / sum
}

/// The optimum over the used members, their sum 1 and their signs free; `None` where Q is not positive definite among them.
fn on_plane(quadratic: &DMatrix<f64>, linear: &DVector<f64>, used: &[bool]) -> Option<DVector<f64>> {
    let members: Vec<usize> = (0..used.len()).filter(|&idx| used[idx]).collect();
    let factor = Cholesky::new(quadratic.select_rows(&members).select_columns(&members))?;
    let ones = factor.solve(&DVector::from_element(members.len(), 1.0));
    let pull = factor.solve(&linear.select_rows(&members));
    let level = (1.0 + pull.sum()) / ones.sum();
    let mut weights = DVector::zeros(used.len());
    for (at, &idx) in members.iter().enumerate() {
        weights[idx] = level * ones[at] - pull[at];
    }
    Some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns and targets of `tests/golden/classical_ensemble.py`.
    fn golden() -> (DMatrix<f64>, DVector<f64>) {
        let forecast = |i: usize, k: usize| ((i * (7 + 4 * k) + i * i * (k + 1)) % 23) as f64 / 8.0;
        let columns = DMatrix::from_fn(40, 4, forecast);
        let target = DVector::from_fn(40, |i, _| 0.5 * forecast(i, 0) - 0.5 * forecast(i, 1) + 0.3 * forecast(i, 2) + (i * 29 % 11) as f64 / 16.0);
        (columns, target)
    }

    #[test]
    fn weights_are_those_of_non_negative_least_squares_with_the_sum_held_at_1() {
        // scipy 1.17.1, tests/golden/classical_ensemble.py: nnls with a row of ones weighted 1e6.
        let (columns, target) = golden();
        let weights = least(&(columns.transpose() * &columns), &-(columns.transpose() * &target));
        let expected = [0.733_993_288_583_623_4, 0.0, 0.0, 0.266_006_711_387_404_84];
        for (calculated, expected) in weights.iter().zip(expected) {
            assert!((calculated - expected).abs() < 1e-9, "calculated {calculated}, expected {expected}");
        }
    }

    #[test]
    fn no_other_weights_on_a_grid_are_better() {
        let (columns, target) = golden();
        for shift in 0..30 {
            // Targets that pull towards every corner and edge of the simplex in turn.
            let tilted = target.map_with_location(|row, _, value| value - (row * shift % 13) as f64 / 6.0);
            let (quadratic, linear) = (columns.transpose() * &columns, -(columns.transpose() * &tilted));
            let value = |weights: &DVector<f64>| (weights.transpose() * &quadratic * weights)[0] / 2.0 + linear.dot(weights);
            let weights = least(&quadratic, &linear);
            assert!((weights.sum() - 1.0).abs() < 1e-12 && weights.iter().all(|&weight| 0.0 <= weight), "{weights}");
            for a in 0..=10_u32 {
                for b in 0..=10 - a {
                    for c in 0..=10 - a - b {
                        let other = DVector::from_vec(vec![a, b, c, 10 - a - b - c]).map(|tenths| f64::from(tenths) / 10.0);
                        assert!(value(&weights) <= value(&other) + 1e-9, "{weights} {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_only_member_and_the_only_good_one_take_all() {
        assert_eq!(least(&DMatrix::from_element(1, 1, 2.0), &DVector::from_element(1, 5.0))[0], 1.0);
        let quadratic = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 1.0, 1.0]));
        assert_eq!(least(&quadratic, &DVector::from_vec(vec![3.0, -9.0, 3.0])).as_slice(), [0.0, 1.0, 0.0]);
    }
}
