//! Limits and failed tests in one table: the gravest on page one, all of them in a section of their own.

use super::super::measured::{self, p_near};
use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::metric::{cell, headroom, shown, wanted};
use crate::report::page::{Column, Table};
use crate::stat::{Found, Judged, Metric, Outcome, Standing, Unit};

/// Rows on page one, so that it stays one sheet.
const N_SHOWN: usize = 10;

/// What a metric is, in words: "`ewma` 99 %: coverage, exact"; its own name in code where no measure declares it.
pub(super) fn name(material: &Material<'_>, metric: &str) -> String {
    material.summary.behind(metric).map_or_else(|| format!("`{metric}`"), |found| question(material, found))
}

fn question(material: &Material<'_>, found: &Found) -> String {
    format!("{}: {}", measured::label(material, &found.subject), measured::lower(found.about.name))
}

/// How a failed test without a limit is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// In words: page one has one line for each.
    Words,
    /// In words and by its metric, on which a limit may be set.
    Metric,
}

/// The rows of page one.
pub(super) fn gravest(material: &Material<'_>) -> Table {
    let mut table = table(material, ("limits", "Limits and failed tests"), Named::Words);
    if N_SHOWN < table.rows.len() {
        let rest = table.rows.len() - N_SHOWN;
        table.rows.truncate(N_SHOWN);
        table.note = format!("{rest} more in [#all-limits]. {}", table.note);
    }
    table.shown = table.rows.len();
    table
}

/// Every limit and every failed test; `None` where page one has them all.
pub(in crate::report::section) fn all(material: &Material<'_>) -> Option<Table> {
    let mut table = table(material, ("all-limits", "All limits and failed tests"), Named::Metric);
    table.shown = table.rows.len();
    (N_SHOWN < table.rows.len()).then_some(table)
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
fn table(material: &Material<'_>, (id, title): (&str, &str), named: Named) -> Table {
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
    table.rows.extend(summary.unlimited_rejections().into_iter().map(|found| failed(material, found, named)));
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
fn failed(material: &Material<'_>, found: &Found, named: Named) -> Vec<Cell> {
    // The p-value that decided: the adjusted one, where there is one.
    let decided = if found.adjusted_p.is_some() { "_p_holm" } else { "_p" };
    let metric = found.metrics().into_iter().map(|(name, ..)| name).find(|name| name.ends_with(decided)).unwrap_or_default();
    let p_value = found.deciding_p();
    let words = format!("{}{}", question(material, found), if found.adjusted_p.is_some() { ", adjusted p" } else { "" });
    vec![
        Cell::text(match named {
            Named::Words => words,
            Named::Metric => format!("{words} `{metric}`"),
        }),
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
