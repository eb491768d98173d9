//! What changed since the previous run: limits crossed first, then numbers with a limit, then the rest by size.

mod limit;

use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::metric;
use crate::report::page::{Block, Column, Section, Table};
use crate::report::previous::{Moved, Previous, as_read, moved};
use crate::spec::Limit;
use crate::stat::{Metric, Outcome, Unit};

use super::pieces::{capital, counted};
use limit::Fate;

/// A number without a limit is listed when it moved by more than this share of its size.
const THRESHOLD: f64 = 0.05;
/// Differences of p-values below this say nothing.
const P_VALUE_DUST: f64 = 0.001;
/// Limits crossed that page one names.
const N_CROSSED: usize = 3;

/// Why a number is listed; the first is read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// It was on one side of its limit and is on the other.
    Crossed {
        /// Whether it is within the limit now.
        is_within: bool,
    },
    /// It has a limit.
    Limited,
    /// It moved by more than the threshold.
    Large,
}

pub(super) fn section(material: &Material<'_>) -> Section {
    let Some(previous) = material.previous else {
        let mut section = Section::new("changed", "What changed: first run");
        section.blocks.push(Block::Text("There is no earlier run of this report to compare with.".to_owned()));
        return section;
    };
    let metrics = &material.summary.metrics.0;
    let now = metrics.iter().map(|(name, metric)| (name.clone(), metric.value.value().copied().and_then(as_read))).collect();
    let all = moved(&previous.metrics, &now);
    let unit = |name: &str| metrics.get(name).map_or(Unit::Number, |metric| metric.unit);
    let listed = listed(&all, &material.facts.spec.limits, unit);
    let fates = limit::fates(material, previous);
    let mut section = Section::new("changed", title(previous, all.len(), &listed, &fates));
    if !fates.is_empty() {
        section.blocks.push(Block::List(fates.iter().map(|fate| format!("{}.", capital(&fate.words))).collect()));
    }
    let inputs = previous.inputs.differences(material.inputs);
    let inputs: Vec<String> = inputs.into_iter().filter(|line| !line.contains("previous run")).collect();
    if inputs.is_empty() {
        section.blocks.push(Block::Text("Spec, SQL, templates and data files are the same; only the as-of date differs.".to_owned()));
    } else {
        section.blocks.push(Block::List(inputs));
    }
    section.blocks.extend(added(material).map(Block::Text));
    if !listed.is_empty() {
        section.blocks.push(Block::Table(table(material, previous, &listed, all.len())));
    }
    section
}

/// What page one says: limits crossed, then how much moved; or that this is the first run.
pub(super) fn lines(material: &Material<'_>) -> Vec<String> {
    let Some(previous) = material.previous else { return vec!["First run: nothing to compare with".to_owned()] };
    let metrics = &material.summary.metrics.0;
    let now = metrics.iter().map(|(name, metric)| (name.clone(), metric.value.value().copied().and_then(as_read))).collect();
    let all = moved(&previous.metrics, &now);
    let fates = limit::fates(material, previous);
    let mut lines: Vec<String> = fates.iter().take(N_CROSSED).map(|fate| capital(&fate.words)).collect();
    if lines.is_empty() {
        lines.push(format!("No limit crossed or moved since {}", previous.as_of));
    }
    if N_CROSSED < fates.len() {
        lines.push(format!("{} more limits ([#changed])", fates.len() - N_CROSSED));
    }
    let n_inputs = previous.inputs.differences(material.inputs).into_iter().filter(|line| !line.contains("previous run")).count();
    lines.push(if n_inputs == 0 {
        "Spec, SQL, templates and files are the same".to_owned()
    } else {
        counted(n_inputs, "input changed", "inputs changed")
    });
    lines.push(format!("{} ([#changed])", counted(all.len(), "number moved", "numbers moved")));
    lines
}

/// What is worth reading, and why: limits crossed, numbers with a limit, and others that moved by more than 5 %, largest first.
fn listed<'a>(all: &'a [Moved], limits: &[Limit], unit: impl Fn(&str) -> Unit) -> Vec<(&'a Moved, Why)> {
    let mut listed: Vec<(&Moved, Why)> = all
        .iter()
        .filter_map(|moved| Some((moved, why(moved, limits.iter().find(|limit| limit.metric == moved.metric), unit(&moved.metric))?)))
        .collect();
    listed.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| size(b.0, unit(&b.0.metric)).total_cmp(&size(a.0, unit(&a.0.metric)))));
    listed
}

fn why(moved: &Moved, limit: Option<&Limit>, unit: Unit) -> Option<Why> {
    if let (Unit::PValue, Some(before), Some(after)) = (unit, moved.before, moved.after)
        && limit.is_none()
        && (after - before).abs() < P_VALUE_DUST
    {
        return None;
    }
    match limit {
        Some(limit) if is_within(limit, moved.before) != is_within(limit, moved.after) => {
            Some(Why::Crossed { is_within: is_within(limit, moved.after) == Some(true) })
        }
        Some(_) => Some(Why::Limited),
        None => (THRESHOLD < size(moved, unit)).then_some(Why::Large),
    }
}

/// `None` for an undefined number, which is on neither side.
fn is_within(limit: &Limit, value: Option<f64>) -> Option<bool> {
    value.map(|value| limit.min.is_none_or(|min| min <= value) && limit.max.is_none_or(|max| value <= max))
}

/// How far a number moved: p-values by their difference, others by its share of the larger of the two; all the way where one is undefined.
fn size(moved: &Moved, unit: Unit) -> f64 {
    match (moved.before, moved.after, unit) {
        (Some(before), Some(after), Unit::PValue) => (after - before).abs(),
        (Some(before), Some(after), _) => (after - before).abs() / before.abs().max(after.abs()),
        (_, _, _) => 1.0,
    }
}

