//! Keys of support vector machines, nearest neighbours and naive Bayes.

use super::super::Need::{Default, Optional};
use super::super::Range::{Above, AboveUpTo, AtLeast, Between};
use super::super::Section;
use super::super::Shape::{Choice, Integer, Number};
use super::{FEATURES, key, params};

pub(super) const SVM: Section = params(
    "svm",
    "a support vector machine; forecasts either the mean or the probability",
    &[
        key("kernel", Choice(&["linear", "rbf"]), Default("\"rbf\""), "\"rbf\"", "How two rows are alike: linearly, or by their distance."),
        key("cost", Number(AboveUpTo(0.0, 10_000.0)), Default("1"), "0.1", "Cost of a row on the wrong side (C); time grows with it."),
        key("gamma", Number(Above(0.0)), Optional, "0.05", "Width of kernel = \"rbf\"; without it, 1 / number of features."),
        key(
            "epsilon",
            Number(AtLeast(0.0)),
            Default("0.1"),
            "0.1",
            "Errors up to this many standard deviations of the training target cost nothing; for the mean only.",
        ),
        key("tolerance", Number(Between(1e-6, 1.0)), Default("1e-3"), "1e-3", "How near to the optimum the search ends."),
        key("max_rows", Integer(100, 50_000), Default("5000"), "5000", "Training rows drawn at most, once a window; time grows with their square."),
        FEATURES,
    ],
);

pub(super) const NEIGHBOURS: Section = params(
    "neighbours",
    "the nearest training rows; forecasts the mean and the probability",
    &[
        key("neighbours", Integer(1, 100_000), Default("50"), "50", "Training rows asked."),
        key("weights", Choice(&["uniform", "distance"]), Default("\"uniform\""), "\"distance\"", "Whether near ones count more, by 1 / distance."),
        key(
            "max_rows",
            Integer(100, 1_000_000),
            Default("20000"),
            "20000",
            "Training rows drawn at most, once a window; each forecast looks at all.",
        ),
        FEATURES,
    ],
);

pub(super) const NAIVE_BAYES: Section = params(
    "naive_bayes",
    "Gaussian naive Bayes; forecasts the probability",
    &[
        key("smoothing", Number(Between(1e-12, 1.0)), Default("1e-9"), "1e-9", "Added to the variance of every standardised feature in every class."),
        FEATURES,
    ],
);
