//! `sorted_by` is checked row by row: DataFusion believes it, and would compute other numbers from rows that are not in their order.

use std::cmp::Ordering;
use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{Array, DynComparator, RecordBatch, make_comparator, new_null_array};
use datafusion::arrow::compute::{SortOptions, cast};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::physical_expr::LexOrdering;
use datafusion::physical_expr::expressions::Column;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::examine::unreadable;
use super::guard::{self, Held};
use super::inspect::Place;
use super::rows;
use crate::error::{Error, Result};
use crate::spec::TableSpec;

const BATCH_ROWS: usize = 1 << 15;

/// An order that DataFusion is told, or that it reads in the files' own footers.
pub(super) struct Promise<'a> {
    table: &'a TableSpec,
    columns: Vec<(String, SortOptions)>,
    /// Whether it is said of all files, one after the other, or of each.
    is_of_all: bool,
}

impl<'a> Promise<'a> {
    /// The order of a table, `claimed` being what DataFusion believes of its rows: of several files that reach into each other it believes
    /// nothing, and each must be sorted by itself. `None` where nothing is promised.
    pub(super) fn of(table: &'a TableSpec, claimed: Option<&LexOrdering>) -> Option<Self> {
        let is_of_all = claimed.is_some();
        let ascending = SortOptions { descending: false, nulls_first: false };
        let stated: Vec<_> = table.sorted_by.iter().map(|name| (name.clone(), ascending)).collect();
        let columns = if stated.is_empty() {
            let columns = claimed.into_iter().flatten();
            columns.map_while(|sort| Some((sort.expr.downcast_ref::<Column>()?.name().to_owned(), sort.options))).collect()
        } else {
            stated
        };
        (!columns.is_empty()).then_some(Self { table, columns, is_of_all })
    }

