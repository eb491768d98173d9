//! Composes the page: head, verdict, and the sections in the order of a reviewer's questions.

use super::cell::{Cell, State};
use super::format;
use super::material::Material;
use super::page::{Column, Head, Page, Table, TestPeriod, Verdict};
use super::section;
use crate::manifest::VERSION;
use crate::stat::{Judged, Metric, Outcome, Standing, Summary, Unit};

/// The page of a report.
#[must_use]
pub fn compose(material: &Material<'_>) -> Page {
    let mut page = Page { head: head(material), sections: section::all(material) };
    page.number();
    page
}

fn head(material: &Material<'_>) -> Head {
    let spec = material.facts.spec;
    let windows = material.facts.windows;
    let hash = material.inputs.sha256();
    let of_file = |path: &str| material.inputs.files.get(path).map_or("", |hash| &hash[..8]);
    let mut sources = vec![format!("spec {}", of_file(&spec.file.display().to_string()))];
    sources.extend(spec.features.sql.iter().map(|path| format!("{} {}", file_name(path), of_file(path))));
    for profile in material.profiles {
        let hashes: Vec<&str> = profile.files.iter().map(|file| &file.sha256[..8]).take(3).collect();
        let more = if profile.files.len() > 3 { format!(" and {} more files", profile.files.len() - 3) } else { String::new() };
        sources.push(format!("{} {}{more}", profile.name, hashes.join(" ")));
    }
    Head {
        title: spec.title.clone(),
        portfolio: spec.portfolio.clone(),
        as_of: material.as_of,
        test_period: windows.first().zip(last_judged(material)).map(|(first, to)| TestPeriod { from: first.test.start, to }),
        run_id: hash[..12].to_owned(),
        version: VERSION.to_owned(),
        hashes_line: sources.join(", "),
        verdict: verdict(material.summary),
        limits: limits(&material.summary.judged),
        sign_off: spec.sign_off.clone(),
    }
}

