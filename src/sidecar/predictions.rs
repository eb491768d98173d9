//! `predictions/`: the forecasts row by row, in files of which a next night writes the last alone.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, UInt32Type};
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use rayon::prelude::*;

use super::encoding::{batch, written};
use crate::digest::Digest;
use crate::error::Result;
use crate::feature::Dataset;
use crate::folder::{Neighbour, PREDICTIONS};
use crate::spec::Quantity;
use crate::walk::{Forecasts, Predictions};

/// The most rows of a calendar year that share a file; a year that has more has a file a month, so that a night writes little anew.
const YEAR_ROWS: usize = 10_000;

/// The note in a footer by which a file tells what its columns hold.
const CONTENT: &str = "plimsoll.content_sha256";

/// `predictions/2016.parquet`, or `predictions/2016-01.parquet` and so on of a year with many rows: the files, by name, which together are one
/// table, ascending by `as_of` and entity, a row per tested row: window, entity, as_of, known_on, realized, and a column per model and quantity,
/// such as `ridge.mean` and `ewma.quantile.0.01`; NULL where the model made no forecast.
///
/// The bytes of a file depend on its own rows alone. One that a neighbour made by this very program holds already, by the note in its footer, is
/// read from there, and not encoded again.
pub fn predictions(data: &Dataset, predictions: &Predictions, neighbours: &[Neighbour]) -> Result<Vec<(String, Vec<u8>)>> {
    let names: Vec<String> = predictions.series.iter().map(|series| column(&series.model, series.quantity)).collect();
    let file = |(name, rows): (String, Range<usize>)| {
        let table = table(data, predictions, &names, rows);
        let content = content(&table);
        let kept = neighbours.iter().filter(|neighbour| neighbour.is_of_this_program()).find_map(|neighbour| neighbour.read(&name));
        let bytes = match kept.filter(|bytes| noted(bytes).as_deref() == Some(content.as_str())) {
            Some(bytes) => bytes,
            None => written(&name, Some(KeyValue::new(CONTENT.to_owned(), content)), std::iter::once(table))?,
        };
        Ok((name, bytes))
    };
    parts(data, &predictions.rows).into_par_iter().map(file).collect()
}

/// The column of a series.
fn column(model: &str, quantity: Quantity) -> String {
    match quantity.tail() {
        Some(tail) => format!("{model}.{}.{tail}", quantity.noun()),
        None => format!("{model}.{}", quantity.noun()),
    }
}

/// The files: their names, and the positions of their rows. How a year is cut depends on its own rows alone.
fn parts(data: &Dataset, rows: &[u32]) -> Vec<(String, Range<usize>)> {
    let day = |row: u32| data.as_of[row as usize];
    let mut parts = Vec::new();
    let mut from = 0;
    for of_year in rows.chunk_by(|&a, &b| day(a).year() == day(b).year()) {
        let year = format!("{PREDICTIONS}/{:04}", day(of_year[0]).year());
        if of_year.len() <= YEAR_ROWS {
            parts.push((format!("{year}.parquet"), from..from + of_year.len()));
            from += of_year.len();
            continue;
        }
        for of_month in of_year.chunk_by(|&a, &b| day(a).month() == day(b).month()) {
            parts.push((format!("{year}-{:02}.parquet", day(of_month[0]).month()), from..from + of_month.len()));
            from += of_month.len();
        }
    }
    parts
}

fn table(data: &Dataset, predictions: &Predictions, names: &[String], part: Range<usize>) -> RecordBatch {
    let rows = &predictions.rows[part.clone()];
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("window", Arc::new(UInt32Array::from_iter_values(predictions.window[part.clone()].iter().map(|idx| idx + 1)))),
        ("entity", Arc::new(StringArray::from_iter_values(rows.iter().map(|&row| data.entity_name(row))))),
        ("as_of", Arc::new(Date32Array::from_iter_values(rows.iter().map(|&row| data.as_of[row as usize].0)))),
        ("known_on", Arc::new(rows.iter().map(|&row| data.known_on[row as usize].map(|day| day.0)).collect::<Date32Array>())),
        ("realized", Arc::new(rows.iter().map(|&row| data.target[row as usize]).collect::<Float64Array>())),
    ];
    for (name, series) in names.iter().zip(&predictions.series) {
        columns.push((name, numbers(&series.predicted, part.clone())));
    }
    batch(columns)
}

