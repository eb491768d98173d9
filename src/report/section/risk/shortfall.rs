//! Expected shortfall: its tests, with VaR's test beside them.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead};
use crate::report::section::measured::{label, numbers, tests};
use crate::report::section::pieces::{count, short};
use crate::stat::es::{FISSLER_ZIEGEL, Z1, Z2};
use crate::stat::var::{BREACHES, KUPIEC_EXACT, N_DAYS, TailCase};
use crate::stat::{Assessed, Decision, Outcome};

/// Nothing where no model was asked for an ES at a tail of its VaR.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tested: Vec<Assessed<TailCase>> = material.summary.tails.iter().filter(|tail| tail.find(&Z2).is_some()).cloned().collect();
    if tested.is_empty() {
        return Vec::new();
    }
    let mut table = numbers(material, ("shortfall-table", "VaR and ES together", "ES"), &tested, &[&N_DAYS, &BREACHES, &FISSLER_ZIEGEL]);
    table.columns.push(Column::numbers("Z2 critical", "5 %"));
    for (row, one) in table.rows.iter_mut().zip(&tested) {
        let critical = one.test(&Z2).and_then(|test| test.critical.map_or_else(|| Outcome::undefined("not simulated"), Outcome::Value));
        row.push(Cell::outcome(&critical, short));
    }
    let table = table.note("Z2 critical: the statistic below which 5 % of the samples simulated under the null lie.");
    let found = tested.iter().flat_map(|tail| [tail.find(&Z2), tail.find(&Z1)]).flatten();
    let mut of_tests = tests(material, ("shortfall-tests", "Tests of ES", "ES"), found);
    of_tests.note.push_str(" Z2 weighs how many and how deep breaches are, the exact test of VaR counts them on both sides: they need not agree.");
    vec![Block::Subhead(Subhead::new("shortfall", heading(material, &tested))), Block::Table(table), Block::Table(of_tests)]
}

fn heading(material: &Material<'_>, tested: &[Assessed<TailCase>]) -> String {
    let rejects = |decision: Decision| matches!(decision, Decision::Rejected(_));
    let decided = |decision: Decision| rejects(decision) || decision == Decision::NotRejected;
    let rejected = tested.iter().filter(|tail| rejects(tail.decision(&Z2))).count();
    let judged = tested.iter().filter(|tail| decided(tail.decision(&Z2))).count();
    let descriptive = tested.iter().any(|tail| tail.decision(&Z2) == Decision::Descriptive);
    let disputed: Vec<&Assessed<TailCase>> = tested
        .iter()
        .filter(|tail| decided(tail.decision(&Z2)) && decided(tail.decision(&KUPIEC_EXACT)))
        .filter(|tail| rejects(tail.decision(&Z2)) != rejects(tail.decision(&KUPIEC_EXACT)))
        .collect();
    let what = match (judged, rejected) {
        (0, _) if descriptive => "Expected shortfall: descriptive only, targets overlap".to_owned(),
        (0, _) => "Expected shortfall: nothing can be tested".to_owned(),
        (_, 0) => "Expected shortfall: not rejected".to_owned(),
        (n, rejected) => format!("Expected shortfall: Z2 finds it too low for {rejected} of {} forecasts", count(n).printed().unwrap_or_default()),
    };
    match disputed[..] {
        [] => what,
        [only] => format!("{what}; the test of VaR disagrees for {}", label(material, &only.subject)),
        _ => format!("{what}; the test of VaR disagrees for {} of them", disputed.len()),
    }
}
