//! What determines a window's result, as a hash.

use std::collections::BTreeMap;

use crate::day::Day;
use crate::digest::Digest;
use crate::feature::Dataset;
use crate::spec::{ModelKind, ModelSpec};
use crate::window::{Window, WindowRows};

/// A hash of the sources that decide a result (`build.rs`), so that no result of other arithmetic is taken for this program's.
const ENGINE: &str = env!("PLIMSOLL_ENGINE");

/// Hashes of all that a window shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shows<'a> {
    /// Its rows, and the targets it trains on.
    pub(super) window: &'a str,
    /// Every target known before its end.
    pub(super) past: &'a str,
    /// The window that its scheduled work is done on.
    pub(super) anchor: Option<&'a str>,
    /// Whether models save themselves there.
    pub(super) is_last: bool,
}

/// The key of a model in a window.
pub(super) fn key(model: &ModelSpec, seed: u64, shows: &Shows<'_>) -> String {
    let settings = serde_json::to_string(model).expect("a model's settings are plain values");
    let mut key = Digest::new().part(ENGINE.as_bytes()).part(&seed.to_le_bytes()).part(settings.as_bytes()).part(shows.window.as_bytes());
    // Whose past is looked at may be what is tuned.
    let mut kinds = model.tune.iter().flat_map(|tune| &tune.trials).map(|trial| &trial.kind).chain([&model.kind]);
    if kinds.any(ModelKind::looks_back) {
        key.add(shows.past.as_bytes());
    }
    if let Some(anchor) = shows.anchor {
        key.add(anchor.as_bytes());
    }
    if shows.is_last {
        key.add(b"last");
    }
    key.hex()
}

/// Hashes of a dataset's rows, date by date, from which a window's key is put together.
pub(super) struct Fingerprint<'a> {
    data: &'a Dataset,
    calendar: Vec<Day>,
    /// Entities, features and benchmarks of each date's rows.
    shown: Vec<String>,
    /// Targets by the day they became known.
    known: BTreeMap<Day, String>,
}

impl<'a> Fingerprint<'a> {
    pub(super) fn new(data: &'a Dataset) -> Self {
        let calendar = data.calendar();
        let shown = calendar.iter().map(|&day| shown(data, day)).collect();
        Self { data, calendar, shown, known: known(data) }
    }

    /// Rows shown to the window's models, and the targets they train on.
    pub(super) fn window(&self, window: &Window, rows: &WindowRows) -> String {
        let mut digest = Digest::new();
        for name in &self.data.feature_names {
            digest.add(name.as_bytes());
        }
        for day in [window.train.start, window.test.start, window.test.end, window.known_before] {
            digest.add(&day.0.to_le_bytes());
        }
        let first = self.calendar.partition_point(|&day| day < window.train.start);
        let end = self.calendar.partition_point(|&day| day < window.test.end);
        for hash in &self.shown[first..end] {
            digest.add(hash.as_bytes());
        }
        digest.add(&self.data.target_delay_dates.to_le_bytes());
        let origin = self.data.as_of.partition_point(|&day| day < window.train.start) as u32;
        let mut learnt = Vec::with_capacity(rows.train.len() * 24);
        for &row in &rows.train {
            learnt.extend_from_slice(&(row - origin).to_le_bytes());
            learnt.extend_from_slice(&self.data.target[row as usize].unwrap_or(f64::NAN).to_le_bytes());
            learnt.extend_from_slice(&self.data.weight[row as usize].to_le_bytes());
            // Inner folds and early stopping go by the day on which a target was known.
            learnt.extend_from_slice(&self.data.known_on[row as usize].map_or(i32::MIN, |day| day.0).to_le_bytes());
        }
        digest.part(&learnt).hex()
    }

    /// Every target known before the window's end, for models that look at an entity's own past.
    pub(super) fn past(&self, window: &Window) -> String {
        let known = self.known.range(..window.test.end);
        known.fold(Digest::new(), |digest, (_, hash)| digest.part(hash.as_bytes())).hex()
    }
}

/// Hash of the targets that became known on each day, and whose they are.
fn known(data: &Dataset) -> BTreeMap<Day, String> {
    let mut by_day: BTreeMap<Day, Digest> = BTreeMap::new();
    for row in 0..data.n_rows() {
        if let (Some(day), Some(target)) = (data.known_on[row], data.target[row]) {
            let digest = by_day.entry(day).or_insert_with(|| Digest::new().part(&day.0.to_le_bytes()));
            digest.add(data.entity_name(row as u32).as_bytes());
            digest.add(&target.to_le_bytes());
        }
    }
    by_day.into_iter().map(|(day, digest)| (day, digest.hex())).collect()
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
