//! What a fitted model says of itself.

use serde::{Deserialize, Serialize};

/// What one window's model learnt; kept with its forecasts and shown in the report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Rows the model was fitted on.
    pub n_rows: usize,
    /// Coefficients on standardised features (per training standard deviation), with `intercept` first; empty for models without.
    pub coefficients: Vec<(String, f64)>,
    /// Importance by feature, largest first, in shares of 1; empty for models without.
    pub importance: Vec<(String, f64)>,
    /// What the reader should know: dropped features, separation, rows left out. Lower case, no full stop.
    pub notes: Vec<String>,
}
