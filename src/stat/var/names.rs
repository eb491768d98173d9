//! VaR of all names together: descriptive, because names fall together.

use crate::day::Day;
use crate::stat::Outcome;
use crate::stat::measure::{About, Answer, Measure, Unit};

/// VaR of all names of one model and tail.
#[derive(Debug, Clone, PartialEq)]
pub struct NamesCase {
    /// Tail probability.
    pub tail: f64,
    /// Forecasts with a known target.
    pub n: usize,
    /// Breaches.
    pub n_breaches: usize,
    /// Names with at least [`super::BASEL_DAYS`] forecasts.
    pub n_names: usize,
    /// Names among them whose coverage Kupiec's test rejects at the spec's significance.
    pub n_rejected: usize,
    /// Largest share of names in breach on one day, and the day.
    pub worst_day: Option<(Day, f64)>,
}

/// Share of forecasts in breach.
pub const NAMES_RATE: Measure<NamesCase> = Measure {
    about: About {
        key: "rate",
        name: "Rate over all names",
        question: "Which share of all names' forecasts was breached?",
        formula: "Breaches / forecasts, over all names",
        convention: "Descriptive only: names fall together",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| match case.n {
        0 => Outcome::undefined("there is no forecast"),
        n => Outcome::Value(Answer::Number(case.n_breaches as f64 / n as f64)),
    },
};

/// Names whose coverage is rejected.
pub const NAMES_REJECTED: Measure<NamesCase> = Measure {
    about: About {
        key: "rejected",
        name: "Names rejected",
        question: "For how many names is the number of breaches wrong?",
        formula: "Names with at least 250 forecasts whose number of breaches Kupiec's test rejects at the report's level",
        convention: "Names are not independent of each other",
        source: "Kupiec (1995)",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| Outcome::Value(Answer::Number(case.n_rejected as f64)),
};

/// Every measure of all names' VaR, in the order of the page.
pub const NAMES: &[&Measure<NamesCase>] = &[&NAMES_RATE, &NAMES_REJECTED];
