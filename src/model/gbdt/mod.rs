//! Models made of trees: boosted, forests, AdaBoost, a single tree, and trees from elsewhere.
//!
//! From the bottom: `cut` and `bin` turn features into codes; `grow`, `growth` and `node_search` grow a tree on them; `boost`, `tail`, `forest` and
//! `adaboost` make ensembles; `predict`, `shap`, `importance`, `rules` and `file` use them; `prepared`, `learner` and `fitted` tie
//! them to the walk.

mod adaboost;
mod bin;
mod block;
mod boost;
mod cart;
mod category;
mod check;
mod column;
mod booster;
mod crate_engine;
mod cross_fold;
mod cut;
mod ensemble;
mod file;
mod fitted;
mod fixed;
#[cfg(test)]
mod fixture;
mod forest;
mod node_search;
mod prepared;
mod grow;
mod grown;
mod growth;
#[cfg(test)]
mod growth_test;
mod histogram;
mod import;
mod importance;
mod json;
mod leaf;
mod learner;
mod lightgbm;
mod loss;
#[cfg(test)]
mod naive;
mod partition;
mod path;
mod predict;
mod renewal;
mod rules;
mod sample;
mod scan;
mod settings;
mod shap;
mod split;
mod tail;
mod tree;
#[cfg(test)]
mod twin;
mod xgboost;

use self::crate_engine::CrateEngine;
use self::import::Import;
use self::learner::{TreeLearner, Trees};
use super::Learner;
use crate::error::Result;
use crate::spec::{AdaBoostParams, DecisionTreeParams, ForestParams, GbdtEngine, GbdtParams, ImportParams, Quantity};

/// What the trees of the crate minimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CrateLoss {
    /// Squared error: forecasts of the mean.
    Squared,
    /// Negative log likelihood of a 0/1 target: forecasts of its probability.
    Logistic,
}

/// Features that an imported model reads; an error at `place` where its file cannot be read, or does not forecast `ask`.
pub(super) fn imported_features(place: &str, params: &ImportParams, ask: Quantity) -> Result<Vec<String>> {
    Ok(import::read(place, params, ask)?.features.into_iter().map(|feature| feature.name).collect())
}

/// Whether a value is the code of a category.
pub(super) fn is_category(value: f32) -> bool {
    cut::category(value).is_some()
}

/// The learner of `kind = "gbdt"`.
pub(super) fn boosted(params: &GbdtParams, ask: &[Quantity]) -> Box<dyn Learner> {
    match params.engine {
        GbdtEngine::Plimsoll => Box::new(TreeLearner { trees: Trees::Boosted(params.clone()), ask: ask.to_vec() }),
        GbdtEngine::Gbdt => {
            let loss = if ask.contains(&Quantity::Probability) { CrateLoss::Logistic } else { CrateLoss::Squared };
            Box::new(CrateEngine { params: params.into(), loss })
        }
    }
}

/// The learner of `kind = "forest"`.
pub(super) fn forest(params: &ForestParams, ask: &[Quantity]) -> Box<dyn Learner> {
    Box::new(TreeLearner { trees: Trees::Forest(params.clone()), ask: ask.to_vec() })
}

/// The learner of `kind = "tree"`.
pub(super) fn tree(params: &DecisionTreeParams, ask: &[Quantity]) -> Box<dyn Learner> {
    Box::new(TreeLearner { trees: Trees::Single(params.clone()), ask: ask.to_vec() })
}

/// The learner of `kind = "adaboost"`.
pub(super) fn adaboost(params: &AdaBoostParams, ask: &[Quantity]) -> Box<dyn Learner> {
    Box::new(TreeLearner { trees: Trees::AdaBoost(params.clone()), ask: ask.to_vec() })
}

/// The learner of `kind = "import"`.
pub(super) fn import(params: &ImportParams, ask: &[Quantity]) -> Box<dyn Learner> {
    Box::new(Import { params: params.clone(), ask: ask[0] })
}
