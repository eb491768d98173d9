//! `gbdt`: gradient-boosted decision trees.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads, one_quantity};
use super::tree_limits::{
    CATEGORICAL, DECREASING, INCREASING, INTERACTIONS, MAX_BINS, MIN_GAIN, MIN_LEAF_ROWS, REFRESH, TreeLimits, interactions, limits, monotone,
};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Optional};
use crate::spec::key::Range::{Above, AboveUpTo, AtLeast, Inside};
use crate::spec::key::Shape::{Choice, Integer, Number};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// Which program trains the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GbdtEngine {
    /// Ours: histograms over a table that is binned once for many windows.
    Plimsoll,
    /// The `gbdt` crate (mesalock-linux).
    Gbdt,
}

/// What boosted trees minimise for a mean; probabilities, quantiles and shortfalls have their own loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeanLoss {
    /// Squared error.
    Squared,
    /// Absolute error; forecasts the median.
    Absolute,
    /// Squared up to this residual, linear beyond.
    Huber(f64),
    /// Poisson deviance, log link.
    Poisson,
    /// Gamma deviance, log link.
    Gamma,
    /// Tweedie deviance of this variance power, log link.
    Tweedie(f64),
}

/// Which rows a boosted tree is grown on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeRows {
    /// A share in (0, 1], drawn again for each tree (engine `gbdt`: once a window).
    Share(f64),
    /// The `top` share of largest gradients and a share `other` of the rest.
    OneSide {
        /// Share kept for their large gradients.
        top: f64,
        /// Share drawn from the others.
        other: f64,
    },
}

/// When boosting stops early.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EarlyStopSpec {
    /// Share of the training rows, the latest, that are held back to judge.
    pub share: f64,
    /// Rounds without a better loss there after which boosting ends.
    pub rounds: u32,
}

/// How a feature's importance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportanceKind {
    /// How much its splits lowered the training loss.
    Gain,
    /// How often it is split on.
    Split,
    /// Its mean absolute SHAP value over training rows.
    Shap,
    /// How much the mean squared error on the rows held back rises when its values are shuffled.
    Permutation,
}

/// Settings of `gbdt`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GbdtParams {
    /// Which program trains the trees.
    pub engine: GbdtEngine,
    /// What is minimised for a mean.
    pub loss: MeanLoss,
    /// Boosting rounds, 1 to 10,000.
    pub trees: u32,
    /// Shrinkage, in (0, 1].
    pub learning_rate: f64,
    /// Rows of each tree.
    pub rows: TreeRows,
    /// Share of the features drawn for each tree, in (0, 1].
    pub column_share: f64,
    /// When to stop early; `None`: never.
    pub early_stop: Option<EarlyStopSpec>,
    /// Rounds boosted onto the trees of the window that cut points were learnt in; 0: each window is trained from scratch.
    pub warm_trees: u32,
    /// How importance is measured.
    pub importance: ImportanceKind,
    /// Limits of a tree.
    pub tree: TreeLimits,
}

/// Keys that engine = "gbdt" does not take.
const OURS: [&str; 19] = [
    "loss",
    "loss_parameter",
    "leaves",
    "min_leaf_hessian",
    "l1",
    "l2",
    "min_gain",
    "top_share",
    "column_share",
    "max_bins",
    "categorical",
    "increasing",
    "decreasing",
    "interactions",
    "early_stop_share",
    "early_stop_rounds",
    "warm_trees",
    "refresh",
    "importance",
];

