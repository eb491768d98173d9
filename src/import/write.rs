//! Columns, sorted, to a Parquet file that is whole or not there.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::BadRow;
use super::column::{Column, Values};
use super::table::Table;
use crate::disk;
use crate::error::{Error, Result};

/// The columns that the rows are sorted by (the key; else a code and the first date), and the rows in that order.
pub(super) fn order(columns: &[Column], key: &[String]) -> (Vec<String>, Vec<usize>) {
    let by: Vec<&Column> = if key.is_empty() {
        columns.iter().find(|column| column.is_code()).into_iter().chain(columns.iter().find(|column| column.is_dated())).collect()
    } else {
        named(columns, key)
    };
    let n_rows = columns.first().map_or(0, |column| len(&column.values));
    let mut rows: Vec<usize> = (0..n_rows).collect();
    // Stable: rows that are alike stay in the order of the file.
    rows.sort_by(|&a, &b| compare(&by, a, b));
    (by.iter().map(|column| column.name.clone()).collect(), rows)
}

fn named<'a>(columns: &'a [Column], names: &[String]) -> Vec<&'a Column> {
    names.iter().filter_map(|name| columns.iter().find(|column| column.name == *name)).collect()
}

fn compare(by: &[&Column], a: usize, b: usize) -> Ordering {
    by.iter().map(|column| column.compare(a, b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// The rows but those whose key stands on an earlier line, which are bad.
pub(super) fn without_duplicates(columns: &[Column], key: &[String], rows: Vec<usize>, table: &Table, bad: &mut Vec<BadRow>) -> Vec<usize> {
    if key.is_empty() {
        return rows;
    }
    let by = named(columns, key);
    let at: Vec<usize> = key.iter().filter_map(|name| table.names.iter().position(|other| other == name)).collect();
    let mut kept: Vec<usize> = Vec::with_capacity(rows.len());
    for row in rows {
        match kept.last() {
            Some(&first) if compare(&by, first, row).is_eq() => bad.push(BadRow {
                line: table.rows[row].0,
                column: key.join(", "),
                value: at.iter().map(|&at| table.cell(row, at)).collect::<Vec<_>>().join(", "),
                problem: format!("stands on line {} already", table.rows[first].0),
            }),
            Some(_) | None => kept.push(row),
        }
    }
    kept
}

fn len(values: &Values) -> usize {
    match values {
        Values::Whole(values) | Values::Moment(values) => values.len(),
        Values::Number(values) => values.len(),
        Values::Day(values) => values.len(),
        Values::Flag(values) => values.len(),
        Values::Text(values) => values.len(),
    }
}

fn array(values: &Values, rows: &[usize]) -> ArrayRef {
    match values {
        Values::Whole(values) => Arc::new(rows.iter().map(|&row| values[row]).collect::<Int64Array>()),
        Values::Number(values) => Arc::new(rows.iter().map(|&row| values[row]).collect::<Float64Array>()),
        Values::Day(values) => Arc::new(rows.iter().map(|&row| values[row]).collect::<Date32Array>()),
        Values::Moment(values) => Arc::new(rows.iter().map(|&row| values[row]).collect::<TimestampMicrosecondArray>()),
        Values::Flag(values) => Arc::new(rows.iter().map(|&row| values[row]).collect::<BooleanArray>()),
        Values::Text(values) => Arc::new(rows.iter().map(|&row| values[row].as_deref()).collect::<StringArray>()),
    }
}

/// The bytes depend on the rows and on Parquet's and zstd's encoders only.
pub(super) fn parquet(place: &Path, columns: &[Column], rows: &[usize]) -> Result<()> {
    let refuse = |cause: &dyn std::fmt::Display| Error::machine(place.display(), format!("cannot be written: {cause}"));
    let batch = RecordBatch::try_from_iter_with_nullable(columns.iter().map(|column| (column.name.as_str(), array(&column.values, rows), true)));
    let batch = batch.map_err(|cause| refuse(&cause))?;
    let level = ZstdLevel::try_new(3).map_err(|cause| refuse(&cause))?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).set_created_by("plimsoll import".to_owned()).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).map_err(|cause| refuse(&cause))?;
    writer.write(&batch).map_err(|cause| refuse(&cause))?;
    writer.close().map_err(|cause| refuse(&cause))?;
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(|cause| disk::unwritable(folder, &cause))?;
    }
    disk::write_whole(place, &bytes)
}
