//! Statistics of the books' returns, a column per model.

use super::{Line, by_model};
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::Table;
use crate::report::section::pieces::{confidence, plain, short};
use crate::stat::{Outcome, Strategy, StrategySummary};

/// Columns beyond which the tables do not stand side by side.
const N_BESIDE: usize = 3;

/// Return and risk, then what days, months and years were like.
pub(super) fn tables(material: &Material<'_>) -> [Table; 2] {
    let strategies = &material.summary.strategies;
    let risk = &material.facts.spec.risk;
    let tail = strategies
        .iter()
        .find_map(|one| one.net.value())
        .map_or(String::new(), |net| format!(" VaR and ES are historical, at {}.", confidence(net.tail)));
    let beside = |table: Table| if strategies.len() <= N_BESIDE { table.half() } else { table };
    let mut lines = lines(strategies);
    let spread = lines.split_off(N_RETURN);
    let note = format!(
        "Returns are simple and compounded; no risk-free rate is taken off, because a long-short book finances itself. Annual figures are on {} days; standard deviations use n - 1. p of the mean: null hypothesis that the mean daily return is 0, Student's t with n - 1 degrees of freedom, two-sided, days taken as independent.{tail} Months and years at either end may be partial.",
        plain(risk.days_per_year)
    );
    [
        beside(by_model("book-statistics", "Daily returns after costs: return and risk", strategies, lines).note(note)),
        beside(by_model("book-spread", "Daily returns after costs: their distribution", strategies, spread)),
    ]
}

/// Lines on return and risk; the others are on the distribution.
const N_RETURN: usize = 17;

fn lines(strategies: &[StrategySummary]) -> Vec<Line> {
    let line = |name: &'static str, cell: &dyn Fn(&Strategy) -> Cell| Line {
        name,
        cells: strategies.iter().map(|summary| of_net(&summary.net, cell)).collect(),
    };
    let gross = |name: &'static str, cell: &dyn Fn(&Strategy) -> Cell| Line {
        name,
        cells: strategies.iter().map(|summary| of_net(&summary.gross, cell)).collect(),
    };
    vec![
        line("Days, n", &|net| Cell::Count(net.n as u64)),
        line("First day", &|net| Cell::Date(net.first)),
        line("Last day", &|net| Cell::Date(net.last)),
        line("Cumulative return", &|net| Cell::Percent(net.cumulative_return)),
        line("CAGR", &|net| Cell::Percent(net.cagr)),
        gross("CAGR before costs", &|gross| Cell::Percent(gross.cagr)),
        line("Volatility, annual", &|net| Cell::outcome(&net.volatility, Cell::Percent)),
        line("Sharpe ratio", &|net| Cell::outcome(&net.sharpe, short)),
        gross("Sharpe ratio before costs", &|gross| Cell::outcome(&gross.sharpe, short)),
        Line { name: "Trials of all models", cells: strategies.iter().map(|summary| Cell::Count(summary.n_trials as u64)).collect() },
        Line {
            name: "Deflated Sharpe ratio",
            cells: strategies.iter().map(|summary| Cell::outcome(&summary.deflated_sharpe, Cell::Percent)).collect(),
        },
        line("t of the mean", &|net| Cell::outcome(&net.t_statistic, short)),
        line("p of the mean", &|net| Cell::outcome(&net.p_value, Cell::PValue)),
        line("Sortino ratio", &|net| Cell::outcome(&net.sortino, short)),
        line("Calmar ratio", &|net| Cell::outcome(&net.calmar, short)),
        line("Omega", &|net| Cell::outcome(&net.omega, short)),
        line("Maximum drawdown", &|net| Cell::Percent(net.max_drawdown)),
        line("Longest drawdown, calendar days", &|net| Cell::Count(u64::from(net.longest_drawdown_days.unsigned_abs()))),
        line("Skewness", &|net| Cell::outcome(&net.skew, short)),
        line("Excess kurtosis", &|net| Cell::outcome(&net.excess_kurtosis, short)),
        line("Tail ratio", &|net| Cell::outcome(&net.tail_ratio, short)),
        line("VaR, one day", &|net| Cell::outcome(&net.var, Cell::Percent)),
        line("ES, one day", &|net| Cell::outcome(&net.shortfall, Cell::Percent)),
        line("Best day", &|net| Cell::Percent(net.best_day.value)),
        line("Worst day", &|net| Cell::Percent(net.worst_day.value)),
        line("Best month", &|net| Cell::Percent(net.best_month.value)),
        line("Worst month", &|net| Cell::Percent(net.worst_month.value)),
        line("Best year", &|net| Cell::Percent(net.best_year.value)),
        line("Worst year", &|net| Cell::Percent(net.worst_year.value)),
        line("Winning days", &|net| Cell::outcome(&net.win_rate_days, Cell::Percent)),
        line("Winning months", &|net| Cell::outcome(&net.win_rate_months, Cell::Percent)),
    ]
}

fn of_net(found: &Outcome<Strategy>, cell: &dyn Fn(&Strategy) -> Cell) -> Cell {
    match found {
        Outcome::Value(strategy) => cell(strategy),
        Outcome::Undefined(reason) => Cell::na(reason),
    }
}
