//! What a program can decide of a model of market risk.

use super::Answer;
use crate::report::format::{count, counted};
use crate::report::material::Material;
use crate::spec::{Kind, Quantity};
use crate::stat::Assessed;
use crate::stat::var::{BASEL_DAYS, INDEPENDENCE, TailCase, Zone, recent_light};

/// Exceptions in 12 months that a desk may have: MAR32.19.
const DESK_MOST: [(f64, usize); 2] = [(0.01, 12), (0.025, 30)];
/// Tails written apart by less than this are one.
const SAME: f64 = 1e-9;

fn no_var() -> Answer {
    Answer::NotMet("no model forecasts the VaR of a single series".to_owned())
}

/// The models that are judged: all but the baseline, unless there is no other.
fn judged<'a>(material: &Material<'a>) -> Vec<&'a Assessed<TailCase>> {
    let baseline = material.facts.spec.risk.baseline.as_deref();
    let others: Vec<_> = material.summary.tails.iter().filter(|tail| Some(tail.subject.model.as_str()) != baseline).collect();
    if others.is_empty() { material.summary.tails.iter().collect() } else { others }
}

fn name(tail: &Assessed<TailCase>) -> String {
    let entity = tail.subject.entity.as_ref().map_or(String::new(), |entity| format!(", {entity}"));
    format!("`{}` at tail {}{entity}", tail.subject.model, tail.case.tail)
}

fn fewest_days(material: &Material<'_>) -> Option<usize> {
    material.summary.tails.iter().map(|tail| tail.case.points.len()).min()
}

pub(super) fn backtest(material: &Material<'_>) -> Answer {
    match fewest_days(material) {
        None => no_var(),
        Some(0) => Answer::NotMet("a VaR forecast has no day with a known loss".to_owned()),
        Some(n) => Answer::Met(format!(
            "{} held against losses, on {} days or more",
            counted(material.summary.tails.len(), "VaR forecast was", "VaR forecasts were"),
            count(n as u64)
        )),
    }
}

pub(super) fn var_at(material: &Material<'_>, wanted: &[f64]) -> Answer {
    let is_there = |wanted: &f64| material.summary.tails.iter().any(|tail| (tail.case.tail - wanted).abs() < SAME);
    let level = |tail: &f64| format!("{} %", ((1.0 - tail) * 1e6).round() / 1e4);
    let (there, missing): (Vec<&f64>, Vec<&f64>) = wanted.iter().partition(|&tail| is_there(tail));
    let words = |tails: &[&f64]| tails.iter().map(|&tail| level(tail)).collect::<Vec<_>>().join(" and ");
    if missing.is_empty() {
        Answer::Met(format!("VaR was tested at {}", words(&there)))
    } else {
        Answer::NotMet(format!("VaR at {} is not forecast", words(&missing)))
    }
}

pub(super) fn days(material: &Material<'_>) -> Answer {
    match fewest_days(material) {
        None => no_var(),
        Some(n) if n < BASEL_DAYS => Answer::NotMet(format!("a VaR forecast was tested on {n} days, fewer than {BASEL_DAYS}")),
        Some(n) => Answer::Met(format!("each was tested on {} days or more, of which the last {BASEL_DAYS} make the zone", count(n as u64))),
    }
}

pub(super) fn horizon(material: &Material<'_>) -> Answer {
    match material.summary.horizon {
        1 => Answer::Met("each target spans one date of the data".to_owned()),
        n => Answer::NotMet(format!("each target spans about {n} dates")),
    }
}

pub(super) fn missing_days(material: &Material<'_>) -> Answer {
    let missing: Vec<(String, usize)> = material
        .summary
        .tails
        .iter()
        .filter(|tail| 0 < tail.case.n_without_forecast)
        .map(|tail| (name(tail), tail.case.n_without_forecast))
        .collect();
    match (material.summary.tails.is_empty(), missing.iter().max_by_key(|(_, n)| *n)) {
        (true, _) => no_var(),
        (false, None) => Answer::Met("no day with a known loss lacks a forecast".to_owned()),
        (false, Some((name, n))) => {
            Answer::NotMet(format!("{} with a known loss have no forecast of {name}, and are counted as no exception", counted(*n, "day", "days")))
        }
    }
}

pub(super) fn desk_exceptions(material: &Material<'_>) -> Answer {
    let mut said = Vec::new();
    let mut beyond = Vec::new();
    for tail in judged(material) {
        let Some((_, most)) = DESK_MOST.iter().find(|(level, _)| (tail.case.tail - level).abs() < SAME) else { continue };
        let last = &tail.case.breached[tail.case.breached.len().saturating_sub(BASEL_DAYS)..];
        let n = last.iter().filter(|&&breached| breached).count();
        let words = format!("{} had {} in the last {} days, {most} may be", name(tail), counted(n, "exception", "exceptions"), last.len());
        if *most < n { beyond.push(words) } else { said.push((n, words)) }
    }
    if !beyond.is_empty() {
        return Answer::NotMet(beyond.join("; "));
    }
    match said.into_iter().max_by_key(|(n, _)| *n) {
        None => Answer::NotMet("VaR is forecast at neither 99 % nor 97.5 %".to_owned()),
        Some((_, words)) => Answer::Met(format!("at most: {words}")),
    }
}

