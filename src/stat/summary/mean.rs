//! Mean forecasts: how wrong, by year, window and segment, and against the baseline.

use serde::Serialize;

use super::metric::{Metrics, Unit};
use super::tested::{Grouped, Positions, Tested, forecast_by, forecasts};
use crate::score::squared;
use crate::spec::Quantity;
use crate::stat::{
    DieboldMariano, Errors, MeanDifference, Outcome, RankIc, diebold_mariano, errors, mean_by_date, mean_difference, r2_out_of_sample, rank_ic,
};
use crate::walk::Series;

/// Errors of a group of mean forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanErrors {
    /// Rows with a forecast and a known target.
    pub n: usize,
    /// Bias, MAE, MSE, RMSE, correlation, hit rate.
    pub errors: Outcome<Errors>,
    /// 1 - MSE / MSE of the baseline on the same rows.
    pub r2: Outcome<f64>,
    /// Mean rank IC over the group's dates.
    pub rank_ic: Outcome<f64>,
}

/// A model's squared errors against the baseline's, date by date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The model compared with.
    pub baseline: String,
    /// Diebold-Mariano on the mean loss difference of each date; negative: the model is better.
    pub test: Outcome<DieboldMariano>,
    /// Mean loss difference with a block-bootstrap interval.
    pub difference: Outcome<MeanDifference>,
}

/// One model's mean forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanSummary {
    /// Model name.
    pub model: String,
    /// Rows with a known target and no forecast.
    pub n_without_forecast: usize,
    /// All rows.
    pub all: MeanErrors,
    /// Rank IC by date.
    pub rank_ic: Outcome<RankIc>,
    /// Against the baseline; `None` for the baseline itself or where the spec names none.
    pub comparison: Option<Comparison>,
    /// By calendar year of `as_of`.
    pub by_year: Vec<Grouped<MeanErrors>>,
    /// By window.
    pub by_window: Vec<Grouped<MeanErrors>>,
    /// By the spec's segment.
    pub by_segment: Vec<Grouped<MeanErrors>>,
}

pub(super) fn summarize(tested: &Tested<'_>, metrics: &mut Metrics) -> Vec<MeanSummary> {
    let names = tested.names();
    let baseline = tested.facts.spec.risk.baseline.as_ref().and_then(|model| tested.facts.predictions.find(model, Quantity::Mean));
    tested
        .series(|quantity| quantity == Quantity::Mean)
        .map(|series| {
            let one = One { tested, series, baseline };
            let summary = one.summarize(&names);
            put(&summary, metrics);
            summary
        })
        .collect()
}

struct One<'a> {
    tested: &'a Tested<'a>,
    series: &'a Series,
    baseline: Option<&'a Series>,
}

impl One<'_> {
    fn summarize(&self, names: &Positions) -> MeanSummary {
        let positions = forecast_by(&[self.series], names);
        let groups = |groups: Vec<Grouped<Positions>>| {
            groups.into_iter().map(|Grouped { group, value }| Grouped { group, value: self.errors(&value).0 }).collect()
        };
        let (all, rank_ic) = self.errors(&positions);
        MeanSummary {
            model: self.series.model.clone(),
            n_without_forecast: names.len() - positions.len(),
            all,
            rank_ic,
            comparison: self.comparison(&positions),
            by_year: groups(self.tested.by_year(&positions)),
            by_window: groups(self.tested.by_window(&positions)),
            by_segment: groups(self.tested.by_segment(&positions)),
        }
    }

    fn errors(&self, positions: &Positions) -> (MeanErrors, Outcome<RankIc>) {
        let predicted = forecasts(self.series, positions);
        let realized = self.tested.targets(positions);
        let ic = rank_ic(&self.tested.dates(positions), &predicted, &realized);
        let r2 = match self.baseline {
            None => Outcome::undefined("the spec names no baseline"),
            Some(baseline) if baseline.model == self.series.model => Outcome::undefined("it is the baseline itself"),
            Some(baseline) => {
                let both = forecast_by(&[self.series, baseline], positions);
                r2_out_of_sample(&forecasts(self.series, &both), &self.tested.targets(&both), &forecasts(baseline, &both))
            }
        };
        let mean_ic = ic.as_ref().map(|ic| ic.mean);
        (MeanErrors { n: positions.len(), errors: errors(&predicted, &realized), r2, rank_ic: mean_ic }, ic)
    }

    fn comparison(&self, positions: &Positions) -> Option<Comparison> {
        let baseline = self.baseline.filter(|baseline| baseline.model != self.series.model)?;
        let both = forecast_by(&[self.series, baseline], positions);
        let realized = self.tested.targets(&both);
        let mine = forecasts(self.series, &both);
        let theirs = forecasts(baseline, &both);
        let losses: Vec<f64> = realized.iter().zip(mine.iter().zip(&theirs)).map(|(&y, (&a, &b))| squared(y, a) - squared(y, b)).collect();
        Some(compare(self.tested, &baseline.model, &both, &losses))
    }
}

/// Compares by date: rows of one date share its shocks and are no independent evidence.
pub(super) fn compare(tested: &Tested<'_>, baseline: &str, positions: &Positions, losses: &[f64]) -> Comparison {
    let by_date = mean_by_date(&tested.dates(positions), losses);
    Comparison {
        baseline: baseline.to_owned(),
        test: diebold_mariano(&by_date, tested.horizon),
        difference: mean_difference(&by_date, tested.horizon, tested.facts.spec.seed),
    }
}

fn put(summary: &MeanSummary, metrics: &mut Metrics) {
    let name = |metric: &str| format!("error.{}.{metric}", summary.model);
    let n = summary.all.n;
    let errors = summary.all.errors.as_ref();
    metrics.put(name("bias"), errors.clone().map(|errors| errors.bias), Unit::Number, n);
    metrics.put(name("mae"), errors.clone().map(|errors| errors.mae), Unit::Number, n);
    metrics.put(name("mse"), errors.clone().map(|errors| errors.mse), Unit::Number, n);
    metrics.put(name("rmse"), errors.clone().map(|errors| errors.rmse), Unit::Number, n);
    metrics.put(name("hit_rate"), errors.and_then(|errors| errors.hit_rate.clone()).map(|hits| hits.rate), Unit::Share, n);
    metrics.put(name("r2"), summary.all.r2.clone(), Unit::Number, n);
    let ic = summary.rank_ic.as_ref();
    let n_dates = ic.value().map_or(0, |ic| ic.n);
    metrics.put(name("rank_ic"), ic.clone().map(|ic| ic.mean), Unit::Number, n_dates);
    metrics.put(name("rank_ic_t"), ic.clone().and_then(|ic| ic.t_statistic.clone()), Unit::Number, n_dates);
    metrics.put(name("icir"), ic.and_then(|ic| ic.icir.clone()), Unit::Number, n_dates);
    metrics.put(name("n"), Outcome::Value(n as f64), Unit::Count, n);
    put_comparison(&name, summary.comparison.as_ref(), metrics);
}

pub(super) fn put_comparison(name: &impl Fn(&str) -> String, comparison: Option<&Comparison>, metrics: &mut Metrics) {
    let Some(comparison) = comparison else { return };
    let n = comparison.test.value().map_or(0, |test| test.n);
    metrics.put(name("dm"), comparison.test.as_ref().map(|test| test.statistic), Unit::Number, n);
    metrics.put(name("dm_p"), comparison.test.as_ref().map(|test| test.p_value), Unit::PValue, n);
    metrics.put(name("loss_difference"), comparison.difference.as_ref().map(|difference| difference.mean), Unit::Number, n);
}
