//! How trees are grown and boosted; checked by the spec, in the positions of the features.

use super::loss::Loss;

/// What limits one tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TreeSettings {
    /// Leaves at most, 2 to 65,535.
    pub(crate) leaves: u32,
    /// Depth at most, 1 to 64.
    pub(crate) depth: u32,
    /// Training rows in a leaf at least, at least 1.
    pub(crate) min_leaf_rows: u32,
    /// Sum of hessians in a leaf at least, at least 0.
    pub(crate) min_leaf_hessian: f64,
    /// L1 penalty on leaf values, at least 0.
    pub(crate) l1: f64,
    /// L2 penalty on leaf values, at least 0.
    pub(crate) l2: f64,
    /// A split must lower the objective by more than this, at least 0.
    pub(crate) min_gain: f64,
    /// Share of the features drawn for each tree, in (0, 1].
    pub(crate) column_share: f64,
    /// Share of the features drawn for each node, in (0, 1]; forests use it.
    pub(crate) node_column_share: f64,
    /// One per feature: 1 where the forecast may only rise with it, -1 where only fall, 0 where free. Empty: all free.
    pub(crate) monotone: Vec<i8>,
    /// Groups of features that may meet on one path; empty: all may.
    pub(crate) interactions: Vec<Vec<u32>>,
    /// How thresholds are chosen.
    pub(crate) threshold: Threshold,
}

/// How a node's threshold on a feature is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// The best of all.
    Best,
    /// One drawn at random for each feature (extremely randomised trees; Geurts, Ernst and Wehenkel, 2006).
    Drawn,
}

/// Which rows a tree of the boosting is grown on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RowSampling {
    /// All of them.
    All,
    /// A share drawn anew for each tree, without replacement, in (0, 1).
    Share(f64),
    /// Gradient-based one-side sampling: the `top` share of largest gradients, and a share `other` of the rest, weighted up
    /// (Ke et al., 2017, LightGBM).
    OneSide {
        /// Share kept for their large gradients.
        top: f64,
        /// Share drawn from the others.
        other: f64,
    },
}

/// When boosting stops early.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EarlyStop {
    /// Share of the training rows, the last ones, that are held back to judge, in (0, 1).
    pub(crate) share: f64,
    /// Rounds without a better loss there after which boosting ends.
    pub(crate) rounds: u32,
}

/// How an ensemble is boosted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BoostSettings {
    /// What is minimised.
    pub(crate) loss: Loss,
    /// Rounds at most.
    pub(crate) rounds: u32,
    /// Shrinkage, in (0, 1].
    pub(crate) learning_rate: f64,
    /// Rows of each tree.
    pub(crate) rows: RowSampling,
    /// When to stop early; `None`: never.
    pub(crate) early_stop: Option<EarlyStop>,
    /// Limits of a tree.
    pub(crate) tree: TreeSettings,
}
