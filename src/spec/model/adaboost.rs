//! `adaboost`: AdaBoost of trees.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads, one_quantity};
use super::tree_limits::{CATEGORICAL, MAX_BINS, MIN_LEAF_ROWS, REFRESH, TreeLimits, limits};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::AboveUpTo;
use crate::spec::key::Shape::{Choice, Integer, Number};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// How AdaBoost turns an absolute error, as a share of the largest, into a loss in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoostError {
    /// The share.
    Linear,
    /// Its square.
    Square,
    /// 1 - exp(-share).
    Exponential,
}

/// Settings of `adaboost`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdaBoostParams {
    /// Number of trees.
    pub trees: u32,
    /// Shrinkage of each tree's say, in (0, 1].
    pub learning_rate: f64,
    /// How a mean's error counts.
    pub error: BoostError,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

pub(super) const ADABOOST: Declaration<AdaBoostParams> = Declaration {
    name: "adaboost",
    meaning: "AdaBoost of trees (SAMME.R for a probability, R2 for a mean)",
    keys: &[
        key("trees", Integer(1, 10_000), Default("50"), "50", "Number of trees."),
        key("learning_rate", Number(AboveUpTo(0.0, 1.0)), Default("1"), "0.5", "Shrinkage of each tree's weight."),
        key(
            "error",
            Choice(&["linear", "square", "exponential"]),
            Default("\"linear\""),
            "\"square\"",
            "How a mean's error counts, as a share of the largest.",
        ),
        key("depth", Integer(1, 16), Default("2"), "2", "Maximum depth of a tree."),
        key("leaves", Integer(2, 65_535), Default("8"), "8", "Maximum number of leaves of a tree."),
        MIN_LEAF_ROWS,
        MAX_BINS,
        CATEGORICAL,
        REFRESH,
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| matches!(quantity, Quantity::Mean | Quantity::Probability),
    check_ask: |_, model, ask| one_quantity("adaboost", model, ask),
    learns: Learning::Rows,
    reads: Reads::Features {
        listed: |params| &params.tree.features,
        narrowed: |params, features| AdaBoostParams { tree: params.tree.with_features(features), ..params.clone() },
    },
    mentions: |params| params.tree.mentions(),
    looks_back: |_| false,
    refresh: |params| Some(params.tree.refresh),
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<AdaBoostParams> {
    let error = match params.choice("error")? {
        "linear" => BoostError::Linear,
        "square" => BoostError::Square,
        "exponential" => BoostError::Exponential,
        other => unreachable!("the table of keys has no error {other}"),
    };
    Ok(AdaBoostParams { trees: params.count("trees")?, learning_rate: params.number("learning_rate")?, error, tree: limits(params)? })
}
