//! The Parquet files beside a report: forecasts, positions and returns, row by row.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::book::{Book, DayOfBook, LoanBook, TradedBook};
use crate::error::{Error, Result};
use crate::feature::{Dataset, Definition};
use crate::spec::Quantity;
use crate::stat::{FeatureSummary, Outcome, SHARES};
use crate::walk::{Forecasts, Predictions};

/// `predictions.parquet`: one row per tested row, ascending by `as_of` and entity: window, entity, as_of, known_on, realized, and a column per
/// model and quantity, such as `ridge.mean` and `ewma.quantile.0.01`; NULL where the model made no forecast.
pub fn predictions(data: &Dataset, predictions: &Predictions) -> Result<Vec<u8>> {
    let rows = &predictions.rows;
    let names: Vec<String> = predictions.series.iter().map(|series| column(&series.model, series.quantity)).collect();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("window", Arc::new(UInt32Array::from_iter_values(predictions.window.iter().map(|idx| idx + 1)))),
        ("entity", Arc::new(StringArray::from_iter_values(rows.iter().map(|&row| data.entity_name(row))))),
        ("as_of", Arc::new(Date32Array::from_iter_values(rows.iter().map(|&row| data.as_of[row as usize].0)))),
        ("known_on", Arc::new(rows.iter().map(|&row| data.known_on[row as usize].map(|day| day.0)).collect::<Date32Array>())),
        ("realized", Arc::new(rows.iter().map(|&row| data.target[row as usize]).collect::<Float64Array>())),
    ];
    for (name, series) in names.iter().zip(&predictions.series) {
        columns.push((name, numbers(&series.predicted)));
    }
    written("predictions.parquet", std::iter::once(batch(columns)))
}

/// The column of a series.
fn column(model: &str, quantity: Quantity) -> String {
    match quantity.tail() {
        Some(tail) => format!("{model}.{}.{tail}", quantity.noun()),
        None => format!("{model}.{}", quantity.noun()),
    }
}

/// `book.parquet`: the positions of a long-short book, or the loans of a loan book.
pub fn book(data: &Dataset, book: &Book) -> Result<Vec<u8>> {
    match book {
        Book::LongShort(books) => written("book.parquet", books.iter().map(|book| positions(data, book))),
        Book::Loans(books) => written("book.parquet", books.iter().map(|book| loans(data, book))),
    }
}

/// `book_returns.parquet`: what a long-short book made on each date held, before costs and after; `None` for a loan book.
///
/// `as_of` dates the rows whose targets were earned, `date` the day on which they were: returns of one `date` compound to those on the page.
pub fn book_returns(book: &Book) -> Option<Result<Vec<u8>>> {
    match book {
        Book::LongShort(books) => Some(written("book_returns.parquet", books.iter().map(returns))),
        Book::Loans(_) => None,
    }
}

/// The feature catalogue: one row per feature with its SQL, coverage, distribution, drift and strength.
pub fn catalogue(features: &[FeatureSummary], definitions: &[Definition]) -> Result<Vec<u8>> {
    let text = |pick: fn(&Definition) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(definitions.iter().map(pick))) };
    let number = |pick: &dyn Fn(&FeatureSummary) -> Outcome<f64>| -> ArrayRef {
        Arc::new(features.iter().map(|feature| pick(feature).value().copied()).collect::<Float64Array>())
    };
    let first_valid = features.iter().map(|feature| feature.first_valid.map(|day| day.0)).collect::<Date32Array>();
    let quantiles = SHARES.map(|share| (format!("quantile_{share}"), number(&|feature| feature.quantile(share))));
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("feature", text(|definition| &definition.name)),
        ("sql", text(|definition| &definition.sql)),
        ("file", text(|definition| &definition.file)),
        ("coverage", number(&|feature| Outcome::Value(feature.coverage))),
        ("first_valid", Arc::new(first_valid)),
        ("mean", number(&|feature| feature.description.as_ref().map(|found| found.mean))),
        ("sd", number(&|feature| feature.description.as_ref().and_then(|found| found.sd.clone()))),
    ];
    columns.extend(quantiles.iter().map(|(name, column)| (name.as_str(), Arc::clone(column))));
    columns.push(("psi", number(&|feature| feature.drift.as_ref().map(|drift| drift.psi))));
    columns.push(("strength", number(&|feature| feature.strength.clone())));
    written("catalogue", std::iter::once(batch(columns)))
}

