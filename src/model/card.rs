//! The description of a fitted model.

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
    /// What the coefficients are coefficients of.
    pub coefficient_scale: CoefficientScale,
    /// Importance of the features for each quantity; empty for models without, and for quantities whose trees have no split.
    pub importance: Vec<Importance>,
    /// How the first quantity moves with the strongest features; of the last window's model alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependence: Vec<Dependence>,
    /// Settings that a search chose in this window.
    pub chosen: Vec<(String, String)>,
    /// Combinations of settings that were tried, in the order of the spec; empty without a search.
    pub trials: Vec<TrialScore>,
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
        let shares = self.importance.iter_mut().map(|importance| &mut importance.shares);
        let named = [&mut self.coefficients, &mut self.errors].into_iter().chain(shares).flatten().map(|(_, value)| value);
        let lines = self.dependence.iter_mut().flat_map(|line| line.values.iter_mut().chain(&mut line.forecasts));
        named.chain(lines).chain(self.trials.iter_mut().filter_map(|trial| trial.score.as_mut()))
    }
}

/// Which features a model's forecasts of one quantity depend on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The quantity, as in a spec's `ask`, or `excess of` a shortfall: the loss beyond its quantile, which trees of their own forecast.
    pub of: String,
    /// Features, largest first, in shares of 1.
    pub shares: Vec<(String, f64)>,
}

/// Mean forecast at values of one feature, all else as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The feature.
    pub feature: String,
    /// Its values, ascending.
    pub values: Vec<f64>,
    /// The mean forecast at each.
    pub forecasts: Vec<f64>,
}

impl Importance {
    /// Sorts the shares, largest first, equal ones by name.
    #[must_use]
    pub(super) fn sorted(of: String, mut shares: Vec<(String, f64)>) -> Self {
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self { of, shares }
    }
}

/// What a model's coefficients add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoefficientScale {
    /// The forecast, in the target's unit.
    #[default]
    Target,
    /// The log-odds of the forecast probability.
    LogOdds,
    /// The signed distance from a support vector machine's boundary, in margins.
    Margin,
    /// A weight of another model's forecast; the weights sum to 1.
    Weight,
}

/// A combination of settings that a search tried.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrialScore {
    /// Each tuned setting and its value.
    pub settings: Vec<(String, String)>,
    /// Mean loss on the inner folds, the lower the better: squared error, log loss, QLIKE, pinball loss or FZ0; of several quantities the
    /// mean of the losses relative to the first trial's. `None` where the trial could not be fitted or scored.
    pub score: Option<f64>,
    /// Round of a halving search, from 1, that the score is of: scores of different rounds are of different rows. 0 where no round scored it.
    pub round: usize,
    /// Why there is no score.
    pub problem: Option<String>,
}

impl TrialScore {
    /// Settings that have no score yet.
    #[must_use]
    pub(super) fn untried(settings: &[(String, String)]) -> Self {
        Self { settings: settings.to_vec(), ..Self::default() }
    }
}