/// A column of forecasts; its numbers are copied in one piece.
fn numbers(forecasts: &Forecasts, part: Range<usize>) -> ArrayRef {
    let is_whole = forecasts.is_whole() || part.clone().all(|at| forecasts.has(at));
    let there = (!is_whole).then(|| part.clone().map(|at| forecasts.has(at)).collect::<NullBuffer>());
    Arc::new(Float64Array::new(forecasts.values()[part].to_vec().into(), there))
}

/// SHA-256 over names, types and values, in their order.
fn content(table: &RecordBatch) -> String {
    let mut digest = Digest::new().part(&(table.num_rows() as u64).to_le_bytes());
    for (field, column) in table.schema().fields().iter().zip(table.columns()) {
        digest.add(field.name().as_bytes());
        digest.add(field.data_type().to_string().as_bytes());
        let missing = (0..column.len()).filter(|&row| column.is_null(row)).flat_map(|row| (row as u64).to_le_bytes());
        digest.add(&missing.collect::<Vec<u8>>());
        match field.data_type() {
            DataType::Float64 => digest.add(column.as_primitive::<Float64Type>().values().inner().as_slice()),
            DataType::Date32 => digest.add(column.as_primitive::<Date32Type>().values().inner().as_slice()),
            DataType::UInt32 => digest.add(column.as_primitive::<UInt32Type>().values().inner().as_slice()),
            DataType::Utf8 => column.as_string::<i32>().iter().for_each(|text| digest.add(text.unwrap_or_default().as_bytes())),
            other => unreachable!("no column of the forecasts is {other}"),
        }
    }
    digest.hex()
}

/// What a file says that its columns hold.
fn noted(bytes: &[u8]) -> Option<String> {
    // The footer, its length in four bytes, and `PAR1`.
    let end = bytes.len().checked_sub(8)?;
    let n_bytes = u32::from_le_bytes(bytes[end..end + 4].try_into().ok()?) as usize;
    let metadata = ParquetMetaDataReader::decode_metadata(bytes.get(end.checked_sub(n_bytes)?..end)?).ok()?;
    let notes = metadata.file_metadata().key_value_metadata()?;
    notes.iter().find(|note| note.key == CONTENT)?.value.clone()
}

#[cfg(test)]
mod tests {
    use super::super::encoding::read;
    use super::*;
    use crate::day::Day;
    use crate::walk::Series;

