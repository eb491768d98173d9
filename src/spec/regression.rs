//! Settings of the regressions.

use serde::Serialize;

/// Which standard errors of coefficients are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StandardErrors {
    /// None.
    None,
    /// Right for independent errors of one variance.
    Ols,
    /// Right for independent errors of any variance.
    Hc,
    /// Right for overlapping targets: errors that lean on each other within days and over some days.
    Hac,
}

/// Settings of `linear`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinearParams {
    /// Which standard errors of coefficients are worked out.
    pub standard_errors: StandardErrors,
    /// Days over which errors lean on each other, with `standard_errors = "hac"`; `None`: one less than the dates that a target spans.
    pub lags: Option<u32>,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `ridge`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RidgeParams {
    /// Penalty on the standardised coefficients, per training row, at least 0.
    pub l2: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `lasso`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LassoParams {
    /// Penalty on the size of the standardised coefficients, per training row, in units of the target, at least 0.
    pub l1: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

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

/// Settings of `logistic`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogisticParams {
    /// Penalty on the size of the standardised coefficients, per training row, at least 0.
    pub l1: f64,
    /// Penalty on their squares, per training row, above 0 so that separation is handled.
    pub l2: f64,
    /// Newton steps at most.
    pub max_iterations: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `quantile`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantileParams {
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `huber`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HuberParams {
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `pcr` and of `pls`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentParams {
    /// Directions of the features that are used, at least 1.
    pub n_components: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}
