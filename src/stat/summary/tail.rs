//! VaR and ES: the headline series tested in full, and all names together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::metric::{Metrics, Unit};
use super::tested::Tested;
use crate::day::Day;
use crate::spec::Quantity;
use crate::stat::{
    BASEL_DAYS, BinomialZ, Independence, LikelihoodRatio, Outcome, RollingLight, ShortfallTest, TailForecasts, TrafficLight, acerbi_szekely_1,
    acerbi_szekely_2, binomial_z, conditional_coverage, independence, kupiec, kupiec_exact, pinball_loss, time_until_first, traffic_light,
    traffic_light_history,
};
use crate::walk::Series;

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

/// VaR (and ES) of one model and tail on the headline series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TailSummary {
    /// Model name.
    pub model: String,
    /// Tail probability.
    pub tail: f64,
    /// Entity tested.
    pub entity: String,
    /// Days with a known loss and no forecast.
    pub n_without_forecast: usize,
    /// Every day tested.
    pub points: Vec<TailPoint>,
    /// Breaches.
    pub n_breaches: usize,
    /// Breaches expected: n x tail.
    pub n_expected: f64,
    /// Mean loss beyond VaR over the breaches.
    pub excess_mean: Outcome<f64>,
    /// Largest loss beyond VaR.
    pub excess_max: Outcome<f64>,
    /// Mean tick loss.
    pub tick_loss: Outcome<f64>,
    /// Unconditional coverage.
    pub kupiec: Outcome<LikelihoodRatio>,
    /// Exact two-sided p-value of the number of breaches.
    pub kupiec_exact: Outcome<f64>,
    /// Time until the first breach.
    pub first: Outcome<LikelihoodRatio>,
    /// Normal approximation to the number of breaches.
    pub z: Outcome<BinomialZ>,
    /// Independence of breaches.
    pub independence: Outcome<Independence>,
    /// Coverage and independence together.
    pub conditional: Outcome<LikelihoodRatio>,
    /// Traffic light of the last 250 days.
    pub light: Outcome<TrafficLight>,
    /// Traffic light of every 250 days.
    pub light_history: Outcome<Vec<RollingLight>>,
    /// Acerbi-Szekely Z2 where ES was asked for.
    pub z2: Option<Outcome<ShortfallTest>>,
    /// Acerbi-Szekely Z1 where ES was asked for.
    pub z1: Option<Outcome<ShortfallTest>>,
}

/// VaR of all names together: a look at the cross-section, no test, because names fall together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NamesCoverage {
    /// Model name.
    pub model: String,
    /// Tail probability.
    pub tail: f64,
    /// Forecasts with a known target.
    pub n: usize,
    /// Breaches.
    pub n_breaches: usize,
    /// Names with at least [`BASEL_DAYS`] forecasts.
    pub n_names: usize,
    /// Names among them whose coverage Kupiec's test rejects at the spec's significance.
    pub n_rejected: usize,
    /// Largest share of names in breach on one day, and the day.
    pub worst_day: Option<(Day, f64)>,
}

pub(super) fn summarize(tested: &Tested<'_>, metrics: &mut Metrics) -> Vec<TailSummary> {
    let Some(entity) = tested.headline() else { return Vec::new() };
    let summaries: Vec<TailSummary> =
        tested.series(|quantity| matches!(quantity, Quantity::Quantile(_))).map(|series| one(tested, series, entity)).collect();
    for summary in &summaries {
        put(summary, metrics);
    }
    summaries
}

