//! Keys of the models made of trees.

use super::super::Need::{Default, Optional, Required};
use super::super::Range::{Above, AboveUpTo, AtLeast, Inside};
use super::super::Shape::{Choice, Integer, Number, Text, Texts};
use super::super::{Key, Section};
use super::{FEATURES, key, params};

const MIN_LEAF_ROWS: Key = key("min_leaf_rows", Integer(1, 1_000_000), Default("100"), "200", "Rows in a leaf at least.");
const MIN_GAIN: Key = key("min_gain", Number(AtLeast(0.0)), Default("0"), "0", "What a split must lower the training loss by, more than.");
const MAX_BINS: Key = key("max_bins", Integer(2, 255), Default("255"), "63", "Bins of a feature at most.");
const CATEGORICAL: Key = key(
    "categorical",
    Texts,
    Default("[]"),
    "[\"grade\"]",
    "Features whose whole numbers are codes of categories (254 at most; others count as missing).",
);
const INCREASING: Key = key("increasing", Texts, Default("[]"), "[\"utilization\"]", "Features with which the forecast may only rise.");
const DECREASING: Key = key("decreasing", Texts, Default("[]"), "[\"income\"]", "Features with which the forecast may only fall.");
const INTERACTIONS: Key = key(
    "interactions",
    Texts,
    Default("[]"),
    "[\"age, income\", \"utilization\"]",
    "Groups of features, separated by commas, that may meet on one path; empty: all may.",
);
const REFRESH: Key = key(
    "refresh",
    Integer(1, 10_000),
    Default("12"),
    "12",
    "Windows after which cut points are learnt anew; in between, those of the earlier window's training rows serve.",
);

pub(super) const GBDT: Section = params(
    "gbdt",
    "gradient-boosted trees; forecasts the mean, the probability, quantiles and shortfalls",
    &[
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
        key("depth", Integer(1, 16), Default("6"), "4", "Depth of a tree at most."),
        key("leaves", Integer(2, 65_535), Default("31"), "31", "Leaves of a tree at most; the best split of all leaves is made first."),
        key("learning_rate", Number(AboveUpTo(0.0, 1.0)), Default("0.1"), "0.1", "Shrinkage."),
        MIN_LEAF_ROWS,
        key("min_leaf_hessian", Number(AtLeast(0.0)), Default("0"), "1", "Sum of the loss's second derivatives in a leaf at least."),
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
);

pub(super) const FOREST: Section = params(
    "forest",
    "random forest, bagging or extremely randomised trees; forecasts the mean or the probability",
    &[
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
        key("depth", Integer(1, 64), Default("16"), "16", "Depth of a tree at most."),
        key("leaves", Integer(2, 65_535), Default("4096"), "1024", "Leaves of a tree at most."),
        MIN_LEAF_ROWS,
        MIN_GAIN,
        MAX_BINS,
        CATEGORICAL,
        INCREASING,
        DECREASING,
        REFRESH,
        FEATURES,
    ],
);

pub(super) const TREE: Section = params(
    "tree",
    "one decision tree, printed as rules; forecasts the mean or the probability",
    &[
        key("complexity", Number(AtLeast(0.0)), Default("0"), "0.01", "What a leaf costs, as a share of the root's squared error; prunes the tree."),
        key("depth", Integer(1, 16), Default("4"), "4", "Depth at most."),
        key("leaves", Integer(2, 1024), Default("16"), "16", "Leaves at most."),
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
);

pub(super) const ADABOOST: Section = params(
    "adaboost",
    "AdaBoost of trees (SAMME.R for a probability, R2 for a mean)",
    &[
        key("trees", Integer(1, 10_000), Default("50"), "50", "Number of trees."),
        key("learning_rate", Number(AboveUpTo(0.0, 1.0)), Default("1"), "0.5", "Shrinkage of each tree's say."),
        key(
            "error",
            Choice(&["linear", "square", "exponential"]),
            Default("\"linear\""),
            "\"square\"",
            "How a mean's error counts, as a share of the largest.",
        ),
        key("depth", Integer(1, 16), Default("2"), "2", "Depth of a tree at most."),
        key("leaves", Integer(2, 65_535), Default("8"), "8", "Leaves of a tree at most."),
        MIN_LEAF_ROWS,
        MAX_BINS,
        CATEGORICAL,
        REFRESH,
        FEATURES,
    ],
);

pub(super) const IMPORT: Section = params(
    "import",
    "trees trained elsewhere, scored as a challenger; nothing is learnt",
    &[
        key("path", Text, Required, "\"models/challenger.json\"", "The model's file, relative to the project root."),
        key("format", Choice(&["plimsoll", "xgboost", "lightgbm"]), Required, "\"xgboost\"", "Whose file it is."),
    ],
);
