//! `lasso`: least squares with an L1 penalty.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::Required;
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::Number;
use crate::spec::key::{FEATURES, L1, key};

/// Settings of `lasso`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LassoParams {
    /// Penalty on the size of the standardised coefficients, per training row, in units of the target, at least 0.
    pub l1: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const LASSO: Declaration<LassoParams> = Declaration {
    name: "lasso",
    meaning: "least squares with an L1 penalty; forecasts the mean",
    keys: &[key("l1", Number(AtLeast(0.0)), Required, "1e-4", L1), FEATURES],
    read: |params| Ok(LassoParams { l1: params.number("l1")?, features: params.texts("features")? }),
    forecasts: |_, quantity| quantity == Quantity::Mean,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| LassoParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};
