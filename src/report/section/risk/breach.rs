//! Breaches: losses against VaR, drawn and listed by date.

use std::collections::BTreeMap;

use super::furthest;
use crate::report::cell::Cell;
use crate::report::chart::{Breach, BreachCalendar, BreachYear, LossChart, Series, Size, Style, breach_calendar, losses_against_var};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::pieces::{TargetScale, confidence, count, counted, loss_scale, short, span};
use crate::stat::Assessed;
use crate::stat::var::{EXCESS_MEAN, TailCase, TailPoint};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let drawn = furthest(&material.summary.tails);
    let mut blocks = vec![Block::Subhead(Subhead::new("losses", heading(&drawn)))];
    let scale = loss_scale(material);
    for tail in drawn {
        blocks.push(Block::Figure(figure(tail, material.color(&tail.subject.model), &scale)));
        if 0 < tail.case.n_breaches() {
            blocks.push(Block::Figure(calendar(tail)));
        }
    }
    blocks
}

/// Breaches by date, for the record.
pub(super) fn record(material: &Material<'_>) -> Vec<Block> {
    let scale = loss_scale(material);
    furthest(&material.summary.tails).into_iter().filter(|tail| 0 < tail.case.n_breaches()).map(|tail| Block::Table(list(tail, &scale))).collect()
}

/// The first figure of the section, drawn to stand beside another.
pub(super) fn first(material: &Material<'_>) -> Option<Figure> {
    let drawn = furthest(&material.summary.tails);
    drawn.first().map(|tail| figure(tail, material.color(&tail.subject.model), &loss_scale(material)))
}

fn breaches(tail: &Assessed<TailCase>) -> impl Iterator<Item = &TailPoint> {
    tail.case.points.iter().filter(|point| point.breached())
}

fn excess(point: &TailPoint) -> f64 {
    point.loss - point.var
}

/// Names the year with the most breaches of the first VaR where it has a third of them or more.
fn heading(drawn: &[&Assessed<TailCase>]) -> String {
    let Some(tail) = drawn.first() else { return "Losses against VaR".to_owned() };
    let mut years: BTreeMap<i32, usize> = BTreeMap::new();
    for point in breaches(tail) {
        *years.entry(point.date.year()).or_default() += 1;
    }
    let n: usize = years.values().sum();
    let worst = years.iter().max_by_key(|(year, n)| (**n, std::cmp::Reverse(**year)));
    match worst {
        Some((year, most)) if years.len() > 1 && 3 < *most && n <= 3 * most => {
            format!("Losses against VaR: {most} of {n} breaches of `{}` fall in {year}", tail.subject.model)
        }
        Some(_) | None => "Losses against VaR".to_owned(),
    }
}

fn figure(tail: &Assessed<TailCase>, color: Style, scale: &TargetScale) -> Figure {
    let var = Series {
        name: format!("VaR {}", confidence(tail.case.tail)),
        color,
        points: tail.case.points.iter().map(|point| (point.date, point.var)).collect(),
    };
    let title = format!("Daily losses against VaR {} of `{}`", confidence(tail.case.tail), tail.subject.model);
    let chart = LossChart {
        label: title.replace('`', ""),
        y_title: format!("Loss{} (a gain is negative)", if scale.unit.is_empty() { String::new() } else { format!(", {}", scale.unit) }),
        scale: scale.axis,
        losses: tail.case.points.iter().map(|point| (point.date, point.loss)).collect(),
        vars: vec![var],
        breaches: breaches(tail).map(|point| Breach { day: point.date, loss: point.loss, var: point.var }).collect(),
    };
    let deepest = breaches(tail).max_by(|a, b| excess(a).total_cmp(&excess(b)));
    let deepest =
        deepest.map_or(String::new(), |point| format!("; the deepest, on {}, exceeded VaR by {}", point.date, scale.difference(excess(point))));
    let note = format!(
        "Every breach is a dot: {}, {} expected{deepest}. n = {} days, {}.",
        counted(tail.case.n_breaches(), "breach", "breaches"),
        format::fixed(tail.case.n_expected(), 1),
        format::count(tail.case.points.len() as u64),
        span(tail.case.points.first().map(|point| point.date), tail.case.points.last().map(|point| point.date))
    );
    Figure::half(format!("losses-{}", anchor(&tail.subject.model)), title, note, losses_against_var(&chart, Size::Half))
}

