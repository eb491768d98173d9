//! Coverage: are breaches as frequent as the tail promises?

use std::collections::BTreeMap;

use super::label;
use crate::report::cell::{Cell, State};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{count, counted, level, of, short};
use crate::stat::{TailSummary, kupiec_exact};

/// What the exact test says of the number of breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// VaR is too low.
    TooMany,
    /// VaR is too high.
    TooFew,
    /// The number may be chance.
    NotRejected,
    /// There is no test.
    NotJudged,
}

impl Finding {
    pub(super) fn is_rejection(self) -> bool {
        self.fault().is_some()
    }

    /// What a rejected VaR is.
    pub(super) fn fault(self) -> Option<&'static str> {
        match self {
            Self::TooMany => Some("low"),
            Self::TooFew => Some("high"),
            Self::NotRejected | Self::NotJudged => None,
        }
    }

    pub(super) fn cell(self) -> Cell {
        match self {
            Self::TooMany => Cell::verdict(State::Red, "too many"),
            Self::TooFew => Cell::verdict(State::Amber, "too few"),
            Self::NotRejected => Cell::verdict(State::Green, "not rejected"),
            Self::NotJudged => Cell::verdict(State::Neutral, "not judged"),
        }
    }
}

/// Decides on the exact p-value: the chi-square is rough where few breaches are expected.
pub(super) fn finding(tail: &TailSummary, significance: f64) -> Finding {
    match tail.kupiec_exact.value() {
        None => Finding::NotJudged,
        Some(&p) if significance <= p => Finding::NotRejected,
        Some(_) if (tail.n_breaches as f64) < tail.n_expected => Finding::TooFew,
        Some(_) => Finding::TooMany,
    }
}

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tails = &material.summary.tails;
    let significance = material.facts.spec.risk.significance;
    let n_rejected = tails.iter().filter(|tail| finding(tail, significance).is_rejection()).count();
    let n_judged = tails.iter().filter(|tail| finding(tail, significance) != Finding::NotJudged).count();
    let heading = match (n_judged, n_rejected) {
        (0, _) => "Coverage: no VaR can be tested".to_owned(),
        (n, 0) => format!("Coverage: of {} tested none is rejected", counted(n, "VaR", "VaRs")),
        (n, 1) => format!("Coverage: 1 of {} is rejected", counted(n, "VaR", "VaRs")),
        (n, rejected) => format!("Coverage: {rejected} of {} are rejected", counted(n, "VaR", "VaRs")),
    };
    vec![Block::Subhead(Subhead::new("coverage", heading)), Block::Table(table(material))]
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("VaR"),
        Column::numbers("Days", "n"),
        Column::numbers("Breaches", ""),
        Column::numbers("Expected", ""),
        Column::words("Not rejected"),
        Column::numbers("Rate", "%"),
        Column::numbers("Kupiec LR", ""),
        Column::numbers("Kupiec p", ""),
        Column::numbers("Exact p", ""),
        Column::words("Decision"),
    ];
    let significance = material.facts.spec.risk.significance;
    let mut table = Table::new("coverage-table", "Are breaches as frequent as the tail promises?", columns).note(format!(
        "Null hypothesis: a breach comes with the tail's probability on every day. Two-sided: too few fail as well. Kupiec's LR is chi-square with 1 degree of freedom; the exact p sums the binomial probabilities of all counts with an LR at least as large, and decides at {}. Not rejected: the counts that would pass.",
        level(material)
    ));
    table.shown = material.summary.tails.len();
    let mut regions = BTreeMap::new();
    for tail in &material.summary.tails {
        let n = tail.points.len();
        let region = *regions.entry((n, tail.tail.to_bits())).or_insert_with(|| region(n, tail.tail, significance));
        table.rows.push(vec![
            Cell::text(label(tail)),
            count(n),
            count(tail.n_breaches),
            short(tail.n_expected),
            region.map_or_else(|| Cell::na("there are no forecasts"), |(least, most)| Cell::text(format!("{least} to {most}"))),
            if n == 0 { Cell::na("there are no forecasts") } else { Cell::Percent(tail.n_breaches as f64 / n as f64) },
            of(&tail.kupiec, |test| test.statistic, short),
            of(&tail.kupiec, |test| test.p_value, Cell::PValue),
            Cell::outcome(&tail.kupiec_exact, Cell::PValue),
            finding(tail, significance).cell(),
        ]);
    }
    table
}

/// Fewest and most breaches that the exact test does not reject.
fn region(n: usize, tail: f64, significance: f64) -> Option<(usize, usize)> {
    if n == 0 {
        return None;
    }
    let passes = |x: usize| {
        let breached: Vec<bool> = (0..n).map(|day| day < x).collect();
        kupiec_exact(&breached, tail).value().is_some_and(|&p| significance <= p)
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
