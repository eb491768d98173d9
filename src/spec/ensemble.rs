//! Settings of a model that combines the forecasts of others.

use serde::Serialize;

/// How much each member counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnsembleWeights {
    /// All alike.
    Mean,
    /// In proportion to 1 / past error: mean squared error, or mean pinball loss for quantiles and shortfalls (Bates and Granger 1969).
    InverseError,
    /// The weights that would have been best on past forecasts: least squares, log loss for probabilities, pinball loss for quantiles
    /// and shortfalls (Breiman 1996). At least 0, summing to 1.
    Stack,
}

/// Settings of `ensemble`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnsembleParams {
    /// Models combined, each listed earlier in the spec and asked for all that the ensemble is asked for.
    pub members: Vec<String>,
    /// How much each member counts.
    pub weights: EnsembleWeights,
    /// Forecasts of earlier windows whose outcome must be known before weights are learnt; equal weights until then.
    pub min_history: u32,
    /// Earlier windows looked back on; `None`: all.
    pub lookback: Option<u32>,
    /// Known forecasts at which learnt and equal weights count the same; 0: learnt weights alone.
    pub shrinkage: f64,
}
