//! Settings of the classical learners that come without trees or regressions.

use serde::Serialize;

/// How a support vector machine sees two rows as alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SvmKernel {
    /// Their inner product: scores are linear in the features.
    Linear,
    /// exp(-gamma x squared distance).
    Rbf,
}

/// Settings of `svm`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SvmParams {
    /// How two rows are alike.
    pub kernel: SvmKernel,
    /// Cost of a row on the wrong side (C), above 0 and at most 10,000.
    pub cost: f64,
    /// Width of `rbf`, above 0; `None`: 1 / number of features used.
    pub gamma: Option<f64>,
    /// Errors up to this many standard deviations of the training target cost nothing, at least 0; for the mean only.
    pub epsilon: f64,
    /// The search ends when no pair of rows breaks the optimum's conditions by more than this, above 0.
    pub tolerance: f64,
    /// Training rows drawn at most (seeded, once a window): time and memory grow with their square.
    pub max_rows: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// How much each neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourWeights {
    /// All alike, but for the row's own weight.
    Uniform,
    /// In proportion to 1 / distance; rows at distance 0 share everything.
    Distance,
}

/// Settings of `neighbours`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeighboursParams {
    /// Training rows asked, at least 1.
    pub neighbours: u32,
    /// How much each counts.
    pub weights: NeighbourWeights,
    /// Training rows drawn at most (seeded, once a window): a forecast looks at each of them.
    pub max_rows: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

/// Settings of `naive_bayes`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NaiveBayesParams {
    /// Added to the variance of every standardised feature in every class, 1e-12 to 1.
    pub smoothing: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}
