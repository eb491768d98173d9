//! Expected shortfall: Acerbi and Szekely's tests, with VaR's test beside them.

use super::label;
use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{confidence, count, counted, decision, level, of, short};
use crate::stat::{N_SIMULATED, Outcome, ShortfallTest, TailSummary};

/// A VaR with an ES beside it, and the ES's tests.
struct Tested<'a> {
    tail: &'a TailSummary,
    z1: &'a Outcome<ShortfallTest>,
    z2: &'a Outcome<ShortfallTest>,
}

/// Nothing where no model was asked for an ES at a tail of its VaR.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tested: Vec<Tested<'_>> = material.summary.tails.iter().filter_map(Tested::of).collect();
    if tested.is_empty() {
        return Vec::new();
    }
    let significance = material.facts.spec.risk.significance;
    vec![Block::Subhead(Subhead::new("shortfall", heading(&tested, significance))), Block::Table(table(material, &tested))]
}

impl<'a> Tested<'a> {
    fn of(tail: &'a TailSummary) -> Option<Self> {
        Some(Self { tail, z1: tail.z1.as_ref()?, z2: tail.z2.as_ref()? })
    }

    fn z2_p(&self) -> Outcome<f64> {
        self.z2.as_ref().map(|test| test.p_value)
    }

    /// Whether Z2 and Kupiec's exact test decide differently.
    fn is_disputed(&self, significance: f64) -> bool {
        match (self.z2_p().value(), self.tail.kupiec_exact.value()) {
            (Some(z2), Some(kupiec)) => (*z2 < significance) != (*kupiec < significance),
            (_, _) => false,
        }
    }
}

fn heading(tested: &[Tested<'_>], significance: f64) -> String {
    let rejected = tested.iter().filter(|one| one.z2_p().value().is_some_and(|&p| p < significance)).count();
    let disputed: Vec<&Tested<'_>> = tested.iter().filter(|one| one.is_disputed(significance)).collect();
    let n_judged = tested.iter().filter(|one| one.z2.value().is_some()).count();
    let what = match (n_judged, rejected) {
        (0, _) => "Expected shortfall: nothing can be tested".to_owned(),
        (_, 0) => "Expected shortfall: not rejected".to_owned(),
        (n, rejected) => format!("Expected shortfall: too low for {rejected} of {}", counted(n, "forecast", "forecasts")),
    };
    match disputed[..] {
        [] => what,
        [only] => format!("{what}; the test of VaR disagrees for `{}` {}", only.tail.model, confidence(only.tail.tail)),
        _ => format!("{what}; the test of VaR disagrees for {} of them", disputed.len()),
    }
}

fn table(material: &Material<'_>, tested: &[Tested<'_>]) -> Table {
    let columns = vec![
        Column::words("ES"),
        Column::numbers("Days", "n"),
        Column::numbers("Breaches", ""),
        Column::numbers("Z1", ""),
        Column::numbers("p", ""),
        Column::numbers("Z2", ""),
        Column::numbers("Critical", "5 %"),
        Column::numbers("p", ""),
        Column::words("Decision"),
        Column::numbers("VaR p", "exact"),
    ];
    let significance = material.facts.spec.risk.significance;
    let mut table = Table::new("shortfall-table", "Is expected shortfall large enough?", columns).note(format!(
        "Null hypothesis of Z2: breaches come with the tail's frequency, and losses beyond VaR are those of the normal tail with the day's VaR and ES; of Z1: the losses beyond VaR are, given the breaches. One-sided, low p: ES too low. p by {} simulations, seed {}; decision on Z2 at {}. The exact test of VaR stands beside: Z2 weighs how deep breaches are, VaR's test counts them on both sides, so they need not agree.",
        format::count(N_SIMULATED as u64),
        material.facts.spec.seed,
        level(material)
    ));
    table.shown = tested.len();
    for one in tested {
        table.rows.push(vec![
            Cell::text(label(one.tail)),
            count(one.tail.points.len()),
            count(one.tail.n_breaches),
            of(one.z1, |test| test.statistic, short),
            of(one.z1, |test| test.p_value, Cell::PValue),
            of(one.z2, |test| test.statistic, short),
            of(one.z2, |test| test.critical_value, short),
            of(one.z2, |test| test.p_value, Cell::PValue),
            decision(&one.z2_p(), significance, "ES too low"),
            Cell::outcome(&one.tail.kupiec_exact, Cell::PValue),
        ]);
    }
    table
}