fn one(tested: &Tested<'_>, quantile: &Series, entity: u32) -> TailSummary {
    let facts = tested.facts;
    let tail = quantile.quantity.tail().expect("a quantile has a tail");
    let shortfall = facts.predictions.find(&quantile.model, Quantity::Shortfall(tail));
    let mut points = Vec::new();
    let mut n_without_forecast = 0;
    for at in 0..facts.predictions.rows.len() {
        let row = facts.predictions.rows[at] as usize;
        if facts.data.entity[row] != entity {
            continue;
        }
        let (Some(target), Some(date)) = (facts.data.target[row], facts.data.known_on[row]) else { continue };
        let expected_loss = shortfall.map(|series| series.predicted[at]);
        match (quantile.predicted[at], expected_loss) {
            (None, _) | (_, Some(None)) => n_without_forecast += 1,
            (Some(predicted), shortfall) => {
                points.push(TailPoint { date, loss: -target, var: -predicted, shortfall: shortfall.flatten().map(|value| -value) });
            }
        }
    }
    let breached: Vec<bool> = points.iter().map(TailPoint::breached).collect();
    let excess: Vec<f64> = points.iter().filter(|point| point.breached()).map(|point| point.loss - point.var).collect();
    let realized: Vec<f64> = points.iter().map(|point| -point.loss).collect();
    let quantiles: Vec<f64> = points.iter().map(|point| -point.var).collect();
    let es = es_tests(&points, &realized, tail, facts.spec.seed);
    let no_breach = || Outcome::undefined(format!("there is no breach in {} forecasts", points.len()));
    TailSummary {
        model: quantile.model.clone(),
        tail,
        entity: facts.data.entities[entity as usize].clone(),
        n_without_forecast,
        n_breaches: excess.len(),
        n_expected: tail * points.len() as f64,
        excess_mean: if excess.is_empty() { no_breach() } else { Outcome::Value(excess.iter().sum::<f64>() / excess.len() as f64) },
        excess_max: excess.iter().copied().reduce(f64::max).map_or_else(no_breach, Outcome::Value),
        tick_loss: pinball_loss(&quantiles, &realized, tail),
        kupiec: kupiec(&breached, tail),
        kupiec_exact: kupiec_exact(&breached, tail),
        first: time_until_first(&breached, tail),
        z: binomial_z(&breached, tail),
        independence: independence(&breached),
        conditional: conditional_coverage(&breached, tail),
        light: if breached.len() < BASEL_DAYS {
            Outcome::undefined(format!("{} days are tested, {BASEL_DAYS} are needed", breached.len()))
        } else {
            traffic_light(&breached[breached.len() - BASEL_DAYS..], tail)
        },
        light_history: traffic_light_history(&breached, tail, BASEL_DAYS),
        z2: es.clone().map(|(_, z2)| z2),
        z1: es.map(|(z1, _)| z1),
        points,
    }
}

/// Z1 and Z2 where every point has an ES.
fn es_tests(points: &[TailPoint], realized: &[f64], tail: f64, seed: u64) -> Option<(Outcome<ShortfallTest>, Outcome<ShortfallTest>)> {
    let shortfall: Option<Vec<f64>> = points.iter().map(|point| point.shortfall).collect();
    let shortfall = shortfall.filter(|shortfall| !shortfall.is_empty())?;
    let var: Vec<f64> = points.iter().map(|point| point.var).collect();
    let forecasts = TailForecasts { realized, var: &var, shortfall: &shortfall, tail };
    Some((acerbi_szekely_1(&forecasts, seed), acerbi_szekely_2(&forecasts, seed)))
}

pub(super) fn names(tested: &Tested<'_>, metrics: &mut Metrics) -> Vec<NamesCoverage> {
    let positions = tested.names();
    let all_are_headline = tested.headline().is_some() && tested.facts.data.entities.len() == 1;
    if all_are_headline {
        return Vec::new();
    }
    let mut found = Vec::new();
    for series in tested.series(|quantity| matches!(quantity, Quantity::Quantile(_))) {
        let coverage = names_of(tested, series, &positions);
        let name = |metric: &str| format!("coverage_names.{}.{}.{metric}", coverage.model, coverage.tail);
        let rate =
            if coverage.n == 0 { Outcome::undefined("there is no forecast") } else { Outcome::Value(coverage.n_breaches as f64 / coverage.n as f64) };
        metrics.put(name("rate"), rate, Unit::Share, coverage.n);
        metrics.put(name("rejected"), Outcome::Value(coverage.n_rejected as f64), Unit::Count, coverage.n_names);
        found.push(coverage);
    }
    found
}

