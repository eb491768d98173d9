//! `tree`: one decision tree, printed as rules.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads, one_quantity};
use super::tree_limits::{
    CATEGORICAL, DECREASING, INCREASING, INTERACTIONS, MAX_BINS, MIN_GAIN, MIN_LEAF_ROWS, REFRESH, TreeLimits, interactions, limits, monotone,
};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::{Integer, Number};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// Settings of `tree`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionTreeParams {
    /// What a leaf costs, as a share of the root's squared error, at least 0; the tree is cut back to the subtree of least cost.
    pub complexity: f64,
    /// Limits of the tree.
    pub tree: TreeLimits,
}

pub(super) const TREE: Declaration<DecisionTreeParams> = Declaration {
    name: "tree",
    meaning: "one decision tree, printed as rules; forecasts the mean or the probability",
    keys: &[
        key("complexity", Number(AtLeast(0.0)), Default("0"), "0.01", "Cost of a leaf, as a share of the root's squared error; prunes the tree."),
        key("depth", Integer(1, 16), Default("4"), "4", "Maximum depth."),
        key("leaves", Integer(2, 1024), Default("16"), "16", "Maximum number of leaves."),
        MIN_LEAF_ROWS,
        MIN_GAIN,
        MAX_BINS,
        CATEGORICAL,
        INCREASING,
        DECREASING,
        INTERACTIONS,
        REFRESH,
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| matches!(quantity, Quantity::Mean | Quantity::Probability),
    check_ask: |_, model, ask| one_quantity("tree", model, ask),
    learns: Learning::Rows,
    reads: Reads::Features {
        listed: |params| &params.tree.features,
        narrowed: |params, features| DecisionTreeParams { tree: params.tree.with_features(features), ..params.clone() },
    },
    mentions: |params| params.tree.mentions(),
    looks_back: |_| false,
    refresh: |params| Some(params.tree.refresh),
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<DecisionTreeParams> {
    let tree = TreeLimits { min_gain: params.number("min_gain")?, interactions: interactions(params)?, ..monotone(params, limits(params)?)? };
    Ok(DecisionTreeParams { complexity: params.number("complexity")?, tree })
}
