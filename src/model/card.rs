//! What a fitted model says of itself.

use serde::{Deserialize, Serialize};

/// What one window's model learnt; kept with its forecasts and shown in the report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Rows the model was fitted on.
    pub n_rows: usize,
    /// Coefficients on standardised features (per training standard deviation), with `intercept` first; empty for models without.
    pub coefficients: Vec<(String, f64)>,
    /// Standard errors of the coefficients, in their order and units; empty where none were asked for.
    pub errors: Vec<(String, f64)>,
    /// Importance by feature, largest first, in shares of 1; empty for models without.
    pub importance: Vec<(String, f64)>,
    /// Settings that a search chose in this window.
    pub chosen: Vec<(String, String)>,
    /// Combinations of settings that were tried; 0 without a search.
    pub n_trials: usize,
    /// Features that a selection kept in this window; empty without a selection.
    pub kept: Vec<String>,
    /// A decision tree's rules, one a leaf.
    pub rules: Vec<String>,
    /// What the reader should know: dropped features, separation, rows left out. Lower case, no full stop.
    pub notes: Vec<String>,
    /// The fitted trees of the last window: what each file forecasts, and its text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<(String, String)>,
}

impl Card {
    /// Every number that decimals might not give back to the bit, in an order that depends on the names only.
    pub fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        [&mut self.coefficients, &mut self.errors, &mut self.importance].into_iter().flatten().map(|(_, value)| value)
    }
}
