//! `logistic`: logistic regression.

use serde::Serialize;

use super::WARM_START_REFRESH;
use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::{Above, AtLeast};
use crate::spec::key::Shape::{Integer, Number};
use crate::spec::key::{FEATURES, L2, key};

/// Settings of `logistic`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogisticParams {
    /// Penalty on the size of the standardised coefficients, per training row, at least 0.
    pub l1: f64,
    /// Penalty on their squares, per training row, above 0 so that separation is handled.
    pub l2: f64,
    /// Maximum number of Newton steps.
    pub max_iterations: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const LOGISTIC: Declaration<LogisticParams> = Declaration {
    name: "logistic",
    meaning: "logistic regression with an L2, and perhaps an L1, penalty; forecasts the probability",
    keys: &[
        key("l1", Number(AtLeast(0.0)), Default("0"), "1e-3", "Penalty on the size of the standardised coefficients, per training row."),
        key("l2", Number(Above(0.0)), Default("1e-4"), "1e-4", L2),
        key("max_iterations", Integer(1, 1000), Default("50"), "50", "Maximum number of Newton steps."),
        FEATURES,
    ],
    read: |params| {
        Ok(LogisticParams {
            l1: params.number("l1")?,
            l2: params.number("l2")?,
            max_iterations: params.count("max_iterations")?,
            features: params.texts("features")?,
        })
    },
    forecasts: |_, quantity| quantity == Quantity::Probability,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| LogisticParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| Some(WARM_START_REFRESH),
    follows_class_shares: |_| true,
};
