//! Family: the tests that are decided together, so that a right model fails rarely.

use serde::Serialize;

use super::{Found, Tier};
use crate::spec::Quantity;

/// What a model's tests are about; tests of one group make one claim, "its forecasts of this are right".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// VaR and ES, of every tail and series: ES says nothing where its VaR is wrong.
    Risk,
    /// Default probabilities.
    Probability,
    /// Means.
    Mean,
    /// Volatilities.
    Volatility,
    /// What was held on forecasts.
    Book,
}

impl Group {
    fn of(quantity: Option<Quantity>) -> Self {
        match quantity {
            Some(Quantity::Quantile(_) | Quantity::Shortfall(_)) => Self::Risk,
            Some(Quantity::Probability) => Self::Probability,
            Some(Quantity::Mean) => Self::Mean,
            Some(Quantity::Volatility) => Self::Volatility,
            None => Self::Book,
        }
    }
}

/// The tests of which one was decided.
///
/// A family is one model and one group. A page asks of each model whether its VaR and ES are right, whether its probabilities are; a reader
/// who sees one red word takes the model for wrong. So the chance that a right one shows any is held, a model and a group at a time:
/// models are not each other's excuse, and a wrong mean is not a wrong VaR.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Family {
    /// Whose forecasts.
    pub model: String,
    /// Of what.
    pub group: Group,
    /// Tests of the family.
    pub n_tests: usize,
    /// Chance at most that any of them rejects where all nulls hold.
    pub significance: f64,
}

impl Family {
    /// The model and group whose family a test belongs to; `None` where its rejection would not colour the report.
    #[must_use]
    pub fn of(found: &Found) -> Option<(String, Group)> {
        (found.about.tier == Tier::Verdict).then(|| (found.subject.model.clone(), Group::of(found.subject.quantity)))
    }

    /// The level at which the first of the family's tests is decided, the strictest of all: significance / tests.
    #[must_use]
    pub fn first_step(&self) -> f64 {
        self.significance / self.n_tests as f64
    }
}