    /// Two names a day from 1970-01-01 on, and the same forecasts by each of the models.
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
        let files = predictions(&data, &forecasts, &[]).expect("files");
        assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["predictions/1970.parquet"]);
        let table = read("predictions", &files[0].1);
        let schema = table.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["window", "entity", "as_of", "known_on", "realized", "ridge.mean", "ewma.quantile.0.01"]);
        assert_eq!(table.column(0).as_primitive::<UInt32Type>().values(), &[1; 4]);
        assert_eq!(table.column(1).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["a", "b", "a", "b"]);
        assert_eq!(table.column(3).as_primitive::<Date32Type>().values(), &[1, 1, 2, 2]);
        assert_eq!(table.column(4).as_primitive::<Float64Type>().iter().map(|x| x.is_some()).collect::<Vec<_>>(), [true, false, true, true]);
        let ridge = table.column(5).as_primitive::<Float64Type>().iter().collect::<Vec<_>>();
        assert_eq!(ridge, [None, Some(0.25), Some(0.25), Some(0.25)]);
        let names = ["ridge.mean", "ewma.quantile.0.01"].map(str::to_owned);
        assert_eq!(noted(&files[0].1), Some(content(&super::table(&data, &forecasts, &names, 0..4))));
    }

    #[test]
    fn another_model_repeats_neither_names_nor_outcomes() {
        let size = |models: &[&str]| {
            let (data, forecasts) = forecast(20_000, models);
            let files = predictions(&data, &forecasts, &[]).expect("files");
            files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>()
        };
        // Outcomes are 8 bytes a row that hardly compress, forecasts here one number over and over.
        let (one, five) = (size(&["a"]), size(&["a", "b", "c", "d", "e"]));
        assert!(100_000 < one && five < one + one / 4, "{one} bytes for one model, {five} for five");
    }

    #[test]
    fn a_year_of_many_rows_has_a_file_a_month_and_names_sort_as_their_rows() {
        let (mut data, forecasts) = forecast(25_000, &["a"]);
        // Ten rows a year in 1970 and 1971, then 24,980 in 1972, of them 20,000 in its March.
        let day = |year: i32, month: u32| Day::from_ymd(year, month, 1).expect("a date");
        let days = [(day(1970, 5), 10), (day(1971, 5), 10), (day(1972, 1), 4_980), (day(1972, 3), 20_000)];
        data.as_of = days.iter().flat_map(|&(day, n)| std::iter::repeat_n(day, n)).collect();
        let found = parts(&data, &forecasts.rows);
        let told: Vec<(&str, usize)> = found.iter().map(|(name, rows)| (name.strip_prefix("predictions/").expect("below"), rows.len())).collect();
        assert_eq!(told, [("1970.parquet", 10), ("1971.parquet", 10), ("1972-01.parquet", 4_980), ("1972-03.parquet", 20_000)]);
        assert!(found.is_sorted_by(|a, b| a.0 < b.0 && a.1.end == b.1.start));
        // At the bound the year is one file; whatever comes in other years does not move it.
        data.as_of[20..10_020].fill(day(1972, 1));
        data.as_of[10_020..].fill(day(1973, 1));
        assert_eq!(parts(&data, &forecasts.rows)[2], ("predictions/1972.parquet".to_owned(), 20..10_020));
    }

    #[test]
    fn a_day_more_and_another_name_leave_the_bytes_of_earlier_files_as_they_are() {
        let (data, forecasts) = forecast(4_000, &["ridge", "ewma"]);
        let first = predictions(&data, &forecasts, &[]).expect("files");
        let (mut later, forecasts) = forecast(4_100, &["ridge", "ewma"]);
        // A name that sorts before the others takes their codes, and comes at the end.
        later.entities = ["0", "a", "b"].map(str::to_owned).to_vec();
        later.entity = (0..4_100).map(|row| if row < 4_050 { 1 + row % 2 } else { 0 }).collect();
        later.target[3_999] = None;
        let second = predictions(&later, &forecasts, &[]).expect("files");
        assert_eq!(first.len(), 6);
        assert_eq!(first[..5], second[..5]);
        assert_ne!(first[5], second[5]);
    }

    #[test]
    fn every_value_and_every_gap_is_part_of_what_a_file_says_of_its_columns() {
        let (data, forecasts) = forecast(4, &["ridge"]);
        let names = ["ridge.mean".to_owned()];
        let said = |data: &Dataset, forecasts: &Predictions, names: &[String]| content(&table(data, forecasts, names, 0..4));
        let mut seen = vec![said(&data, &forecasts, &names)];
        let mut other = |data: &Dataset, forecasts: &Predictions, names: &[String]| {
            let now = said(data, forecasts, names);
            assert!(!seen.contains(&now));
            seen.push(now);
        };
        other(&data, &forecasts, &["ridge.median".to_owned()]);
        other(&Dataset { target: vec![Some(0.0), None, Some(-0.0), None], ..data.clone() }, &forecasts, &names);
        other(&Dataset { target: vec![Some(0.0), None, Some(0.0), None], ..data.clone() }, &forecasts, &names);
        other(&Dataset { known_on: vec![None; 4], ..data.clone() }, &forecasts, &names);
        other(&Dataset { entities: ["ab", ""].map(str::to_owned).to_vec(), ..data.clone() }, &forecasts, &names);
        other(&data, &Predictions { window: vec![0, 0, 0, 1], ..forecasts.clone() }, &names);
        let mut moved = forecasts.clone();
        moved.series[0].predicted = vec![None, Some(0.25), None, Some(0.25)].into();
        other(&data, &moved, &names);
    }
}
