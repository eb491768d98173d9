//! Cell: one value of a table, raw, with the format it is to be printed in.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::day::Day;
use crate::stat::{Colour, Outcome};

use super::format;

/// A verdict's colour; never shown without its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Within the limit.
    Green,
    /// Worth a look.
    Amber,
    /// A limit is breached.
    Red,
    /// Not judged.
    Neutral,
}

impl From<Colour> for State {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Green => Self::Green,
            Colour::Amber => Self::Amber,
            Colour::Red => Self::Red,
            Colour::Neutral => Self::Neutral,
        }
    }
}

/// One value of a table; numbers stay raw, only templates format them.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words; `back-ticks` become code.
    Text(String),
    /// A name as the program writes it: metric, column, hash.
    Code(String),
    /// A number of things.
    Count(u64),
    /// A number with this many significant digits.
    Number {
        /// The number.
        value: f64,
        /// Significant digits printed.
        digits: u8,
    },
    /// A decimal printed as a percentage: 0.0123 as 1.23.
    Percent(f64),
    /// A decimal printed in basis points: 0.0012 as 12.0.
    BasisPoints(f64),
    /// An amount; the currency is the column's unit.
    Money(f64),
    /// A p-value in [0, 1].
    PValue(f64),
    /// A date.
    Date(Day),
    /// A judgement in colour and words.
    Verdict(State, String),
    /// A tiny distribution: heights of equally wide bins.
    Spark(Vec<f64>),
    /// A share from 0 to 1 as a bar with its percentage; negative: beyond.
    Bar(f64),
    /// No value, and the reason.
    Na(String),
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// A name in the program's own spelling.
    pub fn code(name: impl Into<String>) -> Self {
        Self::Code(name.into())
    }

    /// A number with four significant digits.
    pub fn number(value: f64) -> Self {
        Self::Number { value, digits: 4 }.checked()
    }

    /// No value, and the reason.
    pub fn na(reason: impl Into<String>) -> Self {
        Self::Na(reason.into())
    }

    /// A judgement in colour and words.
    pub fn verdict(state: State, word: impl Into<String>) -> Self {
        Self::Verdict(state, word.into())
    }

    /// The cell of a statistic that may be undefined.
    pub fn outcome(outcome: &Outcome<f64>, cell: fn(f64) -> Self) -> Self {
        match outcome {
            Outcome::Value(value) => cell(*value).checked(),
            Outcome::Undefined(reason) => Self::na(reason),
        }
    }

    /// This cell, or `Na` when its number is not finite: infinities and NaN are never printed.
    #[must_use]
    pub fn checked(self) -> Self {
        let finite = match &self {
            Self::Number { value, .. }
            | Self::Percent(value)
            | Self::BasisPoints(value)
            | Self::Money(value)
            | Self::PValue(value)
            | Self::Bar(value) => value.is_finite(),
            Self::Spark(heights) => heights.iter().all(|height| height.is_finite()),
            Self::Text(_) | Self::Code(_) | Self::Count(_) | Self::Date(_) | Self::Verdict(..) | Self::Na(_) => true,
        };
        if finite { self } else { Self::na("the arithmetic gave no finite number") }
    }

    /// The number as it is printed in a column, to align columns on the decimal; `None` for words.
    pub(super) fn printed(&self) -> Option<String> {
        match self {
            Self::Count(value) => Some(format::count(*value)),
            Self::Number { value, digits } => Some(format::number(*value, *digits)),
            Self::Percent(value) => Some(format::percent(*value)),
            Self::BasisPoints(value) => Some(format::basis_points(*value)),
            Self::Money(value) => Some(format::money(*value)),
            Self::PValue(value) => Some(format::p_value(*value)),
            Self::Text(_) | Self::Code(_) | Self::Date(_) | Self::Verdict(..) | Self::Spark(_) | Self::Bar(_) | Self::Na(_) => None,
        }
    }

    /// The words printed; empty for numbers.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Code(words) | Self::Verdict(_, words) => words,
            Self::Count(_)
            | Self::Number { .. }
            | Self::Percent(_)
            | Self::BasisPoints(_)
            | Self::Money(_)
            | Self::PValue(_)
            | Self::Date(_)
            | Self::Spark(_)
            | Self::Bar(_)
            | Self::Na(_) => "",
        }
    }

    /// What follows the number in a column without a unit.
    pub(super) fn suffix(&self) -> &'static str {
        match self {
            Self::Percent(_) => " %",
            Self::BasisPoints(_) => " bp",
            Self::Text(_)
            | Self::Code(_)
            | Self::Count(_)
            | Self::Number { .. }
            | Self::Money(_)
            | Self::PValue(_)
            | Self::Date(_)
            | Self::Verdict(..)
            | Self::Spark(_)
            | Self::Bar(_)
            | Self::Na(_) => "",
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Code(_) => "code",
            Self::Count(_) => "count",
            Self::Number { .. } => "number",
            Self::Percent(_) => "percent",
            Self::BasisPoints(_) => "basis_points",
            Self::Money(_) => "money",
            Self::PValue(_) => "p_value",
            Self::Date(_) => "date",
            Self::Verdict(..) => "verdict",
            Self::Spark(_) => "spark",
            Self::Bar(_) => "bar",
            Self::Na(_) => "na",
        }
    }
}

/// `{kind, value}` with what else the format needs; a number that is not finite becomes `na` here too,
/// so that no path leads it to the page.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cell = self.clone().checked();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", cell.kind())?;
        match &cell {
            Self::Text(words) | Self::Code(words) | Self::Na(words) => map.serialize_entry("value", words)?,
            Self::Count(value) => map.serialize_entry("value", value)?,
            Self::Number { value, digits } => {
                map.serialize_entry("value", value)?;
                map.serialize_entry("digits", digits)?;
            }
            Self::Percent(value) | Self::BasisPoints(value) | Self::Money(value) | Self::PValue(value) | Self::Bar(value) => {
                map.serialize_entry("value", value)?;
            }
            Self::Date(day) => map.serialize_entry("value", day)?,
            Self::Verdict(state, word) => {
                map.serialize_entry("state", state)?;
                map.serialize_entry("value", word)?;
            }
            Self::Spark(heights) => map.serialize_entry("value", heights)?,
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_finite_is_serialised_as_na_with_a_reason() {
        for cell in [Cell::Percent(f64::NAN), Cell::Number { value: f64::INFINITY, digits: 3 }, Cell::Spark(vec![1.0, f64::NAN])] {
            let json = serde_json::to_string(&cell).expect("cells serialise");
            assert_eq!(json, r#"{"kind":"na","value":"the arithmetic gave no finite number"}"#);
        }
    }

    #[test]
    fn numbers_are_serialised_raw() {
        let json = serde_json::to_string(&Cell::Percent(0.012_345_678_9)).expect("cells serialise");
        assert_eq!(json, r#"{"kind":"percent","value":0.0123456789}"#);
        let json = serde_json::to_string(&Cell::verdict(State::Red, "rejected")).expect("cells serialise");
        assert_eq!(json, r#"{"kind":"verdict","state":"red","value":"rejected"}"#);
    }

    #[test]
    fn an_undefined_outcome_keeps_its_reason() {
        assert_eq!(Cell::outcome(&Outcome::undefined("no breaches"), Cell::PValue), Cell::Na("no breaches".into()));
        assert_eq!(Cell::outcome(&Outcome::Value(0.5), Cell::PValue), Cell::PValue(0.5));
    }
}
