//! Limitations and assumptions: the author's, and those the program sees.

use std::collections::BTreeSet;

use super::pieces::counted;
use crate::feature;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Section, Subhead};
use crate::spec::{Period, Quantity};

/// Defaults below which a discrimination statistic says little.
const FEW_DEFAULTS: usize = 100;

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("limitations", "Limitations and assumptions");
    let stated = &material.facts.spec.limitations;
    if stated.is_empty() {
        section.blocks.push(Block::Text("The spec states no limitation (`limitations`).".to_owned()));
    } else {
        section.blocks.push(Block::Subhead(Subhead::new("limitations-stated", "Stated by the author")));
        section.blocks.push(Block::List(stated.clone()));
    }
    section.blocks.push(Block::Subhead(Subhead::new("limitations-seen", "Seen by the program")));
    section.blocks.push(Block::List(seen(material)));
    section
}

fn seen(material: &Material<'_>) -> Vec<String> {
    let mut found = vec![
        "The truncation test shows no look-ahead at the dates it tried, not at every date, and cannot see a column that is wrong about when it was known, nor an outcome that no table declares.".to_owned(),
        "The models' settings are the spec's. If they were chosen by someone who had seen the test period, the errors here are too small; the program cannot know.".to_owned(),
    ];
    found.extend(material.summary.alarms.iter().map(|alarm| alarm.sentence.clone()));
    found.extend(of_these_data(material));
    if material.facts.spec.window.embargo == Period::ZERO {
        found.push("No embargo lies between training and test beyond the rule that a training target is known before the test starts.".to_owned());
    }
    found
}

/// What holds for these data and not for every report.
pub(super) fn of_these_data(material: &Material<'_>) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(overlap(material));
    found.extend(low_power(material));
    found.extend(few_defaults(material));
    found.extend(unknown(material));
    found.extend(undated_outcomes(material));
    found.extend(untested_shortfalls(material));
    found.extend(book(material));
    found
}

/// Targets that reach over several dates make neighbouring errors alike.
fn overlap(material: &Material<'_>) -> Option<String> {
    let horizon = material.summary.horizon;
    (1 < horizon).then(|| format!("Targets overlap over about {horizon} tested dates: neighbouring errors are alike, and tests that take rows as independent (AUC intervals, Jeffreys, Hosmer-Lemeshow) reject too often."))
}

/// A coverage test on few days rejects little.
fn low_power(material: &Material<'_>) -> Option<String> {
    let tail = material.summary.tails.iter().min_by(|a, b| a.case.n_expected().total_cmp(&b.case.n_expected()))?;
    (tail.case.n_expected() < 10.0).then(|| {
        format!(
            "Only {} breaches are expected at tail {} in {} days: a coverage test of this size has little power against a model that is moderately wrong.",
            format::number(tail.case.n_expected(), 2),
            tail.case.tail,
            format::count(tail.case.points.len() as u64)
        )
    })
}

fn few_defaults(material: &Material<'_>) -> Option<String> {
    let model = material.summary.probabilities.first()?;
    let data = material.facts.data;
    let series = material.facts.predictions.find(&model.subject.model, Quantity::Probability)?;
    let rows = material.facts.predictions.rows.iter().zip(series.predicted.iter()).filter(|(_, predicted)| predicted.is_some());
    let defaults = rows.filter(|(row, _)| data.target[**row as usize] == Some(1.0)).map(|(row, _)| data.entity[*row as usize]);
    let n = defaults.collect::<BTreeSet<u32>>().len();
    (n < FEW_DEFAULTS)
        .then(|| format!("Only {} defaulted in the test: AUC, KS and calibration are uncertain at this n.", counted(n, "loan", "loans")))
}

fn unknown(material: &Material<'_>) -> Option<String> {
    let rows = &material.facts.predictions.rows;
    let unknown = feature::unknown(material.facts.data, rows.iter().copied(), material.as_of);
    let counted = |n: usize, why: String| (0 < n).then(|| format!("{} {why}", format::count(n as u64)));
    let counts: Vec<String> = [
        counted(unknown.waiting, format!("wait for their outcome, which is known on {} or later", material.as_of)),
        counted(unknown.undated, "have no outcome and no day on which it is known".to_owned()),
        counted(unknown.missing, "have no outcome although its day has come".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!counts.is_empty()).then(|| {
        format!(
            "Of {} tested rows {}: they are forecast, and in no statistic of errors or risk{}.",
            format::count(rows.len() as u64),
            counts.join(", "),
            held(material)
        )
    })
}

/// What becomes of such rows in a book.
fn held(material: &Material<'_>) -> String {
    use crate::book::Book;
    match material.facts.book {
        Some(Book::LongShort(books)) => {
            let missing: usize = books.iter().flat_map(|book| &book.days).map(|day| day.n_missing).sum();
            if missing == 0 { String::new() } else { "; a position whose return is not known is in the book at what its table says".to_owned() }
        }
        Some(Book::Loans(_)) | None => String::new(),
    }
}

/// Outcomes that the files hold as they are today.
fn undated_outcomes(material: &Material<'_>) -> Option<String> {
    let tables = material.facts.spec.tables.iter().filter(|table| !table.outcomes.is_empty() && table.outcomes_known.is_none());
    let names: Vec<String> = tables.map(|table| format!("`{}`", table.name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Outcomes of table {} come without the day on which they became known (`outcomes_known`): they are read as the file holds them, which may be later than {}. No feature rests on them, as the truncation test shows; a target or a realised loss may.",
            names.join(", "),
            material.as_of
        )
    })
}

/// ES tests need VaR at the same tail by the same model.
fn untested_shortfalls(material: &Material<'_>) -> Option<String> {
    let asked = |model: &str, quantity: Quantity| material.facts.predictions.find(model, quantity).is_some();
    let untested: Vec<String> = material
        .facts
        .predictions
        .series
        .iter()
        .filter_map(|series| match series.quantity {
            Quantity::Shortfall(tail) if !asked(&series.model, Quantity::Quantile(tail)) => Some(format!("`{}` at {tail}", series.model)),
            Quantity::Shortfall(_) | Quantity::Mean | Quantity::Probability | Quantity::Volatility | Quantity::Quantile(_) => None,
        })
        .collect();
    (!untested.is_empty())
        .then(|| format!("ES was forecast and not tested, because VaR at the same tail was not asked for: {}.", untested.join(", ")))
}

fn book(material: &Material<'_>) -> Option<String> {
    use crate::book::Book;
    match material.facts.book? {
        Book::LongShort(_) => Some("The book trades at closing prices without market impact, borrow fees, margin or taxes.".to_owned()),
        Book::Loans(_) => Some("Expected loss takes one given LGD for all loans; neither discounting, prepayment nor funding is counted.".to_owned()),
    }
}
