//! A query on its own, with the functions that feature SQL has.

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::SQLOptions;

use super::function;
use crate::error::Result;
use crate::source::{Tables, blame, check_depth, text};

/// The names of the columns, then every row's cells as text, NULL as `NULL`; `place` names the query in refusals.
pub fn query(tables: &Tables, place: &str, sql: &str) -> Result<Vec<Vec<String>>> {
    let (names, batches) = run(tables, place, sql)?;
    let mut rows = vec![names];
    rows.extend(text(&batches).map_err(|cause| blame(place, sql, &cause))?);
    Ok(rows)
}

/// The number of rows and columns of the answer, all of it computed.
pub fn count(tables: &Tables, place: &str, sql: &str) -> Result<(usize, usize)> {
    let (names, batches) = run(tables, place, sql)?;
    Ok((batches.iter().map(RecordBatch::num_rows).sum(), names.len()))
}

fn run(tables: &Tables, place: &str, sql: &str) -> Result<(Vec<String>, Vec<RecordBatch>)> {
    check_depth(place, sql)?;
    let refuse = |cause| blame(place, sql, &cause);
    let context = function::register_all(&tables.session(None)?);
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = tables.wait(context.sql_with_options(sql, options)).map_err(refuse)?;
    let names = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    Ok((names, tables.collect(frame).map_err(refuse)?))
}
