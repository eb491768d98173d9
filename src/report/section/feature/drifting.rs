//! Features that moved: which, by how much, where in their distribution, and what is not judged.

use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Table};
use crate::report::section::pieces::{of, short, significant};
use crate::stat::{Drift, DriftBin, FeatureSummary, MOVED, Outcome, SHIFTED, Stability};

/// The features whose index is at or above 0.1, largest first; what is not judged, and why.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let features = &material.summary.features;
    let mut moved: Vec<(&FeatureSummary, &Drift)> = features
        .iter()
        .filter_map(|feature| Some((feature, feature.drift.value()?)))
        .filter(|(_, drift)| drift.stability() != Stability::Stable)
        .collect();
    moved.sort_by(|a, b| b.1.psi.total_cmp(&a.1.psi).then_with(|| a.0.name.cmp(&b.0.name)));
    let mut blocks = Vec::new();
    if !moved.is_empty() {
        blocks.push(Block::Table(table(&moved)));
    } else if features.iter().any(|feature| feature.drift.value().is_some()) {
        let compared = features.iter().filter(|feature| feature.drift.value().is_some()).count();
        blocks.push(Block::Text(format!(
            "No drift: none of {compared} features has a population stability index of {MOVED} or more in the last year."
        )));
    }
    blocks.extend(not_judged(features).map(Block::Text));
    blocks
}

fn table(moved: &[(&FeatureSummary, &Drift)]) -> Table {
    let columns = vec![
        Column::words("Feature"),
        Column::numbers("Drift", "PSI"),
        Column::numbers("Chance alone, 5 %", "PSI"),
        Column::numbers("A year is worth", "independent rows"),
        Column::words("Reading"),
        Column::words("Where it moved most"),
        Column::numbers("Rows there before", "%"),
        Column::numbers("Rows there in the last year", "%"),
    ];
    let mut table = Table::new("drifting", "Drifting features, largest index first", columns).note(format!(
        "Features with a population stability index of {MOVED} or more: the last year's rows against all before, in bins of the deciles before. Rows in which an entity's history for the feature is not full yet are left out on both sides. Chance alone: what 19 of 20 years stay below when none drifts, given how much earlier whole years differ. Moved from {MOVED}, shifted above {SHIFTED} (Siddiqi, 2006), where that is more than chance. Most moved: the bin that adds most to the index."
    ));
    for (feature, drift) in moved {
        let reading = match drift.stability() {
            Stability::Shifted => Cell::verdict(State::Amber, "shifted"),
            Stability::Moved => Cell::text("moved"),
            Stability::Usual if SHIFTED < drift.psi => Cell::text("large; years differ as much"),
            Stability::Usual => Cell::text("years differ as much"),
            Stability::Stable | Stability::NotJudged => Cell::verdict(State::Neutral, "not judged"),
        };
        let mut row = vec![
            Cell::code(&feature.name),
            Cell::Number { value: drift.psi, digits: 2 },
            of(&drift.chance, |chance| chance.critical_value, short),
            of(&drift.chance, |chance| chance.n_effective, |value| Cell::Number { value, digits: 2 }),
            reading,
        ];
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
    table
}

/// Features that have no index, by reason.
fn not_judged(features: &[FeatureSummary]) -> Option<String> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for feature in features {
        let Outcome::Undefined(reason) = &feature.drift else { continue };
        let name = format!("`{}`", feature.name);
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let sentences: Vec<String> = reasons.iter().map(|(reason, names)| format!("{} ({reason})", names.join(", "))).collect();
    (!sentences.is_empty()).then(|| format!("Drift is not judged of {}.", sentences.join("; ")))
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
