//! Features: definition, coverage, distribution, drift, strength, and the no-look-ahead certificate.

mod drifting;

use super::pieces::{of, significant};
use crate::feature::{Cut, Why};
use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Subhead, Table};
use crate::spec::Kind;
use crate::stat::{Drift, FeatureSummary, MOVED, SHIFTED, Stability};

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("features", title(&material.summary.features));
    section.blocks.push(Block::Subhead(Subhead::new("look-ahead", "No look-ahead: the truncation test")));
    section.blocks.push(Block::Text(certificate(material)));
    section.blocks.push(Block::Table(catalogue(material)));
    section.record.extend(drifting::blocks(material));
    section.record.push(Block::Table(distributions(material)));
    section.record.push(Block::Table(definitions(material)));
    section.record.push(Block::Table(cuts(&material.built.certificate.cuts)));
    section
}

/// What the index says of a feature; `None` where it cannot be compared with what came before.
fn stability(feature: &FeatureSummary) -> Option<Stability> {
    feature.drift.value().map(Drift::stability).filter(|found| *found != Stability::NotJudged)
}

fn title(features: &[FeatureSummary]) -> String {
    let judged: Vec<Stability> = features.iter().filter_map(stability).collect();
    let shifted = judged.iter().filter(|found| **found == Stability::Shifted).count();
    let open = match features.len() - judged.len() {
        0 => String::new(),
        n => format!("; {n} not judged"),
    };
    match (judged.len(), shifted) {
        (0, _) => format!("Features: {}; there is too little history to judge drift", features.len()),
        // Below the level that is called stable nothing is compared with earlier years.
        (n, 0) if judged.iter().all(|found| *found == Stability::Stable) => format!("Features: {n} stable{open}"),
        (n, 0) => format!("Features: none of {n} shifted by more than years usually differ{open}"),
        (n, shifted) => format!("Features: {shifted} of {n} shifted by more than years usually differ{open}"),
    }
}

fn certificate(material: &Material<'_>) -> String {
    let seen = &material.built.certificate;
    let dates: Vec<String> = seen.days().map(|day| day.to_string()).collect();
    let revised = match seen.cuts.iter().filter(|cut| cut.why == Why::Revision).count() {
        0 => String::new(),
        n => format!(" On {n} of them a table told again what it had told."),
    };
    format!(
        "Every table was cut at what was known before {}, and the SQL was run again. At each of the {} cuts every row up to it came out the same to the bit: {} rows in all, each counted at every cut after it, with {} feature values and {} targets known by then.{revised} The test cannot see a column that is wrong about when it was known (a figure revised or filled in later under an earlier date), nor an outcome that no table declares.",
        dates.join(", "),
        dates.len(),
        format::count(seen.n_rows()),
        format::count(seen.n_values()),
        format::count(seen.n_targets())
    )
}

/// The cuts one by one. Two runs with the same hash at a cut were shown the same rows up to it.
fn cuts(cuts: &[Cut]) -> Table {
    let columns = vec![
        Column::words("Cut at"),
        Column::words("Chosen"),
        Column::numbers("Rows", ""),
        Column::numbers("Feature values", ""),
        Column::numbers("Targets", ""),
        Column::words("SHA-256 of the rows"),
    ];
    let rows = cuts.iter().map(|cut| {
        let why = match cut.why {
            Why::Spread => "spread over the calendar",
            Why::Revision => "a table tells again what it had told",
        };
        vec![
            Cell::Date(cut.day),
            Cell::text(why),
            Cell::Count(cut.n_rows),
            Cell::Count(cut.n_values),
            Cell::Count(cut.n_targets),
            Cell::text(&cut.sha256[..16]),
        ]
    });
    let mut table = Table::new("cuts", "The days at which tables were cut", columns)
        .note("Two runs with one hash at a cut were shown the same rows up to it. The first 16 digits of each hash.");
    table.rows = rows.collect();
    table
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
        Column::words("Distribution"),
        Column::numbers("Drift", "PSI"),
        strength,
    ];
    let mut table = Table::new("catalogue", "Features, strongest first", columns).note(format!(
        "n = {} rows. Drift: population stability index of the last year against all before (below {MOVED} stable, above {SHIFTED} large). Strength alone: over all rows with a known target, train and test together. Descriptive only. Distribution: 1 % to 99 %.",
        format::count(material.facts.data.n_rows() as u64)
    ));
    table.shown = 40;
    table.rows = strongest_first(material)
        .into_iter()
        .map(|feature| {
            vec![
                Cell::code(&feature.name),
                Cell::Percent(feature.coverage),
                feature.first_valid.map_or_else(|| Cell::na("never"), Cell::Date),
                if feature.distribution.is_empty() { Cell::na("no value") } else { Cell::Spark(feature.distribution.clone()) },
                of(&feature.drift, |drift| drift.psi, |value| Cell::Number { value, digits: 2 }),
                Cell::outcome(&feature.strength, significant),
            ]
        })
        .collect();
    table
}

