//! Risk: is VaR right, do breaches cluster, is ES large enough?

mod breach;
mod clustering;
mod coverage;
mod light;
mod names;
mod shortfall;
mod volatility;

use super::pieces::{confidence, counted, level, span};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Section};
use crate::stat::TailSummary;
use coverage::Finding;

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
        section.blocks.extend(clustering::blocks(material));
        section.blocks.extend(shortfall::blocks(material));
    }
    section.blocks.extend(names::blocks(material));
    section.blocks.extend(volatility::blocks(material));
    Some(section)
}

fn title(material: &Material<'_>) -> String {
    let tails = &material.summary.tails;
    if tails.is_empty() {
        return if material.summary.names.is_empty() { "Risk: volatility forecasts".to_owned() } else { "Risk: VaR of all names".to_owned() };
    }
    let significance = material.facts.spec.risk.significance;
    let mut rejected: Vec<&TailSummary> = tails.iter().filter(|tail| coverage::finding(tail, significance).is_rejection()).collect();
    let p = |tail: &TailSummary| tail.kupiec_exact.value().copied().unwrap_or(1.0);
    rejected.sort_by(|a, b| p(a).total_cmp(&p(b)));
    let Some(worst) = rejected.first() else {
        return format!("Risk: no VaR of {} has breaches too many or too few at {}", tails.len(), level(material));
    };
    let which = match coverage::finding(worst, significance) {
        Finding::TooMany => "low",
        Finding::TooFew => "high",
        Finding::NotRejected | Finding::NotJudged => unreachable!("only rejections are listed"),
    };
    let more = if rejected.len() > 1 { format!("; {} of {} VaRs are rejected", rejected.len(), tails.len()) } else { String::new() };
    format!(
        "Risk: VaR {} of `{}` is too {which}: {}, {} expected (p {}){more}",
        confidence(worst.tail),
        worst.model,
        counted(worst.n_breaches, "breach", "breaches"),
        format::fixed(worst.n_expected, 1),
        format::p_value(p(worst))
    )
}

fn what_is_tested(material: &Material<'_>) -> String {
    let tails = &material.summary.tails;
    let days = || tails.iter().flat_map(|tail| &tail.points).map(|point| point.date);
    let mut sentences = vec![format!(
        "Tested on `{}`, {}: each day's loss against the VaR forecast with what was known before it. A breach is a loss strictly greater than VaR. Decisions at {}; of twenty true hypotheses tested at 5 %, one is rejected by chance.",
        tails[0].entity,
        span(days().min(), days().max()),
        level(material)
    )];
    for tail in tails.iter().filter(|tail| 0 < tail.n_without_forecast) {
        sentences.push(format!(
            "`{}` had no forecast at {} on {}, which are in no test.",
            tail.model,
            confidence(tail.tail),
            counted(tail.n_without_forecast, "day", "days")
        ));
    }
    sentences.join(" ")
}

/// "`ewma` 99 %": the first column of every table of VaRs.
fn label(tail: &TailSummary) -> String {
    format!("`{}` {}", tail.model, confidence(tail.tail))
}

/// Each model's VaR furthest out, in the order of the spec: the one that is drawn.
fn furthest(tails: &[TailSummary]) -> Vec<&TailSummary> {
    let mut found: Vec<&TailSummary> = Vec::new();
    for tail in tails {
        match found.iter_mut().find(|other| other.model == tail.model) {
            Some(other) if tail.tail < other.tail => *other = tail,
            Some(_) => {}
            None => found.push(tail),
        }
    }
    found
}
