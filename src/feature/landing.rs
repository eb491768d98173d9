//! The rows of the last view as a Parquet file sorted by (`as_of`, `entity`), however many they are.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::common::{DataFusionError, ScalarValue, TableReference};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use datafusion::prelude::DataFrame;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;

use super::contract::KEYS;
use super::inspector::Inspector;
use super::refusal;
use super::sql_file;
use super::view::Views;
use crate::day::Day;
use crate::error::Result;
use crate::half::Half;
use crate::source::{Tables, is_date, next};
use crate::spec::Spec;

/// Rows of a row group; what a reader of a range of dates skips or reads.
const GROUP_ROWS: usize = 1 << 18;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landed {
    /// Rows.
    pub n_rows: u64,
    /// Columns.
    pub n_columns: usize,
}

/// Runs the SQL and writes the rows of its last view to a Parquet file, sorted by (`as_of`, `entity`), which holds the contract.
///
/// Values are as the SQL made them (numbers are f64, before models see f32), but `as_of` and `known_on` are dates, and a target that is
/// not known before the run's as-of day is NULL. Rows stream from the
/// tables to the file: sorts go to disk, and only what stands in `source::Memory` is held. The file is written beside and renamed when
/// whole; where the SQL fails or breaks the contract, nothing is left.
pub fn land(root: &Path, spec: &Spec, tables: &Tables, path: &Path) -> Result<Landed> {
    let files = sql_file::read(root, spec)?;
    let views = Views::open(tables, &files, None)?;
    let as_of = tables.as_of()?;
    let frame = sorted(&views, as_of)?;
    let mut inspector = Inspector::new(views.last_path(), spec, frame.schema().as_arrow(), as_of)?;
    let half = Half::beside(path);
    let target = half.create()?;
    let mut rows = tables.wait(frame.execute_stream()).map_err(|cause| views.refuse(&cause))?;
    let schema = rows.schema();
    let (sender, receiver) = sync_channel(4);
    std::thread::scope(|scope| {
        // Rows are encoded while the next ones are sorted.
        let writing = scope.spawn(|| write(target, Arc::clone(&schema), receiver));
        let passed = pass(tables, &views, &mut rows, &mut inspector, sender);
        let written = writing.join().expect("the writer does not panic");
        passed?;
        written.map_err(|cause| half.refuse(cause))
    })?;
    views.end()?;
    let n_rows = inspector.end(&schema)?;
    half.put()?;
    Ok(Landed { n_rows, n_columns: schema.fields().len() })
}

/// The last view with plain dates, without the targets known on `as_of` or later, sorted.
fn sorted(views: &Views<'_>, as_of: Day) -> Result<DataFrame> {
    let refuse = |cause: DataFusionError| views.refuse(&cause);
    let frame = views.last()?;
    let schema = frame.schema().as_arrow();
    for key in KEYS {
        let field = schema.field_with_name(key).map_err(|_| refusal::no_column(views.last_path(), key, schema))?;
        if ["as_of", "known_on"].contains(&key) && !is_date(field.data_type()) {
            return Err(refusal::no_date(views.last_path(), key, field.data_type()));
        }
    }
    let wall = lit(ScalarValue::Date32(Some(as_of.0)));
    let column = |(qualifier, field): (Option<&TableReference>, &Arc<Field>)| {
        let is_time = ["as_of", "known_on"].contains(&field.name().as_str()) && field.data_type() != &DataType::Date32;
        let plain = Expr::from((qualifier, field));
        let shown = match field.name().as_str() {
            // Without a known_on there is nothing to hide behind: such a target is refused.
            "target" => when(cast(ident("known_on"), DataType::Date32).gt_eq(wall.clone()), lit(ScalarValue::Null)).otherwise(plain)?,
            _ if is_time => cast(plain, DataType::Date32),
            _ => plain,
        };
        Ok(shown.alias(field.name()))
    };
    let columns: Vec<Expr> = frame.schema().iter().map(column).collect::<Result<_, DataFusionError>>().map_err(refuse)?;
    let order = ["as_of", "entity"].map(|name| ident(name).sort(true, true));
    frame.select(columns).and_then(|frame| frame.sort(order.to_vec())).map_err(refuse)
}

/// Shows every batch to the inspector and hands it to the writer.
#[expect(clippy::needless_pass_by_value, reason = "the end of the sender is the end of the file")]
fn pass(
    tables: &Tables,
    views: &Views<'_>,
    rows: &mut SendableRecordBatchStream,
    inspector: &mut Inspector<'_>,
    writer: SyncSender<RecordBatch>,
) -> Result<()> {
    while let Some(batch) = tables.wait(async { next(rows).await.transpose() }).map_err(|cause| views.refuse(&cause))? {
        inspector.see(&batch)?;
        if writer.send(batch).is_err() {
            // The writer is gone, and says why when it is joined.
            return Ok(());
        }
    }
    Ok(())
}

fn write(target: File, schema: SchemaRef, batches: Receiver<RecordBatch>) -> Result<(), ParquetError> {
    let order = ["as_of", "entity"].map(|name| schema.index_of(name).expect("the landing has every key"));
    let order = order.map(|at| SortingColumn { column_idx: at as i32, descending: false, nulls_first: true });
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_sorting_columns(Some(order.to_vec()))
        .build();
    let mut writer = ArrowWriter::try_new(target, schema, Some(properties))?;
    for batch in batches {
        writer.write(&batch)?;
    }
    writer.close()?;
    Ok(())
}