pub(super) const GBDT: Declaration<GbdtParams> = Declaration {
    name: "gbdt",
    meaning: "gradient-boosted trees; forecasts the mean, the probability, quantiles and shortfalls",
    keys: &[
        key(
            "engine",
            Choice(&["plimsoll", "gbdt"]),
            Default("\"plimsoll\""),
            "\"plimsoll\"",
            "Which program trains the trees: ours, or the gbdt crate.",
        ),
        key(
            "loss",
            Choice(&["squared", "absolute", "huber", "poisson", "gamma", "tweedie"]),
            Default("\"squared\""),
            "\"huber\"",
            "What is minimised for a mean; a probability, a quantile and a shortfall have their own loss.",
        ),
        key(
            "loss_parameter",
            Number(Above(0.0)),
            Optional,
            "0.02",
            "Of loss = \"huber\" the residual, in units of the target, from which it is linear; of \"tweedie\" the variance power, between 1 and 2.",
        ),
        key("trees", Integer(1, 10_000), Default("100"), "30", "Boosting rounds."),
        key("depth", Integer(1, 16), Default("6"), "4", "Maximum depth of a tree."),
        key("leaves", Integer(2, 65_535), Default("31"), "31", "Maximum number of leaves of a tree; the best split of all leaves is made first."),
        key("learning_rate", Number(AboveUpTo(0.0, 1.0)), Default("0.1"), "0.1", "Shrinkage."),
        MIN_LEAF_ROWS,
        key("min_leaf_hessian", Number(AtLeast(0.0)), Default("0"), "1", "Minimum sum of the loss's second derivatives in a leaf."),
        key("l1", Number(AtLeast(0.0)), Default("0"), "0", "L1 penalty on leaf values."),
        key("l2", Number(AtLeast(0.0)), Default("0"), "1", "L2 penalty on leaf values."),
        MIN_GAIN,
        key(
            "row_share",
            Number(AboveUpTo(0.0, 1.0)),
            Default("1"),
            "0.5",
            "Share of the training rows drawn for each tree (engine gbdt: once a window).",
        ),
        key(
            "top_share",
            Number(Inside(0.0, 1.0)),
            Optional,
            "0.2",
            "One-side sampling: share of rows kept for their large gradients; row_share is then drawn from the others, weighted up.",
        ),
        key("column_share", Number(AboveUpTo(0.0, 1.0)), Default("1"), "0.8", "Share of the features drawn for each tree."),
        MAX_BINS,
        CATEGORICAL,
        INCREASING,
        DECREASING,
        INTERACTIONS,
        key("early_stop_share", Number(Inside(0.0, 1.0)), Optional, "0.2", "Share of the training rows, the latest, held back to stop early by."),
        key("early_stop_rounds", Integer(1, 10_000), Optional, "20", "Rounds without a better loss on them after which boosting ends."),
        key("warm_trees", Integer(0, 10_000), Default("0"), "20", "Rounds boosted onto the trees of the last refresh; 0: from scratch."),
        REFRESH,
        key("importance", Choice(&["gain", "split", "shap", "permutation"]), Default("\"gain\""), "\"gain\"", "How importance is measured."),
        FEATURES,
    ],
    read,
    forecasts: |params, quantity| match params.engine {
        GbdtEngine::Plimsoll => quantity != Quantity::Volatility,
        GbdtEngine::Gbdt => matches!(quantity, Quantity::Mean | Quantity::Probability),
    },
    check_ask,
    learns: Learning::Rows,
    reads: Reads::Features {
        listed: |params| &params.tree.features,
        narrowed: |params, features| GbdtParams { tree: params.tree.with_features(features), ..params.clone() },
    },
    mentions: |params| params.tree.mentions(),
    looks_back: |_| false,
    refresh: |params| match params.engine {
        GbdtEngine::Plimsoll => Some(params.tree.refresh),
        GbdtEngine::Gbdt => None,
    },
    follows_class_shares: |_| true,
};

/// Warm starts and permutation importance are for means and probabilities; the crate fits one quantity at a time.
fn check_ask(params: &GbdtParams, model: &Reader<'_>, ask: &[Quantity]) -> Result<()> {
    if params.engine == GbdtEngine::Gbdt {
        one_quantity("gbdt", model, ask)?;
    }
    let Some(tail) = ask.iter().find(|quantity| quantity.tail().is_some()) else { return Ok(()) };
    if 0 < params.warm_trees {
        let problem = format!("does not go with `{tail}`: only a mean or a probability is boosted onto earlier trees");
        return Err(model.refuse("params.warm_trees", problem).hint("drop it, or list the model again for its tails"));
    }
    if params.importance == ImportanceKind::Permutation {
        let problem = format!("is `permutation`, which does not go with `{tail}`: it is measured by the squared error of a mean or a probability");
        return Err(model.refuse("params.importance", problem).hint("take \"shap\" or \"gain\", or list the model again for its tails"));
    }
    Ok(())
}

