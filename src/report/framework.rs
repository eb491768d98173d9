//! Framework: each requirement of a framework, answered from what the program saw.
//!
//! "Met" says what was seen and never that a supervisor would agree; what lies outside the report is named beside it.

mod author;
mod condition;
mod credit;
mod evidence;
mod market;

use super::format::counted;
use super::material::Material;
use crate::spec::{Answers, Framework, Kind, Requirement};

/// The answer to a requirement, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// What was seen.
    Met(String),
    /// What is missing.
    NotMet(String),
    /// Why it does not apply.
    NotApplicable(String),
    /// What a person must show.
    Person(String),
}

/// A requirement and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered<'a> {
    pub(super) requirement: &'a Requirement,
    pub(super) answer: Answer,
}

/// A framework and its answers, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapped<'a> {
    pub(super) framework: &'a Framework,
    pub(super) answered: Vec<Answered<'a>>,
}

/// The frameworks of the spec, in its order.
pub(super) fn maps<'a>(material: &Material<'a>) -> Vec<Mapped<'a>> {
    let answered = |requirement: &'a Requirement| Answered { requirement, answer: answer(material, requirement) };
    let frameworks = material.facts.spec.governance.frameworks.iter();
    frameworks.map(|framework| Mapped { framework, answered: framework.requirements.iter().map(answered).collect() }).collect()
}

impl Mapped<'_> {
    /// "SS1/23: 14 of 22 requirements met, 3 not met, 5 a person must answer; 2 do not apply".
    pub(super) fn counted(&self) -> String {
        let (mut met, mut not_met, mut person, mut outside) = (0, 0, 0, 0);
        for one in &self.answered {
            match one.answer {
                Answer::Met(_) => met += 1,
                Answer::NotMet(_) => not_met += 1,
                Answer::Person(_) => person += 1,
                Answer::NotApplicable(_) => outside += 1,
            }
        }
        let all = self.answered.len() - outside;
        let outside = match outside {
            0 => String::new(),
            1 => "; 1 does not apply".to_owned(),
            n => format!("; {n} do not apply"),
        };
        format!(
            "{}: {met} of {} met, {not_met} not met, {person} a person must answer{outside}",
            self.framework.title,
            counted(all, "requirement", "requirements")
        )
    }
}

fn answer(material: &Material<'_>, requirement: &Requirement) -> Answer {
    let kind = material.facts.spec.kind;
    if !requirement.kinds.contains(&kind) {
        return Answer::NotApplicable(match kind {
            Kind::Market => "asked of credit models; this report is on market risk".to_owned(),
            Kind::Credit => "asked of market risk; this report is on credit".to_owned(),
        });
    }
    match requirement.answers {
        Answers::Human => Answer::Person(requirement.show.clone()),
        Answers::Program | Answers::Author => together(requirement.needs.iter().map(|&need| condition::answer(material, need)), &requirement.show),
    }
}

/// All conditions must hold: one that does not decides, then one that only a person can answer.
fn together(answers: impl Iterator<Item = Answer>, show: &str) -> Answer {
    let (mut met, mut not_met, mut person, mut outside) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Answer::Met(words) => met.push(words),
            Answer::NotMet(words) => not_met.push(words),
            Answer::Person(words) => person.push(words),
            Answer::NotApplicable(words) => outside.push(words),
        }
    }
    let not_seen = (!show.is_empty()).then(|| format!("not seen here: {show}"));
    let with = |mut words: Vec<String>| {
        words.extend(not_seen.clone());
        words.join("; ")
    };
    match (not_met.is_empty(), person.is_empty(), met.is_empty()) {
        (false, _, _) => Answer::NotMet(not_met.join("; ")),
        (true, false, _) => {
            person.extend((!show.is_empty()).then(|| show.to_owned()));
            Answer::Person(person.join("; "))
        }
        (true, true, false) => Answer::Met(with(met)),
        (true, true, true) => Answer::NotApplicable(outside.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(words: &str) -> Answer {
        Answer::Met(words.to_owned())
    }

    #[test]
    fn one_condition_that_fails_decides_and_what_was_not_seen_is_told() {
        let not_met = Answer::NotMet("b".to_owned());
        let person = Answer::Person("c".to_owned());
        let outside = Answer::NotApplicable("d".to_owned());
        assert_eq!(together([met("a"), not_met.clone(), person.clone()].into_iter(), "s"), not_met);
        assert_eq!(together([met("a"), person].into_iter(), "s"), Answer::Person("c; s".to_owned()));
        assert_eq!(together([met("a"), outside.clone(), met("e")].into_iter(), "s"), met("a; e; not seen here: s"));
        assert_eq!(together([met("a")].into_iter(), ""), met("a"));
        assert_eq!(together([outside.clone()].into_iter(), "s"), outside);
    }

    #[test]
    fn what_does_not_apply_is_not_counted_among_the_requirements() {
        let framework = Framework::named("mar32_33").expect("it is listed");
        let answers = [met("a"), Answer::NotMet("b".to_owned()), Answer::Person("c".to_owned()), Answer::NotApplicable("d".to_owned())];
        let answered = framework.requirements.iter().zip(answers).map(|(requirement, answer)| Answered { requirement, answer }).collect();
        let mapped = Mapped { framework: &framework, answered };
        assert_eq!(mapped.counted(), "MAR32 and MAR33: 1 of 3 requirements met, 1 not met, 1 a person must answer; 1 does not apply");
    }
}
