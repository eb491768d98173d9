//! Metrics: every summary number under one flat name, for limits, `summary.json` and `plimsoll diff`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::StrategySummary;
use crate::error::{Error, Result};
use crate::spec::{Limit, Spec};
use crate::stat::Outcome;

/// How a metric is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    Number,
    /// A decimal share, shown in percent.
    Share,
    /// A p-value.
    PValue,
    /// A number of things.
    Count,
    /// An amount of money.
    Money,
}

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
}

/// How a limit fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The metric is within the limit.
    Kept,
    /// The metric is beyond the limit, or the book that it is of lost all of its capital.
    Breached,
    /// The metric is undefined; the limit says nothing.
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
/// whatever its metric says and though most of them are undefined.
///
/// Errors when a limit names a metric that this report does not have, suggesting the nearest.
pub(super) fn judge(spec: &Spec, metrics: &Metrics, strategies: &[StrategySummary]) -> Result<Vec<Judged>> {
    let is_of_ruined = |metric: &str| {
        let mut ruined = strategies.iter().filter(|summary| summary.ruined_on.is_some());
        ruined.any(|summary| {
            metric.strip_prefix("book.").and_then(|rest| rest.strip_prefix(summary.model.as_str())).is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let judged = spec.limits.iter().enumerate().map(|(at, limit)| {
        let Some(metric) = metrics.0.get(&limit.metric) else { return Err(unknown(spec, at, limit, metrics)) };
        let standing = match &metric.value {
            _ if is_of_ruined(&limit.metric) => Standing::Breached,
            Outcome::Undefined(_) => Standing::NotJudged,
            Outcome::Value(value) if limit.min.is_some_and(|min| *value < min) || limit.max.is_some_and(|max| max < *value) => Standing::Breached,
            Outcome::Value(_) => Standing::Kept,
        };
        Ok(Judged { limit: limit.clone(), metric: metric.clone(), standing })
    });
    judged.collect()
}

fn unknown(spec: &Spec, at: usize, limit: &Limit, metrics: &Metrics) -> Error {
    let nearest = metrics.0.keys().min_by_key(|name| strsim::levenshtein(name, &limit.metric));
    let error = Error::spec(format!("{}: `limits[{at}].metric`", spec.file.display()), format!("`{}` is no metric of this report", limit.metric));
    match nearest {
        Some(name) => error.hint(format!("did you mean `{name}`? all are under `metrics` in the summary.json of a run without this limit")),
        None => error,
    }
}
