//! The previous run of a report.

use std::collections::BTreeMap;

use crate::evidence::{Finding, Kept, LimitState};
use crate::manifest::Inputs;
use crate::stat::Colour;

/// What is kept of an earlier run.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its day.
    pub as_of: String,
    /// What it was made from.
    pub inputs: Inputs,
    /// How it ended.
    pub colour: Colour,
    /// Its metrics; `None` where undefined.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// Its limits and how they fared.
    pub limits: Vec<LimitState>,
    /// Its findings, open and closed.
    pub findings: Vec<Finding>,
}

/// A number that differs between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Metric.
    pub metric: String,
    /// Value before; `None`: undefined or not there.
    pub before: Option<f64>,
    /// Value after; `None`: undefined or not there.
    pub after: Option<f64>,
}

impl Previous {
    /// What is kept of a run whose folder was checked.
    #[must_use]
    pub fn of(kept: Kept) -> Self {
        let Kept { manifest, ended, metrics, limits, findings, .. } = kept;
        Self { as_of: manifest.as_of, inputs: manifest.inputs, colour: ended.colour, metrics, limits, findings }
    }

    /// Numbers that differ from `after`'s, by name.
    #[must_use]
    pub fn moved(&self, after: &Self) -> Vec<Moved> {
        moved(&self.metrics, &after.metrics)
    }
}

/// Numbers that differ between two sets of metrics, by name.
pub(super) fn moved(before: &BTreeMap<String, Option<f64>>, after: &BTreeMap<String, Option<f64>>) -> Vec<Moved> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let of = |metrics: &BTreeMap<String, Option<f64>>, name: &String| metrics.get(name).copied().flatten();
    names
        .into_iter()
        .map(|name| Moved { metric: name.clone(), before: of(before, name), after: of(after, name) })
        .filter(|moved| moved.before.map(f64::to_bits) != moved.after.map(f64::to_bits))
        .collect()
}

/// A number as it comes back from `summary.json`: the last bit may differ, and that is no move.
pub(super) fn as_read(value: f64) -> Option<f64> {
    serde_json::from_str(&serde_json::to_string(&value).ok()?).ok()
}
