//! The 120 rows that `tests/golden/classical_*.py` show to scikit-learn.

use crate::day::Day;
use crate::error::Result;
use crate::feature::{Dataset, Matrix};
use crate::model::learner::teach;
use crate::model::{Learner, Model, Past, Query};

pub(super) const N_ROWS: usize = 120;

/// Three columns in steps of a twentieth, a thirtieth and a tenth.
pub(super) fn columns() -> Vec<Vec<f32>> {
    let step = |of: fn(usize) -> usize, modulus: usize, over: f64| (0..N_ROWS).map(|i| ((of(i) % modulus) as f64 / over) as f32).collect();
    vec![step(|i| i * 37, 61, 20.0), step(|i| i * i * 7, 53, 30.0), step(|i| i * 11, 29, 10.0)]
}

/// A mean target and a class of 0 or 1.
pub(super) fn targets() -> (Vec<f64>, Vec<f64>) {
    let z: Vec<Vec<f64>> = columns().iter().map(|column| standard(column)).collect();
    let noise = |i: usize| (i * 29 % 31) as f64 / 31.0 - 0.5;
    let mean = |i: usize| 0.01 * (z[0][i].sin() + 0.5 * z[1][i] + 0.8 * noise(i));
    let event = |i: usize| f64::from(u8::from(z[0][i] - 0.7 * z[1][i] * z[2][i] + 2.0 * noise(i) > 0.3));
    ((0..N_ROWS).map(mean).collect(), (0..N_ROWS).map(event).collect())
}

fn standard(column: &[f32]) -> Vec<f64> {
    let n_rows = column.len() as f64;
    let mean = column.iter().map(|&value| f64::from(value)).sum::<f64>() / n_rows;
    let square = column.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / n_rows;
    column.iter().map(|&value| (f64::from(value) - mean) / square.sqrt()).collect()
}

/// Fits on columns named a, b, c; row i is of day i, its target known a day later.
pub(super) fn fit(learner: &dyn Learner, columns: &[Vec<f32>], target: &[f64], weight: &[f64]) -> Result<Box<dyn Model>> {
    let names: Vec<String> = ["a", "b", "c"][..columns.len()].iter().map(ToString::to_string).collect();
    let features = Matrix::from_columns(target.len(), columns);
    teach("model `m` in window 3", &names, &features, (target, weight), |train| learner.fit(train))
}

/// Forecasts of the first quantity asked for the first rows of `columns`.
pub(super) fn forecast(model: &dyn Model, columns: &[Vec<f32>], n_rows: usize) -> Vec<f64> {
    let first: Vec<Vec<f32>> = columns.iter().map(|column| column[..n_rows].to_vec()).collect();
    let (features, past) = (Matrix::from_columns(n_rows, &first), Past::new(&Dataset::default()));
    let query = Query { features: &features, entity: &vec![0; n_rows], as_of: &vec![Day(1); n_rows], past: &past, benchmarks: &[] };
    model.forecast(&query)[0].iter().map(|value| value.expect("every row")).collect()
}

pub(super) fn assert_close(calculated: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(calculated.len(), expected.len());
    for (calculated, expected) in calculated.iter().zip(expected) {
        assert!((calculated - expected).abs() <= tolerance, "calculated {calculated}, expected {expected}, tolerance {tolerance}");
    }
}

/// The first line of a learner's error on a window that it cannot learn from.
pub(super) fn refusal(learner: &dyn Learner, n_rows: usize, target: f64, weight: f64) -> String {
    let columns: Vec<Vec<f32>> = columns().into_iter().map(|column| column[..n_rows].to_vec()).collect();
    let fitted = fit(learner, &columns, &vec![target; n_rows], &vec![weight; n_rows]);
    fitted.err().expect("nothing can be learnt").to_string().lines().next().unwrap_or_default().to_owned()
}
