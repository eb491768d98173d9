//! `[tables.NAME]` and `[features]`: which Parquet, which SQL.

use std::collections::BTreeMap;
use std::path::Path;

use super::name::is_identifier;
use crate::error::Result;
use crate::spec::near::hint;
use crate::spec::reader::Reader;
use crate::spec::view::is_reserved;
use crate::spec::{FeatureSpec, QualitySpec, Severity, TableSpec};

const CHECKS: [&str; 10] = ["null_share", "duplicates", "gaps", "stale", "returns", "level_shifts", "ended", "high_low", "zero_volume", "not_finite"];

pub(super) fn tables(top: &Reader<'_>) -> Result<Vec<TableSpec>> {
    let mut tables = Vec::new();
    for (name, block) in top.named("tables")? {
        if !is_identifier(name) {
            return Err(top
                .refuse(&format!("tables.{name}"), "cannot be read by SQL without quotes")
                .hint("begin the name with a lower-case letter, and use lower-case letters, digits and _ in it"));
        }
        tables.push(table(name, &block.plain()?)?);
    }
    Ok(tables)
}

fn table(name: &str, block: &Reader<'_>) -> Result<TableSpec> {
    let path = block.text("path")?;
    // `s3://bucket/prices`, say: looked for on the disk, it would be "no such file".
    if let Some(scheme) = TableSpec::remote_scheme(&path) {
        return Err(block
            .refuse("path", format!("is `{path}`: remote tables ({scheme}) are not supported in this build"))
            .hint("copy the files to a disk or mount them, and name that path"));
    }
    let table = TableSpec {
        name: name.to_owned(),
        path,
        time: block.text("time")?,
        sorted_by: block.texts("sorted_by")?,
        key: block.texts("key")?,
        outcomes: block.texts("outcomes")?,
        outcomes_known: block.text_if("outcomes_known")?,
        quality: quality(&block.block("quality")?.plain()?)?,
    };
    if table.outcomes_known.is_some() && table.outcomes.is_empty() {
        return Err(block.refuse("outcomes_known", "says when outcomes became known, but the table lists none").hint("list them in `outcomes`"));
    }
    Ok(table)
}

fn quality(block: &Reader<'_>) -> Result<QualitySpec> {
    let quality = QualitySpec {
        entity: block.text_if("entity")?,
        price: block.text_if("price")?,
        high: block.text_if("high")?,
        low: block.text_if("low")?,
        volume: block.text_if("volume")?,
        max_return: block.number("max_return")?,
        max_gap_days: block.count("max_gap_days")?,
        stale_days: block.count("stale_days")?,
        max_null_share: block.number("max_null_share")?,
        severity: severities(&block.block("severity")?.plain()?)?,
    };
    // With one of the two the check would not run, though the author expects it to.
    for (one, other) in [("high", "low"), ("low", "high")] {
        if block.has(one) && !block.has(other) {
            return Err(block
                .refuse(one, format!("needs `{other}` beside it"))
                .hint(format!("name the table's column in `{other}`, or drop `{one}`")));
        }
    }
    Ok(quality)
}

fn severities(block: &Reader<'_>) -> Result<BTreeMap<String, Severity>> {
    let mut severities = BTreeMap::new();
    for check in CHECKS {
        let severity = match block.choice(check)? {
            "ignore" => Severity::Ignore,
            "note" => Severity::Note,
            "warn" => Severity::Warn,
            "stop" => Severity::Stop,
            other => unreachable!("the table of keys has no severity {other}"),
        };
        severities.insert(check.to_owned(), severity);
    }
    Ok(severities)
}

pub(super) fn features(top: &Reader<'_>, tables: &[TableSpec]) -> Result<FeatureSpec> {
    let block = top.block("features")?.plain()?;
    let features = FeatureSpec {
        sql: block.texts("sql")?,
        carry: block.texts("carry")?,
        segment: block.text_if("segment")?,
        truncation_dates: block.count("truncation_dates")?,
    };
    check_views(&block, &features.sql, tables)?;
    for (idx, column) in features.carry.iter().enumerate() {
        if is_reserved(column) {
            return Err(block
                .refuse(&format!("carry[{idx}]"), format!("is `{column}`, which every view passes on by itself"))
                .hint("drop it from the list"));
        }
    }
    if let Some(segment) = &features.segment {
        check_carried(&block, "segment", segment, &features.carry)?;
    }
    Ok(features)
}

/// A column that the book or the segments use must be carried, or it is a feature.
pub(super) fn check_carried(block: &Reader<'_>, key: &str, column: &str, carry: &[String]) -> Result<()> {
    if carry.iter().any(|carried| carried == column) {
        return Ok(());
    }
    let known: Vec<&str> = carry.iter().map(String::as_str).collect();
    let hint = if known.is_empty() { format!("write carry = [\"{column}\"] under [features]") } else { hint(column, "carried columns", &known) };
    Err(block.refuse(key, format!("is `{column}`, which `features.carry` does not list")).hint(hint))
}

/// Each SQL file makes a view named by its stem; tables and views share one list of names.
fn check_views(block: &Reader<'_>, sql: &[String], tables: &[TableSpec]) -> Result<()> {
    let mut views: Vec<String> = Vec::new();
    for (idx, path) in sql.iter().enumerate() {
        let key = format!("sql[{idx}]");
        let view = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !is_identifier(&view) {
            return Err(block
                .refuse(&key, format!("is `{path}`, whose view `{view}` cannot be read by SQL without quotes"))
                .hint("begin the file's name with a lower-case letter, and use lower-case letters, digits and _ in it"));
        }
        let other = views.iter().position(|other| other == &view).map(|other| format!("`{}`", sql[other]));
        let other = other.or_else(|| tables.iter().find(|table| table.name == view).map(|table| format!("[tables.{}]", table.name)));
        if let Some(other) = other {
            return Err(block.refuse(&key, format!("is `{path}`, whose view `{view}` has the name of {other}")).hint("rename one of the two"));
        }
        views.push(view);
    }
    Ok(())
}
