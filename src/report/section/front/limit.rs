//! Limits and failed tests in one table: the gravest on page one, all of them in a section of their own.

use super::super::measured::{self, p_near};
use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::metric::{cell, shown, wanted};
use crate::report::page::{Column, Table};
use crate::stat::{Found, Judged, Metric, Outcome, Standing, Unit};

/// Rows on page one, so that it stays one sheet.
const N_SHOWN: usize = 8;

/// Distance of a value within its limit, as a share of the larger of the two: 0 on the limit, 1 far within; negative beyond it.
///
/// `None` where the value is not defined, or the limit is 0, of which nothing is a share.
pub(super) fn headroom(judged: &Judged) -> Option<f64> {
    let value = *judged.metric.value.value()?;
    let of = |bound: f64, within: f64| (bound != 0.0).then(|| within / value.abs().max(bound.abs()));
    let below = judged.limit.min.map(|min| of(min, value - min));
    let above = judged.limit.max.map(|max| of(max, max - value));
    below.into_iter().chain(above).collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::min)
}

/// What a metric is, in words: "`ewma` 99 %: coverage, exact"; its own name in code where no measure declares it.
pub(super) fn name(material: &Material<'_>, metric: &str) -> String {
    material.summary.behind(metric).map_or_else(|| format!("`{metric}`"), |found| question(material, found))
}

fn question(material: &Material<'_>, found: &Found) -> String {
    format!("{}: {}", measured::label(material, &found.subject), measured::lower(found.about.name))
}

/// The rows of page one.
pub(super) fn gravest(material: &Material<'_>) -> Table {
    let mut table = table(material, "limits", "Limits and failed tests");
    if N_SHOWN < table.rows.len() {
        let rest = table.rows.len() - N_SHOWN;
        table.rows.truncate(N_SHOWN);
        table.note = format!("{rest} more in [#all-limits]. {}", table.note);
    }
    table.shown = table.rows.len();
    table
}

/// Every limit and every failed test.
pub(in crate::report::section) fn all(material: &Material<'_>) -> Table {
    let mut table = table(material, "all-limits", "All limits and failed tests");
    table.shown = table.rows.len();
    table
}

/// "6 limits, all kept; 3 of 14 deciding tests reject".
pub(in crate::report::section) fn titled(material: &Material<'_>) -> String {
    let summary = material.summary;
    let n = summary.judged.len();
    let kept = summary.n_limits(Standing::Kept);
    let limits = match n {
        0 => "no limit is set".to_owned(),
        n if kept == n => format!("{n} of {n} limits kept"),
        n => format!("{kept} of {n} limits kept"),
    };
    let n_tests = summary.decided().count();
    let n_rejected = summary.decided().filter(|found| found.rejection().is_some()).count();
    let tests = if n_tests == 0 { "no test decides".to_owned() } else { format!("{n_rejected} of {n_tests} deciding tests reject") };
    format!("Limits and tests: {limits}; {tests}")
}

/// Failures first, then what could not be judged, then what is kept, by headroom.
fn table(material: &Material<'_>, id: &str, title: &str) -> Table {
    let summary = material.summary;
    let columns = vec![
        Column::words("Check"),
        Column::numbers("Value", ""),
        Column::words("Limit"),
        Column::words("Headroom"),
        Column::numbers("Before", ""),
        Column::numbers("n", ""),
        Column::words("State"),
    ];
    let mut table = Table::new(id, title, columns).note(
        "A value on its limit keeps it. Headroom: distance within the limit as a share of the larger of value and limit; none is told where the limit is 0. n: observations.",
    );
    let of = |standing: Standing| summary.judged.iter().filter(move |judged| judged.standing == standing);
    let mut kept: Vec<&Judged> = of(Standing::Kept).collect();
    kept.sort_by(|a, b| headroom(a).unwrap_or(f64::INFINITY).total_cmp(&headroom(b).unwrap_or(f64::INFINITY)));
    table.rows.extend(of(Standing::Breached).map(|judged| row(material, judged)));
    table.rows.extend(summary.unlimited_rejections().into_iter().map(|found| failed(material, found)));
    table.rows.extend(of(Standing::NotJudged).chain(kept).map(|judged| row(material, judged)));
    table
}

fn row(material: &Material<'_>, judged: &Judged) -> Vec<Cell> {
    let state = match judged.standing {
        Standing::Kept => Cell::verdict(State::Green, "kept"),
        Standing::Breached => Cell::verdict(State::Red, "breached"),
        Standing::NotJudged => Cell::verdict(State::Amber, "not judged"),
    };
    let metric = &judged.limit.metric;
    vec![
        Cell::text(if material.summary.behind(metric).is_some() { format!("{} `{metric}`", name(material, metric)) } else { format!("`{metric}`") }),
        limited(judged),
        Cell::text(wanted(judged).replace("limit: ", "")),
        headroom(judged).map_or_else(|| Cell::text(""), Cell::Bar),
        before(material, metric, judged.metric.unit),
        Cell::Count(judged.metric.n),
        state,
    ]
}

/// A test that fails and that no limit holds.
fn failed(material: &Material<'_>, found: &Found) -> Vec<Cell> {
    let metric = found.metrics().pop().map_or_else(String::new, |(name, ..)| name);
    let p_value = found.test().map(|test| test.p_value);
    vec![
        Cell::text(format!("{} `{metric}`", question(material, found))),
        p_value.value().map_or_else(|| Cell::outcome(&p_value, Cell::PValue), |&p| p_near(p, material.facts.spec.risk.significance)),
        Cell::text("none set"),
        Cell::text(""),
        before(material, &metric, Unit::PValue),
        Cell::Count(found.n as u64),
        Cell::verdict(State::Amber, found.rejection().unwrap_or_default()),
    ]
}

fn before(material: &Material<'_>, metric: &str, unit: Unit) -> Cell {
    let value = material.previous.and_then(|previous| previous.metrics.get(metric).copied().flatten());
    value.map_or_else(|| Cell::text("–"), |value| Cell::text(shown(&Metric { value: Outcome::Value(value), unit, n: 0 })))
}

/// A metric beside its limit, with so many digits that one sees on which side it is.
fn limited(judged: &Judged) -> Cell {
    match (&judged.metric.value, judged.metric.unit, judged.limit.min.or(judged.limit.max)) {
        (Outcome::Value(value), Unit::PValue, Some(bound)) => p_near(*value, bound),
        (_, _, _) => cell(&judged.metric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Limit;

    fn judged(value: f64, min: Option<f64>, max: Option<f64>) -> Judged {
        let limit = Limit { metric: "x".to_owned(), min, max };
        Judged { limit, metric: Metric { value: Outcome::Value(value), unit: Unit::Number, n: 1 }, standing: Standing::Kept }
    }

    #[test]
    fn headroom_is_the_share_of_the_larger_of_value_and_limit() {
        // 0.05 of 0.20 is a quarter; a drawdown of 18 % against a limit of 24 % leaves a quarter.
        assert_eq!(headroom(&judged(0.2, Some(0.05), None)), Some(0.75));
        assert_eq!(headroom(&judged(-0.18, Some(-0.24), None)), Some((0.24 - 0.18) / 0.24));
        assert_eq!(headroom(&judged(0.05, Some(0.05), None)), Some(0.0));
        assert_eq!(headroom(&judged(5.0, Some(1.0), Some(4.0))), Some(-0.2));
        assert_eq!(headroom(&judged(0.03, Some(0.0), None)), None);
    }
}
