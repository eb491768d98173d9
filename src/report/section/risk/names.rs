//! All names: VaR across the cross-section, descriptive only.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{confidence, count, percent, span};
use crate::stat::Assessed;
use crate::stat::var::{BASEL_DAYS, NamesCase};

/// Nothing where the headline is the only entity.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let names = &material.summary.names;
    if names.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Subhead(Subhead::new("names", heading(names))),
        Block::Text(
            "Descriptive only. Names fall together: a day on which many breach is one event, not many, so the number of forecasts says little about how far the rate may stray by chance. Read the rate for its size and the worst day for how much of the book fails at once."
                .to_owned(),
        ),
        Block::Table(table(material)),
    ]
}

fn heading(names: &[Assessed<NamesCase>]) -> String {
    let worst = names.iter().filter_map(|one| one.case.worst_day.map(|worst| (one, worst))).max_by(|a, b| a.1.1.total_cmp(&b.1.1));
    match worst {
        Some((one, (day, share))) => {
            format!("All names: on {day} {} of them breached VaR {} of `{}` at once", percent(share), confidence(one.case.tail), one.subject.model)
        }
        None => "All names".to_owned(),
    }
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("VaR"),
        Column::numbers("Forecasts", "n"),
        Column::numbers("Breaches", ""),
        Column::numbers("Rate", "%"),
        Column::numbers("Promised", "%"),
        Column::numbers("Names", ""),
        Column::numbers("Rejected", ""),
        Column::words("Worst day"),
        Column::numbers("In breach", "%"),
    ];
    let tested = &material.facts.predictions.rows;
    let data = material.facts.data;
    let known = || tested.iter().filter(|&&row| data.target[row as usize].is_some()).filter_map(|&row| data.known_on[row as usize]);
    let mut table = Table::new("names-table", "VaR of all names together", columns).note(format!(
        "Names: those with at least {BASEL_DAYS} forecasts; rejected: those among them whose number of breaches Kupiec's test (chi-square, 1 degree of freedom, two-sided) rejects at the report's level; names are not independent of each other. Period: {}.",
        span(known().min(), known().max())
    ));
    table.shown = material.summary.names.len();
    for one in &material.summary.names {
        table.rows.push(vec![
            Cell::text(format!("`{}` {}", one.subject.model, confidence(one.case.tail))),
            count(one.case.n),
            count(one.case.n_breaches),
            if one.case.n == 0 { Cell::na("there is no forecast") } else { Cell::Percent(one.case.n_breaches as f64 / one.case.n as f64) },
            Cell::Percent(one.case.tail),
            count(one.case.n_names),
            if one.case.n_names == 0 { Cell::na(format!("no name has {BASEL_DAYS} forecasts")) } else { count(one.case.n_rejected) },
            one.case.worst_day.map_or_else(|| Cell::na("there is no forecast"), |(day, _)| Cell::Date(day)),
            one.case.worst_day.map_or_else(|| Cell::na("there is no forecast"), |(_, share)| Cell::Percent(share)),
        ]);
    }
    table
}
