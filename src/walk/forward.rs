//! Trains and forecasts every window x model; the result does not depend on the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::key::Fingerprint;
use super::predictions::{Predictions, Series, WindowCards};
use super::store::{Finished, Store};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::model::{Past, Query, Train, learner};
use crate::spec::{ModelSpec, Spec};
use crate::window::{self, Window, WindowRows};

/// A finished window x model, told to whoever shows progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Window position.
    pub window: u32,
    /// Model name.
    pub model: String,
    /// True when the result was remembered, not computed.
    pub was_known: bool,
}

/// What the walk hands on.
#[derive(Debug, Clone)]
pub struct Walked {
    /// Every forecast.
    pub predictions: Predictions,
    /// Window x model pairs trained in this run.
    pub n_trained: usize,
    /// Window x model pairs remembered from past work.
    pub n_known: usize,
}

struct Walk<'a> {
    spec: &'a Spec,
    data: &'a Dataset,
    past: Past,
    fingerprint: Fingerprint<'a>,
    store: &'a Store,
    told: &'a (dyn Fn(Step) + Sync),
    /// First window that failed; later ones need not be computed, earlier ones must, so that the same error is told on any number of threads.
    failed: AtomicUsize,
}

/// Walks forward: every model is fitted anew in every window, unless `store` has the result.
///
/// Errors are the learners': the first window's, in the order of time, that cannot carry a model.
pub fn forward(spec: &Spec, data: &Dataset, windows: &[Window], store: &Store, told: &(dyn Fn(Step) + Sync)) -> Result<Walked> {
    let walk = Walk { spec, data, past: Past::new(data), fingerprint: Fingerprint::new(data), store, told, failed: AtomicUsize::new(usize::MAX) };
    let done: Vec<Option<Result<Vec<Done>>>> = windows.par_iter().enumerate().map(|(at, window)| walk.unless_failed(at, window)).collect();
    let mut finished = Vec::with_capacity(windows.len());
    for result in done.into_iter().flatten() {
        finished.push(result?);
    }
    Ok(gathered(spec, data, windows, finished))
}

struct Done {
    finished: Finished,
    was_known: bool,
}

impl Walk<'_> {
    fn unless_failed(&self, at: usize, window: &Window) -> Option<Result<Vec<Done>>> {
        if self.failed.load(Ordering::Relaxed) < at {
            return None;
        }
        let result = self.window(window);
        if result.is_err() {
            self.failed.fetch_min(at, Ordering::Relaxed);
        }
        Some(result)
    }

    fn window(&self, window: &Window) -> Result<Vec<Done>> {
        let rows = window::rows(window, self.data);
        let keys = self.fingerprint.keys(window, &rows, &self.spec.models, self.spec.seed);
        let known: Vec<Option<Finished>> = keys.iter().map(|key| self.store.find(key)).collect();
        let shown = if known.iter().all(Option::is_some) { None } else { Some(Shown::new(self.data, &rows)) };
        let models: Vec<_> = self.spec.models.iter().zip(keys).zip(known).collect();
        let done: Vec<Result<Done>> = models
            .into_par_iter()
            .map(|((model, key), known)| {
                let was_known = known.is_some();
                let finished = match (known, &shown) {
                    (Some(finished), _) => finished,
                    (None, shown) => {
                        let shown = shown.as_ref().expect("rows are gathered when a result is missing");
                        let finished = self.fit(model, window, shown)?;
                        self.store.keep(&key, &finished)?;
                        finished
                    }
                };
                (self.told)(Step { window: window.idx, model: model.name.clone(), was_known });
                Ok(Done { finished, was_known })
            })
            .collect();
        done.into_iter().collect()
    }

    fn fit(&self, model: &ModelSpec, window: &Window, shown: &Shown) -> Result<Finished> {
        let place = format!("model `{}`, window {} (test {} to {})", model.name, window.idx + 1, window.test.start, window.test.end);
        let train = Train {
            place: &place,
            feature_names: &self.data.feature_names,
            features: &shown.train,
            target: &shown.target,
            weight: &shown.weight,
            seed: seed(self.spec.seed, model, window),
        };
        let fitted = learner(model).fit(&train)?;
        let range = shown.test_rows.start as usize..shown.test_rows.end as usize;
        let columns = model.kind.benchmarks();
        let benchmarks: Vec<_> = columns.iter().map(|name| self.data.benchmarks[name][range.clone()].to_vec()).collect();
        let query = Query {
            features: &shown.test,
            entity: &self.data.entity[range.clone()],
            as_of: &self.data.as_of[range],
            past: &self.past,
            benchmarks: &benchmarks,
        };
        let forecasts = fitted.forecast(&query, &model.ask);
        let odd = forecasts.iter().flatten().flatten().find(|value| !value.is_finite());
        if let Some(value) = odd {
            return Err(Error::model(place, format!("forecast {value}")).hint("bound or scale the features; a smaller learning rate or a larger penalty may help"));
        }
        Ok(Finished { card: fitted.card(), forecasts })
    }
}

/// The rows of one window, gathered once for all its models.
struct Shown {
    train: crate::feature::Matrix,
    target: Vec<f64>,
    weight: Vec<f64>,
    test: crate::feature::Matrix,
    test_rows: std::ops::Range<u32>,
}

impl Shown {
    fn new(data: &Dataset, rows: &WindowRows) -> Self {
        let test: Vec<u32> = rows.test.clone().collect();
        let target = rows.train.iter().map(|&row| data.target[row as usize].expect("a training row's target is known")).collect();
        let weight = rows.train.iter().map(|&row| data.weight[row as usize]).collect();
        Self { train: data.features.gather(&rows.train), target, weight, test: data.features.gather(&test), test_rows: rows.test.clone() }
    }
}

/// A seed of its own for every model and window, which does not move when windows are added.
fn seed(base: u64, model: &ModelSpec, window: &Window) -> u64 {
    let text = format!("{base} {} {}", model.name, window.test.start);
    u64::from_str_radix(&sha256(text.as_bytes())[..16], 16).expect("sixteen hexadecimal digits are a u64")
}

fn gathered(spec: &Spec, data: &Dataset, windows: &[Window], finished: Vec<Vec<Done>>) -> Walked {
    let mut predictions = Predictions::default();
    for model in &spec.models {
        for &quantity in &model.ask {
            predictions.series.push(Series { model: model.name.clone(), quantity, predicted: Vec::new() });
        }
    }
    let (mut n_trained, mut n_known) = (0, 0);
    for (window, results) in windows.iter().zip(finished) {
        let tested = data.rows_between(window.test.start, window.test.end);
        predictions.window.extend(tested.clone().map(|_| window.idx));
        predictions.rows.extend(tested);
        let mut cards = Vec::new();
        let mut series = predictions.series.iter_mut();
        for (model, Done { finished, was_known }) in spec.models.iter().zip(results) {
            *(if was_known { &mut n_known } else { &mut n_trained }) += 1;
            cards.push((model.name.clone(), finished.card));
            for (forecasts, series) in finished.forecasts.into_iter().zip(series.by_ref()) {
                series.predicted.extend(forecasts);
            }
        }
        predictions.cards.push(WindowCards { window: window.idx, cards });
    }
    Walked { predictions, n_trained, n_known }
}
