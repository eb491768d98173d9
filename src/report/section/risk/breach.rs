//! Breaches: losses against VaR, drawn and listed by date.

use super::furthest;
use crate::report::cell::Cell;
use crate::report::chart::{Breach, LossChart, Scale, Series, losses_against_var};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::pieces::{confidence, counted, percent, short, span};
use crate::stat::{TailPoint, TailSummary};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let drawn = furthest(&material.summary.tails);
    let mut blocks = vec![Block::Subhead(Subhead::new("losses", heading(&drawn)))];
    for tail in drawn {
        blocks.push(Block::Figure(figure(tail, material.color(&tail.model))));
        if 0 < tail.n_breaches {
            blocks.push(Block::Table(list(tail)));
        }
    }
    blocks
}

fn breaches(tail: &TailSummary) -> impl Iterator<Item = &TailPoint> {
    tail.points.iter().filter(|point| point.breached())
}

fn excess(point: &TailPoint) -> f64 {
    point.loss - point.var
}

/// Names the year with the most breaches where it has a third of them or more.
fn heading(drawn: &[&TailSummary]) -> String {
    let mut years: Vec<(i32, usize)> = Vec::new();
    for year in drawn.iter().flat_map(|tail| breaches(tail)).map(|point| point.date.year()) {
        match years.iter_mut().find(|(known, _)| *known == year) {
            Some((_, n)) => *n += 1,
            None => years.push((year, 1)),
        }
    }
    years.sort_unstable();
    let n: usize = years.iter().map(|(_, n)| n).sum();
    let worst = years.iter().max_by_key(|(year, n)| (*n, std::cmp::Reverse(*year)));
    match worst {
        Some((year, most)) if years.len() > 1 && 3 < *most && n <= 3 * most => format!("Losses against VaR: {most} of {n} breaches fall in {year}"),
        Some(_) | None => "Losses against VaR".to_owned(),
    }
}

fn figure(tail: &TailSummary, color: usize) -> Figure {
    let var =
        Series { name: format!("VaR {}", confidence(tail.tail)), color, points: tail.points.iter().map(|point| (point.date, point.var)).collect() };
    let title = format!("Daily losses against VaR {} of `{}`", confidence(tail.tail), tail.model);
    let chart = LossChart {
        label: title.replace('`', ""),
        y_title: "Loss, % (a gain is negative)".to_owned(),
        scale: Scale::Percent,
        losses: tail.points.iter().map(|point| (point.date, point.loss)).collect(),
        vars: vec![var],
        breaches: breaches(tail).map(|point| Breach { day: point.date, loss: point.loss, var: point.var }).collect(),
    };
    let deepest = breaches(tail).max_by(|a, b| excess(a).total_cmp(&excess(b)));
    let deepest = deepest.map_or(String::new(), |point| format!("; the deepest, on {}, went {} beyond VaR", point.date, percent(excess(point))));
    let note = format!(
        "Every breach is a dot: {}, {} expected{deepest}. n = {} days, {}.",
        counted(tail.n_breaches, "breach", "breaches"),
        format::fixed(tail.n_expected, 1),
        format::count(tail.points.len() as u64),
        span(tail.points.first().map(|point| point.date), tail.points.last().map(|point| point.date))
    );
    Figure::new(format!("losses-{}", anchor(&tail.model)), title, note, losses_against_var(&chart))
}

fn list(tail: &TailSummary) -> Table {
    let columns = vec![
        Column::words("Date"),
        Column::numbers("Loss", "%"),
        Column::numbers("VaR", "%"),
        Column::numbers("Excess", "%"),
        Column::numbers("Loss / VaR", ""),
        Column::numbers("Excess so far", "%"),
    ];
    let title = format!("Breaches of VaR {} of `{}`", confidence(tail.tail), tail.model);
    let mut table = Table::new(format!("breaches-{}", anchor(&tail.model)), title, columns);
    let mut sum = 0.0;
    for point in breaches(tail) {
        sum += excess(point);
        let ratio = if 0.0 < point.var { short(point.loss / point.var) } else { Cell::na("VaR is not above 0") };
        table.rows.push(vec![
            Cell::Date(point.date),
            Cell::Percent(point.loss),
            Cell::Percent(point.var),
            Cell::Percent(excess(point)),
            ratio,
            Cell::Percent(sum),
        ]);
    }
    let mean = tail.excess_mean.value().map_or(String::new(), |&mean| format!(", {} on average", percent(mean)));
    table.note(format!(
        "Date: the day the loss was known. Excess = loss less VaR; {} in all{mean}. n = {} of {} days.",
        percent(sum),
        counted(tail.n_breaches, "breach", "breaches"),
        format::count(tail.points.len() as u64)
    ))
}
