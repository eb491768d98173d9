//! Clustering: the counts of successive days behind the test of independence.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Table};
use crate::report::section::measured::label;
use crate::report::section::pieces::count;
use crate::stat::var::transitions;

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
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
    table.shown = material.summary.tails.len();
    for tail in &material.summary.tails {
        let found = transitions(&tail.case.breached);
        let rate = |rate: Option<f64>, why: &str| rate.map_or_else(|| Cell::na(why), Cell::Percent);
        table.rows.push(vec![
            Cell::text(label(material, &tail.subject)),
            count(found.n00),
            count(found.n01),
            count(found.n10),
            count(found.n11),
            rate(found.rate_after_quiet(), "no quiet day is followed by another day"),
            rate(found.rate_after_breach(), "no breach is followed by another day"),
        ]);
    }
    vec![Block::Table(table)]
}
