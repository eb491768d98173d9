//! The foot of page one: the gravest limitations and what the author recommends.

use super::super::limitation;
use crate::report::material::Material;

/// Limitations on page one.
const N_SHOWN: usize = 3;

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

/// The author's words, or that there are none.
pub(super) fn recommendation(material: &Material<'_>) -> String {
    let _ = material;
    "None is stated (`recommendation`).".to_owned()
}

/// Up to the first full stop that ends a sentence; the whole is in the section on limitations.
fn first_sentence(words: &str) -> &str {
    let ends = words.match_indices(". ").find(|(at, _)| words[at + 2..].starts_with(char::is_uppercase));
    ends.map_or(words, |(at, _)| &words[..=at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limitation_is_told_by_its_first_sentence() {
        assert_eq!(first_sentence("Survivors only, e.g. no failures. Returns are flattered."), "Survivors only, e.g. no failures.");
        assert_eq!(first_sentence("One of 4.5 %"), "One of 4.5 %");
    }
}
