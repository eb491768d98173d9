//! A Parquet file's footer, read once before DataFusion reads it: what it says must lie in the file, and must not make a reader panic.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, RowGroupMetaData};

use super::guard::{self, Held};
use super::thrift;
use crate::error::{Error, Result};

/// First and last bytes of a Parquet file.
const MAGIC: [u8; 4] = *b"PAR1";
/// The footer's length and the last bytes.
const TAIL: u64 = 8;
/// What can be read.
const LONGEST: u64 = (1 << 31) - 1;

/// Reads the footer of a file of `n_bytes`; `shown` is its name in messages.
///
/// Errors when the file does not begin and end as Parquet does, when the footer or what it speaks of does not lie in the file, and when the
/// reader refuses it or panics. Only what the file's own size allows is taken of memory.
pub(super) fn read(file: &File, n_bytes: u64, shown: &str) -> Result<ArrowReaderMetadata> {
    let begins = n_bytes.min(TAIL + 4);
    check_magic(file, n_bytes, shown)?;
    let length = u64::from(u32::from_le_bytes(bytes_at::<4>(file, n_bytes - TAIL, shown)?));
    if LONGEST < length || n_bytes - begins < length {
        return Err(broken(shown, &format!("it is {length} bytes long, in a file of {n_bytes}")));
    }
    let end = n_bytes - TAIL - length;
    let mut footer = vec![0; length as usize];
    read_at(file, end, &mut footer, shown)?;
    thrift::check(&footer).map_err(|problem| broken(shown, &problem))?;
    let parsed = parse(file, PageIndexPolicy::Skip, shown)?;
    check_places(parsed.metadata(), end).map_err(|problem| broken(shown, &problem))?;
    // Indexes of pages are read by their places, which are known to lie in the file by now.
    let parsed = parse(file, PageIndexPolicy::Optional, shown)?;
    check_pages(parsed.metadata()).map_err(|problem| broken(shown, &problem))?;
    Ok(parsed)
}

fn check_magic(file: &File, n_bytes: u64, shown: &str) -> Result<()> {
    if n_bytes < 4 || bytes_at(file, 0, shown)? != MAGIC {
        return Err(Error::data(shown, format!("is not a Parquet file ({n_bytes} bytes that do not begin with PAR1)"))
            .hint("convert it to Parquet, or point the table's `path` elsewhere"));
    }
    if n_bytes < TAIL + 4 || bytes_at(file, n_bytes - 4, shown)? != MAGIC {
        return Err(Error::data(shown, format!("is a truncated Parquet file ({n_bytes} bytes that do not end with PAR1)"))
            .hint("copy it again, or wait until its writer has finished"));
    }
    Ok(())
}

fn broken(shown: &str, problem: &str) -> Error {
    Error::data(shown, format!("has a broken footer: {problem}")).hint("copy the file again, or have it written again")
}

fn bytes_at<const N: usize>(file: &File, at: u64, shown: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    read_at(file, at, &mut bytes, shown)?;
    Ok(bytes)
}

fn read_at(mut file: &File, at: u64, bytes: &mut [u8], shown: &str) -> Result<()> {
    let read = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(bytes));
    read.map_err(|cause| Error::machine(shown, format!("cannot be read: {cause}")))
}

fn parse(file: &File, pages: PageIndexPolicy, shown: &str) -> Result<ArrowReaderMetadata> {
    let held = Held::default();
    let load = || ArrowReaderMetadata::load(file, ArrowReaderOptions::new().with_page_index_policy(pages));
    match guard::caught(&held, load) {
        Ok(parsed) => parsed.map_err(|cause| broken(shown, &cause.to_string())),
        Err(panicked) => Err(broken(shown, &format!("it cannot be read ({})", panicked.words()))),
    }
}

/// Rows, and the places of columns and indexes, before `end`, where the footer begins.
fn check_places(metadata: &ParquetMetaData, end: u64) -> Result<(), String> {
    let mut n_rows = 0_i64;
    for (idx, group) in metadata.row_groups().iter().enumerate() {
        let within = |problem: String| format!("row group {idx}: {problem}");
        // No page counts further.
        i32::try_from(group.num_rows()).ok().filter(|&n| 0 <= n).ok_or_else(|| within(format!("it has {} rows", group.num_rows())))?;
        n_rows += group.num_rows();
        for column in group.columns() {
            check_column(group, column, end).map_err(|problem| within(format!("column `{}`: {problem}", column.column_path().string())))?;
        }
    }
    let stated = metadata.file_metadata().num_rows();
    if stated == n_rows { Ok(()) } else { Err(format!("it counts {stated} rows, its row groups {n_rows}")) }
}

fn check_column(group: &RowGroupMetaData, column: &ColumnChunkMetaData, end: u64) -> Result<(), String> {
    let place = |what: &str, at: i64, n: i64| {
        let inside = u64::try_from(at).ok().zip(u64::try_from(n).ok()).and_then(|(at, n)| at.checked_add(n)).filter(|&to| to <= end);
        inside.map(|_| ()).ok_or_else(|| format!("its {what}, {n} bytes at {at}, do not lie in the file"))
    };
    let n_bytes = column.compressed_size();
    place("data", column.data_page_offset(), 0)?;
    place("pages", column.dictionary_page_offset().unwrap_or(column.data_page_offset()), n_bytes)?;
    let indexes = [
        ("column index", column.column_index_offset(), column.column_index_length()),
        ("offset index", column.offset_index_offset(), column.offset_index_length()),
        ("Bloom filter", column.bloom_filter_offset(), column.bloom_filter_length()),
    ];
    for (what, at, n) in indexes {
        if let Some(at) = at {
            place(what, at, n.map_or(0, i64::from))?;
        }
    }
    if column.uncompressed_size() < 0 {
        return Err(format!("it is {} bytes long when unpacked", column.uncompressed_size()));
    }
    let is_flat = column.column_descr().max_rep_level() == 0;
    if column.num_values() < 0 || is_flat && column.num_values() != group.num_rows() {
        return Err(format!("it has {} values in {} rows", column.num_values(), group.num_rows()));
    }
    Ok(())
}

/// The pages that an offset index names lie in their column, in order.
fn check_pages(metadata: &ParquetMetaData) -> Result<(), String> {
    for (idx, (group, columns)) in metadata.row_groups().iter().zip(metadata.offset_index().into_iter().flatten()).enumerate() {
        for (column, index) in group.columns().iter().zip(columns) {
            let (start, n_bytes) = column.byte_range();
            let whole = start..start + n_bytes;
            let mut rows = 0..group.num_rows().max(1);
            let mut pages = index.page_locations().iter();
            let is_good = pages.all(|page| lies(page.offset, page.compressed_page_size, &whole) && next(&mut rows, page.first_row_index));
            if !is_good {
                return Err(format!("row group {idx}: column `{}`: its offset index names pages that are not there", column.column_path().string()));
            }
        }
    }
    Ok(())
}

fn lies(at: i64, n: i32, whole: &Range<u64>) -> bool {
    let (Ok(at), Ok(n)) = (u64::try_from(at), u64::try_from(n)) else { return false };
    whole.start <= at && at.checked_add(n).is_some_and(|to| to <= whole.end)
}

/// Whether a page may begin at `row`; the next one must begin behind it.
fn next(rows: &mut Range<i64>, row: i64) -> bool {
    let is_next = rows.contains(&row);
    rows.start = row.saturating_add(1);
    is_next
}
