//! What was held and traded, a column per model.

use super::{Line, by_model};
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::Table;
use crate::report::section::pieces::{of, percent, plain, short, whole};
use crate::stat::{Activity, StrategySummary};

pub(super) fn heading(first: &StrategySummary) -> String {
    let costs = first.activity.value().zip(first.gross.value()).filter(|(_, gross)| 0.0 < gross.cagr);
    match costs {
        Some((activity, gross)) => {
            format!("Costs of `{}` take {} of the {} a year made before them", first.model, percent(activity.cost_annual), percent(gross.cagr))
        }
        None => "Exposure, turnover and costs".to_owned(),
    }
}

pub(super) fn table(material: &Material<'_>) -> Table {
    let strategies = &material.summary.strategies;
    let line = |name: &'static str, value: fn(&Activity) -> f64, cell: fn(f64) -> Cell| Line {
        name,
        cells: strategies.iter().map(|summary| of(&summary.activity, value, cell)).collect(),
    };
    let lines = vec![
        Line { name: "Dates held, n", cells: strategies.iter().map(|summary| Cell::Count(summary.n_days as u64)).collect() },
        line("Gross exposure, mean", |found| found.gross_exposure, Cell::Percent),
        line("Gross exposure, largest", |found| found.gross_exposure_max, Cell::Percent),
        line("Net exposure, mean", |found| found.net_exposure, Cell::Percent),
        line("Net exposure, largest without sign", |found| found.net_exposure_max, Cell::Percent),
        line("Names long, mean", |found| found.n_long, short),
        line("Names short, mean", |found| found.n_short, short),
        line("Dates with trades", |found| found.traded_share, Cell::Percent),
        line("Turnover a date", |found| found.turnover_daily, Cell::Percent),
        line("Turnover a year, times capital", |found| found.turnover_annual, short),
        line("Costs a year", |found| found.cost_annual, Cell::Percent),
        line("Costs in all, not compounded", |found| found.cost_total, Cell::Percent),
        line("Names held without a known return, all dates", |found| found.n_missing as f64, whole),
    ];
    by_model("book-activity", "Exposure, turnover and costs", strategies, lines).note(format!(
        "Shares of capital, means over the dates held. Turnover counts buys and sells: {} dates make a year. A name without a known return earns 0 on that date.",
        plain(material.facts.spec.risk.days_per_year)
    ))
}
