//! The Parquet files beside a report: forecasts, positions and returns, row by row.

mod encoding;
mod predictions;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};

use crate::book::{Book, DayOfBook, LoanBook, TradedBook};
use crate::error::Result;
use crate::feature::{Dataset, Definition};
use crate::stat::{FeatureSummary, Outcome, SHARES};
use encoding::{batch, written};

pub use predictions::predictions;

/// `book.parquet`: the positions of a long-short book, or the loans of a loan book.
pub fn book(data: &Dataset, book: &Book) -> Result<Vec<u8>> {
    match book {
        Book::LongShort(books) => written("book.parquet", None, books.iter().map(|book| positions(data, book))),
        Book::Loans(books) => written("book.parquet", None, books.iter().map(|book| loans(data, book))),
    }
}

/// `book_returns.parquet`: what a long-short book made on each date held, before costs and after; `None` for a loan book.
///
/// `as_of` dates the rows whose targets were earned, `date` the day on which they were: returns of one `date` compound to those on the page.
pub fn book_returns(book: &Book) -> Option<Result<Vec<u8>>> {
    match book {
        Book::LongShort(books) => Some(written("book_returns.parquet", None, books.iter().map(returns))),
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
    written("catalogue", None, std::iter::once(batch(columns)))
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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::{Date32Type, Float64Type};

    use super::*;
    use crate::day::Day;

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
        let table = encoding::read("book-returns", &book_returns(&books).expect("a traded book").expect("a file"));
        assert_eq!(table.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["ridge", "ridge", "trees", "trees"]);
        let number = |name: &str| table.column_by_name(name).expect(name).as_primitive::<Float64Type>().values().to_vec();
        assert_eq!([number("gross"), number("cost"), number("net"), number("turnover")].map(|all| all[3]), [0.02, 0.005, 0.015, 2.0]);
        assert_eq!(table.column_by_name("date").expect("date").as_primitive::<Date32Type>().values(), &[2, 3, 2, 3]);
        assert!(book_returns(&Book::Loans(vec![])).is_none());
    }
}