fn names_of(tested: &Tested<'_>, series: &Series, positions: &[usize]) -> NamesCoverage {
    let tail = series.quantity.tail().expect("a quantile has a tail");
    let mut by_name: BTreeMap<u32, Vec<bool>> = BTreeMap::new();
    let mut by_date: BTreeMap<Day, (usize, usize)> = BTreeMap::new();
    for &at in positions {
        let row = tested.facts.predictions.rows[at] as usize;
        let (Some(predicted), Some(target), Some(date)) = (series.predicted[at], tested.facts.data.target[row], tested.facts.data.known_on[row])
        else {
            continue;
        };
        let breached = target < predicted;
        by_name.entry(tested.entity(at)).or_default().push(breached);
        let day = by_date.entry(date).or_default();
        *day = (day.0 + usize::from(breached), day.1 + 1);
    }
    let long: Vec<&Vec<bool>> = by_name.values().filter(|breached| BASEL_DAYS <= breached.len()).collect();
    let rejects = |breached: &[bool]| kupiec(breached, tail).value().is_some_and(|test| test.p_value < tested.facts.spec.risk.significance);
    let worst = by_date.iter().map(|(&date, &(hit, n))| (date, hit as f64 / n as f64)).reduce(|worst, day| if worst.1 < day.1 { day } else { worst });
    NamesCoverage {
        model: series.model.clone(),
        tail,
        n: by_name.values().map(Vec::len).sum(),
        n_breaches: by_name.values().flatten().filter(|&&breached| breached).count(),
        n_names: long.len(),
        n_rejected: long.iter().filter(|breached| rejects(breached)).count(),
        worst_day: worst,
    }
}

fn put(summary: &TailSummary, metrics: &mut Metrics) {
    let n = summary.points.len();
    let name = |metric: &str| format!("coverage.{}.{}.{metric}", summary.model, summary.tail);
    metrics.put(name("n"), Outcome::Value(n as f64), Unit::Count, n);
    metrics.put(name("breaches"), Outcome::Value(summary.n_breaches as f64), Unit::Count, n);
    let rate = if n == 0 { Outcome::undefined("there is no forecast") } else { Outcome::Value(summary.n_breaches as f64 / n as f64) };
    metrics.put(name("rate"), rate, Unit::Share, n);
    metrics.put(name("kupiec_p"), summary.kupiec.as_ref().map(|test| test.p_value), Unit::PValue, n);
    metrics.put(name("kupiec_exact_p"), summary.kupiec_exact.clone(), Unit::PValue, n);
    metrics.put(name("christoffersen_p"), summary.independence.as_ref().map(|test| test.p_value), Unit::PValue, n);
    metrics.put(name("conditional_p"), summary.conditional.as_ref().map(|test| test.p_value), Unit::PValue, n);
    metrics.put(name("breaches_250"), summary.light.as_ref().map(|light| light.n_breaches as f64), Unit::Count, BASEL_DAYS.min(n));
    let worst = summary.light_history.as_ref().map(|history| history.iter().map(|light| light.n_breaches).max().unwrap_or(0) as f64);
    metrics.put(name("breaches_250_worst"), worst, Unit::Count, n);
    metrics.put(name("tick_loss"), summary.tick_loss.clone(), Unit::Number, n);
    if let Some(z2) = &summary.z2 {
        let name = |metric: &str| format!("shortfall.{}.{}.{metric}", summary.model, summary.tail);
        metrics.put(name("z2"), z2.as_ref().map(|test| test.statistic), Unit::Number, n);
        metrics.put(name("z2_p"), z2.as_ref().map(|test| test.p_value), Unit::PValue, n);
    }
}