pub(super) fn independence(material: &Material<'_>) -> Answer {
    let tested: Vec<_> = material.summary.tails.iter().filter_map(|tail| tail.find(&INDEPENDENCE)).collect();
    let known = tested.iter().filter(|found| found.test().value().is_some()).count();
    let rejected = tested.iter().filter(|found| found.rejection().is_some()).count();
    match (material.summary.tails.is_empty(), known) {
        (true, _) => no_var(),
        (false, 0) => Answer::NotMet("clustering of breaches could not be tested of any forecast".to_owned()),
        (false, n) => Answer::Met(format!("clustering of breaches was tested of {}, {rejected} rejected", counted(n, "forecast", "forecasts"))),
    }
}

pub(super) fn light(material: &Material<'_>) -> Answer {
    let lights = material.summary.tails.iter().filter_map(|tail| recent_light(&tail.case.breached, tail.case.tail).value().copied()).count();
    match (material.summary.tails.is_empty(), lights) {
        (true, _) => no_var(),
        (false, 0) => Answer::NotMet(format!("no VaR forecast has the {BASEL_DAYS} days of a zone")),
        (false, n) => Answer::Met(format!("zones of {} are shown", counted(n, "forecast", "forecasts"))),
    }
}

/// The zone of VaR 99 %, the level that the zones are made for.
pub(super) fn green(material: &Material<'_>) -> Answer {
    let of_level = judged(material).into_iter().filter(|tail| (tail.case.tail - DESK_MOST[0].0).abs() < SAME);
    let lights: Vec<_> = of_level.filter_map(|tail| Some((tail, *recent_light(&tail.case.breached, tail.case.tail).value()?))).collect();
    let not_green: Vec<String> = lights
        .iter()
        .filter(|(_, light)| light.zone != Zone::Green)
        .map(|(tail, light)| format!("{} had {} breaches in the last {BASEL_DAYS} days", name(tail), light.n_breaches))
        .collect();
    match (lights.is_empty(), not_green.is_empty()) {
        (true, _) => Answer::NotMet(format!("no VaR at 99 % has the {BASEL_DAYS} days of a zone")),
        (false, true) => {
            Answer::Met(format!("{} in the green zone over the last {BASEL_DAYS} days", counted(lights.len(), "VaR at 99 % is", "VaRs at 99 % are")))
        }
        (false, false) => Answer::NotMet(not_green.join("; ")),
    }
}

pub(super) fn series(material: &Material<'_>) -> Answer {
    let n = material.facts.spec.risk.entities.len();
    if n == 0 {
        return Answer::NotMet("no series beside the headline is tested one by one (`risk.entities`)".to_owned());
    }
    Answer::Met(format!("{} tested one by one", counted(n, "series beside the headline was", "series beside the headline were")))
}

fn shortfalls(material: &Material<'_>) -> Vec<f64> {
    let asked = material.facts.spec.models.iter().flat_map(|model| &model.ask);
    asked.filter_map(|quantity| if let Quantity::Shortfall(tail) = quantity { Some(*tail) } else { None }).collect()
}

pub(super) fn es(material: &Material<'_>) -> Answer {
    match shortfalls(material).len() {
        0 => Answer::NotMet("no model forecasts ES".to_owned()),
        n => Answer::Met(format!("{} on every date tested", counted(n, "ES is forecast", "ES are forecast"))),
    }
}

pub(super) fn es_at(material: &Material<'_>, wanted: f64) -> Answer {
    match shortfalls(material).iter().filter(|&&tail| (tail - wanted).abs() < SAME).count() {
        0 => Answer::NotMet("no model forecasts ES at 97.5 %".to_owned()),
        n => Answer::Met(format!("{} at 97.5 %, of losses", counted(n, "model forecasts ES", "models forecast ES"))),
    }
}

pub(super) fn es_tested(material: &Material<'_>) -> Answer {
    let tests: Vec<_> =
        material.summary.found.iter().filter(|found| found.prefix.starts_with("shortfall.") && found.test().value().is_some()).collect();
    let rejected = tests.iter().filter(|found| found.rejection().is_some()).count();
    match (tests.len(), material.facts.spec.kind) {
        (0, Kind::Market) => Answer::NotMet("no ES is tested".to_owned()),
        (0, Kind::Credit) => Answer::NotApplicable("no ES in a report on credit".to_owned()),
        (n, Kind::Market | Kind::Credit) => Answer::Met(format!("{} of ES, {rejected} rejected", counted(n, "test", "tests"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::Outcome;

    #[test]
    fn undefined_lights_are_no_zones() {
        // 249 days have no zone of 250.
        assert!(matches!(recent_light(&[false; 249], 0.01), Outcome::Undefined(_)));
        assert!(matches!(recent_light(&[false; 250], 0.01), Outcome::Value(light) if light.zone == Zone::Green));
    }
}
