//! Models: settings, importance, coefficients over time, and what they noted.

use std::collections::BTreeMap;

use crate::model::Card;
use super::pieces::significant;
use crate::report::cell::Cell;
use crate::report::chart::{Bar, BarChart, LineChart, Scale, Series, Zero, bars, lines};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Subhead, Table, anchor};
use crate::spec::Kind;

/// Features shown in a figure.
const N_SHOWN: usize = 12;
/// Coefficients drawn over time.
const N_LINES: usize = 5;

pub(super) fn section(material: &Material<'_>) -> Section {
    let n_windows = material.facts.windows.len();
    let spec = material.facts.spec;
    let mut section = Section::new("models", format!("Models: {}, each fitted anew in every one of {n_windows} windows", spec.models.len()));
    section.blocks.push(Block::Text("Settings are the spec's in every window: nothing was tuned, so the number of trials is one for each model. Imputation, scaling and the dropping of constant columns are fitted inside the window.".to_owned()));
    section.blocks.push(Block::Table(settings(material)));
    for at in 0..spec.models.len() {
        let cards: Vec<&Card> = material.facts.predictions.cards.iter().map(|window| &window.cards[at].1).collect();
        section.blocks.extend(of_model(material, at, &cards));
    }
    section.blocks.extend(notes(material).map(Block::Table));
    section
}

fn settings(material: &Material<'_>) -> Table {
    let columns = vec![Column::words("Model"), Column::words("Kind"), Column::words("Asked for"), Column::words("Settings")];
    let mut table =
        Table::new("settings", "Settings", columns).note("Every setting, defaults included; `plimsoll check --explain` says what each means.");
    for model in &material.facts.spec.models {
        let asks: Vec<String> = model.ask.iter().map(ToString::to_string).collect();
        let json = serde_json::to_value(&model.kind).expect("settings are plain values");
        let params = json.get("params").and_then(serde_json::Value::as_object);
        let params: Vec<String> = params.into_iter().flatten().map(|(key, value)| format!("{key} {}", plain(value))).collect();
        table.rows.push(vec![Cell::code(&model.name), Cell::code(model.kind.name()), Cell::text(asks.join(", ")), Cell::text(params.join(", "))]);
    }
    table
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) if items.is_empty() => "all".to_owned(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::Object(_) => value.to_string(),
    }
}

fn of_model(material: &Material<'_>, at: usize, cards: &[&Card]) -> Vec<Block> {
    let name = &material.facts.spec.models[at].name;
    let mut blocks = Vec::new();
    let importance = averaged(cards, |card| &card.importance);
    if !importance.is_empty() {
        blocks.push(Block::Figure(importance_figure(name, &importance, cards.len())));
    }
    let coefficients = averaged(cards, |card| &card.coefficients);
    if !coefficients.is_empty() {
        blocks.push(Block::Figure(coefficient_figure(material, at, &coefficients)));
        blocks.push(Block::Table(coefficient_table(material, at, cards, &coefficients)));
    }
    if !blocks.is_empty() {
        blocks.insert(0, Block::Subhead(Subhead::new(anchor(&format!("model-{name}")), format!("`{name}`"))));
    }
    blocks
}

/// Mean over all windows (0 where a window's model does not have the name), largest size first.
fn averaged(cards: &[&Card], of: impl Fn(&Card) -> &Vec<(String, f64)>) -> Vec<(String, f64)> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, value) in cards.iter().flat_map(|card| of(card)) {
        *sums.entry(name).or_default() += value;
    }
    let mut means: Vec<(String, f64)> = sums.into_iter().map(|(name, sum)| (name.to_owned(), sum / cards.len() as f64)).collect();
    means.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    means
}

