//! The foot of page one: the gravest limitations and what the author recommends.

use super::super::limitation;
use crate::report::material::Material;
use crate::report::register::{Entry, register};
use crate::spec::Gravity;

/// Limitations on page one.
const N_SHOWN: usize = 3;

/// Characters that a clause needs to stand alone.
const N_TELLING: usize = 30;

/// The gravest: what rings an alarm, the author's first, then what the program sees of these data.
pub(super) fn limitations(material: &Material<'_>) -> Vec<String> {
    let stated = &material.facts.spec.limitations;
    let alarms = material.summary.alarms.iter().map(|alarm| alarm.sentence.clone());
    let seen = limitation::of_these_data(material);
    let first = stated.iter().take(if seen.is_empty() { N_SHOWN } else { 2 }).cloned();
    let mut gravest: Vec<String> = alarms.chain(first).chain(seen).map(|words| first_sentence(&words).to_owned()).collect();
    gravest.truncate(N_SHOWN);
    gravest
}

/// Findings whose remedy is overdue, the gravest first: "`F-1` VaR reacts late; due 2020-01-31, Quant team".
pub(super) fn overdue(material: &Material<'_>) -> Vec<String> {
    let register = register(material);
    let late: Vec<&Entry> = register.overdue().collect();
    let mut lines: Vec<String> = late.iter().take(N_SHOWN).map(|entry| told(entry)).collect();
    if N_SHOWN < late.len() {
        lines.push(format!("{} more under [#findings]", late.len() - N_SHOWN));
    }
    lines
}

fn told(entry: &Entry) -> String {
    let finding = &entry.finding;
    let due = finding.due.map_or(String::new(), |day| format!("; due {day}"));
    let severity = match finding.severity {
        Gravity::High => "high",
        Gravity::Medium => "medium",
        Gravity::Low => "low",
    };
    format!("`{}`, {severity}: {}{due}, {}", finding.id, first_sentence(&finding.text), finding.owner.as_deref().unwrap_or("no owner"))
}

/// The author's words, or that there are none.
pub(super) fn recommendation(material: &Material<'_>) -> String {
    material.facts.spec.governance.recommendation.clone().unwrap_or_else(|| "None is stated (`recommendation`).".to_owned())
}

/// Up to the first full stop, colon or semicolon that ends a clause; the whole is in its own section.
fn first_sentence(words: &str) -> &str {
    let stop = words.match_indices(". ").find(|(at, _)| words[at + 2..].starts_with(char::is_uppercase)).map(|(at, _)| at + 1);
    // A few words before a colon say little by themselves.
    let clause = [": ", "; "].into_iter().filter_map(|end| words.match_indices(end).map(|(at, _)| at).find(|&at| N_TELLING <= at)).min();
    let ends = [stop, clause].into_iter().flatten().min();
    words[..ends.unwrap_or(words.len())].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limitation_is_told_by_its_first_sentence() {
        assert_eq!(first_sentence("Survivors only, e.g. no failures. Returns are flattered."), "Survivors only, e.g. no failures");
        assert_eq!(first_sentence("Prices are synthetic (`plimsoll sample`): nothing here is true."), "Prices are synthetic (`plimsoll sample`)");
        assert_eq!(first_sentence("Quarters are counted: not dated. So"), "Quarters are counted: not dated");
        assert_eq!(first_sentence("One of 4.5 %"), "One of 4.5 %");
    }
}
