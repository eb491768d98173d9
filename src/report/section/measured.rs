//! What was measured: tables made from the declarations of the measures, the same for every family.

mod sight;

pub(in crate::report) use sight::sees;
pub(super) use sight::sight;

use super::pieces::{count, counted, level, scale, short};
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Column, Table};
use crate::spec::Quantity;
use crate::stat::measure::{Form, Measure, Overlap};
use crate::stat::{Assessed, Decision, Found, Subject, Tier, Unit};

/// "`ewma` 99 %", of another series than the headline "`ewma` 99 %, DESK".
pub(super) fn label(material: &Material<'_>, subject: &Subject) -> String {
    let tail = match subject.quantity {
        Some(Quantity::Quantile(tail) | Quantity::Shortfall(tail)) => format!(" {}", super::confidence(tail)),
        Some(Quantity::Mean | Quantity::Probability | Quantity::Volatility) | None => String::new(),
    };
    let many = !material.facts.spec.risk.entities.is_empty();
    let entity = subject.entity.as_ref().filter(|_| many).map_or(String::new(), |entity| format!(", {entity}"));
    format!("`{}`{tail}{entity}", subject.model)
}

/// Heading unit and cell of a unit.
pub(super) fn printed(material: &Material<'_>, unit: Unit) -> (String, fn(f64) -> Cell) {
    let scale = scale(material);
    match unit {
        Unit::Number => (String::new(), short),
        Unit::Share => ("%".to_owned(), Cell::Percent),
        Unit::PValue => (String::new(), Cell::PValue),
        Unit::Count => (String::new(), |value| Cell::Count(value as u64)),
        Unit::Money => (scale.currency, Cell::Money),
        Unit::Target => (scale.unit, scale.cell),
        Unit::TargetSquared => (scale.unit_squared, scale.cell_squared),
    }
}

/// A row a subject, a column a number.
pub(super) fn numbers<Case>(material: &Material<'_>, head: (&str, &str, &str), assessed: &[Assessed<Case>], measures: &[&Measure<Case>]) -> Table {
    let (id, title, who) = head;
    let mut columns = vec![Column::words(who)];
    for measure in measures {
        let (unit, _) = printed(material, measure.about.unit);
        columns.push(Column::numbers(measure.about.name, unit));
    }
    let mut table = Table::new(id, title, columns);
    table.shown = assessed.len();
    for one in assessed {
        let cells = measures.iter().map(|measure| Cell::outcome(&one.number(measure), printed(material, measure.about.unit).1));
        table.rows.push(std::iter::once(Cell::text(label(material, &one.subject))).chain(cells).collect());
    }
    table
}

/// A row a test and subject, tests in the order of their family.
pub(super) fn tests<'a>(material: &Material<'_>, head: (&str, &str, &str), found: impl Iterator<Item = &'a Found>) -> Table {
    let (id, title, who) = head;
    let found: Vec<&Found> = found.collect();
    let is_adjusted = found.iter().any(|one| one.family.is_some());
    let mut columns = vec![
        Column::words("Test"),
        Column::words(who),
        Column::numbers("n", ""),
        Column::words("Statistic"),
        Column::numbers("Value", ""),
        Column::numbers("df", ""),
        Column::numbers("p", ""),
    ];
    columns.extend(is_adjusted.then(|| Column::numbers("Adjusted p", "")));
    columns.push(Column::words("Decision"));
    let mut table = Table::new(id, title, columns);
    let mut families: Vec<&'static str> = Vec::new();
    for one in &found {
        if !families.contains(&one.about.key) {
            families.push(one.about.key);
        }
    }
    let mut nulls = Vec::new();
    for key in families {
        for one in found.iter().filter(|one| one.about.key == key) {
            let null = format!("{}: {}.", one.about.name, lower(one.about.null));
            if !nulls.contains(&null) {
                nulls.push(null);
            }
            let mut cells = row(material, one);
            if is_adjusted {
                cells.insert(cells.len() - 1, one.adjusted_p.map_or_else(|| Cell::text("–"), |p| p_near(p, material.facts.spec.risk.significance)));
            }
            table.rows.push(cells);
        }
    }
    table.shown = table.rows.len();
    let adjusted = if is_adjusted { ", by the adjusted p where there is one (Holm, over the model's tests that decide), else by p" } else { "" };
    table.note(format!(
        "Null hypotheses. {} Decisions at {}{adjusted}; sidedness, degrees of freedom and sources are under the definitions.",
        nulls.join(" "),
        level(material)
    ))
}

