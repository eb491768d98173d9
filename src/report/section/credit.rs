//! Credit: are defaults told from the rest, do they come as often as forecast, and what did the loans lose?

mod calibration;
mod cutoff;
mod discrimination;
mod loan;
mod vintage;

use super::pieces::period;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Section};
use crate::stat::{Discrimination, ProbabilitySummary};

/// `None` without a forecast of a probability.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let models = &material.summary.probabilities;
    if models.is_empty() {
        return None;
    }
    let mut section = Section::new("credit", title(models));
    section.blocks.push(Block::Text(what_is_tested(material)));
    section.blocks.extend(discrimination::blocks(material));
    section.blocks.extend(cutoff::blocks(material));
    section.blocks.extend(calibration::blocks(material));
    section.blocks.extend(loan::blocks(material));
    section.blocks.extend(vintage::blocks(material));
    Some(section)
}

fn title(models: &[ProbabilitySummary]) -> String {
    let Some((best, found)) = best(models) else { return "Credit: no model can be judged".to_owned() };
    let interval =
        found.auc_interval.value().map_or(String::new(), |interval| format!(", 95 % interval {:.3} to {:.3}", interval.low, interval.high));
    let how = if models.len() > 1 { "tells defaults from the rest best" } else { "tells defaults from the rest" };
    format!("Credit: `{}` {how} (AUC {:.3}{interval})", best.model, found.auc)
}

/// The model with the largest area under the curve.
fn best(models: &[ProbabilitySummary]) -> Option<(&ProbabilitySummary, &Discrimination)> {
    let found = models.iter().filter_map(|model| model.discrimination.value().map(|found| (model, found)));
    // `max_by` would take the last of equals.
    found.reduce(|best, next| if best.1.auc < next.1.auc { next } else { best })
}

fn what_is_tested(material: &Material<'_>) -> String {
    let models = &material.summary.probabilities;
    let mut sentences = vec![format!("Tested rows with a known outcome, by day of origination (`as_of`) {}.", period(material))];
    for model in models {
        let scores = model.all.scores.value();
        let defaults = scores.map_or(String::new(), |scores| format!(", {} of them defaulted", format::count(scores.n_defaults as u64)));
        let without = if model.n_without_forecast == 0 {
            String::new()
        } else {
            format!("; {} without a forecast are left out", format::count(model.n_without_forecast as u64))
        };
        sentences.push(format!("`{}`: n = {}{defaults}{without}.", model.model, format::count(model.all.n as u64)));
    }
    sentences.join(" ")
}
