//! What the page says where training rows are weighted, and where probabilities were corrected to a prior.

use crate::feature::Dataset;
use crate::report::material::Material;
use crate::spec::{Quantity, Spec};
use crate::walk::{ClassShares, Predictions, class_shares};

/// Relative change of the share of ones from which weights are said to resample the classes.
const RESAMPLED: f64 = 0.1;

/// A paragraph; `None` where every row weighs 1 and nothing was corrected.
pub(super) fn said(material: &Material<'_>) -> Option<String> {
    let sentences = sentences(material.facts.spec, material.facts.data, material.facts.predictions);
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn sentences(spec: &Spec, data: &Dataset, predictions: &Predictions) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some((least, largest)) = data.weight_range() {
        sentences.push(format!("Training rows are weighted by the view's `weight`, from {least} to {largest}; statistics do not weight rows."));
    }
    let is_asked = spec.models.iter().any(|model| model.ask.contains(&Quantity::Probability));
    let is_resampled = |shares: &ClassShares| RESAMPLED * shares.of_rows < (shares.of_weight - shares.of_rows).abs();
    if let Some(shares) = class_shares(data).filter(|_| is_asked).filter(is_resampled) {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        sentences.push(format!("Weights move the share of ones from {} of rows to {}.", percent(shares.of_rows), percent(shares.of_weight)));
        if spec.target.prior.is_none() {
            let problem = "Probabilities follow the weighted share: without `target.prior` in the spec their level is not the population's.";
            sentences.push(problem.to_owned());
        }
    }
    if let Some(prior) = spec.target.prior {
        let corrected: Vec<String> = spec
            .models
            .iter()
            .filter(|model| model.ask.contains(&Quantity::Probability) && model.kind.follows_class_shares())
            .map(|model| format!("`{}`", model.name))
            .collect();
        let shares = || predictions.corrections.iter().map(|correction| 100.0 * correction.share);
        let (least, largest) = (shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max));
        if !corrected.is_empty() && shares().next().is_some() {
            sentences.push(format!(
                "Probabilities of {} are corrected from the weighted share of ones among training rows ({least:.2} to {largest:.2} % by window) to the \
                 population's {} % (Saerens, Latinne and Decaestecker 2002).",
                corrected.join(", "),
                stated(100.0 * prior)
            ));
        }
    }
    sentences
}

/// A number as its author would write it, without the dust of binary fractions.
fn stated(number: f64) -> String {
    format!("{number:.6}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::parsed;
    use crate::walk::PriorCorrection;

    fn spec(target: &str) -> Spec {
        let text = "title = \"t\"\nkind = \"credit\"\n[tables.a]\npath = \"a\"\ntime = \"day\"\n[features]\nsql = [\"f.sql\"]\n\
                    [window]\nscheme = \"split\"\nshare = 0.5\n[[models]]\nname = \"p\"\nkind = \"logistic\"\nask = [\"probability\"]\n";
        parsed(&format!("{text}{target}")).expect("the spec is whole")
    }

    fn data(weight: [f64; 4]) -> Dataset {
        Dataset { weight: weight.to_vec(), target: vec![Some(1.0), Some(0.0), Some(0.0), Some(0.0)], ..Dataset::default() }
    }

    #[test]
    fn the_page_is_silent_without_weights_and_says_what_they_do_to_the_classes() {
        assert_eq!(sentences(&spec(""), &data([1.0; 4]), &Predictions::default()), Vec::<String>::new());
        let said = sentences(&spec(""), &data([3.0, 1.0, 1.0, 1.0]), &Predictions::default());
        assert_eq!(
            said,
            [
                "Training rows are weighted by the view's `weight`, from 1 to 3; statistics do not weight rows.",
                "Weights move the share of ones from 25.00 % of rows to 50.00 %.",
                "Probabilities follow the weighted share: without `target.prior` in the spec their level is not the population's.",
            ]
        );
        let alike = sentences(&spec(""), &data([2.0; 4]), &Predictions::default());
        assert_eq!(alike.len(), 1, "all weights alike move no share: {alike:?}");
    }

    #[test]
    fn the_page_names_the_models_whose_pds_were_corrected() {
        let corrections = [0.48, 0.52].map(|share| PriorCorrection { window: 0, share, prior: 0.0017 }).to_vec();
        let said = sentences(&spec("[target]\nprior = 0.0017\n"), &data([1.0; 4]), &Predictions { corrections, ..Predictions::default() });
        assert_eq!(
            said,
            [
                "Probabilities of `p` are corrected from the weighted share of ones among training rows (48.00 to 52.00 % by window) to the population's \
              0.17 % (Saerens, Latinne and Decaestecker 2002)."
            ]
        );
    }
}
