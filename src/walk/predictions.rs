//! What the walk forecast: one row per tested row, one series per model and quantity.

mod forecasts;

pub use forecasts::Forecasts;

use super::PriorCorrection;
use crate::model::Card;
use crate::spec::Quantity;

/// Forecasts of one quantity by one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Model name.
    pub model: String,
    /// What was forecast.
    pub quantity: Quantity,
    /// One forecast per tested row, or none where the model had none.
    pub predicted: Forecasts,
}

/// The fitted models of one window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowCards {
    /// Window position.
    pub window: u32,
    /// Model name and what it says of itself, in the order of the spec.
    pub cards: Vec<(String, Card)>,
}

/// Everything forecast out of sample. Rows are ascending in the dataset; nothing is tested twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predictions {
    /// Dataset row of each tested row.
    pub rows: Vec<u32>,
    /// Window of each tested row.
    pub window: Vec<u32>,
    /// Forecasts, models in the order of the spec, quantities in the order asked.
    pub series: Vec<Series>,
    /// What the models say of themselves, by window.
    pub cards: Vec<WindowCards>,
    /// How probabilities were corrected to the spec's prior, window by window; empty where none is stated.
    pub corrections: Vec<PriorCorrection>,
}

impl Predictions {
    /// The series of `model` and `quantity`.
    #[must_use]
    pub fn find(&self, model: &str, quantity: Quantity) -> Option<&Series> {
        self.series.iter().find(|series| series.model == model && series.quantity == quantity)
    }
}
