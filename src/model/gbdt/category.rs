//! The best set of categories to send left.
//!
//! Sorted by their mean gradient, the best of all two-way splits of categories is a prefix (Fisher, 1958, Journal of the American Statistical
//! Association 53, 789-798). With more than 8 categories in a node that would fit the noise of small ones, so as in
//! LightGBM (Ke et al., 2017) the mean is smoothed by 10 rows' worth of hessian, categories with fewer than 10 rows stay right, and at most
//! 32 categories go left. A category that is not in the node goes right.

use super::fixed::{Cell, Sum};
use super::scan::Search;
use super::split::{Cut, SplitCandidate, larger_side};
use super::tree::Side;

/// Categories up to which the best of all sets is taken.
const FEW: usize = 8;

/// Hessian added to a category's own, in rows of the node's mean hessian; also rows that it needs to go left.
const SMOOTHING: f64 = 10.0;

/// Categories that may go left, when there are many.
const MOST_LEFT: usize = 32;

impl Search {
    /// The best set of categories, with missing values on either side if there are any.
    ///
    /// * `bins`: sums of each category; `missing`: of the missing values.
    pub(super) fn best_categories<C: Cell>(&self, bins: &[C], missing: C) -> Option<SplitCandidate> {
        let mut sums: Vec<(u8, Sum)> = bins.iter().enumerate().map(|(at, bin)| (at as u8, bin.sum(self.scale))).collect();
        sums.retain(|(_, sum)| 0.0 < sum.n_rows);
        let most_left = if sums.len() <= FEW { FEW } else { MOST_LEFT };
        let smoothing = if sums.len() <= FEW { 0.0 } else { SMOOTHING * self.total.hessian / self.total.n_rows };
        if sums.len() > FEW {
            sums.retain(|(_, sum)| SMOOTHING <= sum.n_rows);
        }
        let slope = |sum: &Sum| {
            let hessian = sum.hessian + smoothing + if smoothing == 0.0 { self.limits.l2 } else { 0.0 };
            if 0.0 < hessian { sum.gradient / hessian } else { 0.0 }
        };
        sums.sort_by(|one, other| slope(&one.1).total_cmp(&slope(&other.1)).then(one.0.cmp(&other.0)));
        let apart = missing.sum(self.scale);
        let mut best = None;
        let starts: &[(Side, Sum)] =
            if apart.n_rows == 0.0 { &[(Side::Right, Sum::default())] } else { &[(Side::Right, Sum::default()), (Side::Left, apart)] };
        for &(side, start) in starts {
            self.scan(sums.iter().take(most_left), side, start, &mut best);
            self.scan(sums.iter().rev().take(most_left), side, start, &mut best);
        }
        if let (Some(found), true) = (&mut best, apart.n_rows == 0.0) {
            found.missing = larger_side(found.left, self.total);
        }
        best
    }

    /// Tries ever longer sets; a set counts if better than the best so far.
    fn scan<'a>(&self, sums: impl Iterator<Item = &'a (u8, Sum)>, missing: Side, start: Sum, best: &mut Option<SplitCandidate>) {
        let (mut left, mut bits) = (start, [0_u64; 4]);
        // A drawn set is one of the first four, however many there are.
        let drawn = self.draw.map(|draw| (draw * 4.0) as usize);
        for (idx, (code, sum)) in sums.enumerate() {
            left = left.and(*sum);
            bits[usize::from(*code) / 64] |= 1 << (code % 64);
            if drawn.is_some_and(|drawn| drawn != idx) {
                continue;
            }
            let score = self.limits.split_score(left, left.rest_of(self.total), self.bounds, 0);
            if let Some(score) = score
                && best.is_none_or(|best| best.score < score)
            {
                *best = Some(SplitCandidate { score, feature: self.feature, cut: Cut::OneOf(bits), missing, left });
            }
        }
    }
}
