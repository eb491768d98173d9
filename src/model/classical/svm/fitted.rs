//! A fitted support vector machine.

use super::kernel::Kernel;
use super::platt::Sigmoid;
use super::solve::Machine;
use crate::model::classical::table::Table;
use crate::model::regression::Preparation;
use crate::model::{Card, CoefficientScale, Model, Query};

/// From a score to a forecast.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link {
    Sigmoid(Sigmoid),
    Scale { mean: f64, sd: f64 },
}

/// A trained machine: scores, and how they become forecasts.
pub(super) struct Fitted {
    pub(super) n_rows: usize,
    pub(super) prepared: Preparation,
    pub(super) machine: Machine,
    pub(super) link: Link,
    pub(super) notes: Vec<String>,
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let scores = self.machine.score(&Table::new(&self.prepared, query.features));
        let forecast = |score: f64| match self.link {
            Link::Sigmoid(sigmoid) => sigmoid.probability(score),
            Link::Scale { mean, sd } => mean + sd * score,
        };
        vec![scores.into_iter().map(|score| Some(forecast(score))).collect()]
    }

    /// Coefficients of a linear kernel are those of the score, and of the mean in the target's own units.
    fn card(&self) -> Card {
        let coefficient_scale = match self.link {
            Link::Sigmoid(_) => CoefficientScale::Margin,
            Link::Scale { .. } => CoefficientScale::Target,
        };
        let mut coefficients = Vec::new();
        if self.machine.kernel == Kernel::Linear {
            let (origin, unit) = match self.link {
                Link::Sigmoid(_) => (0.0, 1.0),
                Link::Scale { mean, sd } => (mean, sd),
            };
            coefficients.push(("intercept".to_owned(), origin + unit * self.machine.offset));
            let slopes = self.machine.slopes(self.prepared.n_columns()).into_iter().enumerate();
            coefficients.extend(slopes.map(|(idx, slope)| (self.prepared.name(idx).clone(), unit * slope)));
        }
        Card { n_rows: self.n_rows, coefficients, coefficient_scale, notes: self.notes.clone(), ..Card::default() }
    }
}
