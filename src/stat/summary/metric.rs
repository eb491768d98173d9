//! Metrics: every summary number under one flat name, for limits, `summary.json` and `plimsoll diff`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StrategySummary;
use super::catalogue::book_prefix;
use crate::spec::{Limit, Spec};
use crate::stat::Outcome;
use crate::stat::measure::{Decision, Found, Unit};

/// One number of the summary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    /// The number, or why there is none.
    pub value: Outcome<f64>,
    /// How it is read.
    pub unit: Unit,
    /// Observations behind it.
    pub n: u64,
}

/// Every metric by name, such as `coverage.ewma.0.01.kupiec_p`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Metrics(pub BTreeMap<String, Metric>);

impl Metrics {
    pub(super) fn put(&mut self, name: String, value: Outcome<f64>, unit: Unit, n: usize) {
        let value = value
            .and_then(|value| if value.is_finite() { Outcome::Value(value) } else { Outcome::undefined("the arithmetic gave no finite number") });
        assert!(!self.0.contains_key(&name), "the metric {name} is put once");
        self.0.insert(name, Metric { value, unit, n: n as u64 });
    }

    /// The metrics of everything found.
    pub(super) fn extend(&mut self, found: &[Found]) {
        for one in found {
            for (name, value, unit) in one.metrics() {
                self.put(name, value, unit, one.n);
            }
        }
    }
}

/// How a limit fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The metric is within the limit.
    Kept,
    /// The metric is beyond the limit, or the book that it is of lost all of its capital.
    Breached,
    /// The metric is undefined, or of a test that targets which overlap make descriptive only; the limit says nothing.
    NotJudged,
}

/// A limit and the metric it was held against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The limit.
    pub limit: Limit,
    /// The metric.
    pub metric: Metric,
    /// How it fared.
    pub standing: Standing,
}

/// Holds every limit against its metric. A value on the limit keeps it; a book that lost all of its capital breaches every limit on it,
/// whatever its metric says and though most of them are undefined. A limit on a test that is descriptive only, for targets overlap, is not judged.
///
/// `check_limits` has refused a limit on a metric that is not there.
pub(super) fn judge(spec: &Spec, metrics: &Metrics, found: &[Found], strategies: &[StrategySummary]) -> Vec<Judged> {
    let descriptive: Vec<String> = found
        .iter()
        .filter(|one| one.decision == Some(Decision::Descriptive))
        .flat_map(|one| one.metrics().into_iter().map(|(name, ..)| name))
        .collect();
    let mut ruined = strategies.iter().filter(|summary| summary.ruined_on.is_some()).map(|summary| book_prefix(&summary.model));
    let ruined: Vec<String> = ruined.by_ref().map(|prefix| format!("{prefix}.")).collect();
    let is_of_ruined = |metric: &str| ruined.iter().any(|prefix| metric.starts_with(prefix));
    let judged = spec.limits.iter().map(|limit| {
        let metric = metrics.0.get(&limit.metric).expect("the catalogue holds every metric");
        let standing = match &metric.value {
            _ if is_of_ruined(&limit.metric) => Standing::Breached,
            Outcome::Undefined(_) => Standing::NotJudged,
            _ if descriptive.contains(&limit.metric) => Standing::NotJudged,
            Outcome::Value(value) if limit.min.is_some_and(|min| *value < min) || limit.max.is_some_and(|max| max < *value) => Standing::Breached,
            Outcome::Value(_) => Standing::Kept,
        };
        Judged { limit: limit.clone(), metric: metric.clone(), standing }
    });
    judged.collect()
}
