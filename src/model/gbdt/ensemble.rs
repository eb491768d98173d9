//! A fitted sum of trees: everything a forecast needs, and nothing of the training.

use serde::{Deserialize, Serialize};

use super::tree::Tree;

/// What kind of numbers a feature holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeatureKind {
    /// A quantity.
    Numeric,
    /// Codes of categories (whole numbers); those seen in training, ascending. Any other is treated as missing.
    Categorical(Vec<u32>),
}

/// A feature of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelFeature {
    /// Its name in the feature view.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: FeatureKind,
}

/// From the score (sum of base and trees) to the forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Link {
    /// The score is the forecast.
    Identity,
    /// The forecast is 1 / (1 + exp(-score)).
    Logistic,
    /// The forecast is exp(score).
    Log,
}

/// A sum of trees on top of a base score; `score = base + sum of leaf values`, leaf values include the shrinkage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ensemble {
    /// Features, in the order that the splits number them.
    pub(crate) features: Vec<ModelFeature>,
    /// The score without any tree.
    pub(crate) base: f64,
    /// From the score to the forecast.
    pub(crate) link: Link,
    /// The trees.
    pub(crate) trees: Vec<Tree>,
}
