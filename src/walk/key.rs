//! What determines a window's result, as a hash.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::day::Day;
use crate::digest::Digest;
use crate::feature::Dataset;
use crate::spec::{ModelKind, ModelSpec};
use crate::window::{Span, Window, WindowRows};

/// A hash of the sources that decide a result (`build.rs`), so that no result of other arithmetic is taken for this program's.
const ENGINE: &str = env!("PLIMSOLL_ENGINE");

/// Hashes of all that a window shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shows<'a> {
    /// The rows and targets it trains on.
    pub(super) trained: &'a str,
    /// The rows it tests.
    pub(super) tested: &'a str,
    /// Every target known before its end.
    pub(super) past: &'a str,
    /// What the window trains on that its scheduled work is done on.
    pub(super) anchor: Option<&'a str>,
    /// Whether models save themselves there.
    pub(super) is_last: bool,
}

/// What determines a model's result in a window, in two parts: of results that differ in the second alone, the latest supersedes the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// What determines the fitted model.
    pub(super) fitted: String,
    /// What determines its forecasts beyond that: the rows tested, which grow every night in the last window.
    pub(super) asked: String,
}

impl Key {
    /// The key of a model in a window.
    pub(super) fn new(model: &ModelSpec, seed: u64, shows: &Shows<'_>) -> Self {
        let settings = serde_json::to_string(model).expect("a model's settings are plain values");
        let mut fitted = Digest::new().part(ENGINE.as_bytes()).part(&seed.to_le_bytes()).part(settings.as_bytes()).part(shows.trained.as_bytes());
        if let Some(anchor) = shows.anchor {
            fitted.add(anchor.as_bytes());
        }
        if shows.is_last {
            fitted.add(b"last");
        }
        let mut asked = Digest::new().part(shows.tested.as_bytes());
        // Whose past is looked at may be what is tuned.
        let mut kinds = model.tune.iter().flat_map(|tune| &tune.trials).map(|trial| &trial.kind).chain([&model.kind]);
        if kinds.any(ModelKind::looks_back) {
            asked.add(shows.past.as_bytes());
        }
        Self { fitted: fitted.hex(), asked: asked.hex() }
    }
}

/// Hashes of a dataset's rows, date by date, from which a window's key is put together.
pub(super) struct Fingerprint<'a> {
    data: &'a Dataset,
    calendar: Vec<Day>,
    /// Entities, features and benchmarks of each date's rows.
    shown: Vec<String>,
    /// What can be learnt of each date's rows: how many have a target that becomes known, and their hash.
    learnt: Vec<(usize, String)>,
    /// By each day on which targets became known: all that did by then.
    known: BTreeMap<Day, String>,
}

impl<'a> Fingerprint<'a> {
    pub(super) fn new(data: &'a Dataset) -> Self {
        let calendar = data.calendar();
        let shown = calendar.par_iter().map(|&day| shown(data, day)).collect();
        let can_be_learnt = |&row: &u32| data.target[row as usize].is_some() && data.known_on[row as usize].is_some();
        let learnt = calendar.par_iter().map(|&day| {
            let rows: Vec<u32> = data.rows_between(day, day.plus_days(1)).filter(can_be_learnt).collect();
            (rows.len(), learnt(data, day, &rows))
        });
        Self { data, shown, learnt: learnt.collect(), known: known(data), calendar }
    }

    /// The window's train span: its rows, and the targets that are trained on.
    pub(super) fn trained(&self, window: &Window, rows: &WindowRows) -> String {
        let mut digest = self.span(window.train).part(&window.known_before.0.to_le_bytes());
        // Standard errors go by the dates that a target spans.
        digest.add(&self.data.target_delay_dates.to_le_bytes());
        // Of most dates all that can be learnt is learnt: their hashes are there.
        for rows in rows.train.chunk_by(|&a, &b| self.data.as_of[a as usize] == self.data.as_of[b as usize]) {
            let day = self.data.as_of[rows[0] as usize];
            let (n_rows, all) = &self.learnt[self.calendar.partition_point(|&other| other < day)];
            if rows.len() == *n_rows {
                digest.add(all.as_bytes());
            } else {
                digest.add(learnt(self.data, day, rows).as_bytes());
            }
        }
        digest.hex()
    }

    /// The rows that the window tests.
    pub(super) fn tested(&self, window: &Window) -> String {
        self.span(window.test).hex()
    }

    /// Days, features and rows of a span.
    fn span(&self, span: Span) -> Digest {
        let mut digest = Digest::new().part(&span.start.0.to_le_bytes()).part(&span.end.0.to_le_bytes());
        for name in &self.data.feature_names {
            digest.add(name.as_bytes());
        }
        let at = |end: Day| self.calendar.partition_point(|&day| day < end);
        for hash in &self.shown[at(span.start)..at(span.end)] {
            digest.add(hash.as_bytes());
        }
        digest
    }

    /// Every target known before the window's end, for models that look at an entity's own past.
    pub(super) fn past(&self, window: &Window) -> String {
        self.known.range(..window.test.end).next_back().map_or(String::new(), |(_, hash)| hash.clone())
    }
}

