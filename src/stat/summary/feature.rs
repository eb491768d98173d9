//! Features: coverage, distribution, drift and single-feature strength.

use rayon::prelude::*;
use serde::Serialize;

use super::Facts;
use super::metric::{Metrics, Unit};
use crate::day::Day;
use crate::feature::Dataset;
use crate::spec::{Kind, Spec};
use crate::stat::{Description, Drift, Outcome, describe, discrimination, drift, rank_ic};

/// Bins of the drift index.
const N_DRIFT_BINS: usize = 10;
/// Bars of the tiny distribution.
const N_SPARK_BINS: usize = 24;

/// One feature, looked at over every row of the view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureSummary {
    /// Column name.
    pub name: String,
    /// Rows with a value / all rows.
    pub coverage: f64,
    /// First `as_of` with a value.
    pub first_valid: Option<Day>,
    /// Mean, sd, quantiles.
    pub description: Outcome<Description>,
    /// Heights of equally wide bins between the 1 % and 99 % quantiles.
    pub distribution: Vec<f64>,
    /// Population stability of the last year against all before.
    pub drift: Outcome<Drift>,
    /// Mean daily rank IC (market) or AUC (credit) of the feature alone, on all rows with a known target: a description, not a forecast.
    pub strength: Outcome<f64>,
}

impl FeatureSummary {
    /// The quantile at one of the shares that are described.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Outcome<f64> {
        self.description.as_ref().and_then(|found| {
            let point = found.quantiles.iter().find(|point| point.share == share);
            point.map_or_else(|| Outcome::undefined("not a share that is described"), |point| Outcome::Value(point.value))
        })
    }
}

pub(super) fn summarize(facts: &Facts<'_>, metrics: &mut Metrics) -> Vec<FeatureSummary> {
    let features = features(facts.spec, facts.data);
    let worst = features.iter().filter_map(|feature| feature.drift.value()).map(|drift| drift.psi).reduce(f64::max);
    let worst = worst.map_or_else(|| Outcome::undefined("no feature has a year to compare with what came before"), Outcome::Value);
    metrics.put("features.psi_worst".to_owned(), worst, Unit::Number, facts.data.n_rows());
    features
}

/// Looks at every feature over every row of the view.
#[must_use]
pub fn features(spec: &Spec, data: &Dataset) -> Vec<FeatureSummary> {
    let known: Vec<u32> = (0..data.n_rows() as u32).filter(|&row| data.target[row as usize].is_some()).collect();
    let last = data.as_of.last().copied().unwrap_or(Day(0));
    let recent = data.as_of.partition_point(|&day| day <= last.plus_months(-12));
    (0..data.feature_names.len())
        .into_par_iter()
        .map(|idx| {
            let column = data.features.column(idx);
            let n_valid = column.iter().filter(|value| !value.is_nan()).count();
            let description = describe(column);
            FeatureSummary {
                name: data.feature_names[idx].clone(),
                coverage: n_valid as f64 / column.len() as f64,
                first_valid: column.iter().position(|value| !value.is_nan()).map(|row| data.as_of[row]),
                distribution: description.value().map_or(Vec::new(), |description| heights(column, description)),
                description,
                drift: drift(&column[..recent], &column[recent..], N_DRIFT_BINS),
                strength: strength(spec.kind, data, column, &known),
            }
        })
        .collect()
}

fn strength(kind: Kind, data: &Dataset, column: &[f32], known: &[u32]) -> Outcome<f64> {
    let rows: Vec<usize> = known.iter().map(|&row| row as usize).filter(|&row| !column[row].is_nan()).collect();
    let values: Vec<f64> = rows.iter().map(|&row| f64::from(column[row])).collect();
    let targets: Vec<f64> = rows.iter().filter_map(|&row| data.target[row]).collect();
    match kind {
        Kind::Market => {
            let dates: Vec<u32> = rows.iter().map(|&row| data.as_of[row].0 as u32).collect();
            rank_ic(&dates, &values, &targets).map(|ic| ic.mean)
        }
        Kind::Credit => {
            let is_default: Vec<bool> = targets.iter().map(|&target| target == 1.0).collect();
            discrimination(&values, &is_default).map(|found| found.auc)
        }
    }
}

/// Heights of equally wide bins between the 1 % and 99 % quantiles; the tails beyond are left out of the picture.
fn heights(column: &[f32], description: &Description) -> Vec<f64> {
    let at = |share: f64| description.quantiles.iter().find(|point| point.share == share).map(|point| point.value);
    let (Some(low), Some(high)) = (at(0.01), at(0.99)) else { return Vec::new() };
    let width = (high - low) / N_SPARK_BINS as f64;
    let mut heights = vec![0.0; N_SPARK_BINS];
    for value in column.iter().map(|&value| f64::from(value)).filter(|value| (low..=high).contains(value)) {
        let bin = if width > 0.0 { ((value - low) / width) as usize } else { 0 };
        heights[bin.min(N_SPARK_BINS - 1)] += 1.0;
    }
    heights
}
