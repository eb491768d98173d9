//! Pieces: words and cells that more than one section needs.

use std::collections::BTreeSet;

use crate::day::Day;
use crate::feature::Observation;
use crate::report::cell::{Cell, State};
use crate::report::chart::{Scale, Series};
use crate::report::format;
pub(in crate::report) use crate::report::format::counted;
use crate::report::material::Material;
use crate::spec::{Quantity, TargetUnit};
use crate::stat::Outcome;

/// Known outcomes without which a window's or a quarter's rate is not told: a rate of three loans is noise.
pub(super) const MIN_OUTCOMES: usize = 30;

/// Three significant digits, but at most three decimals, and never fewer digits than one: test statistics and ratios.
pub(super) fn short(value: f64) -> Cell {
    let size = value.abs();
    let digits = if size < 0.00995 {
        1
    } else if size < 0.0995 {
        2
    } else {
        3
    };
    Cell::Number { value, digits }.checked()
}

/// How numbers in the target's unit are printed.
pub(super) struct TargetScale {
    /// Unit in a heading.
    pub(super) unit: String,
    /// Unit of a square in a heading.
    pub(super) unit_squared: String,
    /// Currency, where the target is money.
    pub(super) currency: String,
    /// A number in the target's unit.
    pub(super) cell: fn(f64) -> Cell,
    /// A number in its square.
    pub(super) cell_squared: fn(f64) -> Cell,
    /// The axis of a figure.
    pub(super) axis: Scale,
}

/// Returns are read in basis points, shares in percent, the rest as they are.
pub(super) fn scale(material: &Material<'_>) -> TargetScale {
    let plain = |unit: &str, unit_squared: &str, cell: fn(f64) -> Cell, cell_squared: fn(f64) -> Cell, axis: Scale| TargetScale {
        unit: unit.to_owned(),
        unit_squared: unit_squared.to_owned(),
        currency: String::new(),
        cell,
        cell_squared,
        axis,
    };
    match &material.facts.spec.target.unit {
        TargetUnit::Return => plain("bp", "bp\u{b2}", Cell::BasisPoints, |value| short(1e8 * value), Scale::Percent),
        TargetUnit::Share => plain("%", "%\u{b2}", Cell::Percent, |value| significant(1e4 * value), Scale::Percent),
        TargetUnit::Probability | TargetUnit::Number => plain("", "", significant, significant, Scale::Number),
        TargetUnit::Money(currency) => {
            TargetScale { currency: currency.clone(), ..plain(currency, &format!("{currency}\u{b2}"), Cell::Money, significant, Scale::Number) }
        }
    }
}

/// As [`scale`], for losses of a day: returns in percent, as their figure has them.
pub(super) fn loss_scale(material: &Material<'_>) -> TargetScale {
    let scale = scale(material);
    match scale.axis {
        Scale::Percent => TargetScale { unit: "%".to_owned(), cell: Cell::Percent, ..scale },
        Scale::Number => scale,
    }
}

impl TargetScale {
    /// A number in the target's unit, for sentences: "2.81 %".
    pub(super) fn words(&self, value: f64) -> String {
        match self.axis {
            Scale::Percent => percent(value),
            Scale::Number => format!("{} {}", (self.cell)(value).printed().unwrap_or_default(), self.unit).trim_end().to_owned(),
        }
    }

    /// A difference of two values: of shares in points, so that none is taken for a share of the other.
    pub(super) fn difference(&self, value: f64) -> String {
        match self.axis {
            Scale::Percent => format!("{} percentage points", format::percent(value)),
            Scale::Number => self.words(value),
        }
    }
}

/// A whole number that was carried as a decimal one.
pub(super) fn whole(value: f64) -> Cell {
    Cell::Count(value as u64)
}

/// Three significant digits, however small: quantities with a scale of their own.
pub(super) fn significant(value: f64) -> Cell {
    Cell::Number { value, digits: 3 }.checked()
}

/// A number of things.
pub(super) fn count(n: usize) -> Cell {
    Cell::Count(n as u64)
}

/// The cell of one number of a statistic that may be undefined.
pub(super) fn of<T>(outcome: &Outcome<T>, value: impl FnOnce(&T) -> f64, cell: fn(f64) -> Cell) -> Cell {
    Cell::outcome(&outcome.as_ref().map(value), cell)
}

/// A percentage of three significant digits with its unit, for sentences; tables hold the rest.
pub(super) fn percent(value: f64) -> String {
    format!("{} %", format::number(100.0 * value, 3))
}

/// A share in whole percent, for sentences.
pub(super) fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "none".to_owned() } else { format!("{} %", format::fixed(100.0 * part as f64 / whole as f64, 0)) }
}

/// "VaR 99 %" is the loss exceeded with probability 0.01: "99 %" for 0.01.
pub(crate) fn confidence(tail: f64) -> String {
    format!("{} %", plain(100.0 * (1.0 - tail)))
}

/// A round number without trailing zeros: 97.5 and 99.
pub(super) fn plain(value: f64) -> String {
    // Six decimals are more than any tail is written with, and fewer than binary fractions show.
    ((value * 1e6).round() / 1e6).to_string()
}

/// The level of the tests' decisions: "5 %".
pub(super) fn level(material: &Material<'_>) -> String {
    format!("{} %", plain(100.0 * material.facts.spec.risk.significance))
}

