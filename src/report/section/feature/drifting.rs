//! Features that moved: which, by how much, and where in their distribution.

use super::psi;
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Table};
use crate::report::section::pieces::{short, significant};
use crate::stat::{DriftBin, FeatureSummary};

/// Siddiqi's customary bounds of a distribution that has moved a little, and one that has shifted.
const MOVED: f64 = 0.1;
pub(super) const SHIFTED: f64 = 0.25;

/// The features whose index is at or above 0.1, most shifted first; a sentence where there is none.
pub(super) fn block(material: &Material<'_>) -> Block {
    let mut moved: Vec<(&FeatureSummary, f64)> =
        material.summary.features.iter().filter_map(|feature| psi(feature).filter(|psi| MOVED <= *psi).map(|psi| (feature, psi))).collect();
    if moved.is_empty() {
        let compared = material.summary.features.iter().filter(|feature| psi(feature).is_some()).count();
        return Block::Text(format!(
            "Drifting features: none of the {compared} that could be compared has a population stability index of {MOVED} or more in the last year."
        ));
    }
    moved.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    let columns = vec![
        Column::words("Feature"),
        Column::numbers("Drift", "PSI"),
        Column::numbers("Chance alone, 5 %", "PSI"),
        Column::words("Reading"),
        Column::words("Where it moved most"),
        Column::numbers("Rows there before", "%"),
        Column::numbers("Rows there in the last year", "%"),
    ];
    let mut table = Table::new("drifting", "Drifting features, most shifted first", columns).note(format!(
        "Features with a population stability index of {MOVED} or more: the last year's rows against all before, in bins of the deciles before (Siddiqi, 2006: from {MOVED} moved, above {SHIFTED} shifted). Chance alone: Yurdakul's (2018) 5 % critical value, which many rows push far below the customary bounds. Most moved: the bin that adds most to the index.",
    ));
    table.shown = 20;
    for (feature, psi) in moved {
        let Some(drift) = feature.drift.value() else { continue };
        let reading = if SHIFTED < psi { Cell::verdict(State::Amber, "shifted") } else { Cell::text("moved") };
        let mut row = vec![Cell::code(&feature.name), Cell::Number { value: psi, digits: 2 }, short(drift.critical_value), reading];
        match drift.bins.iter().max_by(|a, b| a.contribution.total_cmp(&b.contribution)) {
            None => row.extend(std::iter::repeat_n(Cell::na("no bin"), 3)),
            Some(bin) => row.extend([
                Cell::text(place(bin)),
                Cell::Percent(bin.n_reference as f64 / drift.n_reference as f64),
                Cell::Percent(bin.n_current as f64 / drift.n_current as f64),
            ]),
        }
        table.rows.push(row);
    }
    Block::Table(table)
}

/// A bin in words.
fn place(bin: &DriftBin) -> String {
    let shown = |value: f64| match significant(value) {
        Cell::Number { value, digits } => format::number(value, digits),
        _ => value.to_string(),
    };
    match (bin.is_missing, bin.above, bin.up_to) {
        (true, _, _) => "missing".to_owned(),
        (false, Some(above), Some(up_to)) => format!("{} and {}", shown(above), shown(up_to)),
        (false, Some(above), None) => format!("above {}", shown(above)),
        (false, None, Some(up_to)) => format!("up to {}", shown(up_to)),
        (false, None, None) => "all values".to_owned(),
    }
}
