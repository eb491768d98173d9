//! Composes the page: head, verdict, and the sections in the order of a reviewer's questions.

use super::cell::{Cell, State};
use super::material::Material;
use super::metric::{cell, shown, wanted};
use super::page::{Column, Head, Page, Table, TestPeriod, Verdict};
use super::section::{self, counted};
use crate::manifest::VERSION;
use crate::stat::{Colour, Judged, Outcome, Standing, Unit};

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
        inputs_sha256: hash,
        version: VERSION.to_owned(),
        hashes_line: sources.join(", "),
        verdict: verdict(material),
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

fn verdict(material: &Material<'_>) -> Verdict {
    let summary = material.summary;
    let judged = &summary.judged;
    let (n_breached, n_open) = (summary.n_limits(Standing::Breached), summary.n_limits(Standing::NotJudged));
    let failures = summary.unlimited_rejections();
    let limits = match (judged.len(), n_breached, n_open) {
        (0, _, _) => "No limits are set".to_owned(),
        (1, 0, 0) => "The one limit is kept".to_owned(),
        (n, 0, 0) => format!("All {n} limits are kept"),
        (1, 0, _) => "The one limit could not be judged".to_owned(),
        (n, 0, open) => format!("None of {n} limits is breached; {open} could not be judged"),
        (n, breached, 0) => format!("{breached} of {n} limits breached"),
        (n, breached, open) => format!("{breached} of {n} limits breached; {open} could not be judged"),
    };
    let n_tests = summary.decided().count();
    let tests = match failures.len() {
        0 => String::new(),
        n => {
            let n_rejected = summary.decided().filter(|found| found.rejection().is_some()).count();
            let reject = if n_rejected == 1 { "rejects" } else { "reject" };
            let without = if n == n_rejected { "no limit is set on them".to_owned() } else { format!("on {n} of them no limit is set") };
            format!("; {n_rejected} of {} {reject}, and {without}", counted(n_tests, "deciding test", "deciding tests"))
        }
    };
    let overlapping = match summary.descriptive().count() {
        0 => String::new(),
        n => format!("; {} descriptive only, targets overlap", counted(n, "test is", "tests are")),
    };
    let alarms = match summary.alarms.len() {
        0 => String::new(),
        1 => "; a finding makes all numbers doubtful".to_owned(),
        n => format!("; {n} findings make all numbers doubtful"),
    };
    // Ruin comes first: after it nothing else about the book matters.
    let ruined: Vec<String> = summary.strategies.iter().filter_map(section::ruin).map(|words| format!("{words}; ")).collect();
    let of = |standing: Standing| judged.iter().filter(move |judged| judged.standing == standing);
    let mut sentences: Vec<String> = of(Standing::Breached)
        .map(|judged| {
            let value = match &judged.metric.value {
                Outcome::Undefined(reason) => format!("not defined ({reason})"),
                Outcome::Value(_) => beside_limit(judged),
            };
            let said = format!("`{}` is {value}, {}.", judged.limit.metric, wanted(judged));
            summary.behind(&judged.limit.metric).map_or(said.clone(), |found| format!("{}: {said}", section::failure(material, found)))
        })
        .collect();
    sentences.extend(of(Standing::NotJudged).map(|judged| match &judged.metric.value {
        Outcome::Undefined(reason) => format!("`{}` is not defined: {reason}.", judged.limit.metric),
        Outcome::Value(_) => {
            format!("`{}` is {} and not judged: targets overlap, and the test takes them as independent.", judged.limit.metric, shown(&judged.metric))
        }
    }));
    sentences.extend(failures.into_iter().map(|found| format!("{}; no limit is set on it.", section::failure(material, found))));
    sentences.extend(summary.alarms.iter().map(|alarm| alarm.sentence.clone()));
    Verdict { state: state(summary.colour()), headline: format!("{}{limits}{tests}{overlapping}{alarms}", ruined.concat()), sentences }
}

/// The page's colour of a run's.
pub(super) fn state(colour: Colour) -> State {
    match colour {
        Colour::Green => State::Green,
        Colour::Amber => State::Amber,
        Colour::Red => State::Red,
        Colour::Neutral => State::Neutral,
    }
}

/// A value with so many digits that one sees on which side of its limit it is.
fn beside_limit(judged: &Judged) -> String {
    let bound = judged.limit.min.or(judged.limit.max);
    match (&judged.metric.value, judged.metric.unit, bound) {
        (Outcome::Value(value), Unit::PValue, Some(bound)) => section::p_near(*value, bound).printed().unwrap_or_default(),
        (_, _, _) => shown(&judged.metric),
    }
}

/// A metric beside its limit.
fn limited(judged: &Judged) -> Cell {
    match (&judged.metric.value, judged.metric.unit, judged.limit.min.or(judged.limit.max)) {
        (Outcome::Value(value), Unit::PValue, Some(bound)) => section::p_near(*value, bound),
        (_, _, _) => cell(&judged.metric),
    }
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
            limited(judged),
            Cell::text(wanted(judged).replace("limit: ", "")),
            Cell::Count(judged.metric.n),
            state,
        ]);
    }
    table
}
