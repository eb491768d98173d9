//! Where it failed: up to three places with a date, to be looked at first.

use super::super::measured::label;
use super::super::pieces::{MIN_OUTCOMES, counted, percent};
use super::tile::leading;
use crate::report::format;
use crate::report::material::Material;
use crate::stat::var::TailCase;
use crate::stat::{Assessed, Outcome};

/// Places told.
const N_SHOWN: usize = 3;
/// Breaches of a year beyond those expected, in their standard deviations, from which the year is named.
const MANY: f64 = 2.0;

pub(super) fn lines(material: &Material<'_>) -> Vec<String> {
    let places = [breaches(material), drawdown(material), calibration(material), ranking(material), separation(material)];
    let mut lines: Vec<String> = places.into_iter().flatten().collect();
    lines.truncate(N_SHOWN);
    if lines.is_empty() {
        lines.push("No year of breaches, drawdown or window stands out".to_owned());
    }
    lines
}

/// "2020: 9 breaches of `ewma` 99 % in 253 days, 2.5 expected".
fn breaches(material: &Material<'_>) -> Option<String> {
    let of_tail = |tail: &'_ Assessed<TailCase>| {
        let years = tail.case.points.chunk_by(|a, b| a.date.year() == b.date.year());
        let excess = |points: &[crate::stat::var::TailPoint]| {
            let expected = points.len() as f64 * tail.case.tail;
            let found = points.iter().filter(|point| point.breached()).count();
            (points[0].date.year(), found, points.len(), expected, (found as f64 - expected) / (expected * (1.0 - tail.case.tail)).sqrt())
        };
        years.map(excess).max_by(|a, b| a.4.total_cmp(&b.4)).map(|worst| (label(material, &tail.subject), worst))
    };
    let worst = material.summary.tails.iter().filter_map(of_tail).reduce(|worst, next| if worst.1.4 < next.1.4 { next } else { worst });
    let (who, (year, found, n, expected, _)) = worst.filter(|worst| MANY < worst.1.4)?;
    Some(format!(
        "{year}: {} of {who} in {}, {} expected ([#losses])",
        counted(found, "breach", "breaches"),
        counted(n, "day", "days"),
        format::number(expected, 2)
    ))
}

/// "`ridge` 18.0 % under water from 2015-08-03, lowest on 2016-02-11".
fn drawdown(material: &Material<'_>) -> Option<String> {
    let books = material.summary.strategies.iter().filter_map(|book| Some((book, *book.net.value()?.drawdowns.first()?)));
    let (book, spell) = books.reduce(|worst, next| if next.1.depth < worst.1.depth { next } else { worst })?;
    let until = spell.recovery.map_or("not recovered".to_owned(), |day| format!("recovered {day}"));
    Some(format!("{} to {}: `{}` lost {}, {until} ([#drawdowns])", spell.peak, spell.trough, book.model, percent(-spell.depth)))
}

/// The window in which default rate and forecast were furthest apart, by the error of the rate.
fn calibration(material: &Material<'_>) -> Option<String> {
    let name = leading(material)?;
    let model = material.summary.probabilities.iter().find(|model| model.subject.model == name)?;
    let apart = model.case.by_window.iter().filter(|group| MIN_OUTCOMES <= group.value.n).filter_map(|group| {
        let scores = group.value.scores.value()?;
        let start = material.facts.windows.get(group.group.window()?)?.test.start;
        let error = (scores.mean_predicted * (1.0 - scores.mean_predicted) / group.value.n as f64).sqrt();
        (0.0 < error).then(|| (start, group.value.n, *scores, (scores.observed_rate - scores.mean_predicted) / error))
    });
    let apart: Vec<_> = apart.collect();
    // A rate above the forecast loses money; where none is, the forecast furthest above its rate.
    let above = apart.iter().filter(|one| MANY < one.3).max_by(|a, b| a.3.total_cmp(&b.3));
    let (start, n, scores, _) = *above.or_else(|| apart.iter().max_by(|a, b| a.3.abs().total_cmp(&b.3.abs())))?;
    Some(format!(
        "Window from {start}: {} defaulted where `{name}` forecast {} (n = {}) ([#calibration])",
        percent(scores.observed_rate),
        percent(scores.mean_predicted),
        format::count(n as u64)
    ))
}

/// The window in which the order of forecasts was worst, where it was wrong.
fn ranking(material: &Material<'_>) -> Option<String> {
    let name = leading(material)?;
    let model = material.summary.means.iter().find(|model| model.subject.model == name)?;
    let windows = model.case.by_window.iter().filter_map(|group| {
        let start = material.facts.windows.get(group.group.window()?)?.test.start;
        Some((start, *group.value.rank_ic.value()?))
    });
    let (start, ic) = windows.reduce(|worst, next| if next.1 < worst.1 { next } else { worst })?;
    (ic < 0.0).then(|| format!("Window from {start}: rank IC of `{name}` {} ([#errors])", format::number(ic, 2)))
}

/// The window in which defaults were told from the rest least.
fn separation(material: &Material<'_>) -> Option<String> {
    let name = leading(material)?;
    let model = material.summary.probabilities.iter().find(|model| model.subject.model == name)?;
    let windows = model.case.by_window.iter().filter(|group| MIN_OUTCOMES <= group.value.n).filter_map(|group| {
        let start = material.facts.windows.get(group.group.window()?)?.test.start;
        let auc = if let Outcome::Value(auc) = &group.value.auc { *auc } else { return None };
        Some((start, auc, group.value.n))
    });
    let (start, auc, n) = windows.reduce(|worst, next| if next.1 < worst.1 { next } else { worst })?;
    Some(format!("Window from {start}: lowest AUC of `{name}`, {} (n = {}) ([#errors])", format::number(auc, 3), format::count(n as u64)))
}
