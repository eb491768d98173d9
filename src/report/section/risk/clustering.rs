//! Clustering: does a breach make the next one likelier?

use super::label;
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{confidence, decision, level, of, short, whole};
use crate::stat::{Independence, TailSummary};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tails = &material.summary.tails;
    let significance = material.facts.spec.risk.significance;
    vec![Block::Subhead(Subhead::new("clustering", heading(tails, significance))), Block::Table(tests(material)), Block::Table(transitions(tails))]
}

fn heading(tails: &[TailSummary], significance: f64) -> String {
    let mut tested: Vec<(&TailSummary, &Independence)> = tails.iter().filter_map(|tail| tail.independence.value().map(|test| (tail, test))).collect();
    tested.sort_by(|a, b| a.1.p_value.total_cmp(&b.1.p_value));
    let Some((tail, test)) = tested.first() else { return "Clustering: there are too few breaches to see any".to_owned() };
    if significance <= test.p_value {
        return format!("Clustering: no test of {} finds that a breach depends on the day before", tested.len());
    }
    let of_model = format!("`{}`, VaR {}", tail.model, confidence(tail.tail));
    if test.rate_after_quiet < test.rate_after_breach {
        format!("Breaches cluster: {} of {} follow a breach the day before ({of_model})", test.transitions.n11, test.n_breaches)
    } else {
        format!("Breaches avoid each other: {} of {} follow a breach the day before ({of_model})", test.transitions.n11, test.n_breaches)
    }
}

fn tests(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("VaR"),
        Column::numbers("Transitions", "n"),
        Column::numbers("Alone LR", ""),
        Column::numbers("p", ""),
        Column::words("Decision"),
        Column::numbers("Joint LR", ""),
        Column::numbers("p", ""),
        Column::words("Decision"),
    ];
    let significance = material.facts.spec.risk.significance;
    let mut table = Table::new("clustering-table", "Is a breach as likely after a breach as after a quiet day?", columns).note(format!(
        "Alone: independence (Christoffersen), null hypothesis as in the title, chi-square with 1 degree of freedom, two-sided, blind to clustering beyond the next day. Joint: conditional coverage, null hypothesis of the tail's frequency and independence together, Kupiec's LR plus the independence LR, chi-square with 2 degrees of freedom. Decisions at {}.",
        level(material)
    ));
    table.shown = material.summary.tails.len();
    for tail in &material.summary.tails {
        let (alone, joint) = (tail.independence.as_ref().map(|test| test.p_value), tail.conditional.as_ref().map(|test| test.p_value));
        let clusters = tail.independence.value().is_some_and(|test| test.rate_after_quiet < test.rate_after_breach);
        table.rows.push(vec![
            Cell::text(label(tail)),
            of(&tail.independence, |test| test.n as f64, whole),
            of(&tail.independence, |test| test.statistic, short),
            Cell::outcome(&alone, Cell::PValue),
            decision(&alone, significance, if clusters { "they cluster" } else { "they avoid each other" }),
            of(&tail.conditional, |test| test.statistic, short),
            Cell::outcome(&joint, Cell::PValue),
            decision(&joint, significance, "rejected"),
        ]);
    }
    table
}

fn transitions(tails: &[TailSummary]) -> Table {
    let columns = vec![
        Column::words("VaR"),
        Column::numbers("N00", ""),
        Column::numbers("N01", ""),
        Column::numbers("N10", ""),
        Column::numbers("N11", ""),
        Column::numbers("Rate after quiet", "%"),
        Column::numbers("Rate after breach", "%"),
    ];
    let mut table = Table::new("transitions", "Successive days, by whether each was a breach", columns)
        .note("N01: days without a breach followed by one with; N10, N00 and N11 accordingly. Rates: share of breaches on the days that follow.");
    table.shown = tails.len();
    for tail in tails {
        let n = |value: fn(&Independence) -> usize| of(&tail.independence, |test| value(test) as f64, whole);
        table.rows.push(vec![
            Cell::text(label(tail)),
            n(|test| test.transitions.n00),
            n(|test| test.transitions.n01),
            n(|test| test.transitions.n10),
            n(|test| test.transitions.n11),
            of(&tail.independence, |test| test.rate_after_quiet, Cell::Percent),
            of(&tail.independence, |test| test.rate_after_breach, Cell::Percent),
        ]);
    }
    table
}
