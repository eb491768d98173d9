//! The verdict: one sentence that is never green while a limit is breached or a test rejects that carries none.

use super::super::{counted, failure, measured, ruin};
use super::limit::name;
use crate::report::format;
use crate::report::material::Material;
use crate::report::metric::{headroom, shown, wanted};
use crate::report::page::Verdict;
use crate::report::register::register;
use crate::report::section::measured::p_near;
use crate::stat::{Colour, Found, Judged, Outcome, Standing, Unit};

/// Failures named in the sentence; the others are counted.
const N_NAMED: usize = 3;
/// Headroom below which a limit that is kept is named.
const NARROW: f64 = 0.05;

pub(in crate::report) fn verdict(material: &Material<'_>) -> Verdict {
    let summary = material.summary;
    let alarms = match summary.alarms.len() {
        0 => None,
        1 => Some("a finding makes all numbers doubtful".to_owned()),
        n => Some(format!("{n} findings make all numbers doubtful")),
    };
    let descriptive = match summary.descriptive().count() {
        0 => None,
        n => Some(format!("{} descriptive only, for targets overlap", counted(n, "test is", "tests are"))),
    };
    // Ruin comes first: after it nothing else about the book matters.
    let ruined = summary.strategies.iter().filter_map(ruin);
    let parts = ruined
        .chain([limits(material)])
        .chain(rejections(material))
        .chain(alarms)
        .chain(descriptive)
        .chain(narrow(material))
        .chain(overdue(material))
        .chain(before(material));
    let colour = summary.colour();
    Verdict { state: colour.into(), word: word(colour).to_owned(), headline: parts.collect::<Vec<_>>().join("; "), sentences: sentences(material) }
}

fn word(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "Green",
        Colour::Amber => "Amber",
        Colour::Red => "Red",
        Colour::Neutral => "No limit set",
    }
}

/// "Within all 6 limits", or which are not kept.
fn limits(material: &Material<'_>) -> String {
    let summary = material.summary;
    let (n, open) = (summary.judged.len(), summary.n_limits(Standing::NotJudged));
    let breached: Vec<String> =
        summary.judged.iter().filter(|judged| judged.standing == Standing::Breached).map(|judged| name(material, &judged.limit.metric)).collect();
    let unjudged = if open == 0 { String::new() } else { format!("; {open} could not be judged") };
    match (n, breached.len()) {
        (0, _) => "No limits are set".to_owned(),
        (1, 0) if open == 1 => "The one limit could not be judged".to_owned(),
        (1, 0) => "Within the one limit".to_owned(),
        (n, 0) if open == 0 => format!("Within all {n} limits"),
        (n, 0) => format!("None of {n} limits is breached{unjudged}"),
        (1, _) => format!("The one limit is breached ({})", listed(&breached)),
        (n, n_breached) => format!("{n_breached} of {n} limits breached ({}){unjudged}", listed(&breached)),
    }
}

/// The first few, and how many more.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(N_NAMED).cloned().collect::<Vec<_>>().join("; ");
    if names.len() <= N_NAMED { shown } else { format!("{shown}; and {} more", names.len() - N_NAMED) }
}

/// "`baseline` 97.5 %: VaR is too low; ... carry no limit": tests that fail and that no limit holds.
fn rejections(material: &Material<'_>) -> Option<String> {
    let failures = material.summary.unlimited_rejections();
    let n_tests = material.summary.decided().count();
    let n_rejected = material.summary.decided().filter(|found| found.rejection().is_some()).count();
    let said: Vec<String> = failures.iter().map(|found| said(material, found)).fold(Vec::new(), |mut all, one| {
        if !all.contains(&one) {
            all.push(one);
        }
        all
    });
    let without = match (failures.len(), n_rejected) {
        (0, _) => return None,
        (n, rejected) if n == rejected => "no limit is set on them".to_owned(),
        (n, _) => format!("on {n} of them no limit is set"),
    };
    let reject = if n_rejected == 1 { "rejects" } else { "reject" };
    let without = if n_rejected == 1 { "no limit is set on it".to_owned() } else { without };
    Some(format!("{n_rejected} of {} {reject}, and {without}: {}", counted(n_tests, "deciding test", "deciding tests"), listed(&said)))
}

