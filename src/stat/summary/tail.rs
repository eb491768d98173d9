//! VaR and ES: the headline series and the spec's other series tested in full, and all names together.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::catalogue::{names_prefix, shortfall_prefix, tail_prefix};
use super::tested::Tested;
use crate::day::Day;
use crate::spec::Quantity;
use crate::stat::es::ES;
use crate::stat::measure::{Assessed, Design, Subject, take};
use crate::stat::var::{BASEL_DAYS, NAMES, NamesCase, TailCase, TailPoint, VAR, coverage};
use crate::walk::Series;

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<TailCase>> {
    let quantiles = || tested.series(|quantity| matches!(quantity, Quantity::Quantile(_)));
    let mut positions: BTreeMap<u32, Vec<usize>> = tested.judged().into_iter().map(|entity| (entity, Vec::new())).collect();
    for at in 0..tested.facts.predictions.rows.len() {
        if let Some(positions) = positions.get_mut(&tested.entity(at)) {
            positions.push(at);
        }
    }
    let wanted: Vec<_> = tested.judged().into_iter().flat_map(|entity| quantiles().map(move |series| (entity, series))).collect();
    wanted.into_par_iter().map(|(entity, series)| one(tested, series, entity, &positions[&entity])).collect()
}

/// * `positions`: of the entity's rows among the tested.
fn one(tested: &Tested<'_>, quantile: &Series, entity: u32, positions: &[usize]) -> Assessed<TailCase> {
    let facts = tested.facts;
    let tail = quantile.quantity.tail().expect("a quantile has a tail");
    let shortfall = facts.predictions.find(&quantile.model, Quantity::Shortfall(tail));
    let mut points = Vec::new();
    let mut n_without_forecast = 0;
    for &at in positions {
        let row = facts.predictions.rows[at] as usize;
        let (Some(target), Some(date)) = (facts.data.target[row], facts.data.known_on[row]) else { continue };
        let expected_loss = shortfall.map(|series| series.predicted.get(at));
        match (quantile.predicted.get(at), expected_loss) {
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
    let one = |series: &Series| {
        let case = names_of(tested, series);
        let subject = Subject { model: series.model.clone(), entity: None, quantity: Some(series.quantity) };
        let found = take(NAMES, &names_prefix(&series.model, case.tail), (&subject, case.n), &case, tested.level());
        Assessed { subject, case, found }
    };
    tested.series(|quantity| matches!(quantity, Quantity::Quantile(_))).collect::<Vec<_>>().into_par_iter().map(one).collect()
}

fn names_of(tested: &Tested<'_>, series: &Series) -> NamesCase {
    let tail = series.quantity.tail().expect("a quantile has a tail");
    let data = tested.facts.data;
    // Breaches and forecasts.
    let mut by_name = vec![(0_u32, 0_u32); data.entities.len()];
    let mut by_date: BTreeMap<Day, (u32, u32)> = BTreeMap::new();
    let mut of_day: Option<(Day, (u32, u32))> = None;
    for &at in &tested.names {
        let row = tested.facts.predictions.rows[at] as usize;
        let (Some(predicted), Some(target), Some(date)) = (series.predicted.get(at), data.target[row], data.known_on[row]) else { continue };
        let breached = u32::from(target < predicted);
        let name = &mut by_name[data.entity[row] as usize];
        *name = (name.0 + breached, name.1 + 1);
        // Neighbouring rows are mostly known on one day.
        match &mut of_day {
            Some((day, counts)) if *day == date => *counts = (counts.0 + breached, counts.1 + 1),
            Some(_) | None => {
                settle(&mut by_date, of_day.replace((date, (breached, 1))));
            }
        }
    }
    settle(&mut by_date, of_day);
    let rejects =
        |hit: u32, n: u32| coverage(n as usize, hit as usize, tail).value().is_some_and(|test| test.p_value < tested.facts.spec.risk.significance);
    let long: Vec<(u32, u32)> = by_name.iter().copied().filter(|(_, n)| BASEL_DAYS <= *n as usize).collect();
    let share = |(&date, &(hit, n)): (&Day, &(u32, u32))| (date, f64::from(hit) / f64::from(n));
    NamesCase {
        tail,
        n: by_name.iter().map(|(_, n)| *n as usize).sum(),
        n_breaches: by_name.iter().map(|(hit, _)| *hit as usize).sum(),
        n_names: long.len(),
        n_rejected: long.iter().filter(|(hit, n)| rejects(*hit, *n)).count(),
        worst_day: by_date.iter().map(share).reduce(|worst, day| if worst.1 < day.1 { day } else { worst }),
    }
}

fn settle(by_date: &mut BTreeMap<Day, (u32, u32)>, day: Option<(Day, (u32, u32))>) {
    if let Some((day, (hit, n))) = day {
        let counts = by_date.entry(day).or_default();
        *counts = (counts.0 + hit, counts.1 + n);
    }
}
