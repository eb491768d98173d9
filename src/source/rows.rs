//! Small query results as text and numbers.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::{cast, sum as total};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::DataFusionError;

/// Every cell as text, NULL as `NULL`.
pub(crate) fn text(batches: &[RecordBatch]) -> Result<Vec<Vec<String>>, DataFusionError> {
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect());
        }
    }
    Ok(rows)
}

/// The numbers of the first row as i64 (dates as days); `None` where NULL.
pub(super) fn first_integers(batches: &[RecordBatch]) -> Result<Vec<Option<i64>>, DataFusionError> {
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(Vec::new()) };
    batch
        .columns()
        .iter()
        .map(|column| {
            // A date casts to its days only by way of Int32.
            let days = if column.data_type() == &DataType::Date32 { cast(column, &DataType::Int32)? } else { column.clone() };
            let wide = cast(&days, &DataType::Int64)?;
            let values = wide.as_primitive::<Int64Type>();
            Ok(values.is_valid(0).then(|| values.value(0)))
        })
        .collect()
}

/// The numbers of a column as i64; `None` where NULL.
pub(super) fn integers(batches: &[RecordBatch], column: usize) -> Result<Vec<Option<i64>>, DataFusionError> {
    let mut all = Vec::new();
    for column in batches.iter().map(|batch| batch.column(column)) {
        all.extend(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>());
    }
    Ok(all)
}

/// The sum of a column of whole numbers.
pub(super) fn sum(batches: &[RecordBatch], column: &str) -> Result<u64, DataFusionError> {
    let mut all = 0;
    for values in batches.iter().filter_map(|batch| batch.column_by_name(column)) {
        all += total(cast(values, &DataType::Int64)?.as_primitive::<Int64Type>()).unwrap_or(0);
    }
    Ok(all as u64)
}