fn title(previous: &Previous, n_moved: usize, listed: &[(&Moved, Why)], fates: &[Fate]) -> String {
    let since = &previous.as_of;
    let crossed = fates.iter().filter(|fate| fate.is_crossed).count();
    let reset = fates.len() - crossed;
    let large = listed.iter().filter(|(_, why)| *why == Why::Large).count();
    let crossed = if crossed == 0 { String::new() } else { format!("{} crossed; ", counted(crossed, "limit", "limits")) };
    let crossed = if reset == 0 { crossed } else { format!("{crossed}{} new or moved; ", counted(reset, "limit is", "limits are")) };
    match (n_moved, large) {
        (0, _) if fates.is_empty() => format!("What changed: nothing since the run of {since}"),
        (n, 0) => format!("What changed since {since}: {crossed}{} moved, none without a limit by more than 5 %", counted(n, "number", "numbers")),
        (n, large) => {
            format!("What changed since {since}: {crossed}{} moved, {large} without a limit by more than 5 %", counted(n, "number", "numbers"))
        }
    }
}

/// How much data came in between.
fn added(material: &Material<'_>) -> Option<String> {
    let before = material.previous?.metrics.get("data.rows").copied().flatten()?;
    let now = material.facts.data.n_rows() as f64;
    Some(format!("The feature view has {} rows; it had {}.", format::count(now as u64), format::count(before as u64)))
}

fn table(material: &Material<'_>, previous: &Previous, listed: &[(&Moved, Why)], n_moved: usize) -> Table {
    let columns = vec![
        Column::words("Metric"),
        Column::numbers("Before", ""),
        Column::numbers("Now", ""),
        Column::numbers("Change", ""),
        Column::words("Limit"),
    ];
    let mut table = Table::new("moved", "Limits crossed, numbers with a limit, then others that moved by more than 5 %", columns).note(format!(
        "Against the run of {}; change is now minus before. Differences of p-values below {P_VALUE_DUST} are left out. All {n_moved} moved numbers: `plimsoll diff`.",
        previous.as_of
    ));
    table.rows = listed.iter().map(|(moved, why)| row(material, moved, *why)).collect();
    table
}

fn row(material: &Material<'_>, moved: &Moved, why: Why) -> Vec<Cell> {
    let unit = material.summary.metrics.0.get(&moved.metric).map_or(Unit::Number, |metric| metric.unit);
    let cell = |value: Option<f64>| {
        let value = value.map_or_else(|| Outcome::undefined("not defined in that run"), Outcome::Value);
        metric::cell(&Metric { value, unit, n: 0 })
    };
    // A difference of counts may be negative, and of p-values is no p-value.
    let change = moved.before.zip(moved.after).map(|(before, after)| after - before);
    let change = match (change, unit) {
        (None, _) => Cell::na("not defined in both runs"),
        (Some(change), Unit::Share) => Cell::Percent(change),
        (Some(change), Unit::Money) => Cell::Money(change),
        (Some(change), Unit::Number | Unit::PValue | Unit::Count | Unit::Target | Unit::TargetSquared) => Cell::number(change),
    };
    let limit = match why {
        Why::Crossed { is_within: true } => Cell::verdict(State::Green, "crossed, within"),
        Why::Crossed { is_within: false } => Cell::verdict(State::Red, "crossed, beyond"),
        Why::Limited => Cell::text("has a limit"),
        Why::Large => Cell::text(""),
    };
    vec![Cell::code(&moved.metric), cell(moved.before), cell(moved.after), change, limit]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Vec<Moved> {
        let moved = |metric: &str, before: Option<f64>, after: Option<f64>| Moved { metric: metric.to_owned(), before, after };
        vec![
            moved("a.little", Some(1.0), Some(1.04)),
            moved("b.much", Some(1.0), Some(1.5)),
            moved("c.dust_p", Some(1e-9), Some(1e-12)),
            moved("d.limited", Some(0.30), Some(0.301)),
            moved("e.crossed_p", Some(0.051), Some(0.049)),
            moved("f.more", Some(1.0), Some(9.0)),
            moved("g.limited_more", Some(0.3), Some(0.6)),
        ]
    }

    #[test]
    fn limits_crossed_come_first_then_limits_then_the_rest_by_size() {
        let at_least = |metric: &str, min: f64| Limit { metric: metric.to_owned(), min: Some(min), max: None };
        let limits = [at_least("d.limited", 0.1), at_least("e.crossed_p", 0.05), at_least("g.limited_more", 0.1)];
        let unit = |name: &str| if name.ends_with("_p") { Unit::PValue } else { Unit::Number };
        let all = numbers();
        let found: Vec<(&str, Why)> = listed(&all, &limits, unit).into_iter().map(|(moved, why)| (moved.metric.as_str(), why)).collect();
        let expected = [
            ("e.crossed_p", Why::Crossed { is_within: false }),
            ("g.limited_more", Why::Limited),
            ("d.limited", Why::Limited),
            ("f.more", Why::Large),
            ("b.much", Why::Large),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_number_that_lost_its_value_is_no_longer_within_its_limit() {
        let limit = Limit { metric: "x".to_owned(), min: Some(0.0), max: Some(1.0) };
        let gone = Moved { metric: "x".to_owned(), before: Some(0.5), after: None };
        assert_eq!(why(&gone, Some(&limit), Unit::Number), Some(Why::Crossed { is_within: false }));
        assert_eq!(is_within(&limit, Some(1.0)), Some(true));
        assert_eq!(is_within(&limit, Some(1.1)), Some(false));
    }
}
