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
    let mut rejected: Vec<(&TailSummary, &str)> =
        tails.iter().filter_map(|tail| Some((tail, coverage::finding(tail, significance).fault()?))).collect();
    let p = |tail: &TailSummary| tail.kupiec_exact.value().copied().unwrap_or(1.0);
    rejected.sort_by(|a, b| p(a.0).total_cmp(&p(b.0)));
    let Some(&(worst, fault)) = rejected.first() else {
        return match tails.iter().filter(|tail| tail.kupiec_exact.value().is_some()).count() {
            0 => "Risk: no VaR can be tested".to_owned(),
            n => format!("Risk: of {} tested none has breaches too many or too few at {}", counted(n, "VaR", "VaRs"), level(material)),
        };
    };
    let more = if rejected.len() > 1 { format!("; {} of {} VaRs are rejected", rejected.len(), tails.len()) } else { String::new() };
    format!(
        "Risk: VaR {} of `{}` is too {fault}: {}, {} expected (p {}){more}",
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
        "Tested on `{}`, {}: each day's loss against the VaR forecast with what was known before it. A breach is a loss strictly greater than VaR. Decisions at {}; of twenty true null hypotheses tested at 5 %, one is rejected by chance on average.",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::stat::{Outcome, TailPoint};

    /// A VaR of 1 on days with these losses; nothing tested.
    fn tail(model: &str, tail: f64, losses: &[f64]) -> TailSummary {
        let none = || Outcome::undefined("nothing is tested here");
        let points = losses.iter().enumerate().map(|(day, &loss)| TailPoint { date: Day(day as i32), loss, var: 1.0, shortfall: None }).collect();
        TailSummary {
            model: model.into(),
            tail,
            entity: "MARKET".into(),
            n_without_forecast: 0,
            points,
            n_breaches: losses.iter().filter(|&&loss| 1.0 < loss).count(),
            n_expected: tail * losses.len() as f64,
            excess_mean: none(),
            excess_max: none(),
            tick_loss: none(),
            kupiec: Outcome::undefined(""),
            kupiec_exact: none(),
            first: Outcome::undefined(""),
            z: Outcome::undefined(""),
            independence: Outcome::undefined(""),
            conditional: Outcome::undefined(""),
            light: Outcome::undefined(""),
            light_history: Outcome::undefined(""),
            z2: None,
            z1: None,
        }
    }

    #[test]
    fn each_models_smallest_tail_is_drawn_in_the_order_of_the_spec() {
        let tails = [tail("b", 0.05, &[]), tail("b", 0.01, &[]), tail("b", 0.025, &[]), tail("a", 0.025, &[])];
        let drawn: Vec<(&str, f64)> = furthest(&tails).iter().map(|tail| (tail.model.as_str(), tail.tail)).collect();
        assert_eq!(drawn, [("b", 0.01), ("a", 0.025)]);
    }

    #[test]
    fn a_rejection_says_in_which_direction_var_is_wrong() {
        let mut many = tail("a", 0.01, &[2.0, 2.0, 0.5]);
        many.kupiec_exact = Outcome::Value(0.001);
        let mut few = tail("a", 0.4, &[0.5, 0.5, 0.5]);
        few.kupiec_exact = Outcome::Value(0.049);
        assert_eq!((coverage::finding(&many, 0.05).fault(), coverage::finding(&few, 0.05).fault()), (Some("low"), Some("high")));
        few.kupiec_exact = Outcome::Value(0.05);
        assert_eq!(coverage::finding(&few, 0.05), coverage::Finding::NotRejected);
        assert_eq!(coverage::finding(&tail("a", 0.01, &[]), 0.05), coverage::Finding::NotJudged);
    }
}