/// By each day: hash of the targets that became known by then, and whose they are. Each goes on from the day before, so that many windows take no more
/// time than their days.
fn known(data: &Dataset) -> BTreeMap<Day, String> {
    let mut by_day: BTreeMap<Day, Digest> = BTreeMap::new();
    for row in 0..data.n_rows() {
        if let (Some(day), Some(target)) = (data.known_on[row], data.target[row]) {
            let digest = by_day.entry(day).or_insert_with(|| Digest::new().part(&day.0.to_le_bytes()));
            digest.add(data.entity_name(row as u32).as_bytes());
            digest.add(&target.to_le_bytes());
        }
    }
    let mut before = String::new();
    let by_then = by_day.into_iter().map(|(day, digest)| {
        before = digest.part(before.as_bytes()).hex();
        (day, before.clone())
    });
    by_then.collect()
}

/// Hash of what is learnt of some rows of a date.
fn learnt(data: &Dataset, day: Day, rows: &[u32]) -> String {
    let first = data.rows_between(day, day.plus_days(1)).start;
    let mut bytes = Vec::with_capacity(rows.len() * 24);
    for &row in rows {
        bytes.extend_from_slice(&(row - first).to_le_bytes());
        bytes.extend_from_slice(&data.target[row as usize].unwrap_or(f64::NAN).to_le_bytes());
        bytes.extend_from_slice(&data.weight[row as usize].to_le_bytes());
        // Inner folds and early stopping go by the day on which a target was known.
        bytes.extend_from_slice(&data.known_on[row as usize].map_or(i32::MIN, |day| day.0).to_le_bytes());
    }
    Digest::new().part(&day.0.to_le_bytes()).part(&bytes).hex()
}

fn shown(data: &Dataset, day: Day) -> String {
    let rows = data.rows_between(day, day.plus_days(1));
    let mut bytes = Vec::new();
    for row in rows.clone() {
        bytes.extend_from_slice(data.entity_name(row).as_bytes());
        bytes.push(0);
    }
    let (start, end) = (rows.start as usize, rows.end as usize);
    for idx in 0..data.feature_names.len() {
        bytes.extend(data.features.column(idx)[start..end].iter().flat_map(|value| value.to_bits().to_le_bytes()));
    }
    for column in data.benchmarks.values() {
        bytes.extend(column[start..end].iter().flat_map(|value| value.unwrap_or(f64::NAN).to_le_bytes()));
    }
    Digest::new().part(&day.0.to_le_bytes()).part(&bytes).hex()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAYS, panel, spec};
    use super::*;
    use crate::window;

    /// A change to the rows, with its name.
    type Change = (&'static str, fn(&mut Dataset));

    /// The key of each model of the fixture in a window of `data`, `n_days` of it tested.
    fn keys(data: &Dataset, n_days: i32) -> Vec<Key> {
        let spec = spec("baseline");
        let mut window = window::plan(&spec.window, data).expect("a window fits").swap_remove(0);
        window.test.end = window.test.start.plus_days(n_days);
        let fingerprint = Fingerprint::new(data);
        let (trained, tested) = (fingerprint.trained(&window, &window::rows(&window, data)), fingerprint.tested(&window));
        let shows = Shows { trained: &trained, tested: &tested, past: &fingerprint.past(&window), anchor: None, is_last: false };
        spec.models.iter().map(|model| Key::new(model, spec.seed, &shows)).collect()
    }

    #[test]
    fn whatever_a_fit_learns_from_is_in_its_key() {
        let data = panel(DAYS);
        let before = keys(&data, 10);
        assert_eq!(keys(&data, 10), before);
        let changes: [Change; 7] = [
            ("the delay of the target", |data| data.target_delay_dates = 1),
            ("a target", |data| data.target[4] = Some(9.0)),
            // The fault mended in 2db5cdc: inner folds and early stopping go by this day.
            ("the day a target was known", |data| data.known_on[4] = data.known_on[4].map(|day| day.plus_days(3))),
            ("a weight", |data| data.weight[4] = 2.0),
            ("whose a row is", |data| data.entities[1] = "z".into()),
            ("a feature's name", |data| data.feature_names[0] = "y".into()),
            ("a feature", |data| {
                let mut column = data.features.column(0).to_vec();
                column[4] = 7.0;
                data.features = crate::feature::Matrix::from_columns(data.n_rows(), &[column]);
            }),
        ];
        for (what, change) in changes {
            let mut changed = data.clone();
            change(&mut changed);
            for (now, before) in keys(&changed, 10).iter().zip(&before) {
                assert_ne!(now.fitted, before.fitted, "{what}");
            }
        }
    }

    #[test]
    fn rows_tested_and_a_past_that_is_looked_at_are_in_the_second_part_alone() {
        let data = panel(DAYS);
        let before = keys(&data, 10);
        for (now, before) in keys(&data, 11).iter().zip(&before) {
            assert_eq!(now.fitted, before.fitted, "a night later the model is the same");
            assert_ne!(now.asked, before.asked);
        }
        // A target inside the test, known before its end: only a model that looks at an entity's past sees it.
        let mut later = data.clone();
        let first_test = window::plan(&spec("baseline").window, &data).expect("a window fits")[0].test.start;
        let row = later.as_of.iter().position(|&day| day == first_test).expect("a tested row");
        later.target[row] = Some(9.0);
        let is_same: Vec<bool> = keys(&later, 10).iter().zip(&before).map(|(now, before)| now == before).collect();
        let looks_back: Vec<bool> = spec("baseline").models.iter().map(|model| model.kind.looks_back()).collect();
        assert_eq!(is_same, looks_back.iter().map(|looks| !looks).collect::<Vec<_>>());
        assert!(looks_back.contains(&true) && looks_back.contains(&false), "{looks_back:?}");
    }
}
