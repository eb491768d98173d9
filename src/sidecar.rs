//! The Parquet files beside a report: forecasts and the book, row by row.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::book::{Book, LoanBook, TradedBook};
use crate::error::{Error, Result};
use crate::feature::{Dataset, Definition};
use crate::stat::{FeatureSummary, Outcome, SHARES};
use crate::walk::Predictions;

/// `predictions.parquet`: window, model, entity, as_of, known_on, quantity, tail, predicted, realized; one row per forecast.
pub fn predictions(data: &Dataset, predictions: &Predictions) -> Result<Vec<u8>> {
    let rows = &predictions.rows;
    let window: ArrayRef = Arc::new(UInt32Array::from_iter_values(predictions.window.iter().map(|idx| idx + 1)));
    let entity: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|&row| data.entity_name(row))));
    let as_of: ArrayRef = Arc::new(Date32Array::from_iter_values(rows.iter().map(|&row| data.as_of[row as usize].0)));
    let known_on: ArrayRef = Arc::new(rows.iter().map(|&row| data.known_on[row as usize].map(|day| day.0)).collect::<Date32Array>());
    let realized: ArrayRef = Arc::new(rows.iter().map(|&row| data.target[row as usize]).collect::<Float64Array>());
    let batches = predictions.series.iter().map(|series| {
        let n = rows.len();
        batch(vec![
            ("window", Arc::clone(&window)),
            ("model", Arc::new(StringArray::from(vec![series.model.as_str(); n]))),
            ("entity", Arc::clone(&entity)),
            ("as_of", Arc::clone(&as_of)),
            ("known_on", Arc::clone(&known_on)),
            ("quantity", Arc::new(StringArray::from(vec![series.quantity.noun(); n]))),
            ("tail", Arc::new(Float64Array::from(vec![series.quantity.tail(); n]))),
            ("predicted", Arc::new(Float64Array::from(series.predicted.clone()))),
            ("realized", Arc::clone(&realized)),
        ])
    });
    written("predictions.parquet", batches)
}

/// `book.parquet`: the positions of a long-short book, or the loans of a loan book.
pub fn book(data: &Dataset, book: &Book) -> Result<Vec<u8>> {
    match book {
        Book::LongShort(books) => written("book.parquet", books.iter().map(|book| positions(data, book))),
        Book::Loans(books) => written("book.parquet", books.iter().map(|book| loans(data, book))),
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

fn written(name: &str, batches: impl Iterator<Item = RecordBatch>) -> Result<Vec<u8>> {
    let refuse = |cause: parquet::errors::ParquetError| Error::machine(name, cause);
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer: Option<ArrowWriter<Vec<u8>>> = None;
    for batch in batches {
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.clone())).map_err(refuse)?),
        };
        writer.write(&batch).map_err(refuse)?;
    }
    writer.map_or_else(|| Ok(Vec::new()), |writer| writer.into_inner().map_err(refuse))
}
