//! What changed since the previous run.

use crate::report::cell::Cell;
use crate::report::compose;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Table};
use crate::report::previous::{Moved, as_read, moved};
use crate::stat::{Metric, Outcome, Unit};

/// A number is listed when it moved by more than this share of its size before.
const THRESHOLD: f64 = 0.05;

/// `None` without a previous run.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let previous = material.previous?;
    let metrics = &material.summary.metrics.0;
    let now = metrics.iter().map(|(name, metric)| (name.clone(), metric.value.value().copied().and_then(as_read))).collect();
    let all = moved(&previous.metrics, &now);
    let large: Vec<&Moved> = all.iter().filter(|moved| is_large(moved)).collect();
    let title = match (all.len(), large.len()) {
        (0, _) => format!("What changed: nothing since the run of {}", previous.as_of),
        (n, 0) => format!("What changed since {}: {n} numbers moved, none by more than 5 %", previous.as_of),
        (n, large) => format!("What changed since {}: {n} numbers moved, {large} of them by more than 5 %", previous.as_of),
    };
    let mut section = Section::new("changed", title);
    let inputs = previous.inputs.differences(material.inputs);
    let inputs: Vec<String> = inputs.into_iter().filter(|line| !line.contains("previous run")).collect();
    if inputs.is_empty() {
        section.blocks.push(Block::Text("Spec, SQL, templates and data files are the same; only the as-of date differs.".to_owned()));
    } else {
        section.blocks.push(Block::List(inputs));
    }
    section.blocks.extend(added(material).map(Block::Text));
    if !large.is_empty() {
        let columns = vec![Column::words("Metric"), Column::numbers("Before", ""), Column::numbers("Now", ""), Column::numbers("Change", "")];
        let mut table = Table::new("moved", "Numbers that moved by more than 5 %", columns).note(format!(
            "Against the run of {}; change is now minus before. All {} moved numbers: `plimsoll diff`.",
            previous.as_of,
            all.len()
        ));
        table.rows = large.iter().map(|moved| row(material, moved)).collect();
        section.blocks.push(Block::Table(table));
    }
    Some(section)
}

/// How much data came in between.
fn added(material: &Material<'_>) -> Option<String> {
    let before = material.previous?.metrics.get("data.rows").copied().flatten()?;
    let now = material.facts.data.n_rows() as f64;
    Some(format!("The feature view has {} rows; it had {}.", format::count(now as u64), format::count(before as u64)))
}

fn is_large(moved: &Moved) -> bool {
    match (moved.before, moved.after) {
        (Some(before), Some(after)) => THRESHOLD * before.abs() < (after - before).abs(),
        (_, _) => true,
    }
}

fn row(material: &Material<'_>, moved: &Moved) -> Vec<Cell> {
    let unit = material.summary.metrics.0.get(&moved.metric).map_or(Unit::Number, |metric| metric.unit);
    let cell = |value: Option<f64>| {
        let value = value.map_or_else(|| Outcome::undefined("not defined in that run"), Outcome::Value);
        compose::cell(&Metric { value, unit, n: 0 })
    };
    // A difference of counts may be negative, and of p-values is no p-value.
    let change = moved.before.zip(moved.after).map(|(before, after)| after - before);
    let change = match (change, unit) {
        (None, _) => Cell::na("not defined in both runs"),
        (Some(change), Unit::Share) => Cell::Percent(change),
        (Some(change), Unit::Money) => Cell::Money(change),
        (Some(change), Unit::Number | Unit::PValue | Unit::Count) => Cell::number(change),
    };
    vec![Cell::code(&moved.metric), cell(moved.before), cell(moved.after), change]
}