/// Features by the size of their strength alone.
fn strongest_first<'a>(material: &'a Material<'_>) -> Vec<&'a FeatureSummary> {
    let neutral = match material.facts.spec.kind {
        Kind::Market => 0.0,
        Kind::Credit => 0.5,
    };
    let mut features: Vec<&FeatureSummary> = material.summary.features.iter().collect();
    let power = |feature: &FeatureSummary| feature.strength.value().map_or(-1.0, |strength| (strength - neutral).abs());
    features.sort_by(|a, b| power(b).total_cmp(&power(a)).then_with(|| a.name.cmp(&b.name)));
    features
}

fn distributions(material: &Material<'_>) -> Table {
    let numbers = ["Mean", "SD", "1 %", "25 %", "Median", "75 %", "99 %"].map(|name| Column::numbers(name, ""));
    let columns = std::iter::once(Column::words("Feature")).chain(numbers).collect();
    let mut table =
        Table::new("distributions", "Distribution of the features", columns).note("Over every row with a value; SD with n - 1; quantiles of type 7.");
    table.shown = 40;
    for feature in strongest_first(material) {
        let mut row = vec![Cell::code(&feature.name), of(&feature.description, |found| found.mean, significant)];
        row.push(Cell::outcome(&feature.description.as_ref().and_then(|found| found.sd.clone()), significant));
        for share in [0.01, 0.25, 0.50, 0.75, 0.99] {
            row.push(Cell::outcome(&feature.quantile(share), significant));
        }
        table.rows.push(row);
    }
    table
}

fn definitions(material: &Material<'_>) -> Table {
    let columns = vec![Column::words("Feature"), Column::words("SQL"), Column::words("File")];
    let mut table = Table::new("definitions", "Definitions", columns).note("The expression behind each column; the whole files are under [#sql].");
    table.shown = 40;
    for definition in &material.built.definitions {
        table.rows.push(vec![Cell::code(&definition.name), Cell::code(&definition.sql), Cell::code(&definition.file)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::Outcome;

    fn feature(drift: Outcome<Drift>) -> FeatureSummary {
        FeatureSummary {
            name: "x".to_owned(),
            coverage: 1.0,
            first_valid: None,
            description: Outcome::undefined("not looked at"),
            distribution: Vec::new(),
            is_market_wide: false,
            n_warm_up: 0,
            drift,
            strength: Outcome::undefined("not looked at"),
        }
    }

    #[test]
    fn a_title_counts_what_was_judged_and_says_so_where_nothing_was() {
        let none = || feature(Outcome::undefined("1 reference and 0 current rows"));
        assert_eq!(title(&[none(), none()]), "Features: 2; there is too little history to judge drift");
        let psi = |psi: f64, critical_value: f64| {
            let chance = Outcome::Value(crate::stat::Chance { critical_value, n_effective: 40.0, n_periods: 5 });
            feature(Outcome::Value(Drift { n_reference: 100, n_current: 20, psi, chance, bins: Vec::new() }))
        };
        assert_eq!(title(&[psi(0.05, 0.01), none()]), "Features: 1 stable; 1 not judged");
        // Far above the customary bound, but years differ as much as that.
        assert_eq!(title(&[psi(0.9, 1.2), psi(0.9, 0.8)]), "Features: 1 of 2 shifted by more than years usually differ");
    }
}
