//! Trains and forecasts every window x model; the result does not depend on the number of threads.

mod gather;

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::dependence::partial_dependence;
use super::key::{Fingerprint, Key, Shows};
use super::predictions::Predictions;
use super::prior::PriorCorrection;
use super::store::{Finished, Store};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::model::{self, Anchor, Lesson, Memo, Past, Query, Shared, Train, extreme_probabilities, learner};
use crate::spec::{Learning, ModelSpec, Spec};
use crate::window::{self, Window, WindowRows};

/// A finished window x model, for the display of progress.
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
    /// Lessons of the windows whose work later ones share, with the hash of what they train on.
    anchors: Memo<u32, (Lesson, String)>,
    /// Threads that one fit may keep busy.
    cores: usize,
    fingerprint: Fingerprint<'a>,
    store: &'a Store,
    told: &'a (dyn Fn(Step) + Sync),
    /// First window that failed; later ones need not be computed, earlier ones must, so that the same error is told on any number of threads.
    failed: AtomicUsize,
}

/// Walks forward: every model is fitted again in every window, unless `store` has the result.
///
/// Errors are those of [`model::admit`], and the learners': the first window's, in the order of time, that cannot carry a model.
pub fn forward(spec: &Spec, data: &Dataset, windows: &[Window], store: &Store, told: &(dyn Fn(Step) + Sync)) -> Result<Walked> {
    model::admit(spec, data)?;
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

/// An earlier window, its lesson and the hash of what it trains on.
type Leaned = (u32, Arc<(Lesson, String)>);

struct Done {
    finished: Finished,
    was_known: bool,
}

/// The results of one window's models.
struct WindowDone {
    models: Vec<Done>,
    /// How their probabilities are adjusted to the spec's prior. What is stored is not corrected: another prior needs no training.
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
        let (trained, tested) = (self.fingerprint.trained(window, &rows), self.fingerprint.tested(window));
        let past = self.fingerprint.past(window);
        let shown = OnceLock::new();
        let done: Vec<Result<Done>> = self
            .learning
            .par_iter()
            .map(|&model| {
                let anchor = self.anchor(model, window);
                let shows = Shows {
                    trained: &trained,
                    tested: &tested,
                    past: &past,
                    anchor: anchor.as_ref().map(|(_, facts)| facts.1.as_str()),
                    is_last: self.is_last(window),
                };
                let key = Key::new(model, self.spec.seed, &shows);
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

    /// The earlier window whose work the model shares, with its lesson; `None` where it shares none.
    fn anchor(&self, model: &ModelSpec, window: &Window) -> Option<Leaned> {
        let refresh = model.kind.refresh()?;
        let idx = window.idx - window.idx % refresh;
        let make = || {
            let window = &self.windows[idx as usize];
            let rows = window::rows(window, self.data);
            let hash = self.fingerprint.trained(window, &rows);
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
        let mut card = fitted.card();
        if self.is_last(window) {
            card.dependence = partial_dependence(self.data, lesson, (&*fitted, &card), &self.past);
        }
        card.notes.extend(extreme_probabilities(&model.ask, &forecasts, card.n_rows));
        Ok(Finished { card, forecasts })
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

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAYS, panel, spec};
    use super::*;
    use crate::spec::Quantity;

    /// Trees that are boosted onto those of an earlier window and drawn with a seed, and a penalty tuned by days.
    const MODELS: &str = r#"
[[models]]
name = "warm"
kind = "gbdt"
ask = ["mean"]
[models.params]
trees = 10
warm_trees = 3
refresh = 2
row_share = 0.5
min_leaf_rows = 5
[[models]]
name = "tuned"
kind = "ridge"
ask = ["mean"]
[models.tune]
search = "grid"
folds = 2
ranges = { l2 = [0.001, 1.0, 100.0] }
[[models]]
name = "own"
kind = "ewma"
ask = ["volatility"]
[models.params]
min_history = 5
"#;

    /// A folder for a store, removed when dropped.
    struct Temporary(std::path::PathBuf);

    impl Temporary {
        fn new(test: &str) -> Self {
            Self(std::env::temp_dir().join(format!("plimsoll-forward-{}-{test}", std::process::id())))
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn walk(spec: &Spec, data: &Dataset, windows: &[Window], store: &Store) -> Walked {
        forward(spec, data, windows, store, &|_| {}).expect("every window can be fitted")
    }

    /// Walks `data` twice, with what is remembered and from scratch: the forecasts must be the same.
    fn remembered(spec: &Spec, data: &Dataset, windows: &[Window], folder: &Temporary) -> Walked {
        let walked = walk(spec, data, windows, &Store::open(&folder.0));
        assert_eq!(walked.predictions, walk(spec, data, windows, &Store::forgetful()).predictions);
        walked
    }

    #[test]
    fn what_is_remembered_is_what_would_be_computed() {
        let (spec, mut data, folder) = (spec(MODELS), panel(DAYS), Temporary::new("memory"));
        let windows = window::plan(&spec.window, &data).expect("windows fit");
        let n_results = windows.len() * 3;
        assert_eq!((windows.len(), remembered(&spec, &data, &windows, &folder).n_trained), (9, n_results));
        assert_eq!(remembered(&spec, &data, &windows, &folder).n_known, n_results, "nothing has changed");
        // Windows of another number, the same otherwise: an anchor's trees are drawn by its own seed (2db5cdc).
        let fewer: Vec<Window> = windows[2..].iter().map(|window| Window { idx: window.idx - 2, ..window.clone() }).collect();
        assert_eq!(remembered(&spec, &data, &fewer, &folder).n_known, fewer.len() * 3);
        // A target that was known later leaves its inner fold, though it trains as before (2db5cdc).
        for row in (0..data.n_rows()).step_by(2) {
            data.known_on[row] = data.known_on[row].map(|day| day.plus_days(2));
        }
        assert_eq!(remembered(&spec, &data, &windows, &folder).n_known, 0);
    }

    #[test]
    fn a_night_trains_the_last_window_alone_and_keeps_it_once() {
        let (spec, folder) = (spec(MODELS), Temporary::new("nights"));
        let mut n_kept = 0;
        for night in 0..3 {
            let data = panel(DAYS - 5 + night);
            let windows = window::plan(&spec.window, &data).expect("windows fit");
            let store = Store::open(&folder.0);
            let walked = walk(&spec, &data, &windows, &store);
            store.forget_unused().expect("the folder is writable");
            assert_eq!(walked.n_trained, if night == 0 { windows.len() * 3 } else { 3 }, "night {night}");
            let now = std::fs::read_dir(&folder.0).expect("results are kept").count();
            assert!(night == 0 || now == n_kept, "{now} files after {n_kept}");
            n_kept = now;
        }
    }

    #[test]
    fn a_walk_meets_the_first_error_in_the_order_of_time() {
        let models = "[[models]]\nname = \"p\"\nkind = \"logistic\"\nask = [\"probability\"]\n";
        let (spec, mut data) = (spec(models), panel(DAYS));
        // Rows of one class alone fill the training rows of the fourth and the fifth window.
        for (row, target) in data.target.iter_mut().enumerate() {
            *target = Some(f64::from(u8::from(row < 80 && row % 4 == 0 || 230 < row && row % 3 == 0)));
        }
        let windows = window::plan(&spec.window, &data).expect("windows fit");
        let error = forward(&spec, &data, &windows, &Store::forgetful(), &|_| {}).expect_err("a window of one class");
        let alone = windows.iter().find_map(|window| {
            let alone = [Window { idx: 0, ..window.clone() }];
            forward(&spec, &data, &alone, &Store::forgetful(), &|_| {}).err().map(|_| window.test.start)
        });
        let place = format!("(test {} to", alone.expect("one fails"));
        assert!(error.to_string().contains(&place), "{error}: {place}");
    }

    #[test]
    fn probabilities_are_brought_to_the_prior_after_they_are_remembered() {
        let models = "[[models]]\nname = \"rate\"\nkind = \"baseline\"\nask = [\"probability\"]\n\
                      [[models]]\nname = \"p\"\nkind = \"logistic\"\nask = [\"probability\"]\n\
                      [[models]]\nname = \"both\"\nkind = \"ensemble\"\nask = [\"probability\"]\n[models.params]\nmembers = [\"rate\", \"p\"]\n";
        let (mut spec, mut data, folder) = (spec(models), panel(DAYS), Temporary::new("prior"));
        for (row, target) in data.target.iter_mut().enumerate() {
            *target = Some(f64::from(u8::from(row % 4 == 0)));
            data.weight[row] = if row % 4 == 0 { 3.0 } else { 1.0 };
        }
        let windows = window::plan(&spec.window, &data).expect("windows fit");
        let plain = walk(&spec, &data, &windows, &Store::open(&folder.0)).predictions;
        assert!(plain.corrections.is_empty());
        spec.target.prior = Some(0.0017);
        let walked = walk(&spec, &data, &windows, &Store::open(&folder.0));
        assert_eq!((walked.n_trained, walked.n_known), (0, windows.len() * 2), "another prior trains nothing");
        let corrected = walked.predictions;
        assert_eq!(corrected.corrections.len(), windows.len());
        let series = |predictions: &Predictions, model: &str| -> Vec<f64> {
            predictions.find(model, Quantity::Probability).expect("asked").predicted.iter().map(|value| value.expect("a forecast")).collect()
        };
        // The weighted rate is 1/2 in every window, give or take its ends; its correction is the prior itself.
        assert!(series(&plain, "rate").iter().all(|rate| (rate - 0.5).abs() < 0.02));
        assert!(series(&corrected, "rate").iter().all(|rate| (rate - 0.0017).abs() < 1e-12));
        let (rate, p, both) = (series(&corrected, "rate"), series(&corrected, "p"), series(&corrected, "both"));
        assert!(series(&plain, "p").iter().zip(&p).all(|(before, after)| after < before));
        assert!((0..both.len()).all(|row| (both[row] - f64::midpoint(rate[row], p[row])).abs() < 1e-15), "members are corrected, not their ensemble");
    }
}