fn positions(data: &Dataset, book: &TradedBook) -> RecordBatch {
    let positions = &book.positions;
    batch(vec![
        ("model", Arc::new(StringArray::from(vec![book.model.as_str(); positions.len()]))),
        ("as_of", Arc::new(Date32Array::from_iter_values(positions.iter().map(|position| position.as_of.0)))),
        ("held_from", Arc::new(positions.iter().map(|position| position.held_from.map(|day| day.0)).collect::<Date32Array>())),
        ("entity", Arc::new(StringArray::from_iter_values(positions.iter().map(|position| data.entities[position.entity as usize].as_str())))),
        ("weight", Arc::new(Float64Array::from_iter_values(positions.iter().map(|position| position.weight)))),
    ])
}

fn returns(book: &TradedBook) -> RecordBatch {
    let days = &book.days;
    let number = |value: fn(&DayOfBook) -> f64| -> ArrayRef { Arc::new(Float64Array::from_iter_values(days.iter().map(value))) };
    let count = |value: fn(&DayOfBook) -> usize| -> ArrayRef { Arc::new(UInt32Array::from_iter_values(days.iter().map(|day| value(day) as u32))) };
    batch(vec![
        ("model", Arc::new(StringArray::from(vec![book.model.as_str(); days.len()]))),
        ("as_of", Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day.as_of.0)))),
        ("date", Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day.earned_on.0)))),
        ("gross", number(|day| day.gross_return)),
        ("cost", number(|day| day.cost)),
        ("net", number(|day| day.net_return)),
        ("turnover", number(|day| day.turnover)),
        ("gross_exposure", number(|day| day.gross_exposure)),
        ("net_exposure", number(|day| day.net_exposure)),
        ("n_long", count(|day| day.n_long)),
        ("n_short", count(|day| day.n_short)),
        ("n_missing", count(|day| day.n_missing)),
        ("n_left", count(|day| day.n_left)),
    ])
}

fn loans(data: &Dataset, book: &LoanBook) -> RecordBatch {
    let loans = &book.loans;
    batch(vec![
        ("model", Arc::new(StringArray::from(vec![book.model.as_str(); loans.len()]))),
        ("entity", Arc::new(StringArray::from_iter_values(loans.iter().map(|loan| data.entity_name(loan.row))))),
        ("as_of", Arc::new(Date32Array::from_iter_values(loans.iter().map(|loan| data.as_of[loan.row as usize].0)))),
        ("probability", Arc::new(Float64Array::from_iter_values(loans.iter().map(|loan| loan.probability)))),
        ("exposure", Arc::new(Float64Array::from_iter_values(loans.iter().map(|loan| loan.exposure)))),
        ("expected_loss", Arc::new(Float64Array::from_iter_values(loans.iter().map(|loan| loan.expected_loss)))),
        ("realized_loss", Arc::new(Float64Array::from_iter_values(loans.iter().map(|loan| loan.realized_loss)))),
    ])
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).expect("columns of one length")
}

/// A column of forecasts; its numbers are copied in one piece.
fn numbers(forecasts: &Forecasts) -> ArrayRef {
    let there = (!forecasts.is_whole()).then(|| (0..forecasts.len()).map(|at| forecasts.has(at)).collect::<NullBuffer>());
    Arc::new(Float64Array::new(forecasts.values().to_vec().into(), there))
}

/// Rows of a row group, as the writer of whole files has it.
const GROUP_ROWS: usize = 1 << 20;

