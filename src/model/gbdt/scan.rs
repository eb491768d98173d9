//! The best threshold of a numeric feature.

use super::fixed::{Cell, Scale, Sum};
use super::split::{Bounds, Cut, Limits, SplitCandidate, larger_side};
use super::tree::Side;

/// A node whose splits are searched, and the feature's part in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Sums of the node.
    pub(super) total: Sum,
    /// What its children's values must lie between.
    pub(super) bounds: Bounds,
    /// Limits of the tree.
    pub(super) limits: Limits,
    /// How its sums are written.
    pub(super) scale: Scale,
    /// The feature.
    pub(super) feature: usize,
    /// 1 where the values must rise with the feature, -1 where fall, 0 where free.
    pub(super) sign: i8,
    /// A number in [0, 1) where the threshold is drawn, not searched.
    pub(super) draw: Option<f64>,
}

/// Running sums from the lowest bin, and the thresholds that leave enough on both sides.
struct Prefix {
    gradient: [f64; 256],
    hessian: [f64; 256],
    n_rows: [f64; 256],
    start: usize,
    end: usize,
}

impl Search {
    /// The best threshold: of all bins' upper ends, and with missing values on either side if there are any.
    ///
    /// * `bins`: sums of each bin; `missing`: of the missing values.
    pub(super) fn best_threshold<C: Cell>(&self, bins: &[C], missing: C) -> Option<SplitCandidate> {
        let apart = missing.sum(self.scale);
        let right = self.best_from(bins, C::default());
        if apart.n_rows == 0.0 {
            return right.map(|(score, bin, left)| self.found(score, bin, larger_side(left, self.total), left));
        }
        let left = self.best_from(bins, missing);
        match (right, left) {
            (right, Some((score, bin, left))) if right.is_none_or(|right| right.0 < score || right.0 == score && bin < right.1) => {
                Some(self.found(score, bin, Side::Left, left))
            }
            (right, _) => right.map(|(score, bin, left)| self.found(score, bin, Side::Right, left)),
        }
    }

    fn found(&self, score: f64, bin: usize, missing: Side, left: Sum) -> SplitCandidate {
        SplitCandidate { score, feature: self.feature, cut: Cut::AtMost(bin as u8), missing, left }
    }

    /// Score, bin and left sums of the best threshold, when `start` goes left in any case.
    fn best_from<C: Cell>(&self, bins: &[C], start: C) -> Option<(f64, usize, Sum)> {
        let mut prefix = self.prefix(bins, start);
        if let Some(draw) = self.draw {
            let bin = drawn_bin(&prefix.n_rows[..bins.len()], draw)?;
            (prefix.start, prefix.end) = (prefix.start.max(bin), prefix.end.min(bin + 1));
        }
        if prefix.end <= prefix.start {
            return None;
        }
        let (score, bin) =
            if self.limits.l1 == 0.0 && self.sign == 0 && self.bounds == Bounds::FREE { self.best_free(&prefix) } else { self.best_bound(&prefix)? };
        Some((score, bin, prefix.at(bin)))
    }

    fn prefix<C: Cell>(&self, bins: &[C], start: C) -> Prefix {
        let mut prefix = Prefix { gradient: [0.0; 256], hessian: [0.0; 256], n_rows: [0.0; 256], start: 0, end: bins.len() };
        let mut sum = start;
        for (at, &bin) in bins.iter().enumerate().take(255) {
            sum = sum.plus(bin);
            let left = sum.sum(self.scale);
            (prefix.gradient[at], prefix.hessian[at], prefix.n_rows[at]) = (left.gradient, left.hessian, left.n_rows);
        }
        let (n_rows, hessian, limits) = (&prefix.n_rows[..bins.len()], &prefix.hessian[..bins.len()], &self.limits);
        // Counts and hessians only rise from bin to bin, so the thresholds that leave enough are a range.
        let too_little = |hessian: f64| hessian < limits.min_hessian || hessian + limits.l2 <= 0.0;
        // Something must lie below a threshold, beside what goes left in any case.
        let apart = start.sum(self.scale).n_rows;
        let low = n_rows.partition_point(|&n| n < limits.min_rows || n <= apart).max(hessian.partition_point(|&left| too_little(left)));
        let high = n_rows
            .partition_point(|&n| limits.min_rows <= self.total.n_rows - n)
            .min(hessian.partition_point(|&left| !too_little(self.total.hessian - left)));
        (prefix.start, prefix.end) = (low, high);
        prefix
    }

    /// Without L1, bounds and sign the score is G^2 / (H + l2) / 2 summed over both sides; with one division for both.
    fn best_free(&self, prefix: &Prefix) -> (f64, usize) {
        let (total, l2) = (self.total, self.limits.l2);
        let mut scores = [f64::NEG_INFINITY; 256];
        let range = prefix.start..prefix.end;
        let mut lanes = [f64::NEG_INFINITY; 4];
        for (scores, (gradient, hessian)) in
            scores[range.clone()].chunks_mut(4).zip(prefix.gradient[range.clone()].chunks(4).zip(prefix.hessian[range].chunks(4)))
        {
            for (lane, (score, (&left, &hessian))) in lanes.iter_mut().zip(scores.iter_mut().zip(gradient.iter().zip(hessian))) {
                let right = total.gradient - left;
                let (left_h, right_h) = (hessian + l2, total.hessian - hessian + l2);
                *score = (left * left * right_h + right * right * left_h) / (left_h * right_h);
                *lane = if *lane < *score { *score } else { *lane };
            }
        }
        let best = lanes.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let bin = scores.iter().position(|&score| score == best).unwrap_or(prefix.start);
        (0.5 * best, bin)
    }

    fn best_bound(&self, prefix: &Prefix) -> Option<(f64, usize)> {
        let mut best: Option<(f64, usize)> = None;
        for bin in prefix.start..prefix.end {
            let left = prefix.at(bin);
            if let Some(score) = self.limits.split_score(left, left.rest_of(self.total), self.bounds, self.sign)
                && best.is_none_or(|best| best.0 < score)
            {
                best = Some((score, bin));
            }
        }
        best
    }
}

impl Prefix {
    fn at(&self, bin: usize) -> Sum {
        Sum { gradient: self.gradient[bin], hessian: self.hessian[bin], n_rows: self.n_rows[bin] }
    }
}

/// One of the thresholds between the lowest and the highest bin that have rows.
fn drawn_bin(n_rows: &[f64], draw: f64) -> Option<usize> {
    let (before, last) = (0.0, *n_rows.last()?);
    let first = n_rows.iter().position(|&n| n > before)?;
    let end = n_rows.partition_point(|&n| n < last);
    (first < end).then(|| first + ((end - first) as f64 * draw) as usize)
}
