//! Keys of the searches inside a window: settings and features.

use crate::spec::key::Need::{Default, Optional, Required};
use crate::spec::key::Range::{AboveUpTo, Finite, Inside};
use crate::spec::key::Shape::{Choice, Integer, Number, Ranges};
use crate::spec::key::{Key, Section, Shape, key, section, where_is};

const COUNT: Shape = Integer(1, 100_000);

pub(super) const TUNE: Section = section(
    "models[].tune",
    "a search for settings, done again in each window on its training rows",
    &[
        key("search", Choice(&["grid", "random", "halving"]), Required, "\"random\"", "How trials are made and judged."),
        key(
            "folds",
            Integer(1, 50),
            Default("3"),
            "3",
            "Last equal spans of the training dates, each forecast by a model fitted on what was known before.",
        ),
    ],
);

const TRIALS: Key = key("trials", Integer(2, 1000), Required, "20", "Different combinations drawn with the spec's seed, the same in each window.");
const DRAWN: Key = key(
    "ranges",
    Ranges,
    Required,
    "{ l2 = { min = 0.001, max = 10.0, scale = \"log\" } }",
    "Parameters tuned: lists of values, or two ends to draw between.",
);

pub(super) const GRID: Section = where_is(
    ("search", "grid"),
    "models[].tune",
    "every combination of the listed values",
    &[key(
        "ranges",
        Ranges,
        Required,
        "{ l2 = [0.01, 0.1, 1.0] }",
        "Parameters tuned and the values of each, the simplest first: of equal scores the earlier wins.",
    )],
);

pub(super) const RANDOM: Section = where_is(("search", "random"), "models[].tune", "combinations drawn at random", &[TRIALS, DRAWN]);

pub(super) const HALVING: Section = where_is(
    ("search", "halving"),
    "models[].tune",
    "successive halving: of the trials a third goes on to the next round, with three times the most recent rows",
    &[TRIALS, DRAWN],
);

pub(super) const ENDS: Section = section(
    "models[].tune.ranges.NAME",
    "numbers to draw from, where search is not \"grid\"",
    &[
        key("min", Number(Finite), Required, "0.001", "Smallest value, allowed."),
        key("max", Number(Finite), Required, "10", "Largest value, allowed."),
        key("scale", Choice(&["linear", "log"]), Default("\"linear\""), "\"log\"", "Whether values or their logarithms are drawn evenly."),
    ],
);

pub(super) const SELECT: Section = section(
    "models[].select",
    "a choice of features, made again in each window on its training rows",
    &[key("method", Choice(&["correlation", "importance", "elimination", "stability"]), Required, "\"correlation\"", "How features are chosen.")],
);

pub(super) const CORRELATION: Section = where_is(
    ("method", "correlation"),
    "models[].select",
    "features by their correlation with the target, without those correlated with one already kept",
    &[
        key(
            "max_correlation",
            Number(Inside(0.0, 1.0)),
            Default("0.9"),
            "0.9",
            "Correlation with a kept feature, either sign, above which one is left out.",
        ),
        key("measure", Choice(&["spearman", "pearson"]), Default("\"spearman\""), "\"pearson\"", "Correlation of ranks or of values."),
        key("keep", COUNT, Optional, "20", "Maximum number of features kept; without it, no limit."),
    ],
);

pub(super) const IMPORTANCE: Section = where_is(
    ("method", "importance"),
    "models[].select",
    "the most important features of a first fit",
    &[key("keep", COUNT, Required, "20", "Features kept.")],
);

pub(super) const ELIMINATION: Section = where_is(
    ("method", "elimination"),
    "models[].select",
    "the least important features are dropped round by round; the round that forecasts the last quarter of the training dates best is kept",
    &[
        key("drop", Number(Inside(0.0, 1.0)), Default("0.2"), "0.2", "Share of the features dropped in a round; at least one is."),
        key("keep", COUNT, Default("1"), "5", "Minimum number of features kept."),
    ],
);

pub(super) const STABILITY: Section = where_is(
    ("method", "stability"),
    "models[].select",
    "the features that are among the most important in several parts of the training dates",
    &[
        key("keep", COUNT, Required, "20", "Number of features that count as the most important of a part."),
        key("share", Number(AboveUpTo(0.0, 1.0)), Default("0.8"), "0.6", "Share of the parts in which a feature must be among them."),
        key("folds", Integer(2, 50), Default("5"), "5", "Consecutive parts of the training dates."),
    ],
);
