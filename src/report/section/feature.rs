//! Features: definition, coverage, distribution, drift, strength, and the no-look-ahead certificate.

use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Subhead, Table};
use crate::spec::Kind;
use crate::stat::{FeatureSummary, Outcome};

/// Siddiqi's customary bound of a shifted distribution.
const SHIFTED: f64 = 0.25;

pub(super) fn section(material: &Material<'_>) -> Section {
    let features = &material.summary.features;
    let shifted = features.iter().filter(|feature| psi(feature).is_some_and(|psi| SHIFTED < psi)).count();
    let title = match shifted {
        0 => format!("Features: {}, none has shifted in the last year", features.len()),
        n => format!("Features: {n} of {} have shifted in the last year", features.len()),
    };
    let mut section = Section::new("features", title);
    section.blocks.push(Block::Subhead(Subhead::new("look-ahead", "No look-ahead: the truncation test")));
    section.blocks.push(Block::Text(certificate(material)));
    section.blocks.push(Block::Table(catalogue(material)));
    section.blocks.push(Block::Table(definitions(material)));
    section
}

fn psi(feature: &FeatureSummary) -> Option<f64> {
    feature.drift.value().map(|drift| drift.psi)
}

fn certificate(material: &Material<'_>) -> String {
    let seen = &material.built.certificate;
    if seen.dates.is_empty() {
        return "The test was switched off in the spec (`features.truncation_dates = 0`): nothing shows that these features do not look ahead."
            .to_owned();
    }
    let dates: Vec<String> = seen.dates.iter().map(ToString::to_string).collect();
    format!(
        "Every table was cut at what was known before {}, and the SQL was run again. All {} rows dated up to the cut were there on both sides, with {} feature values and {} targets known by the cut, identical to the bit.",
        dates.join(", "),
        format::count(seen.n_rows),
        format::count(seen.n_values),
        format::count(seen.n_targets)
    )
}

fn catalogue(material: &Material<'_>) -> Table {
    let strength = match material.facts.spec.kind {
        Kind::Market => Column::numbers("Rank IC alone", ""),
        Kind::Credit => Column::numbers("AUC alone", ""),
    };
    let columns = vec![
        Column::words("Feature"),
        Column::numbers("Coverage", "%"),
        Column::words("First valid"),
        Column::numbers("Mean", ""),
        Column::numbers("SD", ""),
        Column::numbers("1 %", ""),
        Column::numbers("Median", ""),
        Column::numbers("99 %", ""),
        Column::words("Distribution"),
        Column::numbers("Drift", "PSI"),
        strength,
    ];
    let mut table = Table::new("catalogue", "Features, strongest first", columns).note(format!(
        "n = {} rows. Drift: population stability of the last year's rows against all before (below 0.1 stable, above 0.25 shifted). Strength alone is taken on all rows with a known target, train and test together: it describes, it does not validate. Distribution: 1 % to 99 %.",
        format::count(material.facts.data.n_rows() as u64)
    ));
    table.shown = 40;
    let neutral = match material.facts.spec.kind {
        Kind::Market => 0.0,
        Kind::Credit => 0.5,
    };
    let mut features: Vec<&FeatureSummary> = material.summary.features.iter().collect();
    let power = |feature: &FeatureSummary| feature.strength.value().map_or(-1.0, |strength| (strength - neutral).abs());
    features.sort_by(|a, b| power(b).total_cmp(&power(a)).then_with(|| a.name.cmp(&b.name)));
    table.rows = features.into_iter().map(row).collect();
    table
}

fn row(feature: &FeatureSummary) -> Vec<Cell> {
    let description = feature.description.as_ref();
    let short = |value: f64| Cell::Number { value, digits: 3 }.checked();
    let at = |share: f64| {
        let point = description.clone().and_then(|description| {
            let found = description.quantiles.iter().find(|point| point.share == share).map(|point| point.value);
            found.map_or_else(|| Outcome::undefined("not computed"), Outcome::Value)
        });
        Cell::outcome(&point, |value| Cell::Number { value, digits: 3 })
    };
    vec![
        Cell::code(&feature.name),
        Cell::Percent(feature.coverage),
        feature.first_valid.map_or_else(|| Cell::na("never"), Cell::Date),
        description.value().map_or_else(|| Cell::na("no value"), |found| short(found.mean)),
        description.value().map_or_else(|| Cell::na("no value"), |found| Cell::outcome(&found.sd, |value| Cell::Number { value, digits: 3 })),
        at(0.01),
        at(0.50),
        at(0.99),
        if feature.distribution.is_empty() { Cell::na("no value") } else { Cell::Spark(feature.distribution.clone()) },
        Cell::outcome(&feature.drift.as_ref().map(|drift| drift.psi), |value| Cell::Number { value, digits: 2 }),
        Cell::outcome(&feature.strength, |value| Cell::Number { value, digits: 3 }),
    ]
}

fn definitions(material: &Material<'_>) -> Table {
    let columns = vec![Column::words("Feature"), Column::words("SQL"), Column::words("File")];
    let mut table =
        Table::new("definitions", "Definitions", columns).note("The expression behind each column; the whole files are in the section on data.");
    table.shown = 40;
    for definition in &material.built.definitions {
        table.rows.push(vec![Cell::code(&definition.name), Cell::code(&definition.sql), Cell::code(&definition.file)]);
    }
    table
}
