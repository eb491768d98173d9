//! Book: what was held on the forecasts, what it made, and what it cost.

mod activity;
mod drawdown;
mod month;
mod statistic;

use super::pieces::{counted, percent, plain};
use crate::book::LONG_SHORT_CONVENTIONS;
use crate::report::cell::Cell;
use crate::report::chart::{DrawdownChart, LineChart, Scale, Series, Zero, drawdown as draw_drawdown, lines};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Subhead, Table};
use crate::spec::{BookSpec, LongShortSpec, Rebalance, Weights};
use crate::stat::{EquityPoint, Outcome, Strategy, StrategySummary};

/// `None` without a long-short book.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let strategies = &material.summary.strategies;
    let Some(BookSpec::LongShort(spec)) = &material.facts.spec.book else { return None };
    let first = strategies.first()?;
    let mut section = Section::new("book", title(material, first));
    section.blocks.push(Block::Text(what_is_held(spec)));
    let ended = |ruin| format!("{ruin}: no day follows, nothing that compounds is defined, and every limit on that book is breached.");
    section.blocks.extend(strategies.iter().filter_map(ruin).map(ended).map(Block::Text));
    section.blocks.push(Block::Figure(profit(material)));
    section.blocks.push(Block::Figure(under_water(material)));
    section.blocks.push(Block::Table(statistic::table(material)));
    section.blocks.push(Block::Subhead(Subhead::new("trading", activity::heading(first))));
    section.blocks.push(Block::Table(activity::table(material)));
    section.blocks.extend(month::blocks(material, first));
    section.blocks.extend(drawdown::blocks(strategies));
    section.blocks.push(Block::Subhead(Subhead::new("book-conventions", "How the book counts")));
    section.blocks.push(Block::List(LONG_SHORT_CONVENTIONS.iter().map(|&convention| convention.to_owned()).collect()));
    Some(section)
}

fn title(material: &Material<'_>, first: &StrategySummary) -> String {
    if let Some(ruin) = ruin(first) {
        return format!("Book: {ruin}");
    }
    let net = match &first.net {
        Outcome::Value(net) => net,
        Outcome::Undefined(reason) => return format!("Book: nothing can be said of `{}`: {reason}", first.model),
    };
    let made = if net.cagr < 0.0 { format!("lost {}", percent(-net.cagr)) } else { format!("made {}", percent(net.cagr)) };
    let told = match net.p_value.value() {
        Some(&p) if p < material.facts.spec.risk.significance => format!(", hardly by chance (p {})", format::p_value(p)),
        Some(&p) => format!(", which may be chance (p {})", format::p_value(p)),
        None => String::new(),
    };
    format!("Book: `{}` {made} a year after costs{told}", first.model)
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
        "Long the {share} of names with the highest mean forecast, short the {share} with the lowest, {weights}, set {rebalance} and {held}; {} bp per unit of turnover. How it counts is at [#book-conventions].",
        plain(spec.cost_bps),
        share = format!("{} %", plain(100.0 * spec.share)),
    )
}

/// The book's ruin in words, for its section and the verdict.
pub(in crate::report) fn ruin(summary: &StrategySummary) -> Option<String> {
    summary.ruined_on.map(|day| format!("`{}` lost all of its capital on {day}", summary.model))
}

/// Curves of the books that have one.
fn series(material: &Material<'_>, value: fn(&EquityPoint) -> f64) -> Vec<Series> {
    let line = |summary: &StrategySummary| {
        let curve = summary.curve.value()?;
        Some(Series {
            name: summary.model.clone(),
            color: material.color(&summary.model),
            points: curve.iter().map(|point| (point.day, value(point))).collect(),
        })
    };
    material.summary.strategies.iter().filter_map(line).collect()
}

fn profit(material: &Material<'_>) -> Figure {
    let best = material.summary.strategies.iter().filter_map(|one| one.net.value().map(|net| (one, net)));
    let best = best.max_by(|a, b| a.1.cumulative_return.total_cmp(&b.1.cumulative_return));
    let ends = best.map_or(String::new(), |(one, net)| format!("`{}` ends highest, at {}. ", one.model, percent(net.cumulative_return)));
    let chart = LineChart {
        label: "Compounded return of the books after costs".to_owned(),
        y_title: "Compounded return, %".to_owned(),
        scale: Scale::Percent,
        zero: Zero::Shown,
        series: series(material, |point| point.equity - 1.0),
    };
    Figure::new("book-profit", "Profit and loss after costs", format!("{ends}{}", covered(material)), lines(&chart))
}

fn under_water(material: &Material<'_>) -> Figure {
    let nets: Vec<(&StrategySummary, &Strategy)> =
        material.summary.strategies.iter().filter_map(|one| one.net.value().map(|net| (one, net))).collect();
    let deepest = nets.iter().filter_map(|(one, net)| net.drawdowns.first().map(|spell| (one, spell))).min_by(|a, b| a.1.depth.total_cmp(&b.1.depth));
    let see = deepest.map_or(String::new(), |(one, spell)| {
        format!("Deepest: `{}` on {}, {} below its peak of {}. ", one.model, spell.trough, percent(-spell.depth), spell.peak)
    });
    let chart = DrawdownChart {
        label: "Drawdown of the books after costs".to_owned(),
        y_title: "Below the highest wealth so far, %".to_owned(),
        scale: Scale::Percent,
        series: series(material, |point| point.drawdown),
    };
    Figure::new("book-drawdown", "Drawdown after costs", format!("{see}{}", covered(material)), draw_drawdown(&chart))
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
