//! `quantile`: quantile regression.

use serde::Serialize;

use super::WARM_START_REFRESH;
use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::FEATURES;

/// Settings of `quantile`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantileParams {
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const QUANTILE: Declaration<QuantileParams> = Declaration {
    name: "quantile",
    meaning: "quantile regression; forecasts quantiles at any number of tails",
    keys: &[FEATURES],
    read: |params| Ok(QuantileParams { features: params.texts("features")? }),
    forecasts: |_, quantity| matches!(quantity, Quantity::Quantile(_)),
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |_, features| QuantileParams { features } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| Some(WARM_START_REFRESH),
    follows_class_shares: |_| true,
};
