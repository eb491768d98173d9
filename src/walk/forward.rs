//! Trains and forecasts every window x model; the result does not depend on the number of threads.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::ensemble::{self, Ensemble};
use super::key::{Fingerprint, Shows, key};
use super::predictions::{Predictions, Series, WindowCards};
use super::prior::PriorCorrection;
use super::store::{Finished, Store};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::model::{Anchor, Lesson, Memo, Past, Query, Shared, Train, learner};
use crate::spec::{Learning, ModelKind, ModelSpec, Quantity, Spec};
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
    /// Models that learn from rows; the others combine their forecasts.
    learning: Vec<&'a ModelSpec>,
    data: &'a Dataset,
    windows: &'a [Window],
    past: Past,
    shared: Shared<'a>,
    /// Lessons of the windows that later ones lean on, with the hash of all that they show.
    anchors: Memo<u32, (Lesson, String)>,
    /// Threads that one fit may keep busy.
    cores: usize,
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
    let threads = rayon::current_num_threads();
    let learning: Vec<&ModelSpec> = spec.models.iter().filter(|model| model.kind.learns() != Learning::Forecasts).collect();
    let n_tasks = windows.len() * learning.len();
    let walk = Walk {
        spec,
        data,
        windows,
        past: Past::new(data),
        shared: Shared::new(&data.features, threads * learning.len()),
        learning,
        anchors: Memo::new(threads + 1),
        // Windows side by side keep threads busier than parts of one fit; a fit is split only where there are too few of them.
        cores: (threads / n_tasks.max(1)).max(1),
        fingerprint: Fingerprint::new(data),
        store,
        told,
        failed: AtomicUsize::new(usize::MAX),
    };
    let done: Vec<Option<Result<WindowDone>>> = windows.par_iter().enumerate().map(|(at, window)| walk.unless_failed(at, window)).collect();
    let mut finished = Vec::with_capacity(windows.len());
    for result in done.into_iter().flatten() {
        finished.push(result?);
    }
    let mut walked = walk.gathered(finished);
    walk.combine(&mut walked.predictions);
    Ok(walked)
}

/// An earlier window, its lesson and the hash of all that it shows.
type Leaned = (u32, Arc<(Lesson, String)>);

struct Done {
    finished: Finished,
    was_known: bool,
}

/// The results of one window's models.
struct WindowDone {
    models: Vec<Done>,
    /// How their probabilities are brought to the spec's prior. What is stored is not corrected: another prior trains nothing anew.
    correction: Option<PriorCorrection>,
}

impl Walk<'_> {
    fn unless_failed(&self, at: usize, window: &Window) -> Option<Result<WindowDone>> {
        if self.failed.load(Ordering::Relaxed) < at {
            return None;
        }
        let result = self.window(window);
        if result.is_err() {
            self.failed.fetch_min(at, Ordering::Relaxed);
        }
        Some(result)
    }

    fn window(&self, window: &Window) -> Result<WindowDone> {
        let rows = window::rows(window, self.data);
        let common = self.fingerprint.window(window, &rows);
        let past = self.fingerprint.past(window);
        let shown = OnceLock::new();
        let done: Vec<Result<Done>> = self
            .learning
            .par_iter()
            .map(|&model| {
                let anchor = self.anchor(model, window);
                let key = key(
                    model,
                    self.spec.seed,
                    &Shows {
                        window: &common,
                        past: &past,
                        anchor: anchor.as_ref().map(|(_, facts)| facts.1.as_str()),
                        is_last: self.is_last(window),
                    },
                );
                let known = self.store.find(&key);
                let was_known = known.is_some();
                let finished = if let Some(finished) = known {
                    finished
                } else {
                    let finished = self.fit(model, window, shown.get_or_init(|| Shown::new(self.data, rows.clone())), anchor.as_ref())?;
                    self.store.keep(&key, &finished)?;
                    finished
                };
                (self.told)(Step { window: window.idx, model: model.name.clone(), was_known });
                Ok(Done { finished, was_known })
            })
            .collect();
        let correction = self.spec.target.prior.and_then(|prior| PriorCorrection::of(window.idx, &Lesson::new(self.data, rows.train.clone()), prior));
        Ok(WindowDone { models: done.into_iter().collect::<Result<_>>()?, correction })
    }

    fn is_last(&self, window: &Window) -> bool {
        window.idx + 1 == self.windows.len() as u32
    }

    /// The earlier window that the model leans on, with its lesson; `None` where it leans on none but its own.
    fn anchor(&self, model: &ModelSpec, window: &Window) -> Option<Leaned> {
        let refresh = model.kind.refresh()?;
        let idx = window.idx - window.idx % refresh;
        let make = || {
            let window = &self.windows[idx as usize];
            let rows = window::rows(window, self.data);
            let hash = self.fingerprint.window(window, &rows);
            Ok::<_, Infallible>((Lesson::new(self.data, rows.train), hash))
        };
        match self.anchors.get(&idx, make) {
            Ok(facts) => Some((idx, facts)),
            Err(never) => match never {},
        }
    }

    fn fit(&self, model: &ModelSpec, window: &Window, shown: &Shown, anchor: Option<&Leaned>) -> Result<Finished> {
        let place = format!("model `{}`, window {} (test {} to {})", model.name, window.idx + 1, window.test.start, window.test.end);
        let (features, lesson) = (&self.data.features, &shown.lesson);
        let anchor = match anchor {
            None => Anchor::itself(window.idx, lesson, features),
            Some((idx, facts)) => {
                let last = (idx + model.kind.refresh().unwrap_or(1)).min(self.windows.len() as u32) - 1;
                let end = self.data.rows_between(self.windows[last as usize].train.start, self.windows[last as usize].train.end).end;
                let seed = seed(self.spec.seed, model, &self.windows[*idx as usize]);
                Anchor { seed, span: facts.0.span().start..end, ..Anchor::itself(*idx, &facts.0, features) }
            }
        };
        let seed = seed(self.spec.seed, model, window);
        let train = Train {
            seed,
            is_last: self.is_last(window),
            cores: self.cores,
            ..Train::new(&place, &self.data.feature_names, lesson, &anchor, &self.shared)
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
        let forecasts = fitted.forecast(&query);
        let odd = forecasts.iter().flatten().flatten().find(|value| !value.is_finite());
        if let Some(value) = odd {
            return Err(Error::model(place, format!("forecast {value}"))
                .hint("bound or scale the features; a smaller learning rate or a larger penalty may help"));
        }
        Ok(Finished { card: fitted.card(), forecasts })
    }
}

