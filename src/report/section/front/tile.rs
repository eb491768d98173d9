//! Tiles: the numbers that matter, each with what it is read against.

use super::super::error::MIN_DATES;
use super::super::measured::{self, p_near};
use super::super::pieces::row_words;
use crate::feature::Observation;
use crate::report::cell::{Cell, State};
use crate::report::format;
use crate::report::material::Material;
use crate::report::metric::{cell, shown};
use crate::report::page::Tile;
use crate::spec::Kind;
use crate::stat::var::{KUPIEC_EXACT, TailCase};
use crate::stat::{Assessed, Judged, Metric, Outcome, Standing, Unit};

/// Key numbers at most.
const N_SHOWN: usize = 6;

pub(super) fn tiles(material: &Material<'_>) -> Vec<Tile> {
    let mut numbers = match material.facts.spec.kind {
        Kind::Market => market(material),
        Kind::Credit => credit(material),
    };
    numbers.truncate(N_SHOWN);
    numbers
}

/// The model the report is about: the book's first, or the last that makes the forecast.
pub(super) fn leading<'a>(material: &'a Material<'_>) -> Option<&'a str> {
    use crate::book::Book;
    let of_book = match material.facts.book {
        Some(Book::LongShort(books)) => books.first().map(|book| book.model.as_str()),
        Some(Book::Loans(books)) => books.first().map(|book| book.model.as_str()),
        None => None,
    };
    let means = material.summary.means.last().map(|model| model.subject.model.as_str());
    of_book.or(means).or(material.summary.probabilities.last().map(|model| model.subject.model.as_str()))
}

fn market(material: &Material<'_>) -> Vec<Tile> {
    let mut numbers = Vec::new();
    if let Some(model) = leading(material) {
        numbers.extend(metric(material, &format!("book.{model}.sharpe"), &format!("Sharpe ratio of `{model}`, net")));
        numbers.extend(metric(material, &format!("book.{model}.max_drawdown"), &format!("Largest drawdown of `{model}`")));
        // A mean over a few dates is no headline.
        let rank_ic = format!("error.{model}.rank_ic");
        if MIN_DATES <= n_dates(material, model) {
            numbers.extend(metric(material, &rank_ic, &format!("Rank IC of `{model}`")));
        }
    }
    numbers.extend(material.summary.tails.iter().map(|tail| breaches(material, tail)));
    numbers
}

/// Dates with a rank IC.
fn n_dates(material: &Material<'_>, model: &str) -> usize {
    let found = material.summary.means.iter().find(|one| one.subject.model == model);
    found.and_then(|one| one.case.rank_ic.value().map(|ic| ic.n)).unwrap_or(0)
}

fn breaches(material: &Material<'_>, tail: &Assessed<TailCase>) -> Tile {
    let p = tail.test(&KUPIEC_EXACT).value().map_or(String::new(), |test| {
        format!(", exact p {}", p_near(test.p_value, material.facts.spec.risk.significance).printed().unwrap_or_default())
    });
    let expected = format!("{} expected{p}", format::number(tail.case.n_expected(), 3));
    let prefix = tail.found.first().map_or(String::new(), |found| found.prefix.clone());
    Tile {
        label: format!("VaR breaches, {}", measured::label(material, &tail.subject)),
        value: Cell::Count(tail.case.n_breaches() as u64),
        comparison: std::iter::once(expected).chain(before(material, &format!("{prefix}.breaches"))).collect::<Vec<_>>().join("; "),
        n: Some(tail.case.points.len() as u64),
        mark: mark(material, &format!("{prefix}.{}_p", KUPIEC_EXACT.about.key)),
    }
}

fn credit(material: &Material<'_>) -> Vec<Tile> {
    let mut numbers = Vec::new();
    let Some(model) = leading(material) else { return numbers };
    if material.summary.probabilities.is_empty() {
        // A report that judges a mean alone: a loss given default, an exposure.
        for (name, label) in [("rmse", "RMSE"), ("mae", "MAE"), ("bias", "Bias"), ("r2", "R2 out of sample")] {
            numbers.extend(metric(material, &format!("error.{model}.{name}"), &format!("{label} of `{model}`")));
        }
        return numbers;
    }
    for (name, label) in [("auc", "AUC"), ("ks", "KS"), ("brier", "Brier score"), ("mean_predicted", "Mean PD")] {
        numbers.extend(metric(material, &format!("probability.{model}.{name}"), &format!("{label} of `{model}`")));
    }
    let observed = match material.summary.observation {
        Observation::Entity => "Observed default rate".to_owned(),
        rows => format!("Observed default rate, {}", row_words(rows).1),
    };
    numbers.extend(metric(material, &format!("probability.{model}.observed_rate"), &observed));
    numbers.extend(metric(material, &format!("loans.{model}.realized_to_expected"), &format!("Realised over expected loss of `{model}`")));
    numbers
}

/// A key number from a metric, compared with the baseline's and the previous run's.
fn metric(material: &Material<'_>, name: &str, label: &str) -> Option<Tile> {
    let metrics = &material.summary.metrics.0;
    let found = metrics.get(name)?;
    let baseline = material.facts.spec.risk.baseline.as_ref().and_then(|baseline| {
        let mut parts: Vec<&str> = name.split('.').collect();
        if parts[1] == baseline || name.starts_with("loans.") || name.ends_with(".observed_rate") {
            return None;
        }
        parts[1] = baseline;
        metrics.get(&parts.join(".")).map(|metric| format!("`{baseline}`: {}", shown(metric)))
    });
    let comparison = baseline.into_iter().chain(before(material, name)).collect::<Vec<_>>().join("; ");
    let (unit, in_unit) = measured::printed(material, found.unit);
    let is_of_target = matches!(found.unit, Unit::Target | Unit::TargetSquared);
    let value = if is_of_target { Cell::outcome(&found.value, in_unit) } else { cell(found) };
    let label = if is_of_target && !unit.is_empty() && value.suffix().is_empty() { format!("{label}, {unit}") } else { label.to_owned() };
    Some(Tile { label, value, comparison, n: Some(found.n), mark: mark(material, name) })
}

fn limit<'a>(material: &'a Material<'_>, name: &str) -> Option<&'a Judged> {
    material.summary.judged.iter().find(|judged| judged.limit.metric == name)
}

/// How the limit on a metric fared.
fn mark(material: &Material<'_>, name: &str) -> Option<Cell> {
    limit(material, name).map(|judged| match judged.standing {
        Standing::Kept => Cell::verdict(State::Green, "within its limit"),
        Standing::Breached => Cell::verdict(State::Red, "beyond its limit"),
        Standing::NotJudged => Cell::verdict(State::Amber, "limit not judged"),
    })
}

fn before(material: &Material<'_>, name: &str) -> Option<String> {
    let unit = material.summary.metrics.0.get(name).map_or(Unit::Number, |metric| metric.unit);
    let value = material.previous.and_then(|previous| previous.metrics.get(name).copied().flatten());
    value.map(|value| format!("before: {}", shown(&Metric { value: Outcome::Value(value), unit, n: 0 })))
}
