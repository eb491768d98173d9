//! SQL files as views: one SELECT a file, the file's stem is the view's name, the first line states the grain.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SQLOptions, SessionContext};

use super::function;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::source::{Tables, blame};
use crate::spec::Spec;

/// One SQL file.
#[derive(Debug, Clone)]
pub(super) struct SqlFile {
    pub(super) path: String,
    pub(super) view: String,
    pub(super) text: String,
    pub(super) grain: Vec<String>,
}

pub(super) fn read(root: &Path, spec: &Spec) -> Result<Vec<SqlFile>> {
    spec.features.sql.iter().map(|path| read_one(root, path)).collect()
}

fn read_one(root: &Path, path: &str) -> Result<SqlFile> {
    let text = std::fs::read_to_string(root.join(path)).map_err(|cause| Error::sql(path, format!("cannot be read: {cause}")))?;
    let first = text.lines().next().unwrap_or_default();
    let grain = first.strip_prefix("-- grain:").ok_or_else(|| {
        Error::sql(format!("{path}:1"), format!("the first line is `{first}`, not the grain"))
            .hint("begin the file with the columns that identify a row, such as `-- grain: entity, as_of`")
    })?;
    let grain = grain.split(',').map(|column| column.trim().to_owned()).filter(|column| !column.is_empty()).collect();
    let stem = Path::new(path).file_stem().unwrap_or_default();
    Ok(SqlFile { path: path.to_owned(), view: stem.to_string_lossy().into_owned(), text, grain })
}

/// Runs the files in order over tables cut at `cut`; the rows of the last one.
///
/// Each view is computed once and kept in memory for those that read it.
pub(super) fn run(tables: &Tables, files: &[SqlFile], cut: Option<Day>) -> Result<Vec<RecordBatch>> {
    let context = function::register_all(&tables.session(cut)?);
    let (last, before) = files.split_last().expect("a spec lists at least one SQL file");
    for file in before {
        let batches = select(tables, &context, file)?;
        let refuse = |cause: DataFusionError| blame(&file.path, &file.text, &cause);
        check_grain(tables, &context, file, &batches)?;
        let table = MemTable::try_new(batches[0].schema(), vec![batches]).map_err(refuse)?;
        context.register_table(file.view.as_str(), Arc::new(table)).map_err(refuse)?;
    }
    select(tables, &context, last)
}

/// The rows of one file, at least one batch (perhaps an empty one) so that the columns are known.
fn select(tables: &Tables, context: &SessionContext, file: &SqlFile) -> Result<Vec<RecordBatch>> {
    let refuse = |cause: DataFusionError| blame(&file.path, &file.text, &cause);
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = tables.wait(context.sql_with_options(&file.text, options)).map_err(refuse)?;
    for column in &file.grain {
        if !frame.schema().fields().iter().any(|field| field.name() == column) {
            return Err(Error::sql(format!("{}:1", file.path), format!("the grain names `{column}`, which the select does not yield")));
        }
    }
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut batches = tables.collect(frame).map_err(refuse)?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// The stated grain must identify a row.
fn check_grain(tables: &Tables, context: &SessionContext, file: &SqlFile, batches: &[RecordBatch]) -> Result<()> {
    let refuse = |cause: DataFusionError| blame(&file.path, &file.text, &cause);
    let grain: Vec<String> = file.grain.iter().map(|column| format!("\"{column}\"")).collect();
    let grain = grain.join(", ");
    let probe = SessionContext::new_with_state(context.state());
    probe.register_table("_grain", Arc::new(MemTable::try_new(batches[0].schema(), vec![batches.to_vec()]).map_err(refuse)?)).map_err(refuse)?;
    let sql = format!("select {grain}, count(*) as n from _grain group by {grain} having count(*) > 1 order by {grain} limit 1");
    let doubled = tables.wait(async { probe.sql(&sql).await?.collect().await }).map_err(refuse)?;
    probe.deregister_table("_grain").map_err(refuse)?;
    let Some(batch) = doubled.iter().find(|batch| batch.num_rows() > 0) else { return Ok(()) };
    let options = datafusion::arrow::util::display::FormatOptions::default().with_null("NULL");
    let key: Vec<String> = batch
        .columns()
        .iter()
        .zip(batch.schema().fields())
        .map(|(column, field)| {
            let value = datafusion::arrow::util::display::ArrayFormatter::try_new(column.as_ref(), &options);
            value.map(|value| format!("{} {}", field.name(), value.value(0)))
        })
        .collect::<Result<_, _>>()
        .map_err(|cause| refuse(cause.into()))?;
    Err(Error::sql(format!("{}:1", file.path), format!("the grain does not identify a row: {}", key.join(", "))))
}
