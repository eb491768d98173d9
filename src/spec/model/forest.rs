//! `forest`: trees, each on its own draw of rows, columns or thresholds.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads, one_quantity};
use super::tree_limits::{CATEGORICAL, DECREASING, INCREASING, MAX_BINS, MIN_GAIN, MIN_LEAF_ROWS, REFRESH, TreeLimits, limits, monotone};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Optional};
use crate::spec::key::Range::{AboveUpTo, Inside};
use crate::spec::key::Shape::{Choice, Integer, Number};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// Settings of `forest`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForestParams {
    /// Number of trees.
    pub trees: u32,
    /// Rows of each tree.
    pub rows: ForestDraw,
    /// Share of the features tried at each node, in (0, 1].
    pub column_share: f64,
    /// How thresholds are chosen.
    pub threshold: ThresholdChoice,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

/// Rows of a forest's tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ForestDraw {
    /// All.
    All,
    /// As many as there are, with replacement.
    Bootstrap,
    /// A share, without replacement, in (0, 1).
    Share(f64),
}

/// How a forest's thresholds are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdChoice {
    /// The best of all: a random forest.
    Best,
    /// One drawn per feature: extremely randomised trees.
    Drawn,
}

pub(super) const FOREST: Declaration<ForestParams> = Declaration {
    name: "forest",
    meaning: "random forest, bagging or extremely randomised trees; forecasts the mean or the probability",
    keys: &[
        key("trees", Integer(1, 10_000), Default("100"), "200", "Number of trees."),
        key("rows", Choice(&["bootstrap", "share", "all"]), Default("\"bootstrap\""), "\"share\"", "Rows of each tree."),
        key("row_share", Number(Inside(0.0, 1.0)), Optional, "0.5", "Share drawn without replacement; only with rows = \"share\"."),
        key("column_share", Number(AboveUpTo(0.0, 1.0)), Default("0.33"), "0.33", "Share of the features tried at each node; 1 is bagging."),
        key(
            "threshold",
            Choice(&["best", "drawn"]),
            Default("\"best\""),
            "\"best\"",
            "The best threshold, or one drawn (extremely randomised trees).",
        ),
        key("depth", Integer(1, 64), Default("16"), "16", "Maximum depth of a tree."),
        key("leaves", Integer(2, 65_535), Default("4096"), "1024", "Maximum number of leaves of a tree."),
        MIN_LEAF_ROWS,
        MIN_GAIN,
        MAX_BINS,
        CATEGORICAL,
        INCREASING,
        DECREASING,
        REFRESH,
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| matches!(quantity, Quantity::Mean | Quantity::Probability),
    check_ask: |_, model, ask| one_quantity("forest", model, ask),
    learns: Learning::Rows,
    reads: Reads::Features {
        listed: |params| &params.tree.features,
        narrowed: |params, features| ForestParams { tree: params.tree.with_features(features), ..params.clone() },
    },
    mentions: |params| params.tree.mentions(),
    looks_back: |_| false,
    refresh: |params| Some(params.tree.refresh),
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<ForestParams> {
    let rows = match (params.choice("rows")?, params.number_if("row_share")?) {
        ("share", Some(share)) => ForestDraw::Share(share),
        ("share", None) => return Err(params.refuse("row_share", "is missing; rows = \"share\" needs it").hint("such as row_share = 0.5")),
        (_, Some(_)) => return Err(params.refuse("row_share", "goes with rows = \"share\" only").hint("drop it, or write rows = \"share\"")),
        ("bootstrap", None) => ForestDraw::Bootstrap,
        ("all", None) => ForestDraw::All,
        (other, None) => unreachable!("the table of keys has no draw {other}"),
    };
    let threshold = match params.choice("threshold")? {
        "best" => ThresholdChoice::Best,
        "drawn" => ThresholdChoice::Drawn,
        other => unreachable!("the table of keys has no threshold {other}"),
    };
    let tree = TreeLimits { min_gain: params.number("min_gain")?, ..monotone(params, limits(params)?)? };
    Ok(ForestParams { trees: params.count("trees")?, rows, column_share: params.number("column_share")?, threshold, tree })
}
