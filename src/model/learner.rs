//! The two traits every model implements, and what they are shown.

use super::{Card, Past};
use crate::day::Day;
use crate::error::Result;
use crate::feature::Matrix;
use crate::spec::{ModelKind, ModelSpec, Quantity};

/// What a learner may see: rows of one window whose target was known before the test.
#[derive(Debug, Clone, Copy)]
pub struct Train<'a> {
    /// `model x in window y`, for messages.
    pub place: &'a str,
    /// Names of the feature columns.
    pub feature_names: &'a [String],
    /// Features, rows x columns.
    pub features: &'a Matrix,
    /// Targets, one per row, finite.
    pub target: &'a [f64],
    /// Weights, one per row, at least 0; rows of weight 0 are not learnt from.
    pub weight: &'a [f64],
    /// Seed of this window and model.
    pub seed: u64,
}

/// What a model may see when it forecasts: features known before each row's `as_of`, and the targets known by then.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Features, rows x columns, the columns of `Train`.
    pub features: &'a Matrix,
    /// Entity code of each row.
    pub entity: &'a [u32],
    /// `as_of` of each row.
    pub as_of: &'a [Day],
    /// Known targets by entity.
    pub past: &'a Past,
    /// The columns that a `column` model was told to read, one slice of row values per column.
    pub benchmarks: &'a [Vec<Option<f64>>],
}

impl Query<'_> {
    /// Positions of the rows, entity by entity, each entity's in the order of `as_of`.
    pub(super) fn by_entity(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.entity.len() as u32).collect();
        order.sort_by_key(|&row| (self.entity[row as usize], self.as_of[row as usize]));
        order
    }
}

/// Something that learns from the rows of one window.
pub trait Learner: Send + Sync {
    /// Fits the model on `train`.
    ///
    /// Errors where the rows cannot carry the model (no rows, one class only, every feature empty), naming the window.
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>>;
}

/// A fitted model.
pub trait Model: Send + Sync {
    /// Forecasts each asked quantity for every row, in the order of `ask`; `None` where the model has no forecast (too short a history).
    fn forecast(&self, query: &Query<'_>, ask: &[Quantity]) -> Vec<Vec<Option<f64>>>;

    /// What the model says of itself.
    fn card(&self) -> Card;
}

/// The learner a spec asks for.
#[must_use]
pub fn learner(spec: &ModelSpec) -> Box<dyn Learner> {
    match &spec.kind {
        ModelKind::Baseline(params) => Box::new(super::baseline::Baseline(params.clone())),
        ModelKind::Ewma(params) => Box::new(super::ewma::Ewma(params.clone())),
        ModelKind::Linear(params) => Box::new(super::linear::Linear(params.clone())),
        ModelKind::Ridge(params) => Box::new(super::ridge::Ridge(params.clone())),
        ModelKind::Logistic(params) => Box::new(super::logistic::Logistic(params.clone())),
        ModelKind::Gbdt(params) => super::gbdt::learner(params, &spec.ask),
        ModelKind::Column(_) => Box::new(super::column::Column),
    }
}
