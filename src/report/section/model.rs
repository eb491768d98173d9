//! Models: settings, importance, coefficients over time, and what they noted.

mod search;

use std::collections::BTreeMap;

use super::pieces::significant;
use crate::model::Card;
use crate::report::cell::Cell;
use crate::report::chart::{Bar, BarChart, LineChart, Scale, Series, Style, Zero, bars, lines};
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
    section.blocks.push(Block::Text(search::sentence(material)));
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
        let params = json.get("params").map_or_else(Vec::new, said);
        table.rows.push(vec![Cell::code(&model.name), Cell::code(model.kind.name()), Cell::text(asks.join(", ")), Cell::text(params.join(", "))]);
    }
    table
}

/// Settings as words; those inside a block carry its name, but for the limits of a tree.
fn said(params: &serde_json::Value) -> Vec<String> {
    let entries = params.as_object().into_iter().flatten();
    let words = entries.flat_map(|(key, value)| {
        let name = key.replace('_', " ");
        match value {
            serde_json::Value::Object(_) if key == "tree" => said(value),
            serde_json::Value::Object(_) => said(value).into_iter().map(|inner| format!("{name} {inner}")).collect(),
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

fn of_model(material: &Material<'_>, at: usize, cards: &[&Card]) -> Vec<Block> {
    let name = &material.facts.spec.models[at].name;
    let mut blocks = search::blocks(material, at, cards);
    let importance = averaged(cards, |card| &card.importance);
    if !importance.is_empty() {
        blocks.push(Block::Figure(importance_figure(name, &importance, cards.len())));
    }
    let coefficients = averaged(cards, |card| &card.coefficients);
    if !coefficients.is_empty() {
        blocks.push(Block::Figure(coefficient_figure(material, at, &coefficients)));
        blocks.push(Block::Table(coefficient_table(material, at, cards, &coefficients)));
    }
    blocks.extend(rules(name, cards).map(Block::Table));
    if !blocks.is_empty() {
        blocks.insert(0, Block::Subhead(Subhead::new(anchor(&format!("model-{name}")), format!("`{name}`"))));
    }
    blocks
}

/// The rules of the last window's decision tree.
fn rules(name: &str, cards: &[&Card]) -> Option<Table> {
    let rules = &cards.last()?.rules;
    if rules.is_empty() {
        return None;
    }
    let columns = vec![Column::words("Rule, training rows and their share, forecast")];
    let mut table = Table::new(anchor(&format!("rules-{name}")), format!("Rules of `{name}` in the last window"), columns)
        .note("Every row fulfils exactly one. Those of the other windows are in the model's file under `models/`.");
    table.rows = rules.iter().map(|rule| vec![Cell::code(rule.split_whitespace().collect::<Vec<_>>().join(" "))]).collect();
    Some(table)
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
            Series { name: feature.clone(), color: Style::Series(color), points: points.collect() }
        })
        .collect();
    let svg = lines(&LineChart {
        label: format!("Coefficients of {name} over time"),
        y_title: if is_ensemble(material, at) { "Weight".to_owned() } else { "Coefficient per standard deviation".to_owned() },
        scale: Scale::Number,
        zero: Zero::Shown,
        series,
    });
    let n_windows = material.facts.windows.len();
    let (title, note) = if is_ensemble(material, at) {
        let note = format!(
            "The {N_LINES} largest by mean over {n_windows} windows, at each test's start; learnt from forecasts whose outcome was known before it."
        );
        (format!("Weights of `{name}` over time"), note)
    } else {
        let note = format!(
            "The {N_LINES} largest by mean over {n_windows} windows, at each test's start. A line that crosses zero is an effect that did not last."
        );
        (format!("Coefficients of `{name}` over time"), note)
    };
    Figure::new(anchor(&format!("coefficients-{name}")), title, note, svg)
}

/// Whether the model's coefficients are weights of other models.
fn is_ensemble(material: &Material<'_>, at: usize) -> bool {
    !material.facts.spec.models[at].kind.members().is_empty()
}

fn coefficient_table(material: &Material<'_>, at: usize, cards: &[&Card], coefficients: &[(String, f64)]) -> Table {
    let name = &material.facts.spec.models[at].name;
    // A return's coefficients are read in basis points, log-odds as they are.
    let (unit, cell): (&str, fn(f64) -> Cell) = match material.facts.spec.kind {
        Kind::Market if !is_ensemble(material, at) => ("bp", Cell::BasisPoints),
        Kind::Market | Kind::Credit => ("", significant),
    };
    let last_errors = cards.last().map_or(&[][..], |card| &card.errors);
    let mut columns = vec![
        Column::words(if is_ensemble(material, at) { "Member" } else { "Feature" }),
        Column::numbers("Mean", unit),
        Column::numbers("Smallest", unit),
        Column::numbers("Largest", unit),
        Column::numbers("Windows with it", ""),
        Column::numbers("Of them above 0", "%"),
    ];
    let mut note = if is_ensemble(material, at) {
        format!("Weights of the members, over {} windows.", cards.len())
    } else {
        format!("Per standard deviation of the feature in the window's training rows; over the windows, of {}, that have it.", cards.len())
    };
    if !last_errors.is_empty() {
        columns.extend([Column::numbers("Standard error, last window", unit), Column::numbers("t, last window", "")]);
        note.push_str(" Standard errors are those that the settings name; t is the last window's coefficient over its error.");
    }
    let title = if is_ensemble(material, at) { format!("Weights of `{name}`") } else { format!("Coefficients of `{name}`") };
    let mut table = Table::new(anchor(&format!("coefficients-table-{name}")), title, columns).note(note);
    for (feature, _) in coefficients {
        let values: Vec<f64> =
            cards.iter().flat_map(|card| &card.coefficients).filter(|(name, _)| name == feature).map(|(_, value)| *value).collect();
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let above = values.iter().filter(|&&value| 0.0 < value).count() as f64 / values.len() as f64;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let mut row = vec![Cell::code(feature), cell(mean), cell(low), cell(high), Cell::Count(values.len() as u64), Cell::Percent(above)];
        if !last_errors.is_empty() {
            let of = |named: &[(String, f64)]| named.iter().find(|(name, _)| name == feature).map(|(_, value)| *value);
            match (of(last_errors), cards.last().and_then(|card| of(&card.coefficients))) {
                (Some(error), Some(value)) if 0.0 < error => row.extend([cell(error), Cell::Number { value: value / error, digits: 3 }]),
                _ => row.extend(std::iter::repeat_n(Cell::na("the feature was dropped in the last window, or its error is 0"), 2)),
            }
        }
        table.rows.push(row);
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
