//! No model looks ahead: what is known after a day is rewritten, and no forecast up to that day changes by a bit.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll::day::Day;
use plimsoll::feature::{Dataset, Matrix};
use plimsoll::spec::{ColumnParams, ModelKind, ModelSpec, Quantity, Spec, load};
use plimsoll::walk::{Predictions, Store};
use plimsoll::{feature, source, walk, window};

use crate::fixture::repository;

/// The rows of every third entity of a spec's data.
fn every_third(path: &str) -> (Spec, Dataset) {
    let spec = load(repository(), Path::new(path)).expect("a good spec");
    let tables = source::open(repository(), &spec).expect("good tables");
    let data = feature::build(repository(), &spec, &tables, &feature::Cuts::forgetful()).expect("a good view").data;
    let rows: Vec<u32> = (0..data.n_rows() as u32).filter(|&row| data.entity[row as usize].is_multiple_of(3)).collect();
    let of = |row: &u32| *row as usize;
    let kept = Dataset {
        entity: rows.iter().map(|row| data.entity[of(row)]).collect(),
        as_of: rows.iter().map(|row| data.as_of[of(row)]).collect(),
        known_on: rows.iter().map(|row| data.known_on[of(row)]).collect(),
        target: rows.iter().map(|row| data.target[of(row)]).collect(),
        weight: rows.iter().map(|row| data.weight[of(row)]).collect(),
        features: data.features.gather(&rows),
        benchmarks: data.benchmarks.iter().map(|(name, column)| (name.clone(), rows.iter().map(|row| column[of(row)]).collect())).collect(),
        entities: data.entities,
        feature_names: data.feature_names,
        target_delay_dates: data.target_delay_dates,
        ..Dataset::default()
    };
    (spec, kept)
}

/// Features and benchmarks of rows after `cut`, and targets known on it or later: none is what it was.
fn rewritten(data: &Dataset, cut: Day, target: impl Fn(f64) -> f64) -> Dataset {
    let mut other = data.clone();
    let is_later: Vec<bool> = data.as_of.iter().map(|&day| cut < day).collect();
    // Whole numbers stay whole, as the codes of categories must.
    let rewrite = |value: f32| if value.is_nan() { 1.0 } else { (3.0 - 7.0 * value).abs() };
    let columns: Vec<Vec<f32>> = (0..data.features.n_columns())
        .map(|idx| data.features.column(idx).iter().zip(&is_later).map(|(&value, &later)| if later { rewrite(value) } else { value }).collect())
        .collect();
    other.features = Matrix::from_columns(data.n_rows(), &columns);
    for column in other.benchmarks.values_mut() {
        column.iter_mut().zip(&is_later).filter(|(_, later)| **later).for_each(|(value, _)| *value = Some(0.123));
    }
    other.weight.iter_mut().zip(&is_later).filter(|(_, later)| **later).for_each(|(weight, _)| *weight *= 2.0);
    for row in 0..data.n_rows() {
        if let (Some(day), Some(value)) = (data.known_on[row], data.target[row])
            && cut <= day
        {
            other.target[row] = Some(target(value));
            other.known_on[row] = Some(day.plus_days(1));
        }
    }
    other
}

fn walked(spec: &Spec, data: &Dataset) -> Predictions {
    let windows = window::plan(&spec.window, data).expect("windows fit");
    walk::forward(spec, data, &windows, &Store::forgetful(), &|_| {}).expect("models fit").predictions
}

/// Compares all forecasts of rows up to `cut`, and the cards of windows that end before it; the kinds of model that were compared.
fn compare(spec: &Spec, data: &Dataset, cut: Day, target: impl Fn(f64) -> f64) -> BTreeSet<&'static str> {
    let (before, after) = (walked(spec, data), walked(spec, &rewritten(data, cut, target)));
    assert_eq!(before.rows, after.rows);
    let is_early: Vec<bool> = before.rows.iter().map(|&row| data.as_of[row as usize] <= cut).collect();
    let mut changed: BTreeSet<&str> = BTreeSet::new();
    for (was, is) in before.series.iter().zip(&after.series) {
        let mut n_compared = 0;
        for (at, (was_value, is_value)) in was.predicted.iter().zip(is.predicted.iter()).enumerate() {
            let is_same = was_value.map(f64::to_bits) == is_value.map(f64::to_bits);
            if is_early[at] {
                let row = before.rows[at];
                assert!(is_same, "{} {}: {was_value:?} became {is_value:?} on {}", was.model, was.quantity, data.as_of[row as usize]);
                n_compared += usize::from(was_value.is_some());
            } else if !is_same {
                changed.insert(&was.model);
            }
        }
        assert!(500 < n_compared, "{} {}: {n_compared} forecasts are compared", was.model, was.quantity);
    }
    // The rewriting was not in vain: it moved later forecasts of every model.
    assert!(spec.models.iter().all(|model| changed.contains(model.name.as_str())), "only {changed:?} forecast otherwise later");
    let last = is_early.iter().rposition(|&early| early).expect("there are early rows");
    for (was, is) in before.cards.iter().zip(&after.cards).filter(|(was, _)| was.window < before.window[last]) {
        assert_eq!(was, is);
    }
    spec.models.iter().map(|model| model.kind.name()).collect()
}

#[test]
fn no_kind_of_model_forecasts_otherwise_when_the_future_is_rewritten() {
    let (mut market, mut data) = every_third("tests/models/market.toml");
    data.benchmarks.insert("benchmark_desk".to_owned(), data.features.column(0).iter().map(|&value| Some(f64::from(value))).collect());
    let desk = ModelKind::Column(ColumnParams { columns: vec!["benchmark_desk".to_owned()] });
    market.models.push(ModelSpec { name: "desk".to_owned(), kind: desk, ask: vec![Quantity::Mean], select: None, tune: None });
    let day = |year, month, day| Day::from_ymd(year, month, day).expect("a date");
    let mut kinds = compare(&market, &data, day(2018, 7, 3), |value| 0.02 - 3.0 * value);
    let (credit, data) = every_third("tests/models/credit.toml");
    kinds.extend(compare(&credit, &data, day(2018, 1, 15), |value| 1.0 - value));
    assert_eq!(kinds.len(), 21, "{kinds:?}");
}
