//! Largest and smallest values and their places.

use super::{Window, block, sum};

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The largest value.
    Largest,
    /// The smallest value.
    Smallest,
}

impl Side {
    fn sign(self) -> f64 {
        match self {
            Self::Largest => 1.0,
            Self::Smallest => -1.0,
        }
    }
}

/// The largest or smallest value of each window, in O(n) by van Herk's blocks: the tail of the block before, the head of this one.
///
/// A deque of candidates does the same work with branches that a processor cannot foretell; this has none.
pub(crate) fn extremes(x: &[f64], window: Window, side: Side) -> Vec<f64> {
    let mut found = match side {
        Side::Largest => blocks(x, window.width, f64::NEG_INFINITY, |a, b| if a < b { b } else { a }),
        Side::Smallest => blocks(x, window.width, f64::INFINITY, |a, b| if b < a { b } else { a }),
    };
    for value in &mut found {
        if value.is_infinite() {
            *value = f64::NAN;
        }
    }
    demand(x, window, &mut found);
    found
}

/// `pick` keeps its first argument when the second is NaN, so that a missing value never wins.
fn blocks(x: &[f64], width: usize, none: f64, pick: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let width = width.min(x.len()).max(1);
    let mut tail = vec![none; width + 1];
    let mut found = Vec::with_capacity(x.len());
    let mut before: &[f64] = &[];
    for block in x.chunks(width) {
        for at in (1..before.len()).rev() {
            tail[at] = pick(tail[at + 1], before[at]);
        }
        let mut head = none;
        found.extend(block.iter().zip(&tail[1..]).map(|(&value, &tail)| {
            head = pick(head, value);
            pick(tail, head)
        }));
        before = block;
    }
    found
}

/// Place of the largest or smallest value in each window, from 1 at the window's oldest row; the first of ties.
pub(crate) fn extreme_places(x: &[f64], window: Window, side: Side) -> Vec<f64> {
    let sign = side.sign();
    let mut found = vec![f64::NAN; x.len()];
    // Rows that may still be an extreme, oldest and most extreme first.
    let mut candidates = std::collections::VecDeque::new();
    for row in 0..x.len() {
        let first = *block::rows(row, window.width).start();
        if candidates.front().is_some_and(|&oldest| oldest < first) {
            candidates.pop_front();
        }
        if !x[row].is_nan() {
            while candidates.back().is_some_and(|&last: &usize| sign * x[last] < sign * x[row]) {
                candidates.pop_back();
            }
            candidates.push_back(row);
        }
        if let Some(best) = candidates.front() {
            found[row] = (best - first + 1) as f64;
        }
    }
    demand(x, window, &mut found);
    found
}

/// Takes the answers of windows with too few values.
fn demand(x: &[f64], window: Window, found: &mut [f64]) {
    if window.min_count < 2 {
        return;
    }
    for (value, n) in found.iter_mut().zip(sum::counts(x, window.width)) {
        if n < window.min_count as f64 {
            *value = f64::NAN;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    #[test]
    fn extremes_equal_a_naive_loop() {
        twin::check_one(0.0, |x, window| extremes(x, window, Side::Largest), |values| values.iter().copied().reduce(f64::max));
        twin::check_one(0.0, |x, window| extremes(x, window, Side::Smallest), |values| values.iter().copied().reduce(f64::min));
    }

    #[test]
    fn places_equal_a_naive_loop() {
        let first_of = |points: &[(f64, f64)], sign: f64| {
            let best = points.iter().map(|p| sign * p.1).reduce(f64::max)?;
            points.iter().find(|p| sign * p.1 == best).map(|p| p.0)
        };
        twin::check_placed(0.0, |x, window| extreme_places(x, window, Side::Largest), |points, _| first_of(points, 1.0));
        twin::check_placed(0.0, |x, window| extreme_places(x, window, Side::Smallest), |points, _| first_of(points, -1.0));
    }
}