/// The columns of a row group are encoded side by side and written in their order, so that bytes do not depend on threads.
fn written(name: &str, batches: impl Iterator<Item = RecordBatch>) -> Result<Vec<u8>> {
    let refuse = |cause: parquet::errors::ParquetError| Error::machine(name, cause);
    let batches: Vec<RecordBatch> = batches.collect();
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let schema = first.schema();
    let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties(first))).map_err(refuse)?;
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
fn properties(batch: &RecordBatch) -> WriterProperties {
    let mut builder = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    for field in batch.schema().fields().iter().filter(|field| *field.data_type() == DataType::Float64) {
        let path = ColumnPath::from(field.name().as_str());
        builder = builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::{Date32Type, Float64Type, UInt32Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    use super::*;
    use crate::day::Day;
    use crate::walk::Series;

    /// The first batch of a file, read by way of the disk.
    fn read(name: &str, bytes: &[u8]) -> RecordBatch {
        let path = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder is writable");
        let file = std::fs::File::open(&path).expect("just written");
        std::fs::remove_file(&path).expect("just written");
        ParquetRecordBatchReader::try_new(file, 1 << 20).expect("Parquet").next().expect("rows").expect("a whole file")
    }

    /// `n` rows of two names, and the same forecasts by each of the models.
    fn forecast(n: usize, models: &[&str]) -> (Dataset, Predictions) {
        let data = Dataset {
            entities: ["a", "b"].map(str::to_owned).to_vec(),
            entity: (0..n as u32).map(|row| row % 2).collect(),
            as_of: (0..n as i32).map(|row| Day(row / 2)).collect(),
            known_on: (0..n as i32).map(|row| Some(Day(row / 2 + 1))).collect(),
            target: (0..n).map(|row| (row != 1).then_some((row as f64).sin())).collect(),
            ..Dataset::default()
        };
        let predicted: Vec<Option<f64>> = (0..n).map(|row| (row != 0).then_some(0.25)).collect();
        let series = |(at, model): (usize, &&str)| {
            let quantity = if at == 0 { Quantity::Mean } else { Quantity::Quantile(0.01) };
            Series { model: (*model).to_owned(), quantity, predicted: predicted.clone().into() }
        };
        let series = models.iter().enumerate().map(series).collect();
        let predictions = Predictions { rows: (0..n as u32).collect(), window: vec![0; n], series, ..Predictions::default() };
        (data, predictions)
    }

    #[test]
    fn a_tested_row_is_one_row_with_a_column_per_forecast() {
        let (data, forecasts) = forecast(4, &["ridge", "ewma"]);
        let table = read("predictions", &predictions(&data, &forecasts).expect("a file"));
        let schema = table.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["window", "entity", "as_of", "known_on", "realized", "ridge.mean", "ewma.quantile.0.01"]);
        assert_eq!(table.column(0).as_primitive::<UInt32Type>().values(), &[1; 4]);
        assert_eq!(table.column(1).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["a", "b", "a", "b"]);
        assert_eq!(table.column(3).as_primitive::<Date32Type>().values(), &[1, 1, 2, 2]);
        assert_eq!(table.column(4).as_primitive::<Float64Type>().iter().map(|x| x.is_some()).collect::<Vec<_>>(), [true, false, true, true]);
        let ridge = table.column(5).as_primitive::<Float64Type>().iter().collect::<Vec<_>>();
        assert_eq!(ridge, [None, Some(0.25), Some(0.25), Some(0.25)]);
    }

    #[test]
    fn another_model_repeats_neither_names_nor_outcomes() {
        let size = |models: &[&str]| {
            let (data, forecasts) = forecast(20_000, models);
            predictions(&data, &forecasts).expect("a file").len()
        };
        // Outcomes are 8 bytes a row that hardly compress, forecasts here one number over and over.
        let (one, five) = (size(&["a"]), size(&["a", "b", "c", "d", "e"]));
        assert!(100_000 < one && five < one + one / 10, "{one} bytes for one model, {five} for five");
    }

    #[test]
    fn the_returns_of_a_book_are_there_day_by_day_before_and_after_costs() {
        let day = |n: i32| DayOfBook {
            as_of: Day(n),
            earned_on: Day(n + 1),
            gross_return: 0.02,
            cost: 0.005,
            net_return: 0.015,
            turnover: 2.0,
            gross_exposure: 2.0,
            net_exposure: 0.0,
            n_long: 3,
            n_short: 2,
            n_missing: 1,
            n_left: 0,
        };
        let book = |model: &str| TradedBook {
            model: model.to_owned(),
            positions: vec![],
            days: vec![day(1), day(2)],
            names: vec![],
            held: vec![],
            ruined_on: None,
        };
        let books = Book::LongShort(vec![book("ridge"), book("trees")]);
        let table = read("book-returns", &book_returns(&books).expect("a traded book").expect("a file"));
        assert_eq!(table.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["ridge", "ridge", "trees", "trees"]);
        let number = |name: &str| table.column_by_name(name).expect(name).as_primitive::<Float64Type>().values().to_vec();
        assert_eq!([number("gross"), number("cost"), number("net"), number("turnover")].map(|all| all[3]), [0.02, 0.005, 0.015, 2.0]);
        assert_eq!(table.column_by_name("date").expect("date").as_primitive::<Date32Type>().values(), &[2, 3, 2, 3]);
        assert!(book_returns(&Book::Loans(vec![])).is_none());
    }
}
