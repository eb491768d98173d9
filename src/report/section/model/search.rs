//! Searches inside the windows: which settings and features they chose.

use std::collections::BTreeMap;

use super::Fits;
use crate::model::Card;
use crate::report::cell::Cell;
use crate::report::page::{Block, Column, Table, anchor};
use crate::spec::ModelSpec;

/// What was tried, and what was not.
pub(super) fn sentence(specs: &[ModelSpec]) -> String {
    let inside = "Imputation, scaling and the dropping of constant columns are fitted inside the window.";
    let trials = |model: &ModelSpec| model.tune.as_ref().map(|tune| format!("`{}` from {} combinations", model.name, tune.trials.len()));
    let searched: Vec<String> = specs.iter().filter_map(trials).collect();
    if searched.is_empty() {
        return format!(
            "Settings are the spec's in every window, one counted trial for each model: nothing was tuned within the run, and what its author tried before cannot be known. {inside}"
        );
    }
    format!(
        "Settings are chosen anew in each window, on inner folds of its training rows, for {}; other models have the spec's in every window, one trial each. {inside}",
        searched.join(", ")
    )
}

/// The settings of each window, and how often each feature was kept, where a model searched for them.
pub(super) fn blocks(fits: &Fits<'_>) -> Vec<Block> {
    let chosen = fits.cards.iter().any(|card| !card.chosen.is_empty()).then(|| chosen(fits));
    let kept = fits.cards.iter().any(|card| !card.kept.is_empty()).then(|| kept(&fits.spec.name, fits.cards));
    chosen.into_iter().chain(kept).map(Block::Table).collect()
}

fn chosen(fits: &Fits<'_>) -> Table {
    let (name, cards) = (&fits.spec.name, fits.cards);
    let names: Vec<String> =
        cards.iter().find(|card| !card.chosen.is_empty()).map_or(vec![], |card| card.chosen.iter().map(|(name, _)| name.clone()).collect());
    let mut columns = vec![Column::numbers("Window", ""), Column::words("Test from")];
    columns.extend(names.iter().map(Column::words));
    let n_trials = cards.iter().map(|card| card.trials.len()).max().unwrap_or(0);
    let mut table = Table::new(anchor(&format!("chosen-{name}")), format!("Settings that `{name}` chose"), columns)
        .note(format!(
            "The best of {n_trials} combinations on inner folds of the window's training rows, in the order of time; the score of every one is in `models/{name}.json`. Settings that change from window to window matter little, or the folds cannot tell them apart."
        ));
    for (window, card) in fits.windows.iter().zip(cards) {
        let mut row = vec![Cell::Count(u64::from(window.idx) + 1), Cell::Date(window.test.start)];
        row.extend(names.iter().map(|name| match card.chosen.iter().find(|(other, _)| other == name) {
            Some((_, value)) => Cell::text(value),
            None => Cell::na("no search"),
        }));
        table.rows.push(row);
    }
    table
}

fn kept(name: &str, cards: &[&Card]) -> Table {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for feature in cards.iter().flat_map(|card| &card.kept) {
        *counts.entry(feature).or_default() += 1;
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let columns = vec![Column::words("Feature"), Column::numbers("Windows", ""), Column::numbers("Share", "%")];
    let mut table = Table::new(anchor(&format!("kept-{name}")), format!("Features that `{name}` kept"), columns)
        .note(format!("Of {} windows, each of which chose on its own training rows; features never kept are not listed.", cards.len()));
    for (feature, n) in counts {
        table.rows.push(vec![Cell::code(feature), Cell::Count(n), Cell::Percent(n as f64 / cards.len() as f64)]);
    }
    table
}
