//! What machines read: `summary.json` with every number of the page, and the models' cards.

use serde::Serialize;

use super::material::Material;
use super::page::Page;
use super::register::{Entry, register};
use crate::model::Card;
use crate::spec::Spec;
use crate::stat::{Judged, Metrics};
use crate::walk::{Predictions, WindowCards};
use crate::window::{Span, Window};

/// Raised whenever a field changes its name, place or meaning.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    name: &'a str,
    as_of: String,
    inputs_sha256: String,
    limits: &'a [Judged],
    metrics: &'a Metrics,
    findings: Vec<&'a Entry>,
    page: &'a Page,
}

/// `summary.json`: the metrics by flat name, the limits, the findings, which the next run reads, and the page itself: each table with all its rows.
#[must_use]
pub fn summary_json(material: &Material<'_>, page: &Page) -> Vec<u8> {
    let register = register(material);
    let summary = Summary {
        schema: SCHEMA,
        name: &material.facts.spec.name,
        as_of: material.as_of.to_string(),
        inputs_sha256: material.inputs.sha256(),
        limits: &material.summary.judged,
        metrics: &material.summary.metrics,
        findings: register.all().collect(),
        page,
    };
    json(&summary)
}

#[derive(Serialize)]
struct WindowCard {
    window: u32,
    train: Span,
    test: Span,
    card: Card,
}

/// `models/<name>.json`: what each model learnt, a window a line.
#[must_use]
pub fn model_cards(spec: &Spec, windows: &[Window], predictions: &Predictions) -> Vec<(String, Vec<u8>)> {
    let of_model = |at: usize| -> Vec<WindowCard> {
        let card = |cards: &WindowCards| Card { artifacts: vec![], ..cards.cards[at].1.clone() };
        let cards = windows.iter().zip(&predictions.cards);
        cards.map(|(window, cards)| WindowCard { window: window.idx + 1, train: window.train, test: window.test, card: card(cards) }).collect()
    };
    let mut files: Vec<(String, Vec<u8>)> =
        spec.models.iter().enumerate().map(|(at, model)| (format!("models/{}.json", model.name), lines(&of_model(at)))).collect();
    // The trees of the last window, to be scored elsewhere or as a challenger.
    for (name, card) in predictions.cards.last().iter().flat_map(|last| &last.cards) {
        let file =
            |(quantity, text): &(String, String)| (format!("models/{name}.{}.model.json", quantity.replace(' ', "_")), text.clone().into_bytes());
        files.extend(card.artifacts.iter().map(file));
    }
    files
}

/// A JSON list with a line for each value: a number a line makes these files nearly twice as long, and a night with a refit writes them anew.
fn lines(values: &[impl Serialize]) -> Vec<u8> {
    let lines: Vec<String> =
        values.iter().map(|value| serde_json::to_string(value).expect("cards are made of plain values with text keys")).collect();
    format!("[\n{}\n]\n", lines.join(",\n")).into_bytes()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("pages and cards are made of plain values with text keys");
    bytes.push(b'\n');
    bytes
}
