//! Kinds: the learner that a spec asks for. The one file that knows every kind of model; none knows it.

use super::{Learner, classical, regression};
use crate::spec::{ModelKind, ModelSpec, Quantity};

/// The learner a spec asks for.
#[must_use]
pub fn learner(spec: &ModelSpec) -> Box<dyn Learner> {
    match (&spec.select, &spec.tune) {
        (Some(method), _) => Box::new(super::select::Selecting { method: *method, spec: spec.clone(), make: plain }),
        (None, Some(tune)) => Box::new(super::tune::Tuned { spec: tune.clone(), ask: spec.ask.clone(), make: plain }),
        (None, None) => plain(&spec.kind, &spec.ask),
    }
}

/// The learner of a kind, with its settings as they are.
fn plain(kind: &ModelKind, ask: &[Quantity]) -> Box<dyn Learner> {
    match kind {
        ModelKind::Baseline(params) => Box::new(super::baseline::Baseline { params: params.clone(), ask: ask.to_vec() }),
        ModelKind::Ewma(params) => Box::new(super::ewma::Ewma { params: params.clone(), ask: ask.to_vec() }),
        ModelKind::Linear(params) => Box::new(regression::Linear(params.clone())),
        ModelKind::Ridge(params) => Box::new(regression::Ridge(params.clone())),
        ModelKind::Lasso(params) => Box::new(regression::Lasso(params.clone())),
        ModelKind::ElasticNet(params) => Box::new(regression::ElasticNet(params.clone())),
        ModelKind::Huber(params) => Box::new(regression::Huber(params.clone())),
        ModelKind::Pcr(params) => Box::new(regression::PrincipalComponent(params.clone())),
        ModelKind::Pls(params) => Box::new(regression::PartialLeastSquares(params.clone())),
        ModelKind::Logistic(params) => Box::new(regression::Logistic(params.clone())),
        ModelKind::Quantile(params) => Box::new(regression::Quantile::new(params.clone(), ask)),
        ModelKind::Gbdt(params) => super::gbdt::boosted(params, ask),
        ModelKind::Forest(params) => super::gbdt::forest(params, ask),
        ModelKind::Tree(params) => super::gbdt::tree(params, ask),
        ModelKind::AdaBoost(params) => super::gbdt::adaboost(params, ask),
        ModelKind::Svm(params) => Box::new(classical::Svm { params: params.clone(), ask: ask.to_vec() }),
        ModelKind::Neighbours(params) => Box::new(classical::Neighbours { params: params.clone(), ask: ask.to_vec() }),
        ModelKind::NaiveBayes(params) => Box::new(classical::NaiveBayes(params.clone())),
        ModelKind::Ensemble(_) => unreachable!("an ensemble learns from the walk's forecasts, not from rows"),
        ModelKind::Import(params) => super::gbdt::import(params, ask),
        ModelKind::Column(_) => Box::new(super::column::Column),
    }
}