fn importance_figure(name: &str, importance: &[(String, f64)], n_windows: usize) -> Figure {
    let shown = importance.iter().take(N_SHOWN).map(|(name, value)| Bar { name: name.clone(), value: *value }).collect();
    let svg = bars(&BarChart {
        label: format!("Importance of features in {name}"),
        x_title: "Share of importance, %".to_owned(),
        scale: Scale::Percent,
        bars: shown,
    });
    let note = format!(
        "Mean over {n_windows} windows; the largest {} of {} features. Every window's shares are in `models/{name}.json`.",
        importance.len().min(N_SHOWN),
        importance.len()
    );
    Figure::new(anchor(&format!("importance-{name}")), format!("What `{name}` looks at"), note, svg)
}

/// A line per coefficient; the intercept is no effect of a feature.
fn coefficient_figure(material: &Material<'_>, at: usize, coefficients: &[(String, f64)]) -> Figure {
    let name = &material.facts.spec.models[at].name;
    let largest = coefficients.iter().filter(|(feature, _)| feature != "intercept").take(N_LINES);
    let series = largest
        .enumerate()
        .map(|(color, (feature, _))| {
            let windows = material.facts.windows.iter().zip(&material.facts.predictions.cards);
            let points = windows.filter_map(|(window, cards)| {
                let found = cards.cards[at].1.coefficients.iter().find(|(name, _)| name == feature);
                found.map(|(_, value)| (window.test.start, *value))
            });
            Series { name: feature.clone(), color, points: points.collect() }
        })
        .collect();
    let svg = lines(&LineChart {
        label: format!("Coefficients of {name} over time"),
        y_title: "Coefficient per standard deviation".to_owned(),
        scale: Scale::Number,
        zero: Zero::Shown,
        series,
    });
    let note = format!(
        "The {N_LINES} largest by mean over {} windows, at each test's start. A line that crosses zero is an effect that did not last.",
        material.facts.windows.len()
    );
    Figure::new(anchor(&format!("coefficients-{name}")), format!("Coefficients of `{name}` over time"), note, svg)
}

fn coefficient_table(material: &Material<'_>, at: usize, cards: &[&Card], coefficients: &[(String, f64)]) -> Table {
    let name = &material.facts.spec.models[at].name;
    // A return's coefficients are read in basis points, log-odds as they are.
    let (unit, cell): (&str, fn(f64) -> Cell) = match material.facts.spec.kind {
        Kind::Market => ("bp", Cell::BasisPoints),
        Kind::Credit => ("", significant),
    };
    let columns = vec![
        Column::words("Feature"),
        Column::numbers("Mean", unit),
        Column::numbers("Smallest", unit),
        Column::numbers("Largest", unit),
        Column::numbers("Windows above 0", "%"),
    ];
    let mut table = Table::new(anchor(&format!("coefficients-table-{name}")), format!("Coefficients of `{name}`"), columns)
        .note(format!("Per standard deviation of the feature in the window's training rows; over {} windows.", cards.len()));
    for (feature, mean) in coefficients {
        let values: Vec<f64> =
            cards.iter().flat_map(|card| &card.coefficients).filter(|(name, _)| name == feature).map(|(_, value)| *value).collect();
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let above = values.iter().filter(|&&value| 0.0 < value).count() as f64 / values.len() as f64;
        table.rows.push(vec![Cell::code(feature), cell(*mean), cell(low), cell(high), Cell::Percent(above)]);
    }
    table
}

/// What models noted, with the number of windows.
fn notes(material: &Material<'_>) -> Option<Table> {
    let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (model, card) in material.facts.predictions.cards.iter().flat_map(|window| &window.cards) {
        for note in &card.notes {
            *found.entry((model.clone(), note.clone())).or_default() += 1;
        }
    }
    if found.is_empty() {
        return None;
    }
    let columns = vec![Column::words("Model"), Column::words("Note"), Column::numbers("Windows", "")];
    let mut table = Table::new("model-notes", "What the models noted while fitting", columns);
    table.rows = found.into_iter().map(|((model, note), n)| vec![Cell::code(model), Cell::text(note), Cell::Count(n)]).collect();
    Some(table)
}
