//! Responsible: who answers for the model, what it is for, and what was added to it by hand.

use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Table};

pub(super) fn section(material: &Material<'_>) -> Section {
    let stated = &material.facts.spec.governance;
    let title = match &stated.owner {
        Some(owner) => format!("Who answers for it: {owner}"),
        None => "Who answers for it: no owner is stated".to_owned(),
    };
    let mut section = Section::new("responsible", title);
    let (rows, missing) = keys(material);
    if !rows.is_empty() {
        let mut table = Table::new("responsible-keys", "As the spec states", vec![Column::words("What"), Column::words("Stated")]);
        table.shown = rows.len();
        table.rows = rows;
        section.blocks.push(Block::Table(table));
    }
    if !missing.is_empty() {
        section.blocks.push(Block::Text(format!("Not stated: {}.", missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))));
    }
    section.blocks.push(overlays(material));
    section
}

/// A row for each key that is stated, and the names of the others.
fn keys(material: &Material<'_>) -> (Vec<Vec<Cell>>, Vec<&'static str>) {
    let spec = material.facts.spec;
    let (stated, names) = (&spec.governance, &spec.sign_off);
    let texts = [
        ("Model", "model_id", &stated.model_id),
        ("Tier", "tier", &stated.tier),
        ("Owner", "owner", &stated.owner),
        ("Developer", "developer", &stated.developer),
        ("Validator", "validator", &stated.validator),
        ("Intended use", "intended_use", &stated.intended_use),
        ("Recommendation", "recommendation", &stated.recommendation),
        ("Prepared", "sign_off.prepared", &names.prepared),
        ("Reviewed", "sign_off.reviewed", &names.reviewed),
        ("Approved", "sign_off.approved", &names.approved),
    ];
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    for (what, key, text) in texts {
        match text {
            Some(text) => rows.push(vec![Cell::text(what), Cell::text(text)]),
            None => missing.push(key),
        }
    }
    match stated.next_review {
        Some(day) => rows.push(vec![Cell::text(if day < material.as_of { "Review, overdue" } else { "Next review" }), Cell::Date(day)]),
        None => missing.push("next_review"),
    }
    if stated.restrictions.is_empty() {
        missing.push("restrictions");
    }
    rows.extend(stated.restrictions.iter().map(|text| vec![Cell::text("Restriction"), Cell::text(text)]));
    (rows, missing)
}

fn overlays(material: &Material<'_>) -> Block {
    let overlays = &material.facts.spec.governance.overlays;
    if overlays.is_empty() {
        return Block::Text("No overlay is listed (`overlays`); the numbers of this report are the models' own.".to_owned());
    }
    let columns = vec![
        Column::words("Overlay"),
        Column::words("What it does"),
        Column::words("Amount"),
        Column::words("Approved by"),
        Column::words("Expires"),
        Column::words("State"),
    ];
    let mut table =
        Table::new("overlays", "Overlays", columns).note("As the spec states. No number of this report holds them: the numbers are the models' own.");
    let stated = |words: Option<&str>| Cell::text(words.unwrap_or("not stated"));
    table.rows = overlays
        .iter()
        .map(|overlay| {
            let state = match (&overlay.approved_by, overlay.expires) {
                (_, Some(end)) if end < material.as_of => Cell::verdict(State::Red, "expired"),
                (None, _) => Cell::verdict(State::Amber, "not approved"),
                (Some(_), None) => Cell::verdict(State::Amber, "no end stated"),
                (Some(_), Some(_)) => Cell::verdict(State::Neutral, "in force"),
            };
            vec![
                Cell::text(&overlay.name),
                Cell::text(&overlay.text),
                stated(overlay.amount.as_deref()),
                stated(overlay.approved_by.as_deref()),
                overlay.expires.map_or_else(|| stated(None), Cell::Date),
                state,
            ]
        })
        .collect();
    table.shown = table.rows.len();
    Block::Table(table)
}
