//! Coverage: are breaches as frequent as the tail promises, and do they come alone?

use std::collections::BTreeMap;

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::measured::{self, numbers, tally};
use crate::report::section::pieces::{counted, level};
use crate::stat::var::{BREACHES, EXCESS_MAX, EXCESS_MEAN, EXPECTED_BREACHES, KUPIEC_EXACT, N_DAYS, RATE, TICK_LOSS, TailCase, acceptable_breaches};
use crate::stat::{Assessed, Decision, Found, Outcome, Tier};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tails = &material.summary.tails;
    vec![
        Block::Subhead(Subhead::new("coverage", heading(tails))),
        Block::Table(table(material)),
        Block::Table(measured::tests(
            material,
            ("var-tests", "Tests of VaR", "VaR"),
            of_var(tails).filter(|found| found.about.tier != Tier::Appendix),
        )),
    ]
}

/// Tests that are kept for the record.
pub(super) fn appendix(material: &Material<'_>) -> Vec<Block> {
    let head = ("var-tests-record", "Further tests of VaR, for the record", "VaR");
    let table = measured::tests(material, head, of_var(&material.summary.tails).filter(|found| found.about.tier == Tier::Appendix));
    if table.rows.is_empty() { Vec::new() } else { vec![Block::Table(table)] }
}

/// Every test of a VaR alone.
pub(super) fn of_var(tails: &[Assessed<TailCase>]) -> impl Iterator<Item = &Found> {
    tails.iter().flat_map(|tail| &tail.found).filter(|found| found.decision.is_some() && found.prefix.starts_with("coverage."))
}

fn heading(tails: &[Assessed<TailCase>]) -> String {
    let decided = |wanted: fn(Decision) -> bool| tails.iter().filter(|tail| wanted(tail.decision(&KUPIEC_EXACT))).count();
    let rejected = decided(|decision| matches!(decision, Decision::Rejected(_)));
    let judged = rejected + decided(|decision| decision == Decision::NotRejected);
    let others = of_var(tails).filter(|found| found.about.tier == Tier::Verdict && found.about.key != KUPIEC_EXACT.about.key);
    let dependence = tally(others).map_or(String::new(), |tally| format!("; dependence of breaches: {tally}"));
    match (judged, rejected) {
        (0, _) if decided(|decision| decision == Decision::Descriptive) > 0 => {
            "Coverage: descriptive only, targets overlap and no test of independent days applies".to_owned()
        }
        (0, _) => "Coverage: no VaR can be tested".to_owned(),
        (n, 0) => format!("Coverage: the number of breaches is not rejected for any of {}{dependence}", counted(n, "VaR", "VaRs")),
        (n, 1) => format!("Coverage: the number of breaches is rejected for 1 of {}{dependence}", counted(n, "VaR", "VaRs")),
        (n, rejected) => format!("Coverage: the number of breaches is rejected for {rejected} of {}{dependence}", counted(n, "VaR", "VaRs")),
    }
}

fn table(material: &Material<'_>) -> Table {
    let measures = [&N_DAYS, &BREACHES, &EXPECTED_BREACHES, &RATE, &EXCESS_MEAN, &EXCESS_MAX, &TICK_LOSS];
    let mut table = numbers(material, ("coverage-table", "Breaches of VaR", "VaR"), &material.summary.tails, &measures);
    table.columns.insert(4, Column::words("Acceptable range"));
    let mut regions = BTreeMap::new();
    for (row, one) in table.rows.iter_mut().zip(&material.summary.tails) {
        let (n, tail) = (one.case.points.len(), one.case.tail);
        let significance = material.facts.spec.risk.significance;
        let range = regions.entry((n, tail.to_bits())).or_insert_with(|| acceptable_breaches(n, tail, significance));
        row.insert(
            4,
            match range {
                Outcome::Value((least, most)) => Cell::text(format!("{least} to {most}")),
                Outcome::Undefined(reason) => Cell::na(reason.as_str()),
            },
        );
    }
    table.note(format!(
        "A breach is a loss strictly greater than VaR. Acceptable range: the numbers of breaches that the exact test, alone, does not reject at {}. Excess: loss less VaR on the days of the breaches.",
        level(material)
    ))
}
