//! `plimsoll query`: one SQL file on its own, to try a function or to time it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::{Exit, aligned, say};
use crate::error::{Error, Result};
use crate::spec::{TableSpec, without_mark};
use crate::{feature, source};

pub(super) fn query(root: &Path, sql: &Path, tables: &[String], times: Option<NonZeroUsize>) -> Result<Exit> {
    let (name, text) = feature::sql_text(root, sql)?;
    let files = tables.iter().map(|table| read(root, table)).collect::<Result<Vec<_>>>()?;
    let tables = source::open_files(&files)?;
    let Some(times) = times else {
        say(&aligned(&feature::query(&tables, &name, without_mark(&text))?))?;
        return Ok(Exit::Good);
    };
    for _ in 0..times.get() {
        #[expect(clippy::disallowed_methods, reason = "seconds are what is asked")]
        let begun = std::time::Instant::now();
        let (n_rows, n_columns) = feature::count(&tables, &name, without_mark(&text))?;
        say(&format!("{n_rows} rows, {n_columns} columns: {:.3} s", begun.elapsed().as_secs_f64()))?;
    }
    Ok(Exit::Good)
}

/// `name=path` or `name=path:column,column`.
fn read(root: &Path, table: &str) -> Result<(String, PathBuf, Vec<String>)> {
    let (name, rest) = table
        .split_once('=')
        .ok_or_else(|| Error::spec("--table", format!("must be name=file, was `{table}`")).hint("such as prices=data/prices.parquet:symbol,date"))?;
    if let Some(scheme) = TableSpec::remote_scheme(rest) {
        return Err(Error::spec("--table", format!("is `{rest}`: remote tables ({scheme}) are not supported in this build"))
            .hint("copy the files to a disk or mount them, and name that path"));
    }
    let (path, columns) = rest.split_once(':').unwrap_or((rest, ""));
    let columns = columns.split(',').filter(|column| !column.is_empty()).map(str::to_owned).collect();
    Ok((name.to_owned(), root.join(path), columns))
}
