//! Book: what was held on the forecasts, what it made, and what it cost.

mod accounts;
mod activity;
mod benchmark;
mod drawdown;
mod figure;
mod little;
mod month;
mod segment;
mod source;
mod statistic;

use super::pieces::{counted, percent, plain};
use crate::book::LONG_SHORT_CONVENTIONS;
use crate::report::cell::Cell;
use crate::report::chart::Size;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Subhead, Table};
use crate::spec::{BookSpec, LongShortSpec, Rebalance, Weights};
use crate::stat::{Outcome, StrategySummary};

/// `None` without a long-short book.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let strategies = &material.summary.strategies;
    let Some(BookSpec::LongShort(spec)) = &material.facts.spec.book else { return None };
    let first = strategies.first()?;
    let mut section = Section::new("book", title(first, material.facts.spec.risk.significance));
    section.blocks.push(Block::Text(what_is_held(spec)));
    let ended = |ruin| format!("{ruin}: no day follows, nothing that compounds is defined, and every limit on that book is breached.");
    section.blocks.extend(strategies.iter().filter_map(ruin).map(ended).map(Block::Text));
    section.blocks.push(Block::Figure(profit(material)));
    section.blocks.extend(accounts::blocks(strategies));
    section.blocks.extend(statistic::tables(material).map(Block::Table));
    section.blocks.extend(figure::blocks(material, first));
    section.blocks.extend(little::blocks(material, first));
    section.blocks.extend(source::blocks(material, first));
    section.blocks.extend(segment::blocks(material, first));
    section.blocks.extend(benchmark::blocks(strategies));
    section.blocks.push(Block::Subhead(Subhead::new("trading", activity::heading(first))));
    section.blocks.push(Block::Table(activity::table(material)));
    section.blocks.extend(month::blocks(first));
    section.blocks.extend(drawdown::blocks(material));
    section.record.push(Block::Subhead(Subhead::new("book-conventions", "How the book counts")));
    section.record.push(Block::List(LONG_SHORT_CONVENTIONS.iter().map(|&convention| convention.to_owned()).collect()));
    section.record.extend(source::record(material));
    section.record.extend(drawdown::record(material));
    section.record.extend(month::record(material));
    Some(section)
}

/// Whether a profit is evidence is said by its t and its deflated Sharpe ratio, held against the confidence that the spec asks of tests.
fn title(first: &StrategySummary, significance: f64) -> String {
    if let Some(ruin) = ruin(first) {
        return format!("Book: {ruin}");
    }
    let net = match &first.net {
        Outcome::Value(net) => net,
        Outcome::Undefined(reason) => return format!("Book: nothing can be said of `{}`: {reason}", first.model),
    };
    let model = &first.model;
    if net.cagr < 0.0 {
        // A loss after certain costs is no evidence against chance: say what was made before them.
        let before = first.gross.value().map_or(String::new(), |gross| {
            let verb = if gross.cagr < 0.0 { "lost" } else { "made" };
            format!("; before them it {verb} {}", percent(gross.cagr.abs()))
        });
        let t = net.t_statistic.value().map_or(String::new(), |&t| format!(" (t of the daily mean {})", format::number(t, 3)));
        return format!("Book: `{model}` lost {} a year after costs{t}{before}", percent(-net.cagr));
    }
    let t = net.t_statistic.value().map(|&t| format!("t {}", format::number(t, 3)));
    let deflated = first.deflated_sharpe.value().map(|&deflated| worth(deflated, 1.0 - significance));
    let told: Vec<String> = t.into_iter().chain(deflated).collect();
    let told = if told.is_empty() { String::new() } else { format!("; {}", told.join(", ")) };
    format!("Book: `{model}` made {} a year after costs{told}", percent(net.cagr))
}

/// The deflated Sharpe ratio beside the confidence asked of it: "deflated Sharpe 87.5 %, below 95 %".
fn worth(deflated: f64, wanted: f64) -> String {
    let side = if deflated < wanted { "below" } else { "at least" };
    let digits = [3, 4, 5, 6].into_iter().find(|&digits| format::number(100.0 * deflated, digits).parse() != Ok(100.0 * wanted)).unwrap_or(3);
    format!("deflated Sharpe {} %, {side} {} %", format::number(100.0 * deflated, digits), plain(100.0 * wanted))
}

fn what_is_held(spec: &LongShortSpec) -> String {
    let weights = match spec.weights {
        Weights::Equal => "equal weights",
        Weights::Rank => "weights by rank",
    };
    let rebalance = match spec.rebalance {
        Rebalance::Daily => "every date",
        Rebalance::Weekly => "on the first date of a week",
        Rebalance::Monthly => "on the first date of a month",
    };
    let held = match spec.delay_days {
        0 => "held from the same date".to_owned(),
        n => format!("held from {} later", counted(n as usize, "date", "dates")),
    };
    format!(
        "Long the {share} of names with the highest mean forecast, short the {share} with the lowest, {weights}, set {rebalance} and {held}; {} bp per unit of turnover. A name held when its rows end earns {} %{}. How it counts is at [#book-conventions].",
        plain(spec.cost_bps),
        format::number(100.0 * spec.delisting_return, 3),
        if spec.delisting_return == 0.0 { ", the default, which flatters longs in names that fail" } else { "" },
        share = format!("{} %", plain(100.0 * spec.share)),
    )
}

