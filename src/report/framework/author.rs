//! What the author states: a program sees that it is stated, not that it is so.

use super::Answer;
use crate::report::format::counted;
use crate::report::material::Material;
use crate::report::register::register;
use crate::spec::Governance;

/// A name that the spec states.
pub(super) fn stated(value: Option<&str>, words: &str, key: &str) -> Answer {
    value.map_or_else(|| missing(key), |value| Answer::Met(format!("by the spec {words} {value}")))
}

/// A text that the spec states, too long to be said again.
pub(super) fn is_stated(is_there: bool, words: &str, key: &str) -> Answer {
    if is_there { Answer::Met(words.to_owned()) } else { missing(key) }
}

fn missing(key: &str) -> Answer {
    Answer::NotMet(format!("not stated (`{key}`)"))
}

/// A validator who is not the developer; whether they are independent, no program sees.
pub(super) fn validator(stated: &Governance) -> Answer {
    match (&stated.validator, &stated.developer) {
        (None, _) => missing("validator"),
        (Some(validator), Some(developer)) if validator.trim().to_lowercase() == developer.trim().to_lowercase() => {
            Answer::NotMet(format!("by the spec {validator} both develops and validates"))
        }
        (Some(validator), Some(_) | None) => Answer::Met(format!("by the spec the validator is {validator}")),
    }
}

pub(super) fn review(material: &Material<'_>) -> Answer {
    match material.facts.spec.governance.next_review {
        None => missing("next_review"),
        Some(day) if day < material.as_of => Answer::NotMet(format!("the review was due on {day}")),
        Some(day) => Answer::Met(format!("the next review is due on {day}")),
    }
}

pub(super) fn sign_off(material: &Material<'_>) -> Answer {
    let names = &material.facts.spec.sign_off;
    let blank: Vec<&str> = [("prepared", &names.prepared), ("reviewed", &names.reviewed), ("approved", &names.approved)]
        .into_iter()
        .filter(|(_, name)| name.is_none())
        .map(|(role, _)| role)
        .collect();
    if blank.is_empty() {
        return Answer::Met("the spec names who prepared, reviewed and approved".to_owned());
    }
    Answer::NotMet(format!("nobody is named who {} it (`sign_off`)", blank.join(" or ")))
}

pub(super) fn findings(material: &Material<'_>) -> Answer {
    let register = register(material);
    let overdue = register.overdue().count();
    let unowned = register.open.iter().filter(|entry| entry.finding.owner.is_none() || entry.finding.due.is_none()).count();
    match (overdue, unowned) {
        (0, 0) => Answer::Met(format!("findings: {}, each with owner and day", register.counted())),
        (0, n) => Answer::NotMet(format!("{} without owner or day", counted(n, "open finding is", "open findings are"))),
        (late, 0) => Answer::NotMet(format!("{} overdue", counted(late, "finding is", "findings are"))),
        (late, n) => Answer::NotMet(format!("{} overdue; {n} open without owner or day", counted(late, "finding is", "findings are"))),
    }
}

pub(super) fn overlays(material: &Material<'_>) -> Answer {
    let overlays = &material.facts.spec.governance.overlays;
    if overlays.is_empty() {
        return Answer::Person("that no overlay is applied: the spec lists none".to_owned());
    }
    let mut wrong = Vec::new();
    for overlay in overlays {
        match (&overlay.approved_by, overlay.expires) {
            (None, _) => wrong.push(format!("nobody approved {}", overlay.name)),
            (Some(_), None) => wrong.push(format!("{} has no end", overlay.name)),
            (Some(_), Some(end)) if end < material.as_of => wrong.push(format!("{} ended on {end}", overlay.name)),
            (Some(_), Some(_)) => {}
        }
    }
    if wrong.is_empty() {
        return Answer::Met(format!("{}, each with approval and an end", counted(overlays.len(), "overlay is listed", "overlays are listed")));
    }
    Answer::NotMet(wrong.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validator_who_is_the_developer_is_none() {
        let named = |validator: Option<&str>, developer: Option<&str>| {
            validator_of(&Governance { validator: validator.map(str::to_owned), developer: developer.map(str::to_owned), ..Governance::default() })
        };
        assert_eq!(named(Some("MV"), Some("Quants")), "met");
        assert_eq!(named(Some("MV"), None), "met");
        assert_eq!(named(Some(" quants"), Some("Quants")), "not met");
        assert_eq!(named(None, Some("Quants")), "not met");
    }

    fn validator_of(stated: &Governance) -> &'static str {
        match validator(stated) {
            Answer::Met(_) => "met",
            Answer::NotMet(_) => "not met",
            Answer::NotApplicable(_) | Answer::Person(_) => "else",
        }
    }
}
