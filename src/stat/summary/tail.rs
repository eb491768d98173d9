//! VaR and ES: the headline series and the spec's other series tested in full, and all names together.

use std::collections::BTreeMap;

use super::catalogue::{names_prefix, shortfall_prefix, tail_prefix};
use super::tested::Tested;
use crate::day::Day;
use crate::spec::Quantity;
use crate::stat::es::ES;
use crate::stat::measure::{Assessed, Design, Subject, take};
use crate::stat::var::{BASEL_DAYS, NAMES, NamesCase, TailCase, TailPoint, VAR, kupiec};
use crate::walk::Series;

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<TailCase>> {
    let quantiles = || tested.series(|quantity| matches!(quantity, Quantity::Quantile(_)));
    let judged = tested.judged();
    judged.into_iter().flat_map(|entity| quantiles().map(move |series| one(tested, series, entity))).collect()
}

fn one(tested: &Tested<'_>, quantile: &Series, entity: u32) -> Assessed<TailCase> {
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
    let case = TailCase::new(tail, points, n_without_forecast, facts.spec.seed);
    let name = facts.data.entities[entity as usize].clone();
    let other = (Some(entity) != tested.headline()).then_some(name.as_str());
    let n = case.points.len();
    let subject = Subject { model: quantile.model.clone(), entity: Some(name.clone()), quantity: Some(quantile.quantity) };
    let level = tested.level();
    let mut found = take(VAR, &tail_prefix(&quantile.model, tail, other), (&subject, n), &case, level);
    if shortfall.is_some() {
        let subject = Subject { quantity: Some(Quantity::Shortfall(tail)), ..subject.clone() };
        found.extend(take(ES, &shortfall_prefix(&quantile.model, tail, other), (&subject, n), &case, level));
    }
    Assessed { subject, case, found }
}

/// The plan of the tests of a VaR and its ES; the level is their family's.
pub(super) fn plan(case: &TailCase) -> Design {
    let ratios: Option<Vec<f64>> = case.points.iter().map(|point| point.shortfall.map(|shortfall| point.var / shortfall)).collect();
    let mean = |ratios: Vec<f64>| (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64);
    Design { n: case.points.len(), promised: case.tail, level: 0.0, var_to_shortfall: ratios.and_then(mean), seed: case.seed }
}

/// All names' VaR; empty where the headline is the only entity.
pub(super) fn names(tested: &Tested<'_>) -> Vec<Assessed<NamesCase>> {
    if tested.headline().is_some() && tested.facts.data.entities.len() == 1 {
        return Vec::new();
    }
    let positions = tested.names();
    let one = |series: &Series| {
        let case = names_of(tested, series, &positions);
        let subject = Subject { model: series.model.clone(), entity: None, quantity: Some(series.quantity) };
        let found = take(NAMES, &names_prefix(&series.model, case.tail), (&subject, case.n), &case, tested.level());
        Assessed { subject, case, found }
    };
    tested.series(|quantity| matches!(quantity, Quantity::Quantile(_))).map(one).collect()
}

fn names_of(tested: &Tested<'_>, series: &Series, positions: &[usize]) -> NamesCase {
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
    NamesCase {
        tail,
        n: by_name.values().map(Vec::len).sum(),
        n_breaches: by_name.values().flatten().filter(|&&breached| breached).count(),
        n_names: long.len(),
        n_rejected: long.iter().filter(|breached| rejects(breached)).count(),
        worst_day: worst,
    }
}