/// The rows of one window, gathered once for all its models.
struct Shown {
    lesson: Lesson,
    test: crate::feature::Matrix,
    test_rows: std::ops::Range<u32>,
}

impl Shown {
    fn new(data: &Dataset, rows: WindowRows) -> Self {
        let test: Vec<u32> = rows.test.clone().collect();
        Self { lesson: Lesson::new(data, rows.train), test: data.features.gather(&test), test_rows: rows.test }
    }
}

/// A seed of its own for every model and window, which does not move when windows are added.
fn seed(base: u64, model: &ModelSpec, window: &Window) -> u64 {
    let text = format!("{base} {} {}", model.name, window.test.start);
    u64::from_str_radix(&sha256(text.as_bytes())[..16], 16).expect("sixteen hexadecimal digits are a u64")
}

impl Walk<'_> {
    fn gathered(&self, finished: Vec<WindowDone>) -> Walked {
        let mut predictions = Predictions::default();
        for model in &self.learning {
            for &quantity in &model.ask {
                predictions.series.push(Series { model: model.name.clone(), quantity, predicted: Vec::new() });
            }
        }
        let (mut n_trained, mut n_known) = (0, 0);
        for (window, WindowDone { models, correction }) in self.windows.iter().zip(finished) {
            predictions.corrections.extend(correction);
            let tested = self.data.rows_between(window.test.start, window.test.end);
            predictions.window.extend(tested.clone().map(|_| window.idx));
            predictions.rows.extend(tested);
            let mut cards = Vec::new();
            let mut series = predictions.series.iter_mut();
            for (model, Done { finished, was_known }) in self.learning.iter().zip(models) {
                *(if was_known { &mut n_known } else { &mut n_trained }) += 1;
                cards.push((model.name.clone(), finished.card));
                let correction = correction.filter(|_| model.kind.follows_class_shares());
                for (forecasts, series) in finished.forecasts.into_iter().zip(series.by_ref()) {
                    match correction {
                        Some(correction) if series.quantity == Quantity::Probability => {
                            series
                                .predicted
                                .extend(forecasts.into_iter().map(|forecast| forecast.map(|probability| correction.correct(probability))));
                        }
                        Some(_) | None => series.predicted.extend(forecasts),
                    }
                }
            }
            predictions.cards.push(WindowCards { window: window.idx, cards });
        }
        Walked { predictions, n_trained, n_known }
    }

    /// Adds the ensembles, in the order of the spec, and puts series and cards in that order.
    fn combine(&self, predictions: &mut Predictions) {
        for model in &self.spec.models {
            let ModelKind::Ensemble(params) = &model.kind else { continue };
            let ensemble = Ensemble { name: &model.name, params, ask: &model.ask };
            let combined = ensemble::combine(&ensemble, predictions, self.data, self.windows);
            predictions.series.extend(combined.series);
            for (window, card) in predictions.cards.iter_mut().zip(combined.cards) {
                (self.told)(Step { window: window.window, model: model.name.clone(), was_known: false });
                window.cards.push((model.name.clone(), card));
            }
        }
        let place = |name: &str| self.spec.models.iter().position(|model| model.name == name);
        predictions.series.sort_by_key(|series| place(&series.model));
        for window in &mut predictions.cards {
            window.cards.sort_by_key(|(name, _)| place(name));
        }
    }
}
