//! The accounts kept twice: what was checked and how far the two are apart.

use crate::book::Replay;
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::counted;
use crate::stat::StrategySummary;

pub(super) fn blocks(strategies: &[StrategySummary]) -> Vec<Block> {
    let mut blocks = vec![Block::Subhead(Subhead::new("book-accounts", heading(strategies))), Block::Table(table(strategies))];
    let faults: Vec<String> =
        strategies.iter().flat_map(|summary| summary.replay.faults.iter().map(|fault| format!("`{}`: {fault}", summary.model))).collect();
    if !faults.is_empty() {
        blocks.push(Block::List(faults));
    }
    blocks
}

fn heading(strategies: &[StrategySummary]) -> String {
    let n_checks: usize = strategies.iter().map(|summary| summary.replay.n_checks).sum();
    let n_faults: usize = strategies.iter().map(|summary| summary.replay.n_faults).sum();
    if n_faults == 0 {
        format!("Accounts kept twice agree in {}", counted(n_checks, "check", "checks"))
    } else {
        format!("Accounts kept twice disagree: {} of {} fail", format::count(n_faults as u64), counted(n_checks, "check", "checks"))
    }
}

fn table(strategies: &[StrategySummary]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Days", ""),
        Column::numbers("Trades", ""),
        Column::numbers("Checks", ""),
        Column::numbers("Failed", ""),
        Column::numbers("Largest gap", ""),
        Column::words("State"),
    ];
    let mut table = Table::new("book-accounts-table", "Accounts kept twice", columns).note(
        "The book is kept a second time in money: cash, units and prices, marked to market day by day. Compared for every day and name: weight, profit, cost; for every day: returns, turnover, exposures, counts. Checked besides: decisions against forecasts, weights at the trade, no position after a name's end, turnover x cost, profit summed over names, cash and positions against wealth. A check holds within 1e-12, relative where a number is above 1.",
    );
    table.shown = strategies.len();
    table.rows = strategies.iter().map(|summary| row(&summary.model, &summary.replay)).collect();
    table
}

fn row(model: &str, replay: &Replay) -> Vec<Cell> {
    vec![
        Cell::code(model),
        Cell::Count(replay.n_days as u64),
        Cell::Count(replay.n_trades as u64),
        Cell::Count(replay.n_checks as u64),
        Cell::Count(replay.n_faults as u64),
        Cell::text(format!("{:.1e}", replay.worst_gap)),
        if replay.agrees() { Cell::verdict(State::Green, "agree") } else { Cell::verdict(State::Red, "disagree") },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;

    #[test]
    fn a_disagreement_is_the_heading_and_every_sentence_is_listed() {
        let mut found = summary([0.011, -0.009], 0.0, 0.5);
        found.replay = Replay { n_checks: 1_200, ..Replay::default() };
        assert_eq!(heading(std::slice::from_ref(&found)), "Accounts kept twice agree in 1,200 checks");
        assert_eq!(blocks(std::slice::from_ref(&found)).len(), 2);
        found.replay = Replay { n_checks: 1_200, n_faults: 2, faults: vec!["2020-01-03: weight".to_owned()], ..Replay::default() };
        assert_eq!(heading(std::slice::from_ref(&found)), "Accounts kept twice disagree: 2 of 1,200 checks fail");
        assert_eq!(blocks(std::slice::from_ref(&found))[2], Block::List(vec!["`ridge`: 2020-01-03: weight".to_owned()]));
    }
}
