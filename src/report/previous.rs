//! The previous run of a report, read back from its `summary.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::manifest::{Inputs, Manifest};
use crate::stat::Outcome;

/// What is kept of an earlier run.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its day.
    pub as_of: String,
    /// What it was made from.
    pub inputs: Inputs,
    /// Its metrics; `None` where undefined.
    pub metrics: BTreeMap<String, Option<f64>>,
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

#[derive(Deserialize)]
struct Sidecar {
    metrics: BTreeMap<String, SidecarMetric>,
}

#[derive(Deserialize)]
struct SidecarMetric {
    value: Outcome<f64>,
}

impl Previous {
    /// Reads a run folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let path = folder.join("summary.json");
        let refuse = |problem: String| Error::machine(path.display(), problem).hint("restore the folder, or remove it and run the report again");
        let bytes = std::fs::read(&path).map_err(|cause| refuse(format!("cannot be read: {cause}")))?;
        let sidecar: Sidecar = serde_json::from_slice(&bytes).map_err(|cause| refuse(format!("is no summary: {cause}")))?;
        let metrics: BTreeMap<String, Option<f64>> =
            sidecar.metrics.into_iter().map(|(name, metric)| (name, metric.value.value().copied())).collect();
        Ok(Self { as_of: manifest.as_of, inputs: manifest.inputs, metrics })
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