/// Last day whose forecast could be held against an outcome.
fn last_judged(material: &Material<'_>) -> Option<crate::day::Day> {
    let data = material.facts.data;
    material.facts.predictions.rows.iter().rev().find(|&&row| data.target[row as usize].is_some()).map(|&row| data.as_of[row as usize])
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn verdict(summary: &Summary) -> Verdict {
    let judged = &summary.judged;
    let of = |standing: Standing| judged.iter().filter(move |judged| judged.standing == standing);
    let (n_breached, n_open) = (of(Standing::Breached).count(), of(Standing::NotJudged).count());
    let ruined: Vec<String> = summary.strategies.iter().filter_map(section::ruin).collect();
    let state = match (judged.len(), n_breached, n_open) {
        (_, _, _) if !ruined.is_empty() => State::Red,
        (0, _, _) => State::Neutral,
        (_, 0, 0) => State::Green,
        (_, 0, _) => State::Amber,
        (_, _, _) => State::Red,
    };
    let headline = match (judged.len(), n_breached, n_open) {
        (0, _, _) => "No limits are set: this report judges nothing".to_owned(),
        (1, 0, 0) => "The one limit is kept".to_owned(),
        (n, 0, 0) => format!("All {n} limits are kept"),
        (n, 0, open) => format!("No limit of {n} is breached; {open} could not be judged"),
        (n, breached, 0) => format!("{breached} of {n} limits breached"),
        (n, breached, open) => format!("{breached} of {n} limits breached; {open} could not be judged"),
    };
    let headline = if ruined.is_empty() { headline } else { format!("{}; {headline}", ruined.join("; ")) };
    let mut sentences: Vec<String> = of(Standing::Breached)
        .map(|judged| {
            let value = match &judged.metric.value {
                Outcome::Undefined(reason) => format!("not defined ({reason})"),
                Outcome::Value(_) => shown(&judged.metric),
            };
            let said = format!("`{}` is {value}: {}.", judged.limit.metric, wanted(judged));
            in_words(summary, &judged.limit.metric).map_or(said.clone(), |words| format!("{words}: {said}"))
        })
        .collect();
    sentences.extend(of(Standing::NotJudged).map(|judged| match &judged.metric.value {
        Outcome::Undefined(reason) => format!("`{}` is not defined: {reason}.", judged.limit.metric),
        Outcome::Value(_) => format!("`{}` is not judged.", judged.limit.metric),
    }));
    Verdict { state, headline, sentences }
}

/// What a breached limit on coverage or calibration means.
fn in_words(summary: &Summary, metric: &str) -> Option<String> {
    let tail = summary.tails.iter().find(|tail| metric.starts_with(&format!("coverage.{}.{}.", tail.model, tail.tail)));
    if let Some(tail) = tail {
        let (found, expected) = (tail.n_breaches as f64, tail.n_expected);
        let how = match metric.rsplit('.').next() {
            Some("christoffersen_p") => "has breaches that cluster",
            Some(_) if expected < found => "is too low",
            Some(_) | None => "is too high",
        };
        return Some(format!(
            "VaR {} of `{}` {how} ({} breaches, {} expected, n = {})",
            section::confidence(tail.tail),
            tail.model,
            tail.n_breaches,
            format::number(expected, 3),
            format::count(tail.points.len() as u64)
        ));
    }
    let model = summary.probabilities.iter().find(|model| metric == format!("probability.{}.jeffreys_p", model.model))?;
    let scores = model.all.scores.value()?;
    Some(format!(
        "PDs of `{}` are too low ({} % forecast, {} % observed, n = {})",
        model.model,
        format::percent(scores.mean_predicted),
        format::percent(scores.observed_rate),
        format::count(scores.n as u64)
    ))
}

fn wanted(judged: &Judged) -> String {
    let bound = |value: f64| shown(&Metric { value: Outcome::Value(value), ..judged.metric.clone() });
    match (judged.limit.min, judged.limit.max) {
        (Some(min), Some(max)) => format!("{} to {} is allowed", bound(min), bound(max)),
        (Some(min), None) => format!("at least {} is wanted", bound(min)),
        (None, Some(max)) => format!("at most {} is allowed", bound(max)),
        (None, None) => "no bound is set".to_owned(),
    }
}

/// A metric in words.
pub(super) fn shown(metric: &Metric) -> String {
    match (&metric.value, metric.unit) {
        (Outcome::Undefined(_), _) => "n/a".to_owned(),
        (Outcome::Value(value), Unit::Number | Unit::Count) => format::number(*value, 4),
        (Outcome::Value(value), Unit::Share) => format!("{} %", format::percent(*value)),
        (Outcome::Value(value), Unit::PValue) => format::p_value(*value),
        (Outcome::Value(value), Unit::Money) => format::money(*value),
    }
}

/// A metric as a cell.
pub(super) fn cell(metric: &Metric) -> Cell {
    let of_unit: fn(f64) -> Cell = match metric.unit {
        Unit::Number => Cell::number,
        Unit::Share => Cell::Percent,
        Unit::PValue => Cell::PValue,
        Unit::Count => |value| Cell::Count(value as u64),
        Unit::Money => Cell::Money,
    };
    Cell::outcome(&metric.value, of_unit)
}

fn limits(judged: &[Judged]) -> Table {
    let columns =
        vec![Column::words("Metric"), Column::numbers("Value", ""), Column::words("Limit"), Column::numbers("n", ""), Column::words("State")];
    let mut table = Table::new("limits", "Limits", columns).note("A value on the limit keeps it. n: observations behind the metric.");
    table.shown = judged.len();
    for judged in judged {
        let state = match judged.standing {
            Standing::Kept => Cell::verdict(State::Green, "kept"),
            Standing::Breached => Cell::verdict(State::Red, "breached"),
            Standing::NotJudged => Cell::verdict(State::Amber, "not judged"),
        };
        table.rows.push(vec![
            Cell::code(&judged.limit.metric),
            cell(&judged.metric),
            Cell::text(wanted(judged).replace(" is wanted", "").replace(" is allowed", "")),
            Cell::Count(judged.metric.n),
            state,
        ]);
    }
    table
}
