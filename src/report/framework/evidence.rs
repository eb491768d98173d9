//! What a program can decide of any model: data, windows, comparisons, limits.

use super::Answer;
use crate::report::format::{count, counted};
use crate::report::material::Material;
use crate::stat::Standing;

pub(super) fn segments(material: &Material<'_>) -> Answer {
    match &material.facts.spec.features.segment {
        Some(column) => Answer::Met(format!("errors are broken down by `{column}`")),
        None => Answer::NotMet("no segment is named (`features.segment`)".to_owned()),
    }
}

pub(super) fn stability(material: &Material<'_>) -> Answer {
    let n = material.facts.windows.len();
    let is_shown = !material.summary.means.is_empty() || !material.summary.probabilities.is_empty();
    match (is_shown, n) {
        (false, _) => Answer::NotMet("no mean or probability is forecast, whose errors could be shown window by window".to_owned()),
        (true, 1) => Answer::NotMet("there is one window only".to_owned()),
        (true, n) => Answer::Met(format!("errors are shown by window ({n}) and by year")),
    }
}

pub(super) fn drift(material: &Material<'_>) -> Answer {
    let features = &material.summary.features;
    let n = features.iter().filter(|feature| feature.drift.value().is_some()).count();
    if n == 0 {
        return Answer::NotMet("the drift of no feature could be measured".to_owned());
    }
    Answer::Met(format!("drift of {n} of {} was measured (PSI)", counted(features.len(), "feature", "features")))
}

pub(super) fn out_of_sample(material: &Material<'_>) -> Answer {
    let n = material.facts.predictions.rows.len();
    Answer::Met(format!(
        "{} in {}, each forecast by a model that had learnt from targets known before",
        counted(n, "row was tested", "rows were tested"),
        counted(material.facts.windows.len(), "window", "windows")
    ))
}

pub(super) fn certificate(material: &Material<'_>) -> Answer {
    let seen = &material.built.certificate;
    match seen.cuts.len() {
        0 => Answer::NotMet("tables were cut at no date".to_owned()),
        n => Answer::Met(format!("no look-ahead in {} values at {} where tables were cut", count(seen.n_values()), counted(n, "date", "dates"))),
    }
}

pub(super) fn alarms(material: &Material<'_>) -> Answer {
    match material.summary.alarms.len() {
        0 => Answer::Met("no alarm of a leak was rung".to_owned()),
        n => Answer::NotMet(format!("{} doubt on all numbers", counted(n, "alarm casts", "alarms cast"))),
    }
}

pub(super) fn baseline(material: &Material<'_>) -> Answer {
    let spec = material.facts.spec;
    match &spec.risk.baseline {
        None => Answer::NotMet("no baseline is named (`risk.baseline`)".to_owned()),
        Some(_) if spec.models.len() == 1 => Answer::NotMet("the baseline is the only model".to_owned()),
        Some(name) => {
            Answer::Met(format!("{} beside the baseline `{name}`", counted(spec.models.len() - 1, "model was tested", "models were tested")))
        }
    }
}

pub(super) fn challengers(material: &Material<'_>) -> Answer {
    let mut kinds: Vec<&str> = material.facts.spec.models.iter().map(|model| model.kind.name()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    match kinds.len() {
        1 => Answer::NotMet(format!("all models are of one kind ({})", kinds[0])),
        _ => Answer::Met(format!("kinds tried: {}", kinds.join(", "))),
    }
}

pub(super) fn explained(material: &Material<'_>) -> Answer {
    let learn: Vec<&str> = material.facts.spec.models.iter().filter(|model| model.is_fitted()).map(|model| model.name.as_str()).collect();
    let cards = || material.facts.predictions.cards.iter().flat_map(|window| &window.cards);
    let has =
        |name: &str| cards().any(|(own, card)| own == name && !(card.coefficients.is_empty() && card.importance.is_empty() && card.rules.is_empty()));
    let named = |models: &[&str]| models.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (shown, dark): (Vec<&str>, Vec<&str>) = learn.iter().copied().partition(|name| has(name));
    match (shown.is_empty(), dark.is_empty()) {
        (true, true) => Answer::NotApplicable("no model learns from features".to_owned()),
        (_, false) => Answer::NotMet(format!("neither coefficients nor importances of {}", named(&dark))),
        (false, true) => Answer::Met(format!("coefficients, importances or rules of {}", named(&shown))),
    }
}

pub(super) fn quality(material: &Material<'_>) -> Answer {
    let n_found: usize = material.profiles.iter().map(|profile| profile.findings.len()).sum();
    let n_rows: u64 = material.profiles.iter().map(|profile| profile.n_rows).sum();
    Answer::Met(format!(
        "{} checked, {} rows: {}",
        counted(material.profiles.len(), "table was", "tables were"),
        count(n_rows),
        counted(n_found, "issue is told", "issues are told")
    ))
}

pub(super) fn features(material: &Material<'_>) -> Answer {
    let n = material.facts.data.feature_names.len();
    Answer::Met(format!("the SQL of {} is printed", counted(n, "feature", "features")))
}

pub(super) fn reproducible(material: &Material<'_>) -> Answer {
    Answer::Met(format!(
        "{} hashed; `plimsoll verify` makes the run again and compares every byte",
        counted(material.inputs.files.len(), "input is", "inputs are")
    ))
}

pub(super) fn changes(material: &Material<'_>) -> Answer {
    match material.previous {
        Some(previous) => Answer::Met(format!("numbers are compared with those of {}", previous.as_of)),
        None => Answer::NotApplicable("this is the first run".to_owned()),
    }
}

pub(super) fn limits_set(material: &Material<'_>) -> Answer {
    match material.summary.judged.len() {
        0 => Answer::NotMet("no limit is set (`limits`)".to_owned()),
        n => Answer::Met(format!("{} set", counted(n, "limit is", "limits are"))),
    }
}

pub(super) fn within_limits(material: &Material<'_>) -> Answer {
    let summary = material.summary;
    let (breached, open) = (summary.n_limits(Standing::Breached), summary.n_limits(Standing::NotJudged));
    let rejected = summary.unlimited_rejections().len();
    let said = [
        (breached, counted(breached, "limit is breached", "limits are breached")),
        (open, counted(open, "limit could not be judged", "limits could not be judged")),
        (rejected, counted(rejected, "test rejects without a limit", "tests reject without a limit")),
    ];
    let said: Vec<String> = said.into_iter().filter(|(n, _)| 0 < *n).map(|(_, words)| words).collect();
    match (said.is_empty(), summary.judged.len()) {
        (false, _) => Answer::NotMet(said.join("; ")),
        (true, 0) => Answer::NotMet("no limit is set, so none is kept".to_owned()),
        (true, n) => Answer::Met(format!("{} kept, and no test rejects without one", counted(n, "limit is", "limits are"))),
    }
}
