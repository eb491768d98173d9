//! Risk: is VaR right, do breaches cluster, is ES large enough?

mod breach;
mod clustering;
mod coverage;
mod light;
mod names;
mod shortfall;
mod volatility;

use std::collections::BTreeSet;

use super::measured;
use super::pieces::{counted, level, percent, plain, span};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Figure, Section};
use crate::spec::{Learning, Quantity};
use crate::stat::var::{KUPIEC_EXACT, TailCase};
use crate::stat::{Assessed, Found};

/// `None` without a forecast of a quantile or a volatility.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let summary = material.summary;
    if summary.tails.is_empty() && summary.names.is_empty() && summary.volatilities.is_empty() {
        return None;
    }
    let mut section = Section::new("risk", title(material));
    if !summary.tails.is_empty() {
        section.blocks.push(Block::Text(what_is_tested(material)));
        section.blocks.extend(coverage::blocks(material));
        section.blocks.extend(light::blocks(material));
        section.blocks.extend(breach::blocks(material));
        section.blocks.extend(shortfall::blocks(material));
        section.record.extend(sight(material));
        section.record.extend(breach::record(material));
        section.record.extend(clustering::blocks(material));
        section.record.extend(coverage::appendix(material));
    }
    section.blocks.extend(names::blocks(material));
    section.blocks.extend(volatility::blocks(material));
    Some(section)
}

/// Losses of the headline series against the VaR furthest out of the first model that forecasts one.
pub(super) fn losses(material: &Material<'_>) -> Option<Figure> {
    breach::first(material)
}

fn title(material: &Material<'_>) -> String {
    let tails = &material.summary.tails;
    if tails.is_empty() {
        return if material.summary.names.is_empty() { "Risk: volatility forecasts".to_owned() } else { "Risk: VaR of all names".to_owned() };
    }
    let judged: Vec<&Found> = material.summary.decided().filter(|found| is_risk(found)).collect();
    let rejected: Vec<&&Found> = judged.iter().filter(|found| found.rejection().is_some()).collect();
    let p = |found: &Found| found.deciding_p().value().copied().unwrap_or(1.0);
    let Some(worst) = rejected.iter().min_by(|a, b| p(a).total_cmp(&p(b))) else {
        let alone = match judged.iter().filter(|found| found.rejects_alone()).count() {
            0 => String::new(),
            n => format!("; {n} would alone"),
        };
        return match judged.len() {
            0 => "Risk: no VaR can be tested".to_owned(),
            n => {
                format!(
                    "Risk: none of {} of VaR and ES rejects at {} by model{alone}",
                    counted(n, "deciding test", "deciding tests"),
                    level(material)
                )
            }
        };
    };
    format!(
        "Risk: {} of {} of VaR and ES {}; strongest: {}, {} (adjusted p {})",
        rejected.len(),
        counted(judged.len(), "deciding test", "deciding tests"),
        if rejected.len() == 1 { "rejects" } else { "reject" },
        measured::label(material, &worst.subject),
        worst.rejection().unwrap_or_default(),
        format::p_value(p(worst))
    )
}

/// What the deciding tests could have seen.
fn sight(material: &Material<'_>) -> Option<Block> {
    measured::sight(material, ("risk-sight", "VaR, ES"), material.summary.found.iter().filter(|found| is_risk(found))).map(Block::Table)
}

/// Whether a measure is one of VaR or ES.
fn is_risk(found: &Found) -> bool {
    match found.subject.quantity {
        Some(Quantity::Quantile(_) | Quantity::Shortfall(_)) => true,
        Some(Quantity::Mean | Quantity::Probability | Quantity::Volatility) | None => false,
    }
}

fn what_is_tested(material: &Material<'_>) -> String {
    let tails = &material.summary.tails;
    let days = || tails.iter().flat_map(|tail| &tail.case.points).map(|point| point.date);
    let mut entities: Vec<&str> = tails.iter().filter_map(|tail| tail.subject.entity.as_deref()).collect();
    entities.dedup();
    let mut sentences = vec![format!(
        "Tested on {}, {}: each day's loss against the VaR forecast with what was known before it. Deciding tests are the exact tests of coverage and independence, autocorrelation given the number of breaches and, where ES is forecast, Z2; the others stand beside them.",
        entities.iter().map(|entity| format!("`{entity}`")).collect::<Vec<_>>().join(", "),
        span(days().min(), days().max())
    )];
    if let Some(adjusted) = measured::adjusted_over(material.summary.found.iter().filter(|found| is_risk(found))) {
        sentences.push(format!(
            "Decisions at {} by model, {adjusted}: a model whose forecasts are right fails in at most {} such reports. Tests that do not decide are held against {} each.",
            level(material),
            one_in(material.facts.spec.risk.significance),
            level(material)
        ));
    }
    let coverage = material.summary.found.iter().filter(|found| found.about.key == KUPIEC_EXACT.about.key);
    let could_not: BTreeSet<String> = coverage.filter_map(measured::sees).collect();
    if !could_not.is_empty() {
        sentences.push(format!("Of coverage, {}.", could_not.into_iter().collect::<Vec<_>>().join("; ")));
    }
    if 1 < material.summary.horizon {
        sentences.push(format!(
            "Targets span {} dates, so that neighbouring losses share most of their days: tests that take days as independent are descriptive only, and no verdict is drawn from them.",
            material.summary.horizon
        ));
    }
    sentences.extend(learnt_elsewhere(material));
    for tail in tails.iter().filter(|tail| 0 < tail.case.n_without_forecast) {
        sentences.push(format!(
            "{} had no forecast on {}, which are in no test.",
            measured::label(material, &tail.subject),
            counted(tail.case.n_without_forecast, "day", "days")
        ));
    }
    sentences.join(" ")
}

