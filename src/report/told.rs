//! Told: what a kept run's `summary.json` says, read back and held against the run's own hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::metric;
use super::section::p_near;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::{Kept, SUMMARY};
use crate::spec::Limit;
use crate::stat::{Judged, Metric, Outcome, Standing, Unit};

/// What stands in a `summary.json`; of the page only what `P` asks for.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Told<P> {
    /// Every limit and how it fared.
    pub(super) limits: Vec<LimitTold>,
    /// Every metric by name.
    pub(super) metrics: BTreeMap<String, MetricTold>,
    /// The page.
    pub(super) page: P,
}

/// A limit, its metric and how it fared.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LimitTold {
    limit: Bounds,
    metric: MetricTold,
    standing: Standing,
}

#[derive(Debug, Clone, Deserialize)]
struct Bounds {
    metric: String,
    min: Option<f64>,
    max: Option<f64>,
}

/// A metric.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MetricTold {
    value: Outcome<f64>,
    unit: Unit,
    n: u64,
}

impl<P: DeserializeOwned> Told<P> {
    /// Reads it from the folder of a run that was checked.
    ///
    /// Errors where the file is not the one that the run wrote.
    pub(super) fn read(folder: &Path, kept: &Kept) -> Result<Self> {
        let path = folder.join(SUMMARY);
        let bytes = fs::read(&path).map_err(|cause| Error::machine(path.display(), format!("cannot be read: {cause}")))?;
        // It may have been exchanged since it was checked.
        if kept.manifest.outputs.get(SUMMARY) != Some(&sha256(&bytes)) {
            return Err(Error::machine(path.display(), "is not the file that the run wrote").hint("restore the run folder"));
        }
        serde_json::from_slice(&bytes).map_err(|cause| {
            Error::machine(path.display(), format!("is no summary that this program reads: {cause}")).hint("run the report again with this program")
        })
    }
}

impl LimitTold {
    /// As the statistics know it.
    pub(super) fn judged(&self) -> Judged {
        let Bounds { metric, min, max } = self.limit.clone();
        Judged { limit: Limit { metric, min, max }, metric: self.metric.metric(), standing: self.standing }
    }
}

/// A value with so many digits that one sees on which side of its limit it is.
pub(super) fn beside_limit(judged: &Judged) -> String {
    match (&judged.metric.value, judged.metric.unit, judged.limit.min.or(judged.limit.max)) {
        (Outcome::Value(value), Unit::PValue, Some(bound)) => p_near(*value, bound).printed().unwrap_or_default(),
        (_, _, _) => metric::shown(&judged.metric),
    }
}

impl MetricTold {
    /// As the statistics know it.
    pub(super) fn metric(&self) -> Metric {
        Metric { value: self.value.clone(), unit: self.unit, n: self.n }
    }

    /// In words, by its unit.
    pub(super) fn words(&self) -> String {
        metric::shown(&self.metric())
    }
}
