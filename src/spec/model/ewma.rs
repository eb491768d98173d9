//! `ewma`: RiskMetrics volatility.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::Inside;
use crate::spec::key::Shape::Number;
use crate::spec::key::{DAYS, key};

/// Settings of `ewma`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EwmaParams {
    /// Decay per day, in (0, 1); RiskMetrics' is 0.94.
    pub lambda: f64,
    /// Minimum number of known targets; without them there is no forecast.
    pub min_history: u32,
}

pub(super) const EWMA: Declaration<EwmaParams> = Declaration {
    name: "ewma",
    meaning: "RiskMetrics volatility; forecasts volatility, quantiles and shortfalls",
    keys: &[
        key("lambda", Number(Inside(0.0, 1.0)), Default("0.94"), "0.94", "Decay per day."),
        key("min_history", DAYS, Default("60"), "60", "Minimum number of known targets; without them there is no forecast."),
    ],
    read: |params| Ok(EwmaParams { lambda: params.number("lambda")?, min_history: params.count("min_history")? }),
    forecasts: |_, quantity| matches!(quantity, Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_)),
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Nothing,
    mentions: |_| Vec::new(),
    looks_back: |_| true,
    refresh: |_| None,
    follows_class_shares: |_| false,
};