/// "1 of 20" where the share is one of a whole number, else "3 % of".
fn one_in(share: f64) -> String {
    let times = 1.0 / share;
    if (times - times.round()).abs() < 1e-9 {
        format!("1 of {}", format::count(times.round() as u64))
    } else {
        format!("{} % of", plain(100.0 * share))
    }
}

/// Models that learn from the rows of all series, of which the tested ones are few.
fn learnt_elsewhere(material: &Material<'_>) -> Option<String> {
    let data = material.facts.data;
    let tails = &material.summary.tails;
    let tested: BTreeSet<&str> = tails.iter().filter_map(|tail| tail.subject.entity.as_deref()).collect();
    let spec = &material.facts.spec.models;
    let pooled: BTreeSet<&str> = tails
        .iter()
        .filter_map(|tail| spec.iter().find(|model| model.name == tail.subject.model))
        .filter(|model| model.kind.learns() == Learning::Rows && !model.kind.looks_back())
        .map(|model| model.name.as_str())
        .collect();
    let is_tested: Vec<bool> = data.entities.iter().map(|entity| tested.contains(entity.as_str())).collect();
    // Rows of weight 0 are not learnt from.
    let learnt = || data.entity.iter().zip(&data.weight).filter(|(_, weight)| 0.0 < **weight).map(|(entity, _)| *entity);
    let (all, own) = (learnt().count(), learnt().filter(|&entity| is_tested[entity as usize]).count());
    let n_series = learnt().collect::<BTreeSet<u32>>().len();
    let share = if own == 0 {
        "none is of the series tested here".to_owned()
    } else {
        format!("those of the series tested here are {}", percent(own as f64 / all as f64))
    };
    (!pooled.is_empty() && own < all).then(|| {
        format!(
            "{} learnt from the rows of {} together, of which {share}: a VaR learnt on names is held against another series.",
            pooled.iter().map(|model| format!("`{model}`")).collect::<Vec<_>>().join(", "),
            counted(n_series, "series", "series")
        )
    })
}

/// Each model's VaR of the headline series furthest out, in the order of the spec: the one that is drawn.
fn furthest(tails: &[Assessed<TailCase>]) -> Vec<&Assessed<TailCase>> {
    let mut found: Vec<&Assessed<TailCase>> = Vec::new();
    for tail in tails.iter().filter(|tail| tail.subject.entity == tails[0].subject.entity) {
        match found.iter_mut().find(|other| other.subject.model == tail.subject.model) {
            Some(other) if tail.case.tail < other.case.tail => *other = tail,
            Some(_) => {}
            None => found.push(tail),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::Subject;

    fn tail(model: &str, tail: f64) -> Assessed<TailCase> {
        let subject = Subject { model: model.into(), entity: Some("MARKET".into()), quantity: Some(Quantity::Quantile(tail)) };
        Assessed { subject, case: TailCase::new(tail, Vec::new(), 0, 1), found: Vec::new() }
    }

    #[test]
    fn a_significance_is_one_of_so_many_reports() {
        assert_eq!((one_in(0.05), one_in(0.01), one_in(0.03)), ("1 of 20".into(), "1 of 100".into(), "3 % of".into()));
    }

    #[test]
    fn each_models_smallest_tail_is_drawn_in_the_order_of_the_spec() {
        let tails = [tail("b", 0.05), tail("b", 0.01), tail("b", 0.025), tail("a", 0.025)];
        let drawn: Vec<(&str, f64)> = furthest(&tails).iter().map(|tail| (tail.subject.model.as_str(), tail.case.tail)).collect();
        assert_eq!(drawn, [("b", 0.01), ("a", 0.025)]);
    }
}