/// How many tests are decided together: "Holm-adjusted over 8 tests", "over 4 to 8 tests"; `None` where there are none.
pub(super) fn adjusted_over<'a>(found: impl Iterator<Item = &'a Found>) -> Option<String> {
    let mut sizes: Vec<usize> = found.filter_map(|one| one.family.as_ref()).map(|family| family.n_tests).collect();
    sizes.sort_unstable();
    let (least, most) = (sizes.first()?, sizes.last()?);
    Some(match (*least, *most) {
        (least, most) if least == most => format!("Holm-adjusted over {}", counted(most, "test", "tests")),
        (least, most) => format!("Holm-adjusted over {least} to {most} tests"),
    })
}

/// "p 0.030, adjusted 0.120"; of a test that is decided by itself "p 0.030".
fn p_words(found: &Found, p_value: f64) -> String {
    let adjusted = found.adjusted_p.map_or(String::new(), |adjusted| format!(", adjusted {}", format::p_value(adjusted)));
    format!("p {}{adjusted}", format::p_value(p_value))
}

fn row(material: &Material<'_>, one: &Found) -> Vec<Cell> {
    let test = one.test();
    let significance = material.facts.spec.risk.significance;
    let (name, value) = match one.about.form {
        Form::Test(name) => (name, Cell::outcome(&test.as_ref().map(|test| test.statistic), short)),
        Form::ExactTest => ("events", Cell::outcome(&test.as_ref().map(|test| test.statistic), |value| Cell::Count(value as u64))),
        Form::Number | Form::Interval => ("", Cell::na("nothing is tested")),
    };
    let df = test.value().and_then(|test| test.df);
    vec![
        Cell::text(one.about.name),
        Cell::text(label(material, &one.subject)),
        count(one.n),
        Cell::text(name),
        value,
        df.map_or_else(|| Cell::text("–"), |df| Cell::Count(df as u64)),
        p_cell(test.value().map(|test| test.p_value), significance, &test),
        decision(one),
    ]
}

fn p_cell(p_value: Option<f64>, significance: f64, test: &crate::stat::Outcome<crate::stat::Test>) -> Cell {
    match p_value {
        Some(p_value) => p_near(p_value, significance),
        None => Cell::outcome(&test.as_ref().map(|test| test.p_value), Cell::PValue),
    }
}

/// A p-value with so many digits that one sees on which side of the bound it is.
pub(in crate::report) fn p_near(p_value: f64, bound: f64) -> Cell {
    if format::p_value(p_value) != format::p_value(bound) || p_value == bound {
        return Cell::PValue(p_value);
    }
    let digits = (2..=12_u8).find(|&digits| format::number(p_value, digits) != format::number(bound, digits)).unwrap_or(12);
    Cell::Number { value: p_value, digits }
}

/// A decision in colour and words.
pub(super) fn decision(found: &Found) -> Cell {
    match found.decision {
        Some(Decision::Rejected(words)) => {
            // Red is a limit that is breached; a test that does not decide colours nothing.
            let state = if found.about.tier == Tier::Verdict { State::Amber } else { State::Neutral };
            Cell::verdict(state, words)
        }
        Some(Decision::NotRejected) if found.rejects_alone() => Cell::verdict(State::Neutral, "not rejected after adjustment"),
        Some(Decision::NotRejected) => Cell::verdict(State::Green, "not rejected"),
        Some(Decision::Descriptive) => Cell::verdict(State::Neutral, "descriptive only: targets overlap"),
        Some(Decision::NotJudged) | None => Cell::verdict(State::Neutral, "not judged"),
    }
}

