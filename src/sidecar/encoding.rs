//! Encoding: columns to the bytes of a Parquet file, the same whatever the threads.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::error::{Error, Result};

/// Rows of a row group, as the writer of whole files has it.
const GROUP_ROWS: usize = 1 << 20;

/// Columns of one length, by name.
pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).expect("columns of one length")
}

/// The file of some batches, with a note in its footer.
///
/// The columns of a row group are encoded side by side and written in their order, so that bytes do not depend on threads.
pub(super) fn written(name: &str, note: Option<KeyValue>, batches: impl Iterator<Item = RecordBatch>) -> Result<Vec<u8>> {
    let refuse = |cause: parquet::errors::ParquetError| Error::machine(name, cause);
    let batches: Vec<RecordBatch> = batches.collect();
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let schema = first.schema();
    let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties(first, note))).map_err(refuse)?;
    let (mut writer, factory) = writer.into_serialized_writer().map_err(refuse)?;
    for (idx, group) in groups(&batches).into_iter().enumerate() {
        let columns = factory.create_column_writers(idx).map_err(refuse)?;
        let encode = |(at, mut column): (usize, ArrowColumnWriter)| {
            for piece in &group {
                for leaf in compute_leaves(schema.field(at), piece.column(at))? {
                    column.write(&leaf)?;
                }
            }
            column.close()
        };
        let chunks: Vec<_> = columns.into_par_iter().enumerate().map(encode).collect();
        let mut row_group = writer.next_row_group().map_err(refuse)?;
        for chunk in chunks {
            chunk.and_then(|chunk| chunk.append_to_row_group(&mut row_group)).map_err(refuse)?;
        }
        row_group.close().map_err(refuse)?;
    }
    writer.into_inner().map_err(refuse)
}

/// Batches cut into row groups of [`GROUP_ROWS`].
fn groups(batches: &[RecordBatch]) -> Vec<Vec<RecordBatch>> {
    let mut groups: Vec<Vec<RecordBatch>> = Vec::new();
    let mut room = 0;
    for batch in batches {
        let mut from = 0;
        while from < batch.num_rows() {
            if room == 0 {
                groups.push(Vec::new());
                room = GROUP_ROWS;
            }
            let n = room.min(batch.num_rows() - from);
            if let Some(group) = groups.last_mut() {
                group.push(batch.slice(from, n));
            }
            from += n;
            room -= n;
        }
    }
    groups
}

/// Numbers hardly repeat: their bytes are stored by place, where signs and exponents are alike. Names and dates get dictionaries.
fn properties(batch: &RecordBatch, note: Option<KeyValue>) -> WriterProperties {
    let mut builder = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    for field in batch.schema().fields().iter().filter(|field| *field.data_type() == DataType::Float64) {
        let path = ColumnPath::from(field.name().as_str());
        builder = builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
    }
    builder.set_key_value_metadata(note.map(|note| vec![note])).build()
}

/// The first batch of a file, read by way of the disk.
#[cfg(test)]
pub(super) fn read(name: &str, bytes: &[u8]) -> RecordBatch {
    let path = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).expect("the temporary folder is writable");
    let file = std::fs::File::open(&path).expect("just written");
    std::fs::remove_file(&path).expect("just written");
    parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 1 << 20).expect("Parquet").next().expect("rows").expect("a whole file")
}
