//! Which models, with which settings. A parameter's range is checked in `check`.

use serde::Serialize;

use super::Quantity;

/// A model to be retrained in every window.
#[derive(Debug, Clone, Serialize)]
pub struct ModelSpec {
    /// Name in the report; unique.
    pub name: String,
    /// The learner and its settings.
    pub kind: ModelKind,
    /// What is forecast.
    pub ask: Vec<Quantity>,
}

/// The learner and its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "params")]
pub enum ModelKind {
    /// Historical mean, rate, standard deviation, empirical quantile and shortfall.
    Baseline(BaselineParams),
    /// RiskMetrics volatility with normal quantile and shortfall.
    Ewma(EwmaParams),
    /// Ordinary least squares.
    Linear(LinearParams),
    /// Least squares with an L2 penalty.
    Ridge(RidgeParams),
    /// Logistic regression with an L2 penalty.
    Logistic(LogisticParams),
    /// Gradient-boosted decision trees.
    Gbdt(GbdtParams),
    /// A forecast from elsewhere, read from a `benchmark_*` column; nothing is learnt.
    Column(ColumnParams),
}

impl ModelKind {
    /// The kind's name in a spec.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Baseline(_) => "baseline",
            Self::Ewma(_) => "ewma",
            Self::Linear(_) => "linear",
            Self::Ridge(_) => "ridge",
            Self::Logistic(_) => "logistic",
            Self::Gbdt(_) => "gbdt",
            Self::Column(_) => "column",
        }
    }

    /// Features the model is told to use; empty: all, or none for models without features.
    #[must_use]
    pub fn features(&self) -> &[String] {
        match self {
            Self::Linear(params) => &params.features,
            Self::Ridge(params) => &params.features,
            Self::Logistic(params) => &params.features,
            Self::Gbdt(params) => &params.features,
            Self::Baseline(_) | Self::Ewma(_) | Self::Column(_) => &[],
        }
    }

    /// `benchmark_*` columns the model reads.
    #[must_use]
    pub fn benchmarks(&self) -> &[String] {
        match self {
            Self::Column(params) => &params.columns,
            Self::Baseline(_) | Self::Ewma(_) | Self::Linear(_) | Self::Ridge(_) | Self::Logistic(_) | Self::Gbdt(_) => &[],
        }
    }

    /// Windows after which work that many windows share is done anew; `None` where there is none.
    #[must_use]
    pub fn refresh(&self) -> Option<u32> {
        None
    }

    /// Whether the model can forecast `ask`.
    #[must_use]
    pub fn forecasts(&self, ask: Quantity) -> bool {
        match self {
            Self::Baseline(_) | Self::Column(_) => true,
            Self::Ewma(_) => matches!(ask, Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_)),
            Self::Linear(_) | Self::Ridge(_) => matches!(ask, Quantity::Mean),
            Self::Logistic(_) => matches!(ask, Quantity::Probability),
            Self::Gbdt(_) => matches!(ask, Quantity::Mean | Quantity::Probability),
        }
    }
}

/// Whose past a baseline looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// All training rows together.
    Pool,
    /// The entity's own targets known before the forecast, however far into the test.
    Entity,
}

/// Settings of `baseline`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselineParams {
    /// Whose past is looked at.
    pub history: History,
    /// Targets looked back on, with `history = "entity"`.
    pub lookback: u32,
    /// Targets without which there is no forecast, with `history = "entity"`.
    pub min_history: u32,
}

/// Settings of `ewma`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EwmaParams {
    /// Decay per day, in (0, 1); RiskMetrics' is 0.94.
    pub lambda: f64,
    /// Targets without which there is no forecast.
    pub min_history: u32,
}

/// Settings of `linear`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinearParams {
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

/// Settings of `logistic`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogisticParams {
    /// Penalty on the standardised coefficients, per training row, above 0 so that separation is handled.
    pub l2: f64,
    /// Newton steps at most.
    pub max_iterations: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Which program trains the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GbdtEngine {
    /// The `gbdt` crate (mesalock-linux).
    Gbdt,
}

/// Settings of `gbdt`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GbdtParams {
    /// Which program trains the trees.
    pub engine: GbdtEngine,
    /// Boosting rounds, 1 to 10,000.
    pub trees: u32,
    /// Depth of a tree, 1 to 16.
    pub depth: u32,
    /// Shrinkage, in (0, 1].
    pub learning_rate: f64,
    /// Rows in a leaf at least.
    pub min_leaf_rows: u32,
    /// Share of the training rows drawn (seeded, once a window), in (0, 1].
    pub row_share: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `column`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnParams {
    /// One `benchmark_*` column per asked quantity, in the order of `ask`.
    pub columns: Vec<String>,
}
