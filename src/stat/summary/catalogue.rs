//! The catalogue: every metric a report will have, known before anything is trained.

use std::collections::{BTreeMap, BTreeSet};

use super::{COUNTS, PSI_WORST};
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::spec::{BookSpec, ModelSpec, Quantity, Spec};
use crate::stat::compare::{COMPARISON, RANKING};
use crate::stat::credit::{DISCRIMINATION, PROBABILITY};
use crate::stat::es::ES;
use crate::stat::mean::{MEAN, RANKS};
use crate::stat::measure::{Measure, Unit};
use crate::stat::var::{NAMES, VAR};
use crate::stat::volatility::VOLATILITY;

/// `coverage.ewma.0.01`, of another series than the headline `coverage.ewma.0.01@DESK`.
pub(super) fn tail_prefix(model: &str, tail: f64, other: Option<&str>) -> String {
    format!("coverage.{model}.{tail}{}", at(other))
}

/// `shortfall.ewma.0.01`.
pub(super) fn shortfall_prefix(model: &str, tail: f64, other: Option<&str>) -> String {
    format!("shortfall.{model}.{tail}{}", at(other))
}

/// `coverage_names.ewma.0.01`.
pub(super) fn names_prefix(model: &str, tail: f64) -> String {
    format!("coverage_names.{model}.{tail}")
}

/// `error.ridge`.
pub(super) fn mean_prefix(model: &str) -> String {
    format!("error.{model}")
}

/// `probability.gbdt`.
pub(super) fn probability_prefix(model: &str) -> String {
    format!("probability.{model}")
}

/// `volatility.ewma.headline` or `volatility.ewma.names`.
pub(super) fn volatility_prefix(model: &str, of: Whose) -> String {
    match of {
        Whose::Headline => format!("volatility.{model}.headline"),
        Whose::Names => format!("volatility.{model}.names"),
    }
}

/// `book.ridge`.
pub(super) fn book_prefix(model: &str) -> String {
    format!("book.{model}")
}

/// `loans.gbdt`.
pub(super) fn loans_prefix(model: &str) -> String {
    format!("loans.{model}")
}

/// Whose volatility is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The headline series'.
    Headline,
    /// All names' together.
    Names,
}

fn at(other: Option<&str>) -> String {
    other.map_or(String::new(), |entity| format!("@{entity}"))
}

/// What a metric answers, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricAbout {
    /// How its number is read.
    pub unit: &'static str,
    /// The question it answers.
    pub question: String,
}

/// Every metric that a run of `spec` on `data` has, by name.
#[must_use]
pub fn metric_names(spec: &Spec, data: &Dataset) -> BTreeSet<String> {
    metrics(spec, data).into_keys().collect()
}

/// Every metric that a run of `spec` on `data` has, by name, with its unit and its question.
#[must_use]
pub fn metrics(spec: &Spec, data: &Dataset) -> BTreeMap<String, MetricAbout> {
    let count = |name: &str| (name.to_owned(), MetricAbout { unit: "count", question: "How many?".to_owned() });
    let mut names: BTreeMap<String, MetricAbout> = COUNTS.iter().map(|name| count(name)).collect();
    let question = "How far has the feature moved most of all from training to test?".to_owned();
    names.insert(PSI_WORST.to_owned(), MetricAbout { unit: "number", question });
    let headline = spec.risk.headline(&data.entities);
    let others = || spec.risk.entities.iter().filter(|name| Some(name.as_str()) != headline.map(|code| data.entities[code as usize].as_str()));
    let is_alone = headline.is_some() && data.entities.len() == 1;
    for model in &spec.models {
        for &quantity in &model.ask {
            match quantity {
                Quantity::Mean => {
                    extend(&mut names, MEAN, &mean_prefix(&model.name));
                    extend(&mut names, RANKS, &mean_prefix(&model.name));
                    compared(&mut names, spec, model, quantity, &mean_prefix(&model.name));
                }
                Quantity::Probability => {
                    extend(&mut names, PROBABILITY, &probability_prefix(&model.name));
                    compared(&mut names, spec, model, quantity, &probability_prefix(&model.name));
                }
                Quantity::Volatility => {
                    if headline.is_some() {
                        extend(&mut names, VOLATILITY, &volatility_prefix(&model.name, Whose::Headline));
                    }
                    if 1 < data.entities.len() {
                        extend(&mut names, VOLATILITY, &volatility_prefix(&model.name, Whose::Names));
                    }
                }
                Quantity::Quantile(tail) => {
                    let has_shortfall = model.ask.contains(&Quantity::Shortfall(tail));
                    let series = headline.map(|_| None).into_iter().chain(others().map(|name| Some(name.as_str())));
                    for other in series {
                        extend(&mut names, VAR, &tail_prefix(&model.name, tail, other));
                        if has_shortfall {
                            extend(&mut names, ES, &shortfall_prefix(&model.name, tail, other));
                        }
                    }
                    if !is_alone {
                        extend(&mut names, NAMES, &names_prefix(&model.name, tail));
                    }
                }
                Quantity::Shortfall(_) => {}
            }
        }
    }
    match &spec.book {
        Some(BookSpec::LongShort(book)) => book.models.iter().for_each(|model| extend(&mut names, super::strategy::BOOK, &book_prefix(model))),
        Some(BookSpec::Loans(book)) => book.models.iter().for_each(|model| extend(&mut names, super::loan::LOANS, &loans_prefix(model))),
        None => {}
    }
    names
}

fn extend<Case>(names: &mut BTreeMap<String, MetricAbout>, family: &[&Measure<Case>], prefix: &str) {
    for about in family.iter().map(|measure| &measure.about) {
        for key in about.metrics() {
            let is_p = key.ends_with("_p") || key.ends_with("_p_holm");
            let unit = if is_p && key != about.key { Unit::PValue } else { about.unit };
            let question = if about.question.is_empty() { about.name } else { about.question };
            names.insert(format!("{prefix}.{key}"), MetricAbout { unit: unit.name(), question: question.to_owned() });
        }
    }
}

fn compared(names: &mut BTreeMap<String, MetricAbout>, spec: &Spec, model: &ModelSpec, quantity: Quantity, prefix: &str) {
    let baseline = spec.risk.baseline.as_ref().and_then(|name| spec.models.iter().find(|other| other.name == *name));
    if baseline.is_some_and(|baseline| baseline.name != model.name && baseline.ask.contains(&quantity)) {
        extend(names, COMPARISON, prefix);
        let ranking = if quantity == Quantity::Mean { RANKING } else { DISCRIMINATION };
        extend(names, ranking, prefix);
    }
}

/// Refuses a limit on a metric that the report will not have, suggesting the nearest.
pub fn check_limits(spec: &Spec, data: &Dataset) -> Result<()> {
    let names = metric_names(spec, data);
    let unknown = spec.limits.iter().enumerate().find(|(_, limit)| !names.contains(&limit.metric));
    let Some((at, limit)) = unknown else { return Ok(()) };
    let error = Error::spec(format!("{}: `limits[{at}].metric`", spec.file.display()), format!("`{}` is no metric of this report", limit.metric));
    let nearest = names.iter().min_by_key(|name| strsim::levenshtein(name, &limit.metric));
    Err(match nearest {
        Some(name) => error.hint(format!("did you mean `{name}`? all are under `metrics` in the summary.json of a run without this limit")),
        None => error,
    })
}
