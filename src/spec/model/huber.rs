//! `huber`: Huber's robust regression.

use serde::Serialize;

use super::WARM_START_REFRESH;
use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::FEATURES;

/// Settings of `huber`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HuberParams {
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const HUBER: Declaration<HuberParams> = Declaration {
    name: "huber",
    meaning: "Huber's robust regression; forecasts the mean",
    keys: &[FEATURES],
    read: |params| Ok(HuberParams { features: params.texts("features")? }),
    forecasts: |_, quantity| quantity == Quantity::Mean,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |_, features| HuberParams { features } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| Some(WARM_START_REFRESH),
    follows_class_shares: |_| true,
};
