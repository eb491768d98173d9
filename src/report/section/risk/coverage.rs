//! Coverage: are breaches as frequent as the tail promises, and do they come alone?

use std::collections::BTreeMap;

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::measured::{self, numbers, tally};
use crate::report::section::pieces::{counted, level};
use crate::stat::var::{BREACHES, EXCESS_MAX, EXCESS_MEAN, EXPECTED_BREACHES, KUPIEC_EXACT, N_DAYS, RATE, TICK_LOSS, TailCase, kupiec_exact};
use crate::stat::{Assessed, Decision, Found, Tier};

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
        let region = *regions.entry((n, tail.to_bits())).or_insert_with(|| region(n, tail, significance));
        row.insert(4, region.map_or_else(|| Cell::na("there are no forecasts"), |(least, most)| Cell::text(format!("{least} to {most}"))));
    }
    table.note(format!(
        "A breach is a loss strictly greater than VaR. Acceptable range: the numbers of breaches that the exact test does not reject at {}. Excess: loss less VaR on the days of the breaches.",
        level(material)
    ))
}

/// Fewest and most breaches that the exact test does not reject.
fn region(n: usize, tail: f64, significance: f64) -> Option<(usize, usize)> {
    if n == 0 {
        return None;
    }
    let passes = |x: usize| {
        let breached: Vec<bool> = (0..n).map(|day| day < x).collect();
        kupiec_exact(&breached, tail).value().is_some_and(|test| significance <= test.p_value)
    };
    // The expected number passes or lies beside one that does; the region is walked outwards from there.
    let expected = (n as f64 * tail).round() as usize;
    let start = (0..=n).map(|step| expected + step).take_while(|&x| x <= n).find(|&x| passes(x))?;
    let least = (0..=start).rev().take_while(|&x| passes(x)).last()?;
    let most = (start..=n).take_while(|&x| passes(x)).last()?;
    Some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_exact_test() {
        // Kupiec (1995) prints 1 to 6 for 255 days at 1 %, by the chi-square. Exactly, a count as odd as 0 (0.0771) or as 7 and
        // more (0.0151) comes with probability 0.092, so that 0 passes; one as odd as 7 with 0.015.
        assert_eq!(region(255, 0.01, 0.05), Some((0, 6)));
        assert_eq!(region(0, 0.01, 0.05), None);
        let (least, most) = region(1_000, 0.01, 0.05).expect("there are days");
        assert!((4..=5).contains(&least) && (16..=17).contains(&most), "chi-square: 5 to 16, here {least} to {most}");
    }
}