/// The book's ruin in words, for its section and the verdict.
pub(in crate::report) fn ruin(summary: &StrategySummary) -> Option<String> {
    summary.ruined_on.map(|day| format!("`{}` lost all of its capital on {day}", summary.model))
}

/// What the book of one model made after and before costs, above its drawdown; for page one. `None` where nothing compounds.
pub(in crate::report) fn pnl_figure(material: &Material<'_>, summary: &StrategySummary) -> Option<Figure> {
    summary.net.value().map(|_| figure::pnl(material, &[summary], Size::Half))
}

/// The first book's, where there is one.
pub(super) fn profit_figure(material: &Material<'_>) -> Option<Figure> {
    material.summary.strategies.first().and_then(|first| pnl_figure(material, first))
}

fn profit(material: &Material<'_>) -> Figure {
    figure::pnl(material, &material.summary.strategies.iter().collect::<Vec<_>>(), Size::Wide)
}

/// n and period of the first book that has returns.
fn covered(material: &Material<'_>) -> String {
    match material.summary.strategies.iter().find_map(|one| one.net.value()) {
        Some(net) => format!("n = {} days, {} to {}.", format::count(net.n as u64), net.first, net.last),
        None => "No book has returns.".to_owned(),
    }
}

/// A row of a table with a column per model: what it is, and each model's cell.
struct Line {
    name: &'static str,
    cells: Vec<Cell>,
}

/// A table with a column per model.
fn by_model(id: &str, title: &str, strategies: &[StrategySummary], lines: Vec<Line>) -> Table {
    let mut columns = vec![Column::words("Statistic")];
    columns.extend(strategies.iter().map(|summary| Column::numbers(&summary.model, "")));
    let mut table = Table::new(id, title, columns);
    table.shown = lines.len();
    table.rows = lines.into_iter().map(|line| std::iter::once(Cell::text(line.name)).chain(line.cells).collect()).collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Replay;
    use crate::day::Day;
    use crate::stat::{Best, Little, strategy};

    /// A book of 100 days with these two daily returns before costs in turn, less a cost a day.
    pub(super) fn summary([odd, even]: [f64; 2], cost: f64, deflated_sharpe: f64) -> StrategySummary {
        let days: Vec<Day> = (0..100).map(Day).collect();
        let judged = |cost: f64| {
            let returns: Vec<f64> = days.iter().map(|day| if day.0 % 2 == 0 { odd - cost } else { even - cost }).collect();
            strategy(&days, &returns, 100.0, 0.05)
        };
        let lacking = || Outcome::undefined("not asked");
        StrategySummary {
            model: "ridge".to_owned(),
            n_days: 100,
            net: judged(cost),
            gross: judged(0.0),
            daily: Vec::new(),
            rolling: Vec::new(),
            curve: Outcome::undefined("not asked"),
            gross_curve: Outcome::undefined("not asked"),
            activity: Outcome::undefined("not asked"),
            n_trials: 1,
            deflated_sharpe: Outcome::Value(deflated_sharpe),
            best: Best { days: Vec::new(), days_share: lacking(), names: Vec::new(), names_share: lacking() },
            ruined_on: None,
            replay: Replay::default(),
            names: Vec::new(),
            segments: Vec::new(),
            drawdowns: Vec::new(),
            little: Little {
                without_best_days: lacking(),
                without_best_names: lacking(),
                one_date_later: Outcome::undefined("not asked"),
                twice_the_cost: Outcome::undefined("not asked"),
            },
            benchmark: Outcome::undefined("not asked"),
        }
    }

    #[test]
    fn a_profit_is_told_with_its_t_and_its_deflated_sharpe_against_the_confidence_asked() {
        // Mean 0.001 of a standard deviation of 0.01005: t 0.995; 100 days compound to 9.96 %.
        let told = |deflated| title(&summary([0.011, -0.009], 0.0, deflated), 0.05);
        assert_eq!(told(0.8754), "Book: `ridge` made 9.96 % a year after costs; t 0.995, deflated Sharpe 87.5 %, below 95 %");
        assert!(told(0.97).ends_with("deflated Sharpe 97.0 %, at least 95 %"), "{}", told(0.97));
        // One sees on which side it is.
        assert!(told(0.949_96).ends_with("deflated Sharpe 94.996 %, below 95 %"), "{}", told(0.949_96));
    }

    #[test]
    fn a_loss_after_certain_costs_is_not_called_chance() {
        let told = title(&summary([0.011, -0.009], 0.002, 0.1), 0.05);
        assert_eq!(told, "Book: `ridge` lost 9.97 % a year after costs (t of the daily mean −0.995); before them it made 9.96 %");
    }
}