/// "`baseline` 97.5 %: VaR is too low".
fn said(material: &Material<'_>, found: &Found) -> String {
    format!("{}: {}", measured::label(material, &found.subject), found.rejection().unwrap_or_default())
}

/// The limit that is kept by least, where that is little: "`ewma` 99 %: coverage, exact is within its limit by 0.0001".
fn narrow(material: &Material<'_>) -> Option<String> {
    let kept = material.summary.judged.iter().filter(|judged| judged.standing == Standing::Kept);
    let (judged, room) = kept.filter_map(|judged| Some((judged, headroom(judged)?))).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (value, bound) = (judged.metric.value.value()?, nearest(judged)?);
    (room < NARROW).then(|| match judged.metric.unit {
        Unit::Share => {
            format!("{} is within its limit by {} percentage points", name(material, &judged.limit.metric), format::percent((value - bound).abs()))
        }
        Unit::Number | Unit::PValue | Unit::Count | Unit::Money | Unit::Target | Unit::TargetSquared => {
            format!("{} is within its limit by {}", name(material, &judged.limit.metric), format::number((value - bound).abs(), 2))
        }
    })
}

/// The bound that a value is nearer to.
fn nearest(judged: &Judged) -> Option<f64> {
    let value = *judged.metric.value.value()?;
    let bounds = judged.limit.min.into_iter().chain(judged.limit.max);
    bounds.min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()))
}

/// "2 findings are overdue; review overdue since 2020-03-31": they colour nothing, and are not left out.
fn overdue(material: &Material<'_>) -> Option<String> {
    let findings = match register(material).overdue().count() {
        0 => None,
        n => Some(format!("{} overdue", counted(n, "finding is", "findings are"))),
    };
    let review = material.facts.spec.governance.next_review.filter(|day| *day < material.as_of);
    let review = review.map(|day| format!("the review of {day} is overdue"));
    let told: Vec<String> = findings.into_iter().chain(review).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// "was red in the run of 2026-10-31", where the colour is another one.
fn before(material: &Material<'_>) -> Option<String> {
    let previous = material.previous?;
    let was = match previous.colour {
        Colour::Neutral => "had no limit",
        Colour::Green => "was green",
        Colour::Amber => "was amber",
        Colour::Red => "was red",
    };
    (previous.colour != material.summary.colour()).then(|| format!("{was} in the run of {}", previous.as_of))
}

/// One sentence a failure, with its numbers.
fn sentences(material: &Material<'_>) -> Vec<String> {
    let summary = material.summary;
    let of = |standing: Standing| summary.judged.iter().filter(move |judged| judged.standing == standing);
    let mut sentences: Vec<String> = of(Standing::Breached)
        .map(|judged| {
            let value = match &judged.metric.value {
                Outcome::Undefined(reason) => format!("not defined ({reason})"),
                Outcome::Value(_) => beside_limit(judged),
            };
            let said = format!("`{}` is {value}, {}.", judged.limit.metric, wanted(judged));
            summary.behind(&judged.limit.metric).map_or(said.clone(), |found| format!("{}: {said}", failure(material, found)))
        })
        .collect();
    sentences.extend(of(Standing::NotJudged).map(|judged| match &judged.metric.value {
        Outcome::Undefined(reason) => format!("`{}` is not defined: {reason}.", judged.limit.metric),
        Outcome::Value(_) => {
            format!("`{}` is {} and not judged: targets overlap, and the test takes them as independent.", judged.limit.metric, shown(&judged.metric))
        }
    }));
    let failures = summary.unlimited_rejections();
    sentences.extend(failures.into_iter().map(|found| format!("{}; no limit is set on it.", failure(material, found))));
    sentences.extend(summary.alarms.iter().map(|alarm| alarm.sentence.clone()));
    sentences
}

/// A value with so many digits that one sees on which side of its limit it is.
fn beside_limit(judged: &Judged) -> String {
    match (&judged.metric.value, judged.metric.unit, nearest(judged)) {
        (Outcome::Value(value), Unit::PValue, Some(bound)) => p_near(*value, bound).printed().unwrap_or_default(),
        (_, _, _) => shown(&judged.metric),
    }
}
