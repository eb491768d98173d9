//! What machines read: `summary.json` with every number of the page, and the models' cards.

use serde::Serialize;

use super::material::Material;
use super::page::Page;
use crate::model::Card;
use crate::spec::Spec;
use crate::stat::{Judged, Metrics};
use crate::walk::Predictions;
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
    page: &'a Page,
}

/// `summary.json`: the metrics by flat name, the limits, and the page itself: each table with all its rows.
#[must_use]
pub fn summary_json(material: &Material<'_>, page: &Page) -> Vec<u8> {
    let summary = Summary {
        schema: SCHEMA,
        name: &material.facts.spec.name,
        as_of: material.as_of.to_string(),
        inputs_sha256: material.inputs.sha256(),
        limits: &material.summary.judged,
        metrics: &material.summary.metrics,
        page,
    };
    json(&summary)
}

#[derive(Serialize)]
struct WindowCard<'a> {
    window: u32,
    train: Span,
    test: Span,
    card: &'a Card,
}

/// `models/<name>.json`: what each model learnt, window by window.
#[must_use]
pub fn model_cards(spec: &Spec, windows: &[Window], predictions: &Predictions) -> Vec<(String, Vec<u8>)> {
    let of_model = |at: usize| -> Vec<WindowCard<'_>> {
        let cards = windows.iter().zip(&predictions.cards);
        cards.map(|(window, cards)| WindowCard { window: window.idx + 1, train: window.train, test: window.test, card: &cards.cards[at].1 }).collect()
    };
    spec.models.iter().enumerate().map(|(at, model)| (format!("models/{}.json", model.name), json(&of_model(at)))).collect()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("pages and cards are made of plain values with text keys");
    bytes.push(b'\n');
    bytes
}
