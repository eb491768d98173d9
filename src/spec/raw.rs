//! The TOML as written: values in the order of the file, and how messages name them.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::without_mark;
use crate::day::Day;

/// Keys and values of a block, in the order of the file (`toml::Table` would sort them).
pub(super) type Entries = Vec<(String, Value)>;

/// A value; prints as a message speaks of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Day(Day),
    /// A time of day, with or without a date: no key takes one.
    Time(String),
    List(Vec<Value>),
    Block(Entries),
}

/// Where and why a text is not TOML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Line, from 1.
    pub(super) line: usize,
    pub(super) problem: String,
}

/// Parses a whole file, which may begin with a byte order mark.
pub(super) fn parse(text: &str) -> Result<Entries, Malformed> {
    let text = without_mark(text);
    let document = DeTable::parse(text)
        .map_err(|cause| Malformed { line: line_of(text, cause.span().map_or(0, |span| span.start)), problem: cause.message().to_owned() })?;
    entries(text, document.into_inner())
}

/// Parses one value, as a default of the table of keys is written.
pub(super) fn value(literal: &str) -> Result<Value, Malformed> {
    let mut found = parse(&format!("key = {literal}"))?;
    Ok(found.swap_remove(0).1)
}

fn entries(text: &str, table: DeTable<'_>) -> Result<Entries, Malformed> {
    let mut found: Vec<_> = table.into_iter().collect();
    found.sort_by_key(|(key, _)| key.span().start);
    found.into_iter().map(|(key, value)| Ok((key.into_inner().into_owned(), convert(text, value)?))).collect()
}

fn convert(text: &str, value: Spanned<DeValue<'_>>) -> Result<Value, Malformed> {
    let start = value.span().start;
    // Counted for messages only: a long list would count its lines once a value.
    let malformed = |problem: String| Malformed { line: line_of(text, start), problem };
    Ok(match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(digits) => Value::Integer(
            i64::from_str_radix(digits.as_str(), digits.radix())
                .map_err(|_| malformed(format!("the whole number {} does not fit 64 bits", digits.as_str())))?,
        ),
        DeValue::Float(digits) => {
            Value::Number(digits.as_str().parse().map_err(|cause| malformed(format!("{} is not a number: {cause}", digits.as_str())))?)
        }
        DeValue::Boolean(fact) => Value::Boolean(fact),
        DeValue::Datetime(moment) => match (moment.date, moment.time) {
            (Some(date), None) => {
                let day = Day::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day));
                let day = day.ok_or_else(|| malformed(format!("{date} is not in the calendar")))?;
                if !day.is_plausible() {
                    return Err(malformed(format!("{date} is not in the years 1 to 9999")));
                }
                Value::Day(day)
            }
            _ => Value::Time(moment.to_string()),
        },
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| convert(text, item)).collect::<Result<_, _>>()?),
        DeValue::Table(table) => Value::Block(entries(text, table)?),
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Integer(number) => write!(f, "{number}"),
            // `{:?}` keeps the point of 4.0, which tells it from a whole number.
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Boolean(fact) => write!(f, "{fact}"),
            Self::Day(day) => write!(f, "the date {day}"),
            Self::Time(moment) => write!(f, "the time {moment}"),
            Self::List(items) if items.is_empty() => f.write_str("an empty list"),
            Self::List(_) => f.write_str("a list"),
            Self::Block(_) => f.write_str("a block of keys"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_the_order_of_the_file() {
        let entries = parse("[tables.z]\n[tables.a]\nb = 1\na = 2\n").expect("this is TOML");
        let Value::Block(tables) = &entries[0].1 else { panic!("tables is a block") };
        assert_eq!(tables.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(tables[1].1, Value::Block(vec![("b".to_owned(), Value::Integer(1)), ("a".to_owned(), Value::Integer(2))]));
    }

    #[test]
    fn values_keep_their_type() {
        assert_eq!(value("1_000"), Ok(Value::Integer(1000)));
        assert_eq!(value("0x1F"), Ok(Value::Integer(31)));
        assert_eq!(value("1e-3"), Ok(Value::Number(0.001)));
        assert_eq!(value("2020-02-29"), Ok(Value::Day(Day(18_321))));
        assert_eq!(value("2020-02-29T12:00:00"), Ok(Value::Time("2020-02-29T12:00:00".to_owned())));
        assert_eq!(value("0000-12-31").map_err(|bad| bad.problem), Err("0000-12-31 is not in the years 1 to 9999".to_owned()));
        assert_eq!(value("4.0").expect("a float").to_string(), "4.0");
    }

    #[test]
    fn malformed_text_is_placed_on_its_line() {
        assert_eq!(parse("a = 1\nb = \n").map_err(|bad| bad.line), Err(2));
        assert_eq!(parse("\u{feff}a = 1\nb = \n").map_err(|bad| bad.line), Err(2));
        assert_eq!(parse("a = 1\n\na = 2\n").map_err(|bad| bad.line), Err(3));
        assert_eq!(parse("a = 1\nb = 9223372036854775808\n").map_err(|bad| bad.line), Err(2));
    }
}
