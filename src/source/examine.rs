//! Which file is to blame when a pass through tables fails or panics: each is read on its own.

use datafusion::common::DataFusionError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::calendar;
use super::guard::{self, Held};
use super::inspect::Place;
use crate::error::{Error, Result};

/// The first of these files that cannot be read to its end, or holds a date that no calendar has, with the column to blame.
pub(super) fn blame(places: &[Place]) -> Option<Error> {
    places.par_iter().find_map_first(|place| examine(place).err())
}

/// Whether an error may come from the bytes of a file: whatever is not about the SQL itself.
pub(super) fn may_be_a_files(cause: &DataFusionError) -> bool {
    match cause.find_root() {
        DataFusionError::SQL(_, _)
        | DataFusionError::Plan(_)
        | DataFusionError::SchemaError(_, _)
        | DataFusionError::NotImplemented(_)
        | DataFusionError::Configuration(_)
        | DataFusionError::ResourcesExhausted(_) => false,
        // A view's errors are told with the name of its SQL, whoever is to blame.
        DataFusionError::External(error) => matches!(error.downcast_ref(), Some(Error::Sql(_))),
        _ => true,
    }
}

/// A file whose `column` is broken behind its first `n_rows`.
pub(super) fn unreadable(place: &Place, column: &str, n_rows: usize, problem: &str) -> Error {
    Error::data(&place.shown, format!("column `{column}` cannot be read after row {n_rows}: {problem}"))
        .hint("copy the file again, or have it written again; where its pages have checksums, they tell a change of a single bit")
}

/// Reads a file column by column.
fn examine(place: &Place) -> Result<()> {
    let metadata = place.open()?.metadata;
    (0..metadata.schema().fields().len()).try_for_each(|column| read(place, &metadata, column))
}

fn read(place: &Place, metadata: &ArrowReaderMetadata, column: usize) -> Result<()> {
    let name = metadata.schema().field(column).name();
    let held = Held::default();
    let mut n_rows = 0;
    let pass = || -> Result<()> {
        let fail = |n_rows: usize, problem: String| unreadable(place, name, n_rows, &problem);
        let file = std::fs::File::open(&place.path).map_err(|cause| Error::machine(&place.shown, format!("cannot be read: {cause}")))?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), [column]);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone()).with_projection(mask).build();
        for batch in reader.map_err(|cause| fail(0, cause.to_string()))? {
            let batch = batch.map_err(|cause| fail(n_rows, cause.to_string()))?;
            if let Some((row, date)) = calendar::beyond(batch.column(0)) {
                return Err(Error::data(&place.shown, format!("column `{name}` is {date} in row {}, outside the years 1 to 9999", n_rows + row + 1))
                    .hint("correct the date or leave the row out"));
            }
            n_rows += batch.num_rows();
        }
        // The reader of one column ends with its pages; that of several misses the rows.
        let stated = metadata.metadata().file_metadata().num_rows();
        if n_rows as i64 == stated { Ok(()) } else { Err(fail(n_rows, format!("the file states {stated} rows"))) }
    };
    match guard::caught(&held, pass) {
        Ok(passed) => passed,
        Err(panicked) => Err(unreadable(place, name, n_rows, &panicked.words())),
    }
}
