//! Columns to Parquet bytes that are the same every time.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, StringArray};
use datafusion::arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::SampleFile;
use crate::day::Day;
use crate::digest;
use crate::error::{Error, Result};

/// A column and whether it may be NULL.
pub(super) struct Column {
    name: &'static str,
    values: ArrayRef,
    is_nullable: bool,
}

pub(super) fn days(name: &'static str, values: impl Iterator<Item = Day>) -> Column {
    Column { name, values: Arc::new(Date32Array::from_iter_values(values.map(|day| day.0))), is_nullable: false }
}

pub(super) fn optional_days(name: &'static str, values: impl Iterator<Item = Option<Day>>) -> Column {
    Column { name, values: Arc::new(values.map(|day| day.map(|day| day.0)).collect::<Date32Array>()), is_nullable: true }
}

pub(super) fn text<'a>(name: &'static str, values: impl Iterator<Item = &'a str>) -> Column {
    Column { name, values: Arc::new(StringArray::from_iter_values(values)), is_nullable: false }
}

pub(super) fn integers(name: &'static str, values: impl Iterator<Item = i64>) -> Column {
    Column { name, values: Arc::new(Int64Array::from_iter_values(values)), is_nullable: false }
}

pub(super) fn numbers(name: &'static str, values: impl Iterator<Item = f64>) -> Column {
    Column { name, values: Arc::new(Float64Array::from_iter_values(values)), is_nullable: false }
}

pub(super) fn optional_numbers(name: &'static str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Column { name, values: Arc::new(values.collect::<Float64Array>()), is_nullable: true }
}

/// The nearest number with `decimals` decimals.
pub(super) fn rounded(value: f64, decimals: u32) -> f64 {
    let unit = f64::from(10_u32.pow(decimals));
    libm::round(value * unit) / unit
}

pub(super) fn folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| Error::machine(folder.display(), format!("cannot be made: {cause}")))
}

/// Writes a table as `name.parquet`, under a temporary name until it is whole.
pub(super) fn table(folder: &Path, name: &str, columns: Vec<Column>) -> Result<SampleFile> {
    let name = format!("{name}.parquet");
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|column| (column.name, column.values, column.is_nullable)))
        .expect("the columns of a sample table have one length");
    let bytes = parquet(&batch);
    let (whole, unfinished) = (folder.join(&name), folder.join(format!(".{name}.{}", std::process::id())));
    fs::write(&unfinished, &bytes)
        .and_then(|()| fs::rename(&unfinished, &whole))
        .map_err(|cause| Error::machine(whole.display(), format!("cannot be written: {cause}")))?;
    Ok(SampleFile { name, n_rows: batch.num_rows(), n_bytes: bytes.len(), sha256: digest::sha256(&bytes) })
}

/// The writer's name is fixed and no Arrow schema is kept: the bytes depend on the rows and on Parquet's and zstd's encoders only.
fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let level = ZstdLevel::try_new(9).expect("9 is a level of zstd");
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).set_created_by("plimsoll sample".to_owned()).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).expect("dates, text and numbers are Parquet types");
    writer.write(batch).expect("memory takes what is written");
    writer.close().expect("memory takes what is written");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        let batch = || {
            let columns = [days("date", [Day(0), Day(1)].into_iter()), optional_numbers("x", [None, Some(0.5)].into_iter())];
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|column| (column.name, column.values, column.is_nullable)))
                .expect("two rows each")
        };
        let (one, two) = (parquet(&batch()), parquet(&batch()));
        assert!(one.starts_with(b"PAR1") && one.ends_with(b"PAR1"));
        assert_eq!(one, two);
        assert!(one.windows(15).any(|bytes| bytes == b"plimsoll sample"));
    }
}
