//! The gain of a split, and the best split of a node.

use super::fixed::Sum;
use super::settings::TreeSettings;
use super::tree::Side;

/// Rounding of a gain relative to the terms it is the difference of; less is no gain.
const NOISE: f64 = 1e-12;

/// Limits and penalties of a tree, ready to compute with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// Rows of a leaf at least.
    pub(super) min_rows: f64,
    /// Sum of hessians of a leaf at least.
    pub(super) min_hessian: f64,
    /// L1 penalty.
    pub(super) l1: f64,
    /// L2 penalty.
    pub(super) l2: f64,
    /// Gain that a split must exceed.
    pub(super) min_gain: f64,
}

/// Between which a node's value must lie, so that monotone constraints hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    /// At least.
    pub(super) lower: f64,
    /// At most.
    pub(super) upper: f64,
}

/// Which codes of a feature go left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cut {
    /// Bins up to this one.
    AtMost(u8),
    /// Those whose bit is set.
    OneOf([u64; 4]),
}

/// A split and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SplitCandidate {
    /// Minus the objective of both children, at their best values; the parent's is not yet taken off.
    pub(super) score: f64,
    /// The feature.
    pub(super) feature: usize,
    /// Which codes go left.
    pub(super) cut: Cut,
    /// Where missing values go.
    pub(super) missing: Side,
    /// Sums of the left child.
    pub(super) left: Sum,
}

impl Bounds {
    /// None.
    pub(super) const FREE: Self = Self { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    /// The value nearest to this one that lies between them.
    pub(super) fn clamp(self, value: f64) -> f64 {
        value.max(self.lower).min(self.upper)
    }
}

impl Cut {
    /// Whether each code goes left; `missing` is the code of a missing value.
    pub(super) fn goes_left(&self, n_bins: usize, missing: Side) -> [u8; 256] {
        let mut left: [u8; 256] = match self {
            Self::AtMost(bin) => std::array::from_fn(|code| u8::from(code <= usize::from(*bin))),
            Self::OneOf(bits) => std::array::from_fn(|code| (bits[code / 64] >> (code % 64) & 1) as u8),
        };
        left[n_bins] = u8::from(missing == Side::Left);
        left
    }
}

impl Limits {
    /// Those of the settings.
    pub(super) fn of(settings: &TreeSettings) -> Self {
        Self {
            min_rows: f64::from(settings.min_leaf_rows.max(1)),
            min_hessian: settings.min_leaf_hessian,
            l1: settings.l1,
            l2: settings.l2,
            min_gain: settings.min_gain,
        }
    }

    /// Whether rows may be a leaf of their own.
    pub(super) fn allow(&self, sum: Sum) -> bool {
        self.min_rows <= sum.n_rows && self.min_hessian <= sum.hessian && 0.0 < sum.hessian + self.l2
    }

    /// The value that lowers the objective most within the bounds: the Newton step -T(G, l1) / (H + l2), where
    /// T(G, l1) = sign(G) max(|G| - l1, 0). 0 where the hessian is 0.
    pub(super) fn value(&self, sum: Sum, bounds: Bounds) -> f64 {
        let pull = (sum.gradient.abs() - self.l1).max(0.0).copysign(sum.gradient);
        let free = if 0.0 < sum.hessian + self.l2 { -pull / (sum.hessian + self.l2) } else { 0.0 };
        // Adding 0 turns -0 into 0.
        bounds.clamp(free) + 0.0
    }

    /// How much a value lowers the objective: -(G w + (H + l2) w^2 / 2 + l1 |w|).
    pub(super) fn score_of(&self, sum: Sum, value: f64) -> f64 {
        -(sum.gradient * value + 0.5 * (sum.hessian + self.l2) * value * value + self.l1 * value.abs())
    }

    /// How much the best value within the bounds lowers the objective.
    pub(super) fn score(&self, sum: Sum, bounds: Bounds) -> f64 {
        self.score_of(sum, self.value(sum, bounds))
    }

    /// The score of a split into two allowed leaves whose values, with a `sign`, rise (1) or fall (-1) from left to right.
    pub(super) fn split_score(&self, left: Sum, right: Sum, bounds: Bounds, sign: i8) -> Option<f64> {
        if !self.allow(left) || !self.allow(right) {
            return None;
        }
        let (lower, upper) = (self.value(left, bounds), self.value(right, bounds));
        let is_allowed = match sign {
            0 => true,
            1 => lower <= upper,
            _ => upper <= lower,
        };
        is_allowed.then(|| self.score_of(left, lower) + self.score_of(right, upper))
    }

    /// What a split gains over leaving the node a leaf, if that is enough.
    pub(super) fn gain(&self, found: &SplitCandidate, total: Sum, bounds: Bounds) -> Option<f64> {
        let gain = found.score - self.score(total, bounds);
        (self.min_gain < gain && NOISE * found.score.abs() < gain).then_some(gain)
    }
}

/// The side a missing value goes to where none was seen: the one with more rows, of equal ones the left.
pub(super) fn larger_side(left: Sum, total: Sum) -> Side {
    if total.n_rows <= 2.0 * left.n_rows { Side::Left } else { Side::Right }
}

/// Keeps the better of two; the first of equals.
pub(super) fn keep_better(best: &mut Option<SplitCandidate>, other: Option<SplitCandidate>) {
    if let Some(other) = other
        && best.is_none_or(|best| best.score < other.score)
    {
        *best = Some(other);
    }
}
