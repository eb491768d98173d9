//! Settings of the models: those of the spec, and those that a search chose.

use std::collections::{BTreeMap, BTreeSet};

use super::Models;
use crate::model::Card;
use crate::report::cell::Cell;
use crate::report::page::{Column, Table};
use crate::report::section::pieces::counted;
use crate::spec::{ModelKind, ModelSpec};

/// Values of a searched setting that are named; the others are counted.
const N_VALUES: usize = 3;

pub(super) fn table(models: &Models<'_>) -> Table {
    let columns = vec![Column::words("Model"), Column::words("Kind"), Column::words("Asked for"), Column::words("Settings")];
    let mut note = "Every setting, defaults included; `plimsoll check --explain` says what each means.".to_owned();
    if models.specs.iter().any(|spec| spec.tune.is_some()) {
        note.push_str(" Settings in brackets were searched: the values chosen, and in how many windows.");
    }
    let mut table = Table::new("settings", "Settings", columns).note(note);
    for (at, spec) in models.specs.iter().enumerate() {
        let asks: Vec<String> = spec.ask.iter().map(ToString::to_string).collect();
        let cards: Vec<&Card> = models.cards.iter().map(|window| &window.cards[at].1).collect();
        let settings = settings(spec, &cards).join(", ");
        table.rows.push(vec![Cell::code(&spec.name), Cell::code(spec.kind.name()), Cell::text(asks.join(", ")), Cell::text(settings)]);
    }
    table
}

/// Settings that are the same in every trial, then those that were searched with what was chosen.
fn settings(spec: &ModelSpec, cards: &[&Card]) -> Vec<String> {
    let mut settings = of_kind(&spec.kind);
    let trials = spec.tune.iter().flat_map(|tune| &tune.trials);
    for trial in trials {
        let tried: BTreeSet<String> = of_kind(&trial.kind).into_iter().collect();
        settings.retain(|setting| tried.contains(setting));
    }
    let mut chosen: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (name, value) in cards.iter().flat_map(|card| &card.chosen) {
        *chosen.entry(name).or_default().entry(value).or_default() += 1;
    }
    // A setting that no window chose differently is still one that was searched.
    settings.extend(chosen.into_iter().map(|(name, values)| format!("[{} {}]", name.replace('_', " "), in_windows(values))));
    settings
}

/// "0.1 in 9 windows, 1 in 4 windows, 2 other values".
fn in_windows(values: BTreeMap<&str, usize>) -> String {
    let mut values: Vec<(&str, usize)> = values.into_iter().collect();
    values.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
    let mut words: Vec<String> = values.iter().take(N_VALUES).map(|(value, n)| format!("{value} in {}", counted(*n, "window", "windows"))).collect();
    if N_VALUES < values.len() {
        words.push(counted(values.len() - N_VALUES, "other value", "other values"));
    }
    words.join(", ")
}

fn of_kind(kind: &ModelKind) -> Vec<String> {
    let json = serde_json::to_value(kind).expect("settings are plain values");
    json.get("params").map_or_else(Vec::new, words)
}

/// Settings as words; those inside a block carry its name, but for the limits of a tree.
fn words(params: &serde_json::Value) -> Vec<String> {
    let entries = params.as_object().into_iter().flatten();
    let words = entries.flat_map(|(key, value)| {
        let name = key.replace('_', " ");
        match value {
            serde_json::Value::Object(_) if key == "tree" => words(value),
            serde_json::Value::Object(_) => words(value).into_iter().map(|inner| format!("{name} {inner}")).collect(),
            serde_json::Value::Array(items) if items.is_empty() => vec![format!("{name} {}", if key == "features" { "all" } else { "none" })],
            _ => vec![format!("{name} {}", plain(value))],
        }
    });
    words.collect()
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ridge, tuned};
    use super::*;

    #[test]
    fn a_searched_setting_shows_what_was_chosen_and_not_the_first_trial() {
        // l2 0.5 is the first trial's, which no window chose.
        let spec = tuned("r", &[0.5, 1.0, 2.0]);
        let chose = |value: &str| Card { chosen: vec![("l2".to_owned(), value.to_owned())], ..Card::default() };
        let cards = [chose("2"), chose("1"), chose("2")];
        assert_eq!(settings(&spec, &cards.iter().collect::<Vec<_>>()), ["features all", "[l2 2 in 2 windows, 1 in 1 window]"]);
        assert_eq!(settings(&ridge("r", 0.5), &[]), ["features all", "l2 0.5"]);
    }

    #[test]
    fn many_values_of_a_setting_are_counted() {
        let values = BTreeMap::from([("0.1", 1), ("0.2", 4), ("0.3", 1), ("0.4", 2), ("0.5", 1)]);
        assert_eq!(in_windows(values), "0.2 in 4 windows, 0.4 in 2 windows, 0.1 in 1 window, 2 other values");
    }
}
