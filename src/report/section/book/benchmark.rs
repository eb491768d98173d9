//! The books held against the entity that the spec judges and does not trade.

use super::{Line, by_model};
use crate::report::cell::Cell;
use crate::report::format;
use crate::report::page::{Block, Subhead, Table};
use crate::report::section::pieces::{of, percent, short};
use crate::stat::{Benchmark, StrategySummary};

/// Nothing where no book can be held against one.
pub(super) fn blocks(strategies: &[StrategySummary]) -> Vec<Block> {
    let Some((first, found)) = strategies.iter().find_map(|summary| Some((summary, summary.benchmark.value()?))) else { return Vec::new() };
    vec![Block::Subhead(Subhead::new("book-benchmark", heading(&first.model, found))), Block::Table(table(strategies, found))]
}

fn heading(model: &str, found: &Benchmark) -> String {
    let t = found.alpha_t.value().map_or(String::new(), |&t| format!(" (t {})", format::number(t, 3)));
    format!("Beta of `{model}` to `{}` {}; alpha {} a year{t}", found.name, format::number(found.beta, 2), percent(found.alpha))
}

fn table(strategies: &[StrategySummary], first: &Benchmark) -> Table {
    let line = |name: &'static str, cell: &dyn Fn(&StrategySummary) -> Cell| Line { name, cells: strategies.iter().map(cell).collect() };
    let lines = vec![
        line("Dates, n", &|summary| of(&summary.benchmark, |found| found.n as f64, |n| Cell::Count(n as u64))),
        line("Alpha a year", &|summary| of(&summary.benchmark, |found| found.alpha, Cell::Percent)),
        line("t of alpha", &|summary| Cell::outcome(&summary.benchmark.as_ref().and_then(|found| found.alpha_t.clone()), short)),
        line("p of alpha", &|summary| Cell::outcome(&summary.benchmark.as_ref().and_then(|found| found.alpha_p.clone()), Cell::PValue)),
        line("Beta", &|summary| of(&summary.benchmark, |found| found.beta, short)),
        line("t of beta", &|summary| Cell::outcome(&summary.benchmark.as_ref().and_then(|found| found.beta_t.clone()), short)),
        line("Correlation", &|summary| Cell::outcome(&summary.benchmark.as_ref().and_then(|found| found.correlation.clone()), short)),
        line("Tracking error a year", &|summary| of(&summary.benchmark, |found| found.tracking_error, Cell::Percent)),
        line("Information ratio", &|summary| Cell::outcome(&summary.benchmark.as_ref().and_then(|found| found.information_ratio.clone()), short)),
        line("Benchmark, mean a year", &|summary| of(&summary.benchmark, |found| found.mean_annual, Cell::Percent)),
    ];
    by_model("book-benchmark-table", &format!("Books against `{}`", first.name), strategies, lines).note(format!(
        "Least squares of the daily return after costs on the return of `{}` on the same dates, which the spec judges (`risk.entity`) and no book trades; columns called `benchmark_*` are forecasts and no returns. Tracking error: standard deviation of what the line leaves (n - 2), annual; information ratio: alpha over it. Days taken as independent, two-sided. {} to {}.",
        first.name, first.first, first.last
    ))
}
