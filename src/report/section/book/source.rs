//! Where the profit came from: the best days and the best names.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::percent;
use crate::stat::{N_BEST, Outcome, StrategySummary};

/// Nothing where the first book has no day.
pub(super) fn blocks(material: &Material<'_>, first: &StrategySummary) -> Vec<Block> {
    if first.best.days.is_empty() {
        return Vec::new();
    }
    vec![Block::Subhead(Subhead::new("book-source", heading(first))), Block::Table(table(material, &material.summary.strategies[..1]))]
}

/// Those of every book, where there is more than one.
pub(super) fn record(material: &Material<'_>) -> Option<Block> {
    let strategies = &material.summary.strategies;
    let is_told = 1 < strategies.len() && strategies.iter().any(|summary| !summary.best.days.is_empty());
    is_told.then(|| Block::Table(Table { id: "book-sources".to_owned(), ..table(material, strategies) }))
}

fn heading(first: &StrategySummary) -> String {
    match (&first.best.days_share, &first.best.names_share) {
        (Outcome::Value(days), Outcome::Value(names)) => {
            format!("Profit of `{}`: {} from its {N_BEST} best days, {} from its {N_BEST} best names", first.model, percent(*days), percent(*names))
        }
        (_, _) => format!("`{}` made no profit; its {N_BEST} best days and names", first.model),
    }
}

fn table(material: &Material<'_>, strategies: &[StrategySummary]) -> Table {
    let columns =
        vec![Column::words("Model"), Column::words("Day or name"), Column::numbers("Net return", "%"), Column::numbers("Share of the profit", "%")];
    let mut table = Table::new("book-source-table", format!("The {N_BEST} best days and names"), columns)
        .note("Profit is the sum of daily returns after costs, not compounded; a name's part is the sum of weight x return less the costs of trading it. Shares above 100 %: the rest lost.");
    for summary in strategies {
        let profit = |part: f64, all: &[f64], share: &Outcome<f64>| match share {
            Outcome::Value(share) => Cell::Percent(share * part / all.iter().sum::<f64>()).checked(),
            Outcome::Undefined(reason) => Cell::na(reason),
        };
        let days: Vec<f64> = summary.best.days.iter().map(|day| day.value).collect();
        let names: Vec<f64> = summary.best.names.iter().map(|name| name.net_return).collect();
        table.rows.extend(summary.best.days.iter().map(|day| {
            vec![Cell::code(&summary.model), Cell::Date(day.start), Cell::Percent(day.value), profit(day.value, &days, &summary.best.days_share)]
        }));
        table.rows.extend(summary.best.names.iter().map(|name| {
            let entity = Cell::code(&material.facts.data.entities[name.entity as usize]);
            vec![Cell::code(&summary.model), entity, Cell::Percent(name.net_return), profit(name.net_return, &names, &summary.best.names_share)]
        }));
    }
    table.shown = table.rows.len();
    table
}
