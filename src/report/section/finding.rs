//! Findings: what stands against the model, from run to run, until it is closed.

use super::pieces::{capital, counted};
use crate::evidence::Origin;
use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Table};
use crate::report::register::{Entry, Register, register};
use crate::spec::Gravity;

pub(super) fn section(material: &Material<'_>) -> Section {
    let register = register(material);
    let mut section = Section::new("findings", format!("Findings: {}", register.counted()));
    if register.open.is_empty() {
        section
            .blocks
            .push(Block::Text("No finding is open: the spec states none, no limit is breached, and no test rejects without a limit.".to_owned()));
    } else {
        section.blocks.push(Block::Table(open(material, &register)));
    }
    if !register.closed.is_empty() {
        section.blocks.push(Block::Table(closed(&register)));
    }
    section
}

fn open(material: &Material<'_>, register: &Register) -> Table {
    let columns = vec![
        Column::words("Finding"),
        Column::words("Severity"),
        Column::words("State"),
        Column::words("Owner"),
        Column::words("Due"),
        Column::words("Action"),
        Column::words("Since"),
    ];
    let title = format!("{} open", counted(register.open.len(), "finding is", "findings are"));
    let mut table = Table::new("findings-open", title, columns).note(
        "Draft: made by the program of a breached limit, an alarm, or a test that rejects and carries no limit; it stays, though tonight's number is better, until \
         the spec states a finding of its id with `closed`. Its author adopts it by stating its id with `owner`, `due` and `action`. Since: the day it was raised, or \
         the as-of day of the run in which it first stood. Overdue: due before the run's as-of.",
    );
    table.rows = register.open.iter().map(|entry| row(material, entry)).collect();
    table.shown = table.rows.len();
    table
}

fn row(material: &Material<'_>, entry: &Entry) -> Vec<Cell> {
    let finding = &entry.finding;
    let state = match (entry.is_overdue(material.as_of), finding.origin) {
        (true, _) => Cell::verdict(State::Red, "overdue"),
        (false, Origin::Stated) => Cell::verdict(State::Amber, "open"),
        (false, Origin::Draft) => Cell::verdict(State::Amber, "draft"),
    };
    vec![
        told(entry),
        severity(finding.severity),
        state,
        stated(finding.owner.as_deref()),
        finding.due.map_or_else(|| stated(None), Cell::Date),
        stated(finding.action.as_deref()),
        Cell::Date(finding.opened),
    ]
}

fn closed(register: &Register) -> Table {
    let columns = vec![
        Column::words("Finding"),
        Column::words("Severity"),
        Column::words("Closed"),
        Column::words("Owner"),
        Column::words("Action"),
        Column::words("Since"),
    ];
    let title = format!("{} closed", counted(register.closed.len(), "finding is", "findings are"));
    let mut table = Table::new("findings-closed", title, columns).note("As the spec states; the program saw no remedy.");
    let row = |entry: &Entry| {
        let finding = &entry.finding;
        vec![
            told(entry),
            severity(finding.severity),
            finding.closed.map_or_else(|| stated(None), Cell::Date),
            stated(finding.owner.as_deref()),
            stated(finding.action.as_deref()),
            Cell::Date(finding.opened),
        ]
    };
    table.rows = register.closed.iter().map(row).collect();
    table
}

/// "`F-1` VaR reacts late (since 2020-01-01; within its limit in this run)".
fn told(entry: &Entry) -> Cell {
    let remark = if entry.remark.is_empty() { String::new() } else { format!(" ({})", entry.remark) };
    Cell::text(format!("{} `{}`{remark}", entry.finding.text, entry.finding.id))
}

fn severity(severity: Gravity) -> Cell {
    Cell::text(capital(match severity {
        Gravity::High => "high",
        Gravity::Medium => "medium",
        Gravity::Low => "low",
    }))
}

fn stated(words: Option<&str>) -> Cell {
    Cell::text(words.unwrap_or("not stated"))
}
