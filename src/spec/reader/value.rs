//! Reads the values of a block: their type, their range, their default.

use std::collections::BTreeSet;

use super::Reader;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::spec::Period;
use crate::spec::key::Shape;
use crate::spec::near::nearest;
use crate::spec::raw::Value;

const PRESENT: &str = "a key read without `_if` is required or has a default";

impl Reader<'_> {
    pub(in crate::spec) fn text_if(&self, name: &str) -> Result<Option<String>> {
        let (key, value) = (self.key(name), self.value(name));
        let Some(value) = value else { return Ok(None) };
        let Value::Text(text) = value else { return Err(self.wrong(key, &value)) };
        if text.trim().is_empty() {
            return if matches!(key.shape, Shape::Remark) { Ok(None) } else { Err(self.refuse(name, "is blank")) };
        }
        Ok(Some(text))
    }

    pub(in crate::spec) fn text(&self, name: &str) -> Result<String> {
        Ok(self.text_if(name)?.expect(PRESENT))
    }

    pub(in crate::spec) fn texts(&self, name: &str) -> Result<Vec<String>> {
        let (key, value) = (self.key(name), self.value(name));
        let items = match value.expect(PRESENT) {
            Value::List(items) => items,
            Value::Text(text) => return Err(self.wrong(key, &Value::Text(text.clone())).hint(format!("write it in brackets: [{text:?}]"))),
            other => return Err(self.wrong(key, &other)),
        };
        self.listed(name, items)
    }

    /// One text or several, each with the place that messages name.
    pub(in crate::spec) fn one_or_more(&self, name: &str) -> Result<Vec<(String, String)>> {
        let (key, value) = (self.key(name), self.value(name));
        match value {
            None => Ok(Vec::new()),
            Some(Value::Text(_)) => Ok(vec![(name.to_owned(), self.text(name)?)]),
            Some(Value::List(items)) => {
                let texts = self.listed(name, items)?;
                Ok(texts.into_iter().enumerate().map(|(idx, text)| (format!("{name}[{idx}]"), text)).collect())
            }
            Some(other) => Err(self.wrong(key, &other)),
        }
    }

    /// The texts of a list, each once and none blank.
    fn listed(&self, name: &str, items: Vec<Value>) -> Result<Vec<String>> {
        let key = self.key(name);
        if items.is_empty() && matches!(key.shape, Shape::SomeTexts | Shape::OneOrMore) {
            return Err(self.refuse(name, "is empty").hint(self.add(key)));
        }
        let mut texts: Vec<String> = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for (idx, item) in items.into_iter().enumerate() {
            let place = format!("{name}[{idx}]");
            let Value::Text(text) = item else { return Err(self.refuse(&place, format!("must be a text, was {item}"))) };
            if text.trim().is_empty() {
                return Err(self.refuse(&place, "is blank"));
            }
            if !seen.insert(text.clone()) {
                return Err(self.refuse(name, format!("holds `{text}` twice")));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    pub(in crate::spec) fn choice(&self, name: &str) -> Result<&'static str> {
        self.choice_if(name)?.ok_or_else(|| self.missing(self.key(name)))
    }

    pub(in crate::spec) fn choice_if(&self, name: &str) -> Result<Option<&'static str>> {
        let (key, value) = (self.key(name), self.value(name));
        let Some(value) = value else { return Ok(None) };
        let Shape::Choice(choices) = key.shape else { unreachable!("{name} is read as the choice it is") };
        let Value::Text(text) = &value else { return Err(self.wrong(key, &value)) };
        choices.iter().find(|choice| *choice == text).copied().map(Some).ok_or_else(|| {
            let refused = self.refuse(name, format!("must be {}, was `{text}`", key.shape));
            match nearest(text, choices.iter().copied()) {
                Some(near) => refused.hint(format!("did you mean `{near}`?")),
                None => refused,
            }
        })
    }

    pub(in crate::spec) fn whole(&self, name: &str) -> Result<u64> {
        let (key, value) = (self.key(name), self.value(name));
        let value = value.expect(PRESENT);
        let Shape::Integer(low, high) = key.shape else { unreachable!("{name} is read as the whole number it is") };
        let Value::Integer(number) = value else { return Err(self.wrong(key, &value)) };
        if low <= number && number <= high {
            return Ok(u64::try_from(number).expect("whole numbers of the table are not negative"));
        }
        let range = if high == i64::MAX { format!("at least {low}") } else { format!("between {low} and {high}") };
        Err(self.refuse(name, format!("must be {range}, was {number}")))
    }

    pub(in crate::spec) fn count(&self, name: &str) -> Result<u32> {
        Ok(u32::try_from(self.whole(name)?).expect("counts of the table are below 2^32"))
    }

    pub(in crate::spec) fn number_if(&self, name: &str) -> Result<Option<f64>> {
        let (key, value) = (self.key(name), self.value(name));
        let Some(value) = value else { return Ok(None) };
        let Shape::Number(range) = key.shape else { unreachable!("{name} is read as the number it is") };
        let number = match value {
            Value::Integer(number) => number as f64,
            Value::Number(number) => number,
            other => return Err(self.wrong(key, &other)),
        };
        if range.holds(number) { Ok(Some(number)) } else { Err(self.refuse(name, format!("must be {range}, was {value}"))) }
    }

    pub(in crate::spec) fn number(&self, name: &str) -> Result<f64> {
        Ok(self.number_if(name)?.expect(PRESENT))
    }

    pub(in crate::spec) fn day_if(&self, name: &str) -> Result<Option<Day>> {
        let (key, value) = (self.key(name), self.value(name));
        let Some(value) = value else { return Ok(None) };
        let day = match &value {
            Value::Day(day) => Some(*day),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        };
        let day: Day = day.ok_or_else(|| self.wrong(key, &value))?;
        // Arithmetic on days stays far inside the calendar of the program.
        if (1900..2200).contains(&day.year()) { Ok(Some(day)) } else { Err(self.refuse(name, format!("must be from 1900 to 2199, was {day}"))) }
    }

    pub(in crate::spec) fn period_if(&self, name: &str) -> Result<Option<Period>> {
        let (key, value) = (self.key(name), self.value(name));
        let Some(value) = value else { return Ok(None) };
        let Value::Text(text) = &value else { return Err(self.wrong(key, &value)) };
        let period = text.parse().map_err(|problem| Error::spec(self.place(name), problem))?;
        match period {
            Period::Months(0) | Period::Days(0) | Period::TradingDays(0) if matches!(key.shape, Shape::Period) => {
                Err(self.refuse(name, format!("must be above zero, was `{text}`")))
            }
            Period::Months(_) | Period::Days(_) | Period::TradingDays(_) => Ok(Some(period)),
        }
    }

    pub(in crate::spec) fn period(&self, name: &str) -> Result<Period> {
        Ok(self.period_if(name)?.expect(PRESENT))
    }
}
