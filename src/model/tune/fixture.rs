//! Simulated lessons for the tests of searches and selections.

use crate::day::Day;
use crate::error::{Error, Result};
use crate::feature::Matrix;
use crate::model::{Anchor, Card, Learner, Lesson, Model, Past, Query, Shared, Train, learner};
use crate::spec::{EwmaParams, ModelKind, ModelSpec, Quantity, RidgeParams, Search, Trial, TuneSpec};

/// Seeded draws (PCG XSL RR 128/64).
pub(in crate::model) struct Random(rand_pcg::Pcg64);

impl Random {
    pub(in crate::model) fn new(seed: u64) -> Self {
        use rand_core::SeedableRng;
        Self(rand_pcg::Pcg64::seed_from_u64(seed))
    }

    pub(in crate::model) fn uniform(&mut self) -> f64 {
        use rand_core::RngCore;
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(in crate::model) fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// Nearly normal: the sum of twelve uniforms, less 6.
    pub(in crate::model) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A table with what a window may learn from it.
#[derive(Clone)]
pub(in crate::model) struct Table {
    pub(in crate::model) names: Vec<String>,
    pub(in crate::model) columns: Vec<Vec<f32>>,
    pub(in crate::model) lesson: Lesson,
}

impl Table {
    /// Normal columns, ten rows a day, targets known the next day: the sum of `slopes` times columns, and noise.
    pub(in crate::model) fn linear(n_rows: usize, slopes: &[f64], noise: f64, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let columns: Vec<Vec<f32>> = slopes.iter().map(|_| (0..n_rows).map(|_| random.normal() as f32).collect()).collect();
        let signal = |row: usize| slopes.iter().zip(&columns).map(|(slope, column)| slope * f64::from(column[row])).sum::<f64>();
        let target: Vec<f64> = (0..n_rows).map(|row| signal(row) + noise * random.normal()).collect();
        let day = |row: usize| Day(row as i32 / 10);
        let lesson = Lesson {
            as_of: (0..n_rows).map(day).collect(),
            known_on: (0..n_rows).map(|row| day(row).plus_days(1)).collect(),
            entity: (0..n_rows).map(|row| row as u32 % 10).collect(),
            ..Lesson::alone(&target, &vec![1.0; n_rows])
        };
        Self { names: (0..slopes.len()).map(|idx| format!("x{idx}")).collect(), columns, lesson }
    }

    /// Fits a learner on the lesson, with so many cores to keep busy.
    pub(in crate::model) fn fit(&self, learner: &dyn Learner, cores: usize) -> Result<Box<dyn Model>> {
        self.taught(cores, |train| learner.fit(train))
    }

    /// What is forecast for the mean of the rows of `lesson`.
    pub(in crate::model) fn forecast(&self, model: &dyn Model, lesson: &Lesson) -> Vec<f64> {
        let features = Matrix::from_columns(self.columns[0].len(), &self.columns).gather(&lesson.rows);
        let past = Past::of(&self.lesson);
        let query = Query { features: &features, entity: &lesson.entity, as_of: &lesson.as_of, past: &past, benchmarks: &[] };
        model.forecast(&query)[0].iter().map(|forecast| forecast.expect("a forecast")).collect()
    }

    /// Shows the lesson to whoever looks.
    pub(in crate::model) fn taught<R>(&self, cores: usize, look: impl FnOnce(&Train<'_>) -> R) -> R {
        let features = Matrix::from_columns(self.columns[0].len(), &self.columns);
        let shared = Shared::new(&features, 1);
        let anchor = Anchor::itself(0, &self.lesson, &features);
        look(&Train { seed: 9, cores, ..Train::new("model `m`, window 3", &self.names, &self.lesson, &anchor, &shared) })
    }
}

/// A ridge with this penalty.
pub(in crate::model) fn ridge(l2: f64) -> ModelKind {
    ModelKind::Ridge(RidgeParams { l2, features: vec![] })
}

/// A search over penalties.
pub(in crate::model) fn penalties(search: Search, penalties: &[f64]) -> TuneSpec {
    let trial = |&l2: &f64| Trial { settings: vec![("l2".into(), l2.to_string())], kind: ridge(l2) };
    TuneSpec { search, folds: 3, trials: penalties.iter().map(trial).collect() }
}

/// A model asked for the mean, with nothing chosen.
pub(in crate::model) fn plain(kind: ModelKind) -> ModelSpec {
    ModelSpec { name: "m".into(), kind, ask: vec![Quantity::Mean], select: None, tune: None }
}

/// The learner of a kind as it is made outside tests.
pub(in crate::model) fn real(kind: &ModelKind, ask: &[Quantity]) -> Box<dyn Learner> {
    learner(&ModelSpec { ask: ask.to_vec(), ..plain(kind.clone()) })
}

/// The learner of an `ewma` in these tests: it forecasts its lambda, and cannot be fitted where that is below -100.
pub(in crate::model) fn constant(kind: &ModelKind, ask: &[Quantity]) -> Box<dyn Learner> {
    match kind {
        ModelKind::Ewma(params) => Box::new(Constant { params: params.clone(), n_asked: ask.len() }),
        other => unreachable!("these tests have no {}", other.name()),
    }
}

#[derive(Clone)]
struct Constant {
    params: EwmaParams,
    n_asked: usize,
}

impl Learner for Constant {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        // An anchor of more rows would know targets of the validation rows.
        assert_eq!(train.anchor.lesson.rows, train.lesson.rows, "a model of a fold has its own rows as the anchor");
        if self.params.lambda < -100.0 {
            return Err(Error::model(train.place, format!("{} cannot be fitted", self.params.lambda)));
        }
        Ok(Box::new(self.clone()))
    }
}

impl Model for Constant {
    /// The first `min_history` days have no forecast.
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let forecast = |day: &Day| (self.params.min_history as i32 <= day.0).then_some(self.params.lambda);
        vec![query.as_of.iter().map(forecast).collect(); self.n_asked]
    }

    fn card(&self) -> Card {
        Card::default()
    }
}

/// An `ewma` that stands for the constant `lambda` from day `min_history` on.
pub(in crate::model) fn always(lambda: f64, min_history: u32) -> ModelKind {
    ModelKind::Ewma(EwmaParams { lambda, min_history })
}
