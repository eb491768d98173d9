//! Monthly returns: a heat map of the first book, a table of all.

use std::collections::BTreeMap;

use crate::report::cell::Cell;
use crate::report::chart::{HeatMap, HeatRow, Size, heat_map};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table};
use crate::report::section::pieces::{counted, percent, share};
use crate::stat::{Strategy, StrategySummary};

/// Months printed; the rest is in `summary.json`.
const N_SHOWN: usize = 12;

/// Nothing where the first book has no returns.
pub(super) fn blocks(first: &StrategySummary) -> Vec<Block> {
    let Some(net) = first.net.value() else { return Vec::new() };
    vec![Block::Subhead(Subhead::new("months", heading(&first.model, net))), Block::Figure(figure(&first.model, net))]
}

/// Every month of every book, for the record.
pub(super) fn record(material: &Material<'_>) -> Option<Block> {
    let strategies = &material.summary.strategies;
    strategies.iter().any(|summary| summary.net.value().is_some()).then(|| Block::Table(table(strategies)))
}

fn heading(model: &str, net: &Strategy) -> String {
    let months = || net.years.iter().flat_map(|year| year.months).flatten();
    let won = months().filter(|&month| 0.0 < month).count();
    format!("`{model}` gained in {won} of {} ({})", counted(months().count(), "month", "months"), share(won, months().count()))
}

fn figure(model: &str, net: &Strategy) -> Figure {
    let rows = net.years.iter().map(|year| HeatRow { year: year.year, months: year.months, total: Some(year.total) }).collect();
    let chart = HeatMap { label: format!("Monthly returns of {model} after costs"), title: "Return after costs, %".to_owned(), rows };
    let month = |day: crate::day::Day| format!("{}-{:02}", day.year(), day.month());
    let note = format!(
        "Best month {} ({}), worst {} ({}). Blue is a gain, orange a loss. Months and years at either end may be partial. n = {} days, {} to {}.",
        month(net.best_month.start),
        percent(net.best_month.value),
        month(net.worst_month.start),
        percent(net.worst_month.value),
        format::count(net.n as u64),
        net.first,
        net.last
    );
    Figure::half("book-months", format!("Monthly returns of `{model}` after costs"), note, heat_map(&chart, Size::Half))
}

/// Newest first, so that what is printed is the last year.
fn table(strategies: &[StrategySummary]) -> Table {
    let mut columns = vec![Column::words("Month")];
    columns.extend(strategies.iter().map(|summary| Column::numbers(&summary.model, "%")));
    let mut by_month: BTreeMap<(i32, usize), Vec<Option<f64>>> = BTreeMap::new();
    for (at, net) in strategies.iter().enumerate().filter_map(|(at, summary)| summary.net.value().map(|net| (at, net))) {
        for (year, idx, value) in net.years.iter().flat_map(|year| (0..12).filter_map(|idx| year.months[idx].map(|value| (year.year, idx, value)))) {
            by_month.entry((year, idx)).or_insert_with(|| vec![None; strategies.len()])[at] = Some(value);
        }
    }
    let mut table = Table::new("book-months-table", "Monthly returns after costs, newest first", columns)
        .note(format!("n = {}.", counted(by_month.len(), "month", "months")));
    table.shown = N_SHOWN;
    for ((year, idx), values) in by_month.into_iter().rev() {
        let cells = values.into_iter().map(|value| value.map_or_else(|| Cell::na("the book held nothing in the month"), Cell::Percent));
        table.rows.push(std::iter::once(Cell::text(format!("{year}-{:02}", idx + 1))).chain(cells).collect());
    }
    table
}
