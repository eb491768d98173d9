//! What the tests of regressions are fed.

use std::ops::Range;

use crate::day::Day;
use crate::feature::{Dataset, Matrix};
use crate::model::{Anchor, Lesson, Model, Past, Query, Shared, Train};

pub(super) const NAN: f32 = f32::NAN;

/// A table and the rows of it that train.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Vec<f32>>,
    pub(super) features: Matrix,
    pub(super) lesson: Lesson,
}

/// Seeded draws (Knuth's MMIX constants), so that generated tables are the same in every run.
#[derive(Debug, Clone)]
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// Uniform in [0, 1) in steps of 2^-20, which f32 holds exactly.
    pub(super) fn share(&mut self) -> f64 {
        self.below(1 << 20) as f64 / f64::from(1 << 20)
    }
}

impl Case {
    /// All rows train, a row a day.
    pub(super) fn plain(names: &[&str], columns: &[Vec<f32>], target: &[f64]) -> Self {
        let names = names.iter().map(ToString::to_string).collect();
        let lesson = Lesson::alone(target, &vec![1.0; target.len()]);
        Self { names, columns: columns.to_vec(), features: Matrix::from_columns(target.len(), columns), lesson }
    }

    /// `n_days` days, five apart, of `n_entities` rows each; four features of which the last leans on the first, and a target that leans
    /// on three of them, known on the next day.
    pub(super) fn panel(n_days: usize, n_entities: usize) -> Self {
        let mut draw = Draw(1);
        let n_rows = n_days * n_entities;
        let mut columns: [Vec<f32>; 4] = Default::default();
        let mut target = Vec::with_capacity(n_rows);
        for _ in 0..n_rows {
            let [a, b, c, d, e] = std::array::from_fn(|_| draw.share() + draw.share() - 1.0);
            let row = [a + 3.0, 2.0 * b, c * c, d - 0.5 * a];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value as f32));
            target.push(0.5 + a - 0.5 * b + 0.25 * d + e * (1.0 + c));
        }
        let mut case = Self::plain(&["a", "b", "c", "d"], &columns, &target);
        let day = |row: usize| Day(14_600 + 5 * (row / n_entities) as i32);
        case.lesson.as_of = (0..n_rows).map(day).collect();
        case.lesson.known_on = (0..n_rows).map(|row| day(row + n_entities)).collect();
        case
    }

    pub(super) fn missing(mut self, column: usize, is_missing: impl Fn(usize) -> bool) -> Self {
        for (row, value) in self.columns[column].iter_mut().enumerate() {
            *value = if is_missing(row) { NAN } else { *value };
        }
        self.features = Matrix::from_columns(self.features.n_rows(), &self.columns);
        self
    }

    pub(super) fn weighted(mut self, weight: impl Fn(usize) -> f64) -> Self {
        self.lesson.weight = (0..self.lesson.rows.len()).map(weight).collect();
        self
    }

    pub(super) fn targeted(mut self, target: impl Fn(f64) -> f64) -> Self {
        self.lesson.target.iter_mut().for_each(|value| *value = target(*value));
        self
    }

    /// The same table, of whose training rows only these train.
    pub(super) fn part(&self, rows: Range<usize>) -> Self {
        let positions: Vec<u32> = rows.map(|row| row as u32).collect();
        Self { lesson: self.lesson.part(&positions), ..self.clone() }
    }

    pub(super) fn shared(&self) -> Shared<'_> {
        Shared::new(&self.features, 1)
    }

    pub(super) fn train<T>(&self, work: impl FnOnce(&Train<'_>) -> T) -> T {
        self.train_with(&self.shared(), work)
    }

    pub(super) fn train_with<T>(&self, shared: &Shared<'_>, work: impl FnOnce(&Train<'_>) -> T) -> T {
        self.train_from(&self.lesson, shared, work)
    }

    /// A window that leans on the window of `anchor`.
    pub(super) fn train_from<T>(&self, anchor: &Lesson, shared: &Shared<'_>, work: impl FnOnce(&Train<'_>) -> T) -> T {
        let anchor = Anchor::itself(0, anchor, shared.features());
        work(&Train::new("model `m` in window 3", &self.names, &self.lesson, &anchor, shared))
    }
}

/// The data of `tests/golden/penalized_regression.py`.
pub(super) fn golden() -> Case {
    let n = 0..60_u16;
    let mut columns = [
        n.clone().map(|i| f32::from(i * 7 % 13) / 4.0).collect::<Vec<f32>>(),
        n.clone().map(|i| f32::from(i * i % 17) / 8.0).collect(),
        n.clone().map(|i| f32::from(i * 3 % 5) + f32::from(i * 7 % 13) / 8.0).collect(),
    ];
    let target = |i: u16| 0.5 * f64::from(columns[0][usize::from(i)]) - 0.25 * f64::from(columns[2][usize::from(i)]) + f64::from(i * 29 % 11) / 8.0;
    let target: Vec<f64> = n.clone().map(target).collect();
    for row in [5, 17, 41] {
        columns[1][row] = f32::NAN;
    }
    Case::plain(&["a", "b", "c"], &columns, &target).weighted(|i| (1 + i % 3) as f64)
}

/// What a model forecasts for rows of features; every row has a forecast.
pub(super) fn forecast(model: &dyn Model, features: &Matrix) -> Vec<Vec<f64>> {
    let past = Past::new(&Dataset::default());
    let n_rows = features.n_rows();
    let query = Query { features, entity: &vec![0; n_rows], as_of: &vec![Day(1); n_rows], past: &past, benchmarks: &[] };
    let known = |values: Vec<Option<f64>>| values.into_iter().map(|value| value.expect("every row")).collect();
    model.forecast(&query).into_iter().map(known).collect()
}

/// Largest difference, relative to `1 + |expected|`; counts must agree.
pub(super) fn distance(calculated: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(calculated.len(), expected.len(), "{calculated:?} {expected:?}");
    calculated.iter().zip(expected).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max)
}
