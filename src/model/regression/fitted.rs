//! A fitted linear forecast of the mean: what every regression of the mean ends as.

use super::prepare::Preparation;
use crate::model::{Card, Model, Query};

/// Intercept plus coefficients times prepared features.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    pub(super) prepared: Preparation,
    /// Intercept first, then one per prepared column; 0 for the dropped.
    pub(super) coefficients: Vec<f64>,
    /// Indices into `coefficients` that were estimated.
    pub(super) kept: Vec<usize>,
    /// Standard errors of those; empty where none are known.
    pub(super) errors: Vec<f64>,
    /// The preparation's notes and the model's own.
    pub(super) notes: Vec<String>,
}

impl Fitted {
    /// Every coefficient was estimated and none has a standard error.
    pub(super) fn new(prepared: Preparation, coefficients: Vec<f64>) -> Self {
        let (kept, notes) = ((0..coefficients.len()).collect(), prepared.notes.clone());
        Self { prepared, coefficients, kept, errors: vec![], notes }
    }

    /// The card of a model with these coefficients.
    pub(super) fn card(&self) -> Card {
        let named = |idx: &usize, value: f64| (self.prepared.coefficient_name(*idx), value);
        let coefficients = self.kept.iter().map(|idx| named(idx, self.coefficients[*idx])).collect();
        let errors = self.kept.iter().zip(&self.errors).map(|(idx, error)| named(idx, *error)).collect();
        Card { n_rows: self.prepared.n_rows, coefficients, errors, notes: self.notes.clone(), ..Card::default() }
    }
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        vec![self.prepared.score(query.features, &self.coefficients).into_iter().map(Some).collect()]
    }

    fn card(&self) -> Card {
        self.card()
    }
}
