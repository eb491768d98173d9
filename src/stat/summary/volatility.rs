//! Volatility forecasts: QLIKE over all names and on the headline series.

use serde::Serialize;

use super::metric::{Metrics, Unit};
use super::tested::{Tested, forecast_by, forecasts};
use crate::spec::Quantity;
use crate::stat::{Outcome, qlike};

/// One model's volatility forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VolatilitySummary {
    /// Model name.
    pub model: String,
    /// Whose targets: an entity, or all names.
    pub series: String,
    /// Rows with a forecast and a known target.
    pub n: usize,
    /// Mean QLIKE loss.
    pub qlike: Outcome<f64>,
    /// Mean forecast volatility.
    pub mean_forecast: Outcome<f64>,
    /// Root mean square of the targets.
    pub realized: Outcome<f64>,
}

pub(super) fn summarize(tested: &Tested<'_>, metrics: &mut Metrics) -> Vec<VolatilitySummary> {
    let rows = 0..tested.facts.predictions.rows.len();
    let headline = tested.headline().map(|entity| {
        let positions = rows.filter(|&at| tested.entity(at) == entity && tested.realized(at).is_some()).collect();
        (tested.facts.data.entities[entity as usize].clone(), "headline", positions)
    });
    let all = ("all names".to_owned(), "names", tested.names());
    let wanted: Vec<_> = headline.into_iter().chain((tested.facts.data.entities.len() > 1).then_some(all)).collect();
    let mut found = Vec::new();
    for series in tested.series(|quantity| quantity == Quantity::Volatility) {
        for (who, key, positions) in &wanted {
            let positions = forecast_by(&[series], positions);
            let (predicted, realized) = (forecasts(series, &positions), tested.targets(&positions));
            let summary = VolatilitySummary {
                model: series.model.clone(),
                series: who.clone(),
                n: positions.len(),
                qlike: qlike(&predicted, &realized),
                mean_forecast: mean(&predicted),
                realized: mean(&realized.iter().map(|target| target * target).collect::<Vec<_>>()).map(f64::sqrt),
            };
            metrics.put(format!("volatility.{}.{key}.qlike", series.model), summary.qlike.clone(), Unit::Number, summary.n);
            found.push(summary);
        }
    }
    found
}

fn mean(values: &[f64]) -> Outcome<f64> {
    if values.is_empty() { Outcome::undefined("there is no forecast") } else { Outcome::Value(values.iter().sum::<f64>() / values.len() as f64) }
}
