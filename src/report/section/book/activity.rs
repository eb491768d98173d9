//! What was held and traded, a column per model.

use super::{Line, by_model};
use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::Table;
use crate::report::section::pieces::{of, percent, plain, short, whole};
use crate::spec::BookSpec;
use crate::stat::{Activity, StrategySummary};

pub(super) fn heading(first: &StrategySummary) -> String {
    let Some((gross, net)) = first.gross.value().zip(first.net.value()) else { return "Exposure, turnover and costs".to_owned() };
    let taken = gross.cagr - net.cagr;
    if taken == 0.0 {
        return "No costs are charged".to_owned();
    }
    let costs = format!("Costs of `{}`: {} points", first.model, format::number(100.0 * taken, 3));
    if gross.cagr < 0.0 {
        format!("{costs} a year on top of {} lost before them", percent(-gross.cagr))
    } else if gross.cagr < taken {
        format!("{costs} a year, more than the {} gross", percent(gross.cagr))
    } else {
        format!("{costs} of {} gross a year", percent(gross.cagr))
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
        line("Largest absolute net exposure", |found| found.net_exposure_max, Cell::Percent),
        line("Names long, mean", |found| found.n_long, short),
        line("Names short, mean", |found| found.n_short, short),
        line("Dates with trades", |found| found.traded_share, Cell::Percent),
        line("Turnover a date", |found| found.turnover_daily, Cell::Percent),
        line("Turnover a year, times capital", |found| found.turnover_annual, short),
        line("Costs a year, not compounded", |found| found.cost_annual, Cell::Percent),
        line("Costs in all, not compounded", |found| found.cost_total, Cell::Percent),
        line("Names held without a known return, all dates", |found| found.n_missing as f64, whole),
        line("Names that left while held", |found| found.n_left as f64, whole),
    ];
    let delisting = match &material.facts.spec.book {
        Some(BookSpec::LongShort(spec)) => format::number(100.0 * spec.delisting_return, 3),
        Some(BookSpec::Loans(_)) | None => "0".to_owned(),
    };
    by_model("book-activity", "Exposure, turnover and costs", strategies, lines).note(format!(
        "Shares of capital, means over the dates held. Turnover counts buys and sells: {} dates make a year. A name without a known return earns 0 on that date; one that left (its last row has no target, and the data go on for more than ten days) earned {delisting} %.",
        plain(material.facts.spec.risk.days_per_year)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;

    #[test]
    fn costs_are_points_of_the_gross_return_or_more_than_it() {
        let told = |returns, cost| heading(&summary(returns, cost, 0.5));
        assert_eq!(told([0.011, -0.009], 0.000_5), "Costs of `ridge`: 5.36 points of 9.96 % gross a year");
        assert_eq!(told([0.011, -0.009], 0.002), "Costs of `ridge`: 19.9 points a year, more than the 9.96 % gross");
        assert_eq!(told([0.009, -0.011], 0.001), "Costs of `ridge`: 8.58 points a year on top of 9.97 % lost before them");
        assert_eq!(told([0.011, -0.009], 0.0), "No costs are charged");
    }
}
