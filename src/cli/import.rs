//! `plimsoll import`: a CSV file to a table of Parquet, every bad row named.

use std::fmt::Write as _;

use super::args::Args;
use super::{Exit, escape, say, talk, talk_json};
use crate::error::{Error, Result};
use crate::import::{self, OnBad, Request};

pub(super) fn import(args: &Args, table: &str, request: &Request) -> Result<Exit> {
    let is_name = table.starts_with(|c: char| c.is_ascii_lowercase()) && table.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(Error::spec("--table", format!("is `{table}`")).hint("a name in SQL: a lower-case letter, then letters, digits and _"));
    }
    let found = import::import(request)?;
    let file = request.file.display().to_string();
    for row in &found.bad {
        if args.json {
            talk_json(
                &serde_json::json!({ "event": "bad_row", "file": file, "line": row.line, "column": row.column, "value": row.value, "problem": row.problem }),
            );
        } else {
            talk(&escape::value(&format!("{file}: {row}")));
        }
    }
    let Some(n_rows) = found.n_rows else {
        return Err(Error::data(file, format!("{} bad rows, named above; nothing was written", found.bad.len()))
            .hint("mend them, keep a column as text with --text COLUMN, or leave the rows out with --skip-bad"));
    };
    let place = import::place(&args.root, table);
    say(&format!("{}: {n_rows} rows, {} columns", place.display(), found.columns.len()))?;
    for (name, kind) in &found.columns {
        say(&escape::value(&format!("  {name}: {kind}")))?;
    }
    for note in &found.notes {
        say(&escape::value(&format!("  note: {note}")))?;
    }
    if request.bad == OnBad::Skip && !found.bad.is_empty() {
        say(&format!("  note: {} bad rows left out, named on stderr", found.bad.len()))?;
    }
    let list = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let mut spec = format!("\n[tables.{table}]\npath = \"data/{table}.parquet\"");
    if let Some(time) = &found.time {
        let _ = write!(spec, "\ntime = {time:?}");
    }
    if !found.sorted_by.is_empty() {
        let _ = write!(spec, "\nsorted_by = [{}]", list(&found.sorted_by));
    }
    if !request.key.is_empty() {
        let _ = write!(spec, "\nkey = [{}]", list(&request.key));
    }
    say(&spec)?;
    Ok(Exit::Good)
}
