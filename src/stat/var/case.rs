//! What the measures of VaR and ES are taken from.

use serde::Serialize;

use super::kupiec::count;
use crate::day::Day;
use crate::stat::Outcome;
use crate::stat::es::TailForecasts;

/// One day of a VaR backtest; losses are positive, VaR and ES positive losses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TailPoint {
    /// Day on which the loss was known.
    pub date: Day,
    /// Loss, minus the target.
    pub loss: f64,
    /// VaR, minus the forecast quantile.
    pub var: f64,
    /// ES, minus the forecast shortfall, where the model was asked for it.
    pub shortfall: Option<f64>,
}

impl TailPoint {
    /// A breach is a loss strictly greater than VaR.
    #[must_use]
    pub fn breached(&self) -> bool {
        self.var < self.loss
    }
}

/// VaR (and ES, where asked for) of one model and tail on one series.
#[derive(Debug, Clone, PartialEq)]
pub struct TailCase {
    /// Tail probability, in (0, 0.5).
    pub tail: f64,
    /// Every day tested, in order.
    pub points: Vec<TailPoint>,
    /// One flag a day.
    pub breached: Vec<bool>,
    /// Days with a known loss and no forecast.
    pub n_without_forecast: usize,
    /// Seed of simulated p-values.
    pub seed: u64,
}

impl TailCase {
    /// The case of these days.
    #[must_use]
    pub fn new(tail: f64, points: Vec<TailPoint>, n_without_forecast: usize, seed: u64) -> Self {
        let breached = points.iter().map(TailPoint::breached).collect();
        Self { tail, points, breached, n_without_forecast, seed }
    }

    /// Breaches.
    #[must_use]
    pub fn n_breaches(&self) -> usize {
        count(&self.breached)
    }

    /// Breaches expected: n x tail.
    #[must_use]
    pub fn n_expected(&self) -> f64 {
        self.tail * self.points.len() as f64
    }

    /// Losses beyond VaR, a value a breach, in the order of the days.
    pub(super) fn excess(&self) -> Vec<f64> {
        self.points.iter().filter(|point| point.breached()).map(|point| point.loss - point.var).collect()
    }

    /// Takes a statistic of VaR and ES together; undefined where a day has no ES.
    pub fn with_shortfall<T>(&self, take: impl FnOnce(&TailForecasts<'_>) -> Outcome<T>) -> Outcome<T> {
        let shortfall: Option<Vec<f64>> = self.points.iter().map(|point| point.shortfall).collect();
        let Some(shortfall) = shortfall else { return Outcome::undefined("a day has no ES beside its VaR") };
        let realized: Vec<f64> = self.points.iter().map(|point| -point.loss).collect();
        let var: Vec<f64> = self.points.iter().map(|point| point.var).collect();
        take(&TailForecasts { realized: &realized, var: &var, shortfall: &shortfall, tail: self.tail })
    }
}
