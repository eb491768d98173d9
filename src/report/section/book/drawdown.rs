//! The worst drawdowns, by date.

use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{counted, percent};
use crate::stat::{Drawdown, N_DRAWDOWNS, N_LOSERS, StrategySummary};

/// Nothing where no book was ever below its peak.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let strategies = &material.summary.strategies;
    let found: Vec<(&str, &Drawdown)> = strategies
        .iter()
        .filter_map(|summary| summary.net.value().map(|net| (summary.model.as_str(), net)))
        .flat_map(|(model, net)| net.drawdowns.iter().map(move |spell| (model, spell)))
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    vec![Block::Subhead(Subhead::new("drawdowns", heading(&found))), Block::Table(table(&found)), Block::Table(by_name(material, &strategies[..1]))]
}

/// Those of every book, where there is more than one.
pub(super) fn record(material: &Material<'_>) -> Option<Block> {
    let strategies = &material.summary.strategies;
    let is_told = 1 < strategies.len() && strategies.iter().any(|summary| !summary.drawdowns.is_empty());
    is_told.then(|| Block::Table(Table { id: "drawdowns-by-name-all".to_owned(), ..by_name(material, strategies) }))
}

fn heading(found: &[(&str, &Drawdown)]) -> String {
    let first = found[0].0;
    let open = found.iter().find(|(model, spell)| *model == first && spell.recovery.is_none());
    match open {
        Some((model, spell)) => {
            format!("`{model}` has been below its peak of {} for {}", spell.peak, counted(spell.n_days.unsigned_abs() as usize, "day", "days"))
        }
        None => format!("`{first}` has recovered from its worst drawdowns"),
    }
}

fn table(found: &[(&str, &Drawdown)]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::words("Peak"),
        Column::words("Trough"),
        Column::words("Recovery"),
        Column::numbers("Depth", "%"),
        Column::numbers("Calendar days", ""),
    ];
    let mut table = Table::new("drawdowns-table", "Worst drawdowns after costs", columns)
        .note(format!("The {N_DRAWDOWNS} deepest of each model. Days from the peak to the recovery, or to the last day of the test. The start of the book counts as a peak."));
    table.shown = found.len();
    for (model, spell) in found {
        table.rows.push(vec![
            Cell::code(*model),
            Cell::Date(spell.peak),
            Cell::Date(spell.trough),
            spell.recovery.map_or_else(|| Cell::verdict(State::Amber, "not yet"), Cell::Date),
            Cell::Percent(spell.depth),
            Cell::Count(u64::from(spell.n_days.unsigned_abs())),
        ]);
    }
    table
}

/// Who lost in each of them; the parts of all names are the depth.
fn by_name(material: &Material<'_>, strategies: &[StrategySummary]) -> Table {
    let mut columns = vec![Column::words("Model"), Column::words("Peak"), Column::words("Trough"), Column::numbers("Depth", "%")];
    columns.push(Column::words("Lost most"));
    columns.extend([Column::numbers("All others", "%"), Column::numbers("Names", "")]);
    let mut table = Table::new("drawdowns-by-name", "Worst drawdowns by name", columns).note(format!(
        "The {N_LOSERS} names that lost most from the peak to the trough. A part is the name's money after costs over the wealth at the peak; the parts of all names are the depth. Names: held or traded in the spell."
    ));
    for summary in strategies {
        for split in &summary.drawdowns {
            let told =
                |loser: &crate::book::NameOfBook| format!("`{}` {}", material.facts.data.entities[loser.entity as usize], percent(loser.net_return));
            let losers: Vec<String> = split.losers.iter().map(told).collect();
            table.rows.push(vec![
                Cell::code(&summary.model),
                Cell::Date(split.spell.peak),
                Cell::Date(split.spell.trough),
                Cell::Percent(split.spell.depth),
                if losers.is_empty() { Cell::na("no name lost in the spell") } else { Cell::text(losers.join(", ")) },
                Cell::Percent(split.rest),
                Cell::Count(split.n_names as u64),
            ]);
        }
    }
    table.shown = table.rows.len();
    table
}
