//! Data: tables, their quality, and what was done about it.

mod weight;

use super::pieces::{capital, counted, entities, span};
use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Subhead, Table, anchor};
use crate::source::{Finding, TableProfile};
use crate::spec::Severity;

pub(super) fn section(material: &Material<'_>) -> Section {
    let findings: usize = material.profiles.iter().map(|profile| profile.findings.len()).sum();
    let warned: usize = material.profiles.iter().flat_map(|profile| &profile.findings).filter(|finding| Severity::Warn <= finding.severity).count();
    let title = match (findings, warned) {
        (0, _) => "Data: no issue found".to_owned(),
        (n, 0) => format!("Data: {}, no warning", counted(n, "issue", "issues")),
        (n, warned) => format!("Data: {}, {}", counted(n, "issue", "issues"), counted(warned, "warning", "warnings")),
    };
    let mut section = Section::new("data", title);
    section.blocks.push(Block::Table(tables(material)));
    section.blocks.push(Block::Text(view(material)));
    section.blocks.extend(weight::said(material).map(Block::Text));
    section.blocks.push(Block::Subhead(Subhead::new("data-quality", "Data issues")));
    if findings == 0 {
        section.blocks.push(Block::Text("None. A check runs where the spec names its columns.".to_owned()));
    } else {
        section.blocks.push(Block::Table(found(material.profiles)));
    }
    for profile in material.profiles {
        section.record.extend(profile.findings.iter().map(|finding| Block::Table(examples(profile, finding))));
    }
    section.record.extend(material.profiles.iter().map(|profile| Block::Table(columns(profile))));
    section.blocks.push(Block::Text("Counts are of the whole files; the view may begin later. Every value that is masked, filled or dropped before the models is in the SQL under [#sql]; what a model fills in is among the fitting messages.".to_owned()));
    section
}

/// What the SQL made of the tables.
fn view(material: &Material<'_>) -> String {
    let data = material.facts.data;
    format!(
        "The feature view has {} of {}, {}.",
        counted(data.n_rows(), "row", "rows"),
        entities(material),
        span(data.as_of.first().copied(), data.as_of.last().copied())
    )
}

fn tables(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Table"),
        Column::words("Source"),
        Column::numbers("Files", ""),
        Column::numbers("Rows", ""),
        Column::numbers("Entities", ""),
        Column::words("First day"),
        Column::words("Last day"),
        Column::numbers("NULL", "%"),
        Column::words("Hash"),
    ];
    let mut table = Table::new("tables", "Tables read", columns).note(format!(
        "Rows known before {}. NULL: share of all cells. Hash: first digits of the first file's SHA-256; in full under [#reproduce].",
        material.as_of
    ));
    for profile in material.profiles {
        let n_null: u64 = profile.columns.iter().map(|column| column.n_null).sum();
        let day = |day: Option<crate::day::Day>| day.map_or_else(|| Cell::na("no row has a date"), Cell::Date);
        table.rows.push(vec![
            Cell::code(&profile.name),
            Cell::code(&profile.path),
            Cell::Count(profile.files.len() as u64),
            Cell::Count(profile.n_rows),
            profile.n_entities.map_or_else(|| Cell::na("the spec names no `quality.entity` for this table"), Cell::Count),
            day(profile.first),
            day(profile.last),
            Cell::Percent(n_null as f64 / (profile.n_rows * profile.columns.len() as u64) as f64),
            Cell::code(profile.files.first().map_or("", |file| &file.sha256[..8])),
        ]);
    }
    table
}

fn found(profiles: &[TableProfile]) -> Table {
    let columns =
        vec![Column::words("Table"), Column::words("Severity"), Column::numbers("Found", ""), Column::words("Issue"), Column::words("First example")];
    let mut table = Table::new("data-issues", "Data issues", columns)
        .note("Checks that found nothing are not listed; a check runs where the spec names its columns. Severity `stop` ends the run.");
    for profile in profiles {
        for finding in &profile.findings {
            let example: Vec<String> =
                finding.columns.iter().zip(&finding.examples[0]).take(5).map(|(column, value)| format!("{column} {value}")).collect();
            let severity = match finding.severity {
                Severity::Ignore | Severity::Note => Cell::verdict(State::Neutral, "note"),
                Severity::Warn => Cell::verdict(State::Amber, "warning"),
                Severity::Stop => Cell::verdict(State::Red, "stop"),
            };
            table.rows.push(vec![
                Cell::code(&profile.name),
                severity,
                Cell::Count(finding.count),
                Cell::text(&finding.meaning),
                Cell::text(example.join(", ")),
            ]);
        }
    }
    table
}

fn examples(profile: &TableProfile, finding: &Finding) -> Table {
    let columns = finding.columns.iter().map(Column::words).collect();
    let title = format!("{}, first cases (`{}`)", capital(&finding.meaning), profile.name);
    let mut table = Table::new(anchor(&format!("examples-{}-{}", profile.name, finding.check)), title, columns).note(format!(
        "{} of {} shown.",
        finding.examples.len(),
        finding.n_rows
    ));
    table.rows = finding.examples.iter().map(|row| row.iter().map(Cell::text).collect()).collect();
    table
}

fn columns(profile: &TableProfile) -> Table {
    let columns = vec![Column::words("Column"), Column::words("Type"), Column::numbers("NULL rows", ""), Column::numbers("NULL", "%")];
    let mut table = Table::new(anchor(&format!("columns-{}", profile.name)), format!("Columns of `{}`", profile.name), columns)
        .note(format!("n = {} rows.", crate::report::format::count(profile.n_rows)));
    for column in &profile.columns {
        table.rows.push(vec![
            Cell::code(&column.name),
            Cell::text(&column.kind),
            Cell::Count(column.n_null),
            Cell::Percent(column.n_null as f64 / profile.n_rows as f64),
        ]);
    }
    table
}