fn read(params: &Reader<'_>) -> Result<GbdtParams> {
    let engine = match params.choice("engine")? {
        "plimsoll" => GbdtEngine::Plimsoll,
        "gbdt" => GbdtEngine::Gbdt,
        other => unreachable!("the table of keys has no engine {other}"),
    };
    if engine == GbdtEngine::Gbdt
        && let Some(name) = OURS.into_iter().find(|name| params.has(name))
    {
        return Err(params
            .refuse(name, "does not go with engine = \"gbdt\", which has no such setting")
            .hint("drop it, or write engine = \"plimsoll\""));
    }
    if params.choice("importance")? == "permutation" && !params.has("early_stop_share") {
        return Err(params
            .refuse("importance", "is `permutation`, which is measured on rows that were not learnt from, and there are none")
            .hint("set `early_stop_share` and `early_stop_rounds`, or take \"shap\""));
    }
    Ok(GbdtParams {
        engine,
        loss: loss(params)?,
        trees: params.count("trees")?,
        learning_rate: params.number("learning_rate")?,
        rows: rows(params)?,
        column_share: params.number("column_share")?,
        early_stop: early_stop(params)?,
        warm_trees: params.count("warm_trees")?,
        importance: match params.choice("importance")? {
            "gain" => ImportanceKind::Gain,
            "split" => ImportanceKind::Split,
            "shap" => ImportanceKind::Shap,
            "permutation" => ImportanceKind::Permutation,
            other => unreachable!("the table of keys has no importance {other}"),
        },
        tree: TreeLimits {
            min_leaf_hessian: params.number("min_leaf_hessian")?,
            l1: params.number("l1")?,
            l2: params.number("l2")?,
            min_gain: params.number("min_gain")?,
            interactions: interactions(params)?,
            ..monotone(params, limits(params)?)?
        },
    })
}

fn loss(params: &Reader<'_>) -> Result<MeanLoss> {
    let loss = params.choice("loss")?;
    let parameter = params.number_if("loss_parameter")?;
    Ok(match (loss, parameter) {
        ("squared", None) => MeanLoss::Squared,
        ("absolute", None) => MeanLoss::Absolute,
        ("poisson", None) => MeanLoss::Poisson,
        ("gamma", None) => MeanLoss::Gamma,
        ("huber", Some(delta)) => MeanLoss::Huber(delta),
        ("tweedie", Some(power)) if 1.0 < power && power < 2.0 => MeanLoss::Tweedie(power),
        ("tweedie", Some(power)) => {
            return Err(params.refuse("loss_parameter", format!("must be above 1 and below 2 for loss = \"tweedie\", was {power}")));
        }
        ("huber" | "tweedie", None) => {
            return Err(params
                .refuse("loss_parameter", format!("is missing; loss = \"{loss}\" needs it"))
                .hint("such as 0.02 for \"huber\" (a residual, in units of the target) and 1.5 for \"tweedie\" (the variance power)"));
        }
        ("squared" | "absolute" | "poisson" | "gamma", Some(_)) => {
            return Err(params.refuse("loss_parameter", format!("does not go with loss = \"{loss}\", which has none")).hint("drop it"));
        }
        (other, _) => unreachable!("the table of keys has no loss {other}"),
    })
}

fn rows(params: &Reader<'_>) -> Result<TreeRows> {
    let share = params.number("row_share")?;
    match params.number_if("top_share")? {
        None => Ok(TreeRows::Share(share)),
        Some(top) if top + share < 1.0 => Ok(TreeRows::OneSide { top, other: share }),
        Some(top) => Err(params
            .refuse("top_share", format!("must be below 1 less `row_share`, which is {share}; was {top}"))
            .hint("such as top_share = 0.2 and row_share = 0.1")),
    }
}

fn early_stop(params: &Reader<'_>) -> Result<Option<EarlyStopSpec>> {
    let rounds = if params.has("early_stop_rounds") { Some(params.count("early_stop_rounds")?) } else { None };
    match (params.number_if("early_stop_share")?, rounds) {
        (None, None) => Ok(None),
        (Some(share), Some(rounds)) => Ok(Some(EarlyStopSpec { share, rounds })),
        (Some(_), None) => Err(params.refuse("early_stop_rounds", "is missing; `early_stop_share` needs it").hint("such as early_stop_rounds = 20")),
        (None, Some(_)) => Err(params.refuse("early_stop_share", "is missing; `early_stop_rounds` needs it").hint("such as early_stop_share = 0.2")),
    }
}
