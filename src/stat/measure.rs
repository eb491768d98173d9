//! Measure: a statistic declares itself once, beside its formula: what it asks, how it is taken, what a rejection means.
//!
//! Metrics for limits and `diff`, tables, definitions and verdict words are made from the declaration; nobody else knows
//! a statistic by its name.

mod family;
mod found;
mod power;

pub use family::{Family, Group};
pub(super) use found::decide;
pub use found::{Assessed, Decision, Found, Level, take};
pub use power::{Against, Departure, Design, Power, SEEN};

use serde::{Deserialize, Serialize};

use super::Outcome;
use super::distribution::Interval;
use crate::spec::Quantity;

/// Who is judged: a model's forecasts of a quantity, for one series or for all rows together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// Model name.
    pub model: String,
    /// The entity whose forecasts are judged: an index, a desk, a name; `None`: all rows together.
    pub entity: Option<String>,
    /// What was forecast; `None` for what was held on a forecast.
    pub quantity: Option<Quantity>,
}

/// On which side of the null hypothesis the evidence lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More came than was promised.
    Above,
    /// Less came than was promised.
    Below,
    /// As much as was promised, or the test has no side.
    Neither,
}

impl Direction {
    /// The side on which `found` lies of `promised`.
    #[must_use]
    pub fn of(found: f64, promised: f64) -> Self {
        match found.total_cmp(&promised) {
            std::cmp::Ordering::Greater => Self::Above,
            std::cmp::Ordering::Less => Self::Below,
            std::cmp::Ordering::Equal => Self::Neither,
        }
    }
}

/// The outcome of a test of a hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// The statistic; of an exact test, the number of events.
    pub statistic: f64,
    /// Degrees of freedom, where the reference distribution has them.
    pub df: Option<f64>,
    /// Observations the test rests on.
    pub n: usize,
    /// P(a statistic at least as extreme) under the null.
    pub p_value: f64,
    /// The statistic beyond which 5 % of samples lie under the null, where it was simulated.
    pub critical: Option<f64>,
    /// On which side of the null the evidence lies.
    pub direction: Direction,
}

/// What a measure answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A number.
    Number(f64),
    /// A number and its interval, which may be undefined on its own.
    Interval(f64, Outcome<Interval>),
    /// A test.
    Test(Test),
}

/// The form of a measure's answer, which gives its metrics their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `key`.
    Number,
    /// `key`, `key_low` and `key_high`.
    Interval,
    /// `key` (the statistic, by this name in tables) and `key_p`; where it decides, `key_p_holm` too.
    Test(&'static str),
    /// `key_p` alone; where it decides, `key_p_holm` too.
    ExactTest,
}

/// How a number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    Number,
    /// A decimal share, shown in percent.
    Share,
    /// A p-value.
    PValue,
    /// A number of things.
    Count,
    /// An amount of money.
    Money,
    /// In the unit of the target.
    Target,
    /// In the unit of the target, squared.
    TargetSquared,
}

impl Unit {
    /// The unit in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Share => "share",
            Self::PValue => "p-value",
            Self::Count => "count",
            Self::Money => "money",
            Self::Target => "unit of the target",
            Self::TargetSquared => "unit of the target, squared",
        }
    }
}

/// Where a measure stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A rejection colours the report; the tests of a family are decided together.
    Verdict,
    /// Shown with its reasons.
    Evidence,
    /// Kept for the record.
    Appendix,
}

/// What becomes of a test where targets span several dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It allows for the dependence, or is no test.
    Allowed,
    /// It takes observations as independent, so that it is descriptive only.
    Descriptive,
}

/// What a statistic is, in words.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name in limits, `diff` and `summary.json`.
    pub key: &'static str,
    /// What a reviewer reads.
    pub name: &'static str,
    /// The question it answers; measures with the same question judge the same thing.
    pub question: &'static str,
    /// The formula, in words.
    pub formula: &'static str,
    /// Sidedness, degrees of freedom, ties, what is left out; empty where there is nothing to choose.
    pub convention: &'static str,
    /// Paper or standard; empty for what is everyone's.
    pub source: &'static str,
    /// The null hypothesis; empty where nothing is tested.
    pub null: &'static str,
    /// The form of the answer.
    pub form: Form,
    /// How the number is read; of a test, its statistic.
    pub unit: Unit,
    /// Where it stands on the page.
    pub tier: Tier,
    /// What becomes of it where targets overlap.
    pub overlap: Overlap,
    /// Words of a rejection, by its direction.
    pub says: fn(Direction) -> &'static str,
    /// What the test could have seen, of its plan; `None` where nobody asked.
    pub power: Option<fn(&Design) -> Outcome<Power>>,
}

impl About {
    /// A plain number without a test; name what differs with `..About::NUMBER`.
    pub const NUMBER: Self = Self {
        key: "",
        name: "",
        question: "",
        formula: "",
        convention: "",
        source: "",
        null: "",
        form: Form::Number,
        unit: Unit::Number,
        tier: Tier::Evidence,
        overlap: Overlap::Allowed,
        says: |_| "rejected",
        power: None,
    };

    /// Names of a test's p-values, less the prefix: the adjusted one, of tests that are decided together, and its own.
    fn p_values(&self) -> Vec<String> {
        let own = format!("{}_p", self.key);
        match self.tier {
            Tier::Verdict => vec![format!("{}_p_holm", self.key), own],
            Tier::Evidence | Tier::Appendix => vec![own],
        }
    }

    /// Names of its metrics, less the prefix.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        let key = self.key;
        match self.form {
            Form::Number => vec![key.to_owned()],
            Form::Interval => vec![key.to_owned(), format!("{key}_low"), format!("{key}_high")],
            Form::Test(_) => std::iter::once(key.to_owned()).chain(self.p_values()).collect(),
            Form::ExactTest => self.p_values(),
        }
    }
}

/// A statistic of a family: what it is, and how it is taken from the family's case.
#[derive(Debug)]
pub struct Measure<Case: 'static> {
    /// What it is.
    pub about: About,
    /// How it is taken.
    pub take: fn(&Case) -> Outcome<Answer>,
}
