//! Register: findings stay from run to run until the spec closes them, the author's and those that the program drafts.
//!
//! Every breached limit, every failed test that carries no limit, every alarm and every ruined book is a draft. A draft of an earlier run stays,
//! though tonight's number is within its limit, until the spec states a finding of its id with the day it was closed. What the spec
//! stated once and states no longer stays as well.

mod draft;

use std::collections::BTreeMap;

use serde::Serialize;

use super::material::Material;
use crate::day::Day;
use crate::evidence::{Finding, Origin};
use crate::spec::StatedFinding;
use draft::Draft;

/// The findings of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Those that are open: overdue ones first, then by severity and by age.
    pub open: Vec<Entry>,
    /// Those that are closed, the latest first.
    pub closed: Vec<Entry>,
    as_of: Day,
}

/// A finding of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The finding, as the next run reads it.
    #[serde(flatten)]
    pub finding: Finding,
    /// What became of it in this run; may be empty.
    pub remark: String,
}

impl Register {
    /// Open findings whose remedy was due before the run's day.
    pub fn overdue(&self) -> impl Iterator<Item = &Entry> {
        self.open.iter().filter(|entry| entry.is_overdue(self.as_of))
    }

    /// Open findings, then closed ones.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.open.iter().chain(&self.closed)
    }

    /// "3 open, 1 overdue".
    #[must_use]
    pub fn counted(&self) -> String {
        match (self.open.len(), self.overdue().count()) {
            (0, _) => "none open".to_owned(),
            (open, 0) => format!("{open} open"),
            (open, overdue) => format!("{open} open, {overdue} overdue"),
        }
    }
}

impl Entry {
    /// Whether it is open and its remedy was due before this day.
    #[must_use]
    pub fn is_overdue(&self, as_of: Day) -> bool {
        self.finding.closed.is_none() && self.finding.due.is_some_and(|due| due < as_of)
    }
}

/// The findings of this run: stated, drafted and left from the run before.
#[must_use]
pub fn register(material: &Material<'_>) -> Register {
    let before = material.previous.map_or(&[][..], |previous| &previous.findings);
    gather(&material.facts.spec.governance.findings, &draft::drafts(material), before, material.as_of, &|id| draft::now(material, id))
}

/// Puts the three together; `now` says what became of a draft that does not stand in this run.
fn gather(stated: &[StatedFinding], drafts: &[Draft], before: &[Finding], as_of: Day, now: &dyn Fn(&str) -> String) -> Register {
    let open_before: BTreeMap<&str, &Finding> =
        before.iter().filter(|finding| finding.closed.is_none()).map(|finding| (finding.id.as_str(), finding)).collect();
    let standing = |id: &str| drafts.iter().find(|draft| draft.id == id);
    let mut entries: Vec<Entry> =
        stated.iter().map(|finding| of_author(finding, standing(&finding.id), open_before.get(finding.id.as_str()).copied(), as_of, now)).collect();
    let is_stated = |id: &str| stated.iter().any(|finding| finding.id == id);
    for draft in drafts.iter().filter(|draft| !is_stated(&draft.id)) {
        entries.push(of_program(draft, open_before.get(draft.id.as_str()).copied(), as_of));
    }
    let left = open_before.values().filter(|finding| !is_stated(&finding.id) && standing(&finding.id).is_none());
    entries.extend(left.map(|&finding| {
        let remark = match finding.origin {
            Origin::Draft => format!("since {}; {}", finding.opened, now(&finding.id)),
            Origin::Stated => GONE.to_owned(),
        };
        Entry { finding: finding.clone(), remark }
    }));
    let (mut open, mut closed): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.finding.closed.is_none());
    let age = |entry: &Entry| (entry.finding.severity, entry.finding.opened, entry.finding.id.clone());
    open.sort_by_key(|entry| (!entry.is_overdue(as_of), age(entry)));
    closed.sort_by_key(|entry| (std::cmp::Reverse(entry.finding.closed), entry.finding.id.clone()));
    Register { open, closed, as_of }
}

const GONE: &str = "no longer in the spec, not closed";

/// A finding that the spec states, which may be a draft that its author took over.
///
/// It is closed where the day of closing is not before the day it was opened, and no draft of its id stands in this run.
fn of_author(stated: &StatedFinding, draft: Option<&Draft>, before: Option<&Finding>, as_of: Day, now: &dyn Fn(&str) -> String) -> Entry {
    // Closed before the first run that holds it: it was open until then.
    let first = if draft.is_some() { as_of } else { stated.closed.map_or(as_of, |closed| closed.min(as_of)) };
    let opened = stated.opened.or(before.map(|finding| finding.opened)).unwrap_or(first);
    let (closed, remark) = match (stated.closed, draft) {
        (Some(closed), Some(draft)) => (None, format!("the spec says closed on {closed}, yet it stands in this run: {}", draft.text)),
        (Some(closed), None) if closed < opened => {
            (None, format!("the spec says closed on {closed}, before it was opened on {opened}: not taken for closed"))
        }
        (Some(closed), None) => (Some(closed), String::new()),
        (None, Some(draft)) => (None, format!("stands in this run: {}", draft.text)),
        (None, None) if draft::is_draft(&stated.id) => (None, now(&stated.id)),
        (None, None) => (None, String::new()),
    };
    let finding = Finding {
        id: stated.id.clone(),
        severity: stated.severity,
        text: stated.text.clone(),
        owner: stated.owner.clone(),
        due: stated.due,
        action: stated.action.clone(),
        opened,
        closed,
        origin: Origin::Stated,
    };
    Entry { finding, remark }
}