/// Breaches by month, so that a cluster is seen as one.
fn calendar(tail: &Assessed<TailCase>) -> Figure {
    let mut years: BTreeMap<i32, [Option<u32>; 12]> = BTreeMap::new();
    for point in &tail.case.points {
        let month = &mut years.entry(point.date.year()).or_default()[point.date.month() as usize - 1];
        *month = Some(month.unwrap_or(0) + u32::from(point.breached()));
    }
    let most = years.values().flatten().flatten().max().copied().unwrap_or(0);
    let n_months = years.values().flatten().flatten().filter(|count| 0 < **count).count();
    let level = confidence(tail.case.tail);
    let chart = BreachCalendar {
        label: format!("Breaches of VaR {level} of {} by month", tail.subject.model),
        title: format!("Breaches of VaR {level}"),
        years: years.into_iter().map(|(year, months)| BreachYear { year, months }).collect(),
    };
    let (n, months) = (counted(tail.case.n_breaches(), "breach", "breaches"), counted(n_months, "month", "months"));
    let title = format!("The {n} of `{}` fell in {months}, at most {most} in one", tail.subject.model);
    let note = format!("A dot: a month without. n = {} days.", format::count(tail.case.points.len() as u64));
    Figure::half(format!("breach-calendar-{}", anchor(&tail.subject.model)), title, note, breach_calendar(&chart, Size::Half))
}

/// Breaches printed of either kind where there are more than twice as many.
const N_LISTED: usize = 10;

/// Positions of the breaches in the order they are listed, each with its rank by excess: the ten deepest, the ten newest of the others,
/// and the rest by date; all by date where they are no more than twenty.
fn listed(excesses: &[f64]) -> Vec<(usize, usize)> {
    let mut deepest: Vec<usize> = (0..excesses.len()).collect();
    deepest.sort_by(|&a, &b| excesses[b].total_cmp(&excesses[a]).then(a.cmp(&b)));
    let mut rank = vec![0; excesses.len()];
    deepest.iter().enumerate().for_each(|(at, &breach)| rank[breach] = at + 1);
    let mut order: Vec<usize> = (0..excesses.len()).collect();
    if 2 * N_LISTED < excesses.len() {
        let newest = (0..excesses.len()).rev().filter(|&breach| N_LISTED < rank[breach]).take(N_LISTED);
        let mut first: Vec<usize> = deepest.iter().copied().take(N_LISTED).chain(newest).collect();
        let rest: Vec<usize> = order.into_iter().filter(|breach| !first.contains(breach)).collect();
        first.extend(rest);
        order = first;
    }
    order.into_iter().map(|breach| (breach, rank[breach])).collect()
}

fn list(tail: &Assessed<TailCase>, scale: &TargetScale) -> Table {
    let columns = vec![
        Column::words("Date"),
        Column::numbers("Loss", &scale.unit),
        Column::numbers("VaR", &scale.unit),
        Column::numbers("Excess", &scale.unit),
        Column::numbers("Rank by excess", ""),
        Column::numbers("Loss / VaR", ""),
    ];
    let points: Vec<&TailPoint> = breaches(tail).collect();
    let excesses: Vec<f64> = points.iter().map(|point| excess(point)).collect();
    let which = if 2 * N_LISTED < points.len() { ": the ten deepest, then the ten newest of the others" } else { "" };
    let title = format!("Breaches of VaR {} of `{}`{which}", confidence(tail.case.tail), tail.subject.model);
    let mut table = Table::new(format!("breaches-{}", anchor(&tail.subject.model)), title, columns);
    table.shown = 2 * N_LISTED;
    for (breach, rank) in listed(&excesses) {
        let point = points[breach];
        let ratio = if 0.0 < point.var { short(point.loss / point.var) } else { Cell::na("VaR is not above 0") };
        table.rows.push(vec![
            Cell::Date(point.date),
            (scale.cell)(point.loss),
            (scale.cell)(point.var),
            (scale.cell)(excess(point)),
            count(rank),
            ratio,
        ]);
    }
    let mean = tail.number(&EXCESS_MEAN).value().map_or(String::new(), |&mean| format!(", {} on average", scale.difference(mean)));
    table.note(format!(
        "Date: the day the loss was known. Excess: loss less VaR{mean}. n = {} of {} days.",
        counted(tail.case.n_breaches(), "breach", "breaches"),
        format::count(tail.case.points.len() as u64)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_deepest_and_the_ten_newest_breaches_are_listed() {
        // Thirty breaches, each deeper than the one after it but the last, which is the deepest.
        let excesses: Vec<f64> = (0..30).map(|at| if at == 29 { 99.0 } else { f64::from(30 - at) }).collect();
        let order: Vec<usize> = listed(&excesses).into_iter().map(|(breach, _)| breach).collect();
        assert_eq!(order[..10], [29, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(order[10..20], [28, 27, 26, 25, 24, 23, 22, 21, 20, 19]);
        assert_eq!(order[20..], (9..19).collect::<Vec<_>>());
        assert_eq!(listed(&[0.1, 0.3, 0.2]), [(0, 3), (1, 1), (2, 2)]);
    }
}
