//! `ridge`: least squares with an L2 penalty.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::Number;
use crate::spec::key::{FEATURES, L2, key};

/// Settings of `ridge`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RidgeParams {
    /// Penalty on the standardised coefficients, per training row, at least 0.
    pub l2: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const RIDGE: Declaration<RidgeParams> = Declaration {
    name: "ridge",
    meaning: "least squares with an L2 penalty; forecasts the mean",
    keys: &[key("l2", Number(AtLeast(0.0)), Default("1e-3"), "1e-3", L2), FEATURES],
    read: |params| Ok(RidgeParams { l2: params.number("l2")?, features: params.texts("features")? }),
    forecasts: |_, quantity| quantity == Quantity::Mean,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| RidgeParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};