/// A draft that stands in this run and that the spec does not state.
fn of_program(draft: &Draft, before: Option<&Finding>, as_of: Day) -> Entry {
    let adopted = before.filter(|finding| finding.origin == Origin::Stated);
    if let Some(finding) = adopted {
        return Entry { finding: finding.clone(), remark: format!("{GONE}; stands in this run: {}", draft.text) };
    }
    let opened = before.map_or(as_of, |finding| finding.opened);
    let finding = Finding {
        id: draft.id.clone(),
        severity: draft.severity,
        text: draft.text.clone(),
        owner: None,
        due: None,
        action: None,
        opened,
        closed: None,
        origin: Origin::Draft,
    };
    let remark = if opened == as_of { String::new() } else { format!("since {opened}") };
    Entry { finding, remark }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Gravity;

    const ID: &str = "limit:x.p";

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn stated(id: &str, closed: Option<&str>) -> StatedFinding {
        StatedFinding {
            id: id.to_owned(),
            severity: Gravity::Low,
            text: "t".to_owned(),
            owner: Some("o".to_owned()),
            due: Some(day("2020-02-01")),
            action: None,
            opened: None,
            closed: closed.map(day),
        }
    }

    fn drafted() -> Vec<Draft> {
        vec![Draft { id: ID.to_owned(), severity: Gravity::High, text: "`x.p` is 0.01".to_owned() }]
    }

    /// A run of that day after the one before.
    fn run(stated: &[StatedFinding], drafts: &[Draft], before: &Register, as_of: &str) -> Register {
        let before: Vec<Finding> = before.all().map(|entry| entry.finding.clone()).collect();
        // As the next run reads them.
        let before: Vec<Finding> = serde_json::from_str(&serde_json::to_string(&before).expect("JSON")).expect("findings");
        gather(stated, drafts, &before, day(as_of), &|_| "within its limit in this run".to_owned())
    }

    fn nothing() -> Register {
        Register { open: vec![], closed: vec![], as_of: day("2020-01-01") }
    }

    #[test]
    fn a_draft_stays_until_the_spec_closes_it() {
        let first = run(&[], &drafted(), &nothing(), "2020-01-01");
        let told =
            |register: &Register| register.open.iter().map(|entry| (entry.finding.opened.to_string(), entry.remark.clone())).collect::<Vec<_>>();
        assert_eq!(told(&first), [("2020-01-01".to_owned(), String::new())]);
        let second = run(&[], &[], &first, "2020-01-02");
        assert_eq!(told(&second), [("2020-01-01".to_owned(), "since 2020-01-01; within its limit in this run".to_owned())]);
        let third = run(&[], &drafted(), &second, "2020-01-03");
        assert_eq!(told(&third), [("2020-01-01".to_owned(), "since 2020-01-01".to_owned())]);
        let adopted = run(&[stated(ID, None)], &[], &third, "2020-03-01");
        assert_eq!((adopted.open[0].finding.origin, adopted.counted()), (Origin::Stated, "1 open, 1 overdue".to_owned()));
        let closed = run(&[stated(ID, Some("2020-03-02"))], &[], &adopted, "2020-03-02");
        assert_eq!((closed.open.len(), closed.closed.len(), closed.counted()), (0, 1, "none open".to_owned()));
        // Closed, it need not be stated for ever.
        assert_eq!(run(&[], &[], &closed, "2020-03-03"), Register { as_of: day("2020-03-03"), ..nothing() });
    }

    #[test]
    fn closing_does_not_hide_what_stands_in_this_run_nor_what_came_after_it() {
        let first = run(&[stated(ID, Some("2020-01-01"))], &drafted(), &nothing(), "2020-01-02");
        assert_eq!(first.open[0].remark, "the spec says closed on 2020-01-01, yet it stands in this run: `x.p` is 0.01");
        let second = run(&[stated(ID, Some("2020-01-01"))], &[], &first, "2020-01-03");
        assert_eq!(second.open[0].remark, "the spec says closed on 2020-01-01, before it was opened on 2020-01-02: not taken for closed");
        assert_eq!(run(&[stated(ID, Some("2020-01-02"))], &[], &first, "2020-01-03").open.len(), 0);
    }

    #[test]
    fn a_stated_finding_that_vanishes_stays_with_its_owner() {
        let first = run(&[stated("F-1", None), stated("F-2", Some("2019-01-01"))], &[], &nothing(), "2020-01-01");
        assert_eq!((first.open.len(), first.closed.len()), (1, 1));
        let second = run(&[], &[], &first, "2020-02-02");
        assert_eq!(second.open.len(), 1);
        assert_eq!((second.open[0].remark.as_str(), second.open[0].finding.owner.as_deref()), (GONE, Some("o")));
        let third = run(&[], &drafted(), &run(&[stated(ID, None)], &drafted(), &second, "2020-02-03"), "2020-02-04");
        let left: Vec<&str> = third.open.iter().map(|entry| entry.remark.as_str()).collect();
        assert_eq!(left, [GONE, "no longer in the spec, not closed; stands in this run: `x.p` is 0.01"]);
    }

    #[test]
    fn overdue_ones_come_first_then_the_gravest() {
        let late = StatedFinding { due: Some(day("2019-12-31")), ..stated("Z", None) };
        let register = run(&[stated("A", None), late], &drafted(), &nothing(), "2020-01-01");
        let ids: Vec<&str> = register.open.iter().map(|entry| entry.finding.id.as_str()).collect();
        assert_eq!((ids, register.overdue().count()), (vec!["Z", ID, "A"], 1));
        // Due on the run's day is not late yet.
        let on_the_day = run(&[stated("A", None)], &[], &nothing(), "2020-02-01");
        assert_eq!(on_the_day.overdue().count(), 0);
    }
}
