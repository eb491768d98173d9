//! What the target is, in which unit, and how common its ones are outside the data.

use serde::Serialize;

/// The target of a report, in words and units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetSpec {
    /// What a target of 1 means; forecasts and errors are printed in it.
    pub unit: TargetUnit,
    /// Dates that pass before its days begin: 1 for the return from the next close to the one after.
    pub delay_dates: u32,
    /// Share of ones in the population, in (0, 1), where the training rows or their weights over- or under-represent a class;
    /// probability forecasts are corrected to it. `None`: forecasts stand as the models made them.
    pub prior: Option<f64>,
}

/// The unit of a target and of everything measured in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetUnit {
    /// A return, as a decimal: 0.01 is 1 %.
    Return,
    /// A share of something, as a decimal: a loss given default, a utilisation.
    Share,
    /// An amount of this currency (ISO 4217).
    Money(String),
    /// 1 where an event happened and 0 where it did not.
    Probability,
    /// A number without a unit.
    Number,
}

impl TargetUnit {
    /// The unit's name in a spec.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Share => "share",
            Self::Money(_) => "money",
            Self::Probability => "probability",
            Self::Number => "number",
        }
    }
}
