//! Credit: are defaults told from the rest, do they come as often as forecast, and what did the loans lose?

mod calibration;
mod cutoff;
mod discrimination;
mod loan;
mod vintage;

use std::collections::BTreeSet;

use super::pieces::{counted, period, row_words};
use crate::report::chart::Size;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Figure, Section};
use crate::stat::credit::{JEFFREYS, ProbabilityCase};
use crate::stat::{Assessed, Decision, Discrimination};

/// `None` without a forecast of a probability.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let models = &material.summary.probabilities;
    if models.is_empty() {
        return None;
    }
    let mut section = Section::new("credit", title(material));
    section.blocks.push(Block::Text(what_is_tested(material)));
    section.blocks.extend(discrimination::blocks(material));
    section.blocks.extend(cutoff::blocks(material));
    section.blocks.extend(calibration::blocks(material));
    section.record.extend(calibration::record(material));
    section.blocks.extend(loan::blocks(material));
    section.blocks.extend(vintage::blocks(material));
    Some(section)
}

/// Observed against forecast default rates over time, drawn to stand beside another figure.
pub(super) fn default_rates(material: &Material<'_>) -> Option<Figure> {
    discrimination::rates(material, Size::Half)
}

/// The reliability diagram.
pub(super) fn calibration_figure(material: &Material<'_>) -> Option<Figure> {
    calibration::first(material)
}

fn title(material: &Material<'_>) -> String {
    let models = &material.summary.probabilities;
    let Some((best, found)) = best(models) else { return "Credit: no model can be judged".to_owned() };
    // An interval that takes the rows of one loan as independent is too narrow to stand in a heading.
    let interval = found.auc_interval.value().filter(|_| best.decision(&JEFFREYS) != Decision::Descriptive);
    let interval = interval.map_or(String::new(), |interval| format!(", 95 % interval {:.3} to {:.3}", interval.low, interval.high));
    let low = match best.decision(&JEFFREYS) {
        Decision::Rejected(_) => ", yet its PDs are too low",
        Decision::NotRejected | Decision::Descriptive | Decision::NotJudged => "",
    };
    let Some(lead) = &material.summary.auc_lead else { return format!("Credit: AUC of `{}` {:.3}{interval}{low}", best.subject.model, found.auc) };
    let p = lead.test.value().map_or(String::new(), |test| format!(" (p {})", format::p_value(test.p_value)));
    let ahead = match lead.decision {
        Decision::Rejected(_) => format!("discriminates better than `{}`, the second{p}", lead.second),
        Decision::NotRejected => format!("has the largest AUC, not shown to be ahead of `{}`{p}", lead.second),
        Decision::Descriptive => format!("has the largest AUC; its lead on `{}` is not tested, for targets overlap", lead.second),
        Decision::NotJudged => format!("has the largest AUC; `{}` is second and cannot be told from it", lead.second),
    };
    format!("Credit: `{}` {ahead}{low} (AUC {:.3}{interval})", best.subject.model, found.auc)
}

/// The model with the largest area under the curve.
fn best(models: &[Assessed<ProbabilityCase>]) -> Option<(&Assessed<ProbabilityCase>, &Discrimination)> {
    let found = models.iter().filter_map(|model| model.case.discrimination.value().map(|found| (model, found)));
    // `max_by` would take the last of equals.
    found.reduce(|best, next| if best.1.auc < next.1.auc { next } else { best })
}

fn what_is_tested(material: &Material<'_>) -> String {
    let models = &material.summary.probabilities;
    let mut sentences = vec![format!("Tested, {}: {}.", period(material), tested(material))];
    for model in models.iter().filter(|model| 0 < model.case.n_without_forecast) {
        let (one, many) = row_words(material.summary.observation);
        sentences.push(format!("`{}`: {} without a forecast are left out.", model.subject.model, counted(model.case.n_without_forecast, one, many)));
    }
    sentences.join(" ")
}

/// "18,572 loan-quarters of 1,512 loans; 1,986 of them before the default of 554 loans".
fn tested(material: &Material<'_>) -> String {
    let data = material.facts.data;
    let known: Vec<(u32, f64)> =
        material.facts.predictions.rows.iter().filter_map(|&row| Some((data.entity[row as usize], data.target[row as usize]?))).collect();
    let defaults: Vec<u32> = known.iter().filter(|(_, target)| 0.5 < *target).map(|(entity, _)| *entity).collect();
    let distinct = |entities: &mut dyn Iterator<Item = u32>| entities.collect::<BTreeSet<u32>>().len();
    let (n_loans, n_loans_default) = (distinct(&mut known.iter().map(|(entity, _)| *entity)), distinct(&mut defaults.iter().copied()));
    let (one, many) = row_words(material.summary.observation);
    let (rows, defaulted) = (counted(known.len(), one, many), format::count(defaults.len() as u64));
    if n_loans == known.len() {
        return format!("{rows} with a known outcome, {defaulted} of which defaulted");
    }
    let (loans, loans_default) = (counted(n_loans, "loan", "loans"), counted(n_loans_default, "loan", "loans"));
    format!("{rows} of {loans} with a known outcome, {defaulted} of them before the default of {loans_default}")
}
