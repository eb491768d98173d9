//! How much hangs on little: without the best days and names, filled later, at higher costs.

use super::{Line, by_model, covered};
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Subhead, Table};
use crate::report::section::pieces::{of, percent, short};
use crate::stat::{Filled, N_BEST, Outcome, Strategy, StrategySummary};

/// Nothing where the first book has no returns.
pub(super) fn blocks(material: &Material<'_>, first: &StrategySummary) -> Vec<Block> {
    let Some(net) = first.net.value() else { return Vec::new() };
    vec![Block::Subhead(Subhead::new("book-little", heading(first, net))), Block::Table(table(material))]
}

fn heading(first: &StrategySummary, net: &Strategy) -> String {
    let without = first.little.without_best_days.value().map(|&left| format!("{} without its {N_BEST} best days", percent(left)));
    let later = first.little.one_date_later.value().map(|later| format!("{} filled a date later", percent(later.cumulative_return)));
    let twice = first.little.twice_the_cost.value().map(|twice| format!("{} at twice the cost", percent(twice.cumulative_return)));
    let told: Vec<String> = without.into_iter().chain(later).chain(twice).collect();
    let made = format!("`{}` made {} in all", first.model, percent(net.cumulative_return));
    if told.is_empty() { made } else { format!("{made}; {}", told.join(", ")) }
}

fn table(material: &Material<'_>) -> Table {
    let strategies = &material.summary.strategies;
    let line = |name: &'static str, cell: &dyn Fn(&StrategySummary) -> Cell| Line { name, cells: strategies.iter().map(cell).collect() };
    let net = |value: fn(&Strategy) -> f64, cell: fn(f64) -> Cell| move |summary: &StrategySummary| of(&summary.net, value, cell);
    let sharpe = |filled: &Outcome<Filled>| Cell::outcome(&filled.as_ref().and_then(|filled| filled.sharpe.clone()), short);
    let lines = vec![
        line("Days, n", &|summary| Cell::Count(summary.n_days as u64)),
        line("t of the mean", &|summary| Cell::outcome(&summary.net.as_ref().and_then(|net| net.t_statistic.clone()), short)),
        line("Cumulative return", &net(|net| net.cumulative_return, Cell::Percent)),
        line("without the five best days", &|summary| Cell::outcome(&summary.little.without_best_days, Cell::Percent)),
        line("without the five best names", &|summary| Cell::outcome(&summary.little.without_best_names, Cell::Percent)),
        line("CAGR", &net(|net| net.cagr, Cell::Percent)),
        line("CAGR, filled one date later", &|summary| of(&summary.little.one_date_later, |later| later.cagr, Cell::Percent)),
        line("CAGR, at twice the cost", &|summary| of(&summary.little.twice_the_cost, |twice| twice.cagr, Cell::Percent)),
        line("Sharpe ratio", &|summary| Cell::outcome(&summary.net.as_ref().and_then(|net| net.sharpe.clone()), short)),
        line("Sharpe ratio, filled one date later", &|summary| sharpe(&summary.little.one_date_later)),
        line("Sharpe ratio, at twice the cost", &|summary| sharpe(&summary.little.twice_the_cost)),
    ];
    by_model("book-little-table", "How much hangs on little", strategies, lines).note(format!(
        "After costs. Without the best names: what they added is taken out of every day, nothing is put in their place. Filled later: the same decisions, carried out one tested date later. {}",
        covered(material)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;

    #[test]
    fn the_heading_says_what_is_left_and_leaves_out_what_is_not_defined() {
        let mut found = summary([0.011, -0.009], 0.0, 0.5);
        let Outcome::Value(net) = found.net.clone() else { panic!("100 days") };
        assert_eq!(heading(&found, &net), "`ridge` made 9.96 % in all");
        found.little.without_best_days = Outcome::Value(-0.021);
        assert_eq!(heading(&found, &net), "`ridge` made 9.96 % in all; −2.10 % without its 5 best days");
    }
}
