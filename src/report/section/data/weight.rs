//! What the page says where training rows are weighted, and where probabilities were corrected to a prior.

use crate::report::material::Material;
use crate::spec::Quantity;
use crate::walk::class_shares;

/// Relative change of the share of ones from which weights are said to resample the classes.
const RESAMPLED: f64 = 0.1;

/// A paragraph; `None` where every row weighs 1 and nothing was corrected.
pub(super) fn said(material: &Material<'_>) -> Option<String> {
    let facts = &material.facts;
    let mut sentences = Vec::new();
    if let Some((least, largest)) = facts.data.weight_range() {
        sentences
            .push(format!("Training rows are weighted by the view's `weight`, from {least} to {largest}; statistics count every tested row once."));
    }
    let is_asked = facts.spec.models.iter().any(|model| model.ask.contains(&Quantity::Probability));
    if let Some(shares) = class_shares(facts.data).filter(|_| is_asked) {
        if RESAMPLED * shares.of_rows < (shares.of_weight - shares.of_rows).abs() {
            let percent = |share: f64| format!("{:.2} %", 100.0 * share);
            sentences.push(format!("Weights move the share of ones from {} of rows to {}.", percent(shares.of_rows), percent(shares.of_weight)));
            if facts.spec.target.prior.is_none() {
                sentences.push("PDs follow the weighted share: without `target.prior` in the spec their level is not the population's.".to_owned());
            }
        }
    }
    if let Some(prior) = facts.spec.target.prior {
        let corrected: Vec<String> = facts
            .spec
            .models
            .iter()
            .filter(|model| model.ask.contains(&Quantity::Probability) && model.kind.follows_class_shares())
            .map(|model| format!("`{}`", model.name))
            .collect();
        let shares = || facts.predictions.corrections.iter().map(|correction| 100.0 * correction.share);
        let (least, largest) = (shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max));
        if !corrected.is_empty() && shares().next().is_some() {
            sentences.push(format!(
                "PDs of {} are corrected from the weighted share of ones among training rows ({least:.2} to {largest:.2} % by window) to the \
                 population's {} % (Saerens, Latinne and Decaestecker 2002).",
                corrected.join(", "),
                100.0 * prior
            ));
        }
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
