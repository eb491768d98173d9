//! Keys of the regressions.

use super::super::Need::{Default, Optional, Required};
use super::super::Range::{Above, AtLeast};
use super::super::Shape::{Choice, Integer, Number};
use super::super::{Key, Section};
use super::{FEATURES, key, params};

const L1: &str = "Penalty on the size of the standardised coefficients, per training row, in units of the target.";
const L2: &str = "Penalty on the squares of the standardised coefficients, per training row.";
const COMPONENTS: Key = key("n_components", Integer(1, 1000), Required, "5", "Directions of the features that are used.");

pub(super) const LINEAR: Section = params(
    "linear",
    "ordinary least squares; forecasts the mean",
    &[
        key(
            "standard_errors",
            Choice(&["none", "ols", "hc", "hac"]),
            Default("\"ols\""),
            "\"hac\"",
            "Standard errors of coefficients: none, for errors of one variance, of any, or for overlapping targets (Driscoll and Kraay).",
        ),
        key(
            "lags",
            Integer(0, 10_000),
            Optional,
            "20",
            "Days over which errors lean on each other, only with \"hac\"; without it, one less than the dates that a target spans.",
        ),
        FEATURES,
    ],
);

pub(super) const RIDGE: Section = params(
    "ridge",
    "least squares with an L2 penalty; forecasts the mean",
    &[key("l2", Number(AtLeast(0.0)), Default("1e-3"), "1e-3", L2), FEATURES],
);

pub(super) const LASSO: Section =
    params("lasso", "least squares with an L1 penalty; forecasts the mean", &[key("l1", Number(AtLeast(0.0)), Required, "1e-4", L1), FEATURES]);

pub(super) const ELASTIC_NET: Section = params(
    "elastic_net",
    "least squares with both penalties; forecasts the mean",
    &[key("l1", Number(AtLeast(0.0)), Required, "1e-4", L1), key("l2", Number(AtLeast(0.0)), Default("1e-3"), "1e-3", L2), FEATURES],
);

pub(super) const LOGISTIC: Section = params(
    "logistic",
    "logistic regression with an L2, and perhaps an L1, penalty; forecasts the probability",
    &[
        key("l1", Number(AtLeast(0.0)), Default("0"), "1e-3", "Penalty on the size of the standardised coefficients, per training row."),
        key("l2", Number(Above(0.0)), Default("1e-4"), "1e-4", L2),
        key("max_iterations", Integer(1, 1000), Default("50"), "50", "Newton steps at most."),
        FEATURES,
    ],
);

pub(super) const QUANTILE: Section = params("quantile", "quantile regression; forecasts quantiles at any number of tails", &[FEATURES]);

pub(super) const HUBER: Section = params("huber", "Huber's robust regression; forecasts the mean", &[FEATURES]);

pub(super) const PCR: Section = params("pcr", "regression on the features' principal components; forecasts the mean", &[COMPONENTS, FEATURES]);

pub(super) const PLS: Section = params("pls", "partial least squares; forecasts the mean", &[COMPONENTS, FEATURES]);