/// What a measure found, in words: "`ewma` 99 %: VaR is too low (coverage, exact: 26 events, n = 1,685, p 0.013)".
///
/// A number is named and nothing is said of it; a test speaks by the direction of its evidence.
pub(super) fn failure(material: &Material<'_>, found: &Found) -> String {
    let who = label(material, &found.subject);
    let n = format::count(found.n as u64);
    let name = lower(found.about.name);
    match (found.test(), found.rejection()) {
        (crate::stat::Outcome::Value(test), words) => {
            let statistic = match found.about.form {
                Form::Test(symbol) => format!("{symbol} {}, ", format::number(test.statistic, 3)),
                Form::ExactTest => format!("{} observed, ", format::count(test.statistic as u64)),
                Form::Number | Form::Interval => String::new(),
            };
            let words = words.unwrap_or(match found.decision {
                Some(Decision::Descriptive) => "descriptive only, targets overlap",
                Some(Decision::NotRejected) if found.rejects_alone() => "not rejected after adjustment",
                Some(Decision::Rejected(_) | Decision::NotRejected | Decision::NotJudged) | None => "not rejected at the report's level",
            });
            // One row a loan: loans do not overlap, yet defaults come together.
            let of_loans = matches!(found.subject.quantity, Some(Quantity::Probability)) && 1 < material.summary.horizon;
            let taken = if of_loans && found.about.overlap == Overlap::Descriptive { ", loans taken as independent" } else { "" };
            format!("{who}: {words} ({name}: {statistic}n = {n}, {}{taken})", p_words(found, test.p_value))
        }
        (crate::stat::Outcome::Undefined(_), _) => format!("{name} of {who}, n = {n}"),
    }
}

/// "2 of 8 tests reject"; `None` where none was decided.
pub(super) fn tally<'a>(found: impl Iterator<Item = &'a Found>) -> Option<String> {
    let (mut n, mut rejected) = (0, 0);
    for one in found {
        match one.decision {
            Some(Decision::Rejected(_)) => {
                n += 1;
                rejected += 1;
            }
            Some(Decision::NotRejected) => n += 1,
            Some(Decision::Descriptive | Decision::NotJudged) | None => {}
        }
    }
    match (n, rejected) {
        (0, _) => None,
        (n, 0) => Some(format!("none of {} rejects", counted(n, "test", "tests"))),
        (n, 1) => Some(format!("1 of {} rejects", counted(n, "test", "tests"))),
        (n, rejected) => Some(format!("{rejected} of {} reject", counted(n, "test", "tests"))),
    }
}

/// The words with a small first letter, but where they begin with an abbreviation: "ES, depth" stays.
pub(super) fn lower(words: &str) -> String {
    let mut letters = words.chars();
    let Some(first) = letters.next() else { return String::new() };
    if letters.clone().next().is_some_and(char::is_uppercase) {
        return words.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_keeps_its_capitals_within_a_sentence() {
        assert_eq!(
            (lower("ES, depth (Z1)"), lower("Coverage, exact"), lower("")),
            ("ES, depth (Z1)".into(), "coverage, exact".into(), String::new())
        );
    }

    #[test]
    fn a_p_value_beside_its_bound_shows_on_which_side_it_is() {
        let printed = |p: f64| p_near(p, 0.05).printed();
        assert_eq!(printed(0.050_09).as_deref(), Some("0.0501"));
        assert_eq!(printed(0.049_999).as_deref(), Some("0.049999"));
        assert_eq!(printed(0.05).as_deref(), Some("0.050"));
        assert_eq!(printed(0.034).as_deref(), Some("0.034"));
    }
}