    /// Compares neighbouring rows of the files, in the order in which they are read.
    ///
    /// Errors name the file, the rows and their values.
    pub(super) fn check(&self, places: &[Place], schema: &Schema) -> Result<()> {
        let fields = self.columns.iter().map(|(name, _)| schema.field_with_name(name).cloned()).collect::<Result<Vec<_>, _>>();
        let schema = Arc::new(Schema::new(fields.map_err(|cause| Error::data(&self.table.path, cause))?));
        let files = places.par_iter().map(|place| Ok(place.open()?.metadata)).collect::<Result<Vec<_>>>()?;
        let mut pieces = Vec::new();
        for (place, metadata) in places.iter().zip(&files) {
            let mut first_row = 0;
            for (group, facts) in metadata.metadata().row_groups().iter().enumerate() {
                pieces.push(Piece { place, metadata, group, first_row });
                first_row += facts.num_rows() as usize;
            }
        }
        let ends: Vec<Result<Option<Ends>>> = pieces.par_iter().map(|piece| self.pass(piece, &schema)).collect();
        let mut before: Option<(&Piece<'_>, Ends)> = None;
        for (piece, ends) in pieces.iter().zip(ends) {
            let Some(ends) = ends? else { continue };
            let seen = before.take().filter(|(last, _)| self.is_of_all || std::ptr::eq(last.place, piece.place));
            if let Some((last, before)) = seen
                && self.is_broken(&before.last, &ends.first).map_err(|cause| self.incomparable(piece.place, &cause))?
            {
                return Err(self.refuse(piece.place, piece.first_row, (last.place, &before.last), &ends.first));
            }
            before = Some((piece, ends));
        }
        Ok(())
    }

    /// Reads a row group; its first and its last row.
    fn pass(&self, piece: &Piece<'_>, schema: &SchemaRef) -> Result<Option<Ends>> {
        let held = Held::default();
        let mut row = piece.first_row;
        let columns = self.names();
        let pass = || -> Result<Option<Ends>> {
            let fail = |row: usize, cause: &dyn std::fmt::Display| unreadable(piece.place, &columns, row, &cause.to_string());
            let mut ends: Option<Ends> = None;
            for batch in piece.reader(self)? {
                let batch = batch.and_then(|batch| project(&batch, schema)).map_err(|cause| fail(row, &cause))?;
                if batch.num_rows() == 0 {
                    continue;
                }
                let broken = self.first_broken(ends.as_ref(), &batch).map_err(|cause| self.incomparable(piece.place, &cause))?;
                if let Some(at) = broken {
                    let before = if at == 0 { ends.map(|ends| ends.last) } else { Some(batch.slice(at - 1, 1)) };
                    let before = before.expect("only a row after another is out of order");
                    return Err(self.refuse(piece.place, row + at, (piece.place, &before), &batch.slice(at, 1)));
                }
                row += batch.num_rows();
                let last = batch.slice(batch.num_rows() - 1, 1);
                ends = Some(Ends { first: ends.map_or_else(|| batch.slice(0, 1), |ends| ends.first), last });
            }
            Ok(ends)
        };
        match guard::caught(&held, pass) {
            Ok(passed) => passed,
            Err(panicked) => Err(unreadable(piece.place, &columns, row, &panicked.words())),
        }
    }

    /// The first row of the batch that should stand before the one before it.
    fn first_broken(&self, before: Option<&Ends>, batch: &RecordBatch) -> Result<Option<usize>, ArrowError> {
        if let Some(before) = before
            && self.is_broken(&before.last, batch)?
        {
            return Ok(Some(0));
        }
        let compare = self.comparators(batch, batch)?;
        Ok((1..batch.num_rows()).find(|&row| is_greater(&compare, row - 1, row)))
    }

    /// Whether a row comes after the first of those behind it.
    fn is_broken(&self, before: &RecordBatch, behind: &RecordBatch) -> Result<bool, ArrowError> {
        Ok(is_greater(&self.comparators(before, behind)?, 0, 0))
    }

    fn comparators(&self, left: &RecordBatch, right: &RecordBatch) -> Result<Vec<DynComparator>, ArrowError> {
        let pairs = left.columns().iter().zip(right.columns()).zip(&self.columns);
        pairs.map(|((left, right), (_, options))| make_comparator(left.as_ref(), right.as_ref(), *options)).collect()
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn refuse(&self, place: &Place, row: usize, before: (&Place, &RecordBatch), now: &RecordBatch) -> Error {
        let names = self.names();
        let words =
            |row: &RecordBatch| rows::text(std::slice::from_ref(row)).ok().and_then(|rows| rows.into_iter().next()).unwrap_or_default().join(", ");
        let last = if std::ptr::eq(before.0, place) { format!("row {row}") } else { format!("the last row of {}", before.0.shown) };
        let problem = format!("row {} ({names}: {}) comes after {last} ({}), which it should precede", row + 1, words(now), words(before.1));
        if self.table.sorted_by.is_empty() {
            let problem = format!("{problem}: the file says of itself that it is sorted");
            return Error::data(&place.shown, problem).hint("have the file written again, sorted or without `sorting_columns`");
        }
        let hint = format!("sort the table's files by {names}, or drop `sorted_by` of table `{}`", self.table.name);
        Error::data(&place.shown, problem).hint(hint)
    }

    fn incomparable(&self, place: &Place, cause: &ArrowError) -> Error {
        Error::data(&place.shown, format!("cannot be sorted by {}: {cause}", self.names()))
            .hint(format!("drop that column from `sorted_by` of table `{}`", self.table.name))
    }
}

/// The columns of the order, in its order and in the table's types; NULL where a file has none.
fn project(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()),
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let fields: Vec<_> = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Whether the left row comes after the right one: by the first column in which they differ.
fn is_greater(compare: &[DynComparator], left: usize, right: usize) -> bool {
    compare.iter().map(|compare| compare(left, right)).find(|order| order.is_ne()) == Some(Ordering::Greater)
}

/// A row group of a file.
struct Piece<'a> {
    place: &'a Place,
    metadata: &'a ArrowReaderMetadata,
    group: usize,
    /// Rows of the file before it.
    first_row: usize,
}

/// The first and the last row of a piece, of a row each.
struct Ends {
    first: RecordBatch,
    last: RecordBatch,
}

impl Piece<'_> {
    /// Its rows, the columns of the promise alone.
    fn reader(&self, promise: &Promise<'_>) -> Result<ParquetRecordBatchReader> {
        let file = File::open(&self.place.path).map_err(|cause| Error::machine(&self.place.shown, format!("cannot be read: {cause}")))?;
        let columns = promise.columns.iter().filter_map(|(name, _)| self.metadata.schema().index_of(name).ok());
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone()).with_projection(mask);
        let reader = reader.with_row_groups(vec![self.group]).with_batch_size(BATCH_ROWS).build();
        reader.map_err(|cause| unreadable(self.place, &promise.names(), self.first_row, &cause.to_string()))
    }
}
