//! `elastic_net`: least squares with an L1 and an L2 penalty.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Required};
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::Number;
use crate::spec::key::{FEATURES, L1, L2, key};

/// Settings of `elastic_net`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ElasticNetParams {
    /// Penalty on the size of the standardised coefficients, per training row, in units of the target, at least 0.
    pub l1: f64,
    /// Penalty on their squares, as in `ridge`, at least 0.
    pub l2: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const ELASTIC_NET: Declaration<ElasticNetParams> = Declaration {
    name: "elastic_net",
    meaning: "least squares with both penalties; forecasts the mean",
    keys: &[key("l1", Number(AtLeast(0.0)), Required, "1e-4", L1), key("l2", Number(AtLeast(0.0)), Default("1e-3"), "1e-3", L2), FEATURES],
    read: |params| Ok(ElasticNetParams { l1: params.number("l1")?, l2: params.number("l2")?, features: params.texts("features")? }),
    forecasts: |_, quantity| quantity == Quantity::Mean,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| ElasticNetParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};