/// What a row of a credit report is called, one and many: a loan that is seen every quarter has a row a quarter.
pub(super) fn row_words(observation: Observation) -> (&'static str, &'static str) {
    match observation {
        Observation::Entity => ("loan", "loans"),
        Observation::Yearly => ("loan-year", "loan-years"),
        Observation::Quarterly => ("loan-quarter", "loan-quarters"),
        Observation::Monthly => ("loan-month", "loan-months"),
        Observation::Dated => ("observation", "observations"),
    }
}

/// "61 entities (60 at the start, 56 at the end)": how many there are at once, where each has several rows.
pub(super) fn entities(material: &Material<'_>) -> String {
    let data = material.facts.data;
    let all = counted(data.entities.len(), "entity", "entities");
    let observation = material.summary.observation;
    let (Some(&first), Some(&last)) = (data.as_of.first(), data.as_of.last()) else { return all };
    if observation == Observation::Entity || data.entities.len() == 1 {
        return all;
    }
    let seen = |period: Day| {
        let rows = (0..data.n_rows()).filter(|&row| observation.period(data.as_of[row]) == period);
        rows.map(|row| data.entity[row]).collect::<BTreeSet<u32>>().len()
    };
    let (start, end) = (seen(observation.period(first)), seen(observation.period(last)));
    format!("{all} ({} at the start, {} at the end)", format::count(start as u64), format::count(end as u64))
}

/// "14 windows", or "13 of 14 windows; the others have too few known outcomes": those that have a point.
pub(super) fn windows_drawn(series: &[Series], n_windows: usize) -> String {
    let drawn = series.iter().flat_map(|line| line.points.iter().map(|(day, _)| *day)).collect::<BTreeSet<Day>>().len();
    if drawn < n_windows {
        let others = if n_windows - drawn == 1 { "the other has" } else { "the others have" };
        format!("{} of {}; {others} too few known outcomes", format::count(drawn as u64), counted(n_windows, "window", "windows"))
    } else {
        counted(n_windows, "window", "windows")
    }
}

/// With a capital letter.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A test's decision in colour and words.
pub(super) fn decision(p_value: &Outcome<f64>, significance: f64, rejected: &str) -> Cell {
    match p_value {
        Outcome::Value(p) if *p < significance => Cell::verdict(State::Amber, rejected),
        Outcome::Value(_) => Cell::verdict(State::Green, "not rejected"),
        Outcome::Undefined(_) => Cell::verdict(State::Neutral, "not judged"),
    }
}

/// "2006-01-03 to 2019-06-03".
pub(super) fn span(first: Option<Day>, last: Option<Day>) -> String {
    match first.zip(last) {
        Some((first, last)) => format!("{first} to {last}"),
        None => "no date".to_owned(),
    }
}

/// First and last `as_of` of the tested rows whose target is known.
pub(super) fn period(material: &Material<'_>) -> String {
    let data = material.facts.data;
    let mut days =
        material.facts.predictions.rows.iter().map(|&row| row as usize).filter(|&row| data.target[row].is_some()).map(|row| data.as_of[row]);
    let first = days.next();
    span(first, days.next_back().or(first))
}

/// Whether any model was asked for such a quantity.
pub(super) fn is_asked(material: &Material<'_>, wanted: impl Fn(Quantity) -> bool) -> bool {
    material.facts.spec.models.iter().flat_map(|model| &model.ask).any(|&quantity| wanted(quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_reads_as_the_confidence_people_know() {
        assert_eq!([0.01, 0.025, 0.05, 0.001].map(confidence), ["99 %", "97.5 %", "95 %", "99.9 %"]);
    }

    #[test]
    fn a_statistic_has_three_digits_no_more_than_three_decimals_and_is_never_rounded_to_zero() {
        let printed = |value: f64| short(value).printed();
        for (value, wanted) in
            [(45.48, "45.5"), (0.263_4, "0.263"), (-0.052_04, "−0.052"), (0.004_28, "0.004"), (0.000_007_7, "8e−6"), (1_234.6, "1,235")]
        {
            assert_eq!(printed(value).as_deref(), Some(wanted));
        }
        assert_eq!(short(f64::NAN), Cell::na("the arithmetic gave no finite number"));
    }

    #[test]
    fn a_window_without_a_point_is_not_counted_as_drawn() {
        let line = |days: &[i32]| Series {
            name: "x".to_owned(),
            color: crate::report::chart::Style::Series(0),
            points: days.iter().map(|&day| (Day(day), 0.0)).collect(),
        };
        assert_eq!(windows_drawn(&[line(&[0, 1]), line(&[1, 2])], 4), "3 of 4 windows; the other has too few known outcomes");
        assert_eq!(windows_drawn(&[line(&[0, 1])], 2), "2 windows");
    }

    #[test]
    fn words_agree_in_number() {
        assert_eq!(counted(1, "breach", "breaches"), "1 breach");
        assert_eq!(counted(1_400, "breach", "breaches"), "1,400 breaches");
        assert_eq!(share(5, 14), "36 %");
    }

    #[test]
    fn a_p_value_at_the_level_is_not_rejected() {
        assert_eq!(decision(&Outcome::Value(0.05), 0.05, "rejected"), Cell::verdict(State::Green, "not rejected"));
        assert_eq!(decision(&Outcome::Value(0.049), 0.05, "rejected"), Cell::verdict(State::Amber, "rejected"));
        assert_eq!(decision(&Outcome::undefined("no breach"), 0.05, "rejected"), Cell::verdict(State::Neutral, "not judged"));
    }
}
