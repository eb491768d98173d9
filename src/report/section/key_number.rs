//! The summary: the numbers that matter, each with what it is read against, and one figure.

use super::error::MIN_DATES;
use super::measured::{self, p_near};
use super::pieces::{MIN_OUTCOMES, counted, entities, row_words, windows_drawn};
use crate::feature::Observation;
use crate::report::cell::Cell;
use crate::report::chart::{LineChart, Scale, Series, Style, Zero, error_by_window, lines};
use crate::report::format;
use crate::report::material::Material;
use crate::report::metric::{cell, shown, wanted};
use crate::report::page::{Block, Figure, KeyNumber, Section};
use crate::spec::Kind;
use crate::stat::credit::ProbabilityGroup;
use crate::stat::var::{KUPIEC_EXACT, TailCase};
use crate::stat::{Assessed, Grouped, Metric, Outcome, Unit};

/// Key numbers at most.
const N_SHOWN: usize = 6;

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("summary", "Summary");
    section.blocks.push(Block::Text(sentences(material)));
    let mut numbers = match material.facts.spec.kind {
        Kind::Market => market(material),
        Kind::Credit => credit(material),
    };
    numbers.truncate(N_SHOWN);
    section.blocks.push(Block::KeyNumbers(numbers));
    section.blocks.extend(figure(material).map(Block::Figure));
    section
}

/// The model the report is about: the book's first, or the last that makes the forecast.
fn leading<'a>(material: &'a Material<'_>) -> Option<&'a str> {
    use crate::book::Book;
    let of_book = match material.facts.book {
        Some(Book::LongShort(books)) => books.first().map(|book| book.model.as_str()),
        Some(Book::Loans(books)) => books.first().map(|book| book.model.as_str()),
        None => None,
    };
    let means = material.summary.means.last().map(|model| model.subject.model.as_str());
    of_book.or(means).or(material.summary.probabilities.last().map(|model| model.subject.model.as_str()))
}

fn sentences(material: &Material<'_>) -> String {
    let data = material.facts.data;
    let windows = material.facts.windows;
    let rows = &material.facts.predictions.rows;
    let n_known = rows.iter().filter(|&&row| data.target[row as usize].is_some()).count();
    let known = if n_known == rows.len() { String::new() } else { format!(", {} of them with a known outcome", format::count(n_known as u64)) };
    let light = data.weight.iter().filter(|&&weight| weight == 0.0).count();
    let light = if light == 0 {
        String::new()
    } else {
        format!(", those of weight 0 ({} in the view), from which nothing is learnt, among them", format::count(light as u64))
    };
    let trained = windows.iter().map(|window| window.n_train);
    let trained = trained.clone().min().zip(trained.max()).map_or(String::new(), |(least, most)| {
        format!(" A window trains on {} to {} rows{light}.", format::count(least as u64), format::count(most as u64))
    });
    let mut sentences = vec![format!(
        "{} over {}; the view has {} rows of {}.{trained} {} rows that no model had seen were forecast{known}.",
        counted(material.facts.spec.models.len(), "model", "models"),
        counted(windows.len(), "window", "windows"),
        format::count(data.n_rows() as u64),
        entities(material),
        format::count(rows.len() as u64)
    )];
    for model in &material.summary.probabilities {
        if let Outcome::Value(scores) = &model.case.all.scores {
            sentences.push(format!(
                "`{}` forecast {} % defaults where {} % were observed.",
                model.subject.model,
                format::percent(scores.mean_predicted),
                format::percent(scores.observed_rate)
            ));
        }
    }
    sentences.join(" ")
}

fn market(material: &Material<'_>) -> Vec<KeyNumber> {
    let mut numbers = Vec::new();
    if let Some(model) = leading(material) {
        numbers.extend(metric(material, &format!("book.{model}.sharpe"), &format!("Sharpe ratio of `{model}`, net of costs")));
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

fn breaches(material: &Material<'_>, tail: &Assessed<TailCase>) -> KeyNumber {
    let p = tail.test(&KUPIEC_EXACT).value().map_or(String::new(), |test| {
        format!(", exact p {}", p_near(test.p_value, material.facts.spec.risk.significance).printed().unwrap_or_default())
    });
    let prefix = tail.found.first().map_or(String::new(), |found| found.prefix.clone());
    KeyNumber {
        label: format!("Breaches of VaR, {}", measured::label(material, &tail.subject)),
        value: Cell::Count(tail.case.n_breaches() as u64),
        comparison: format!("{} expected{p}{}", format::number(tail.case.n_expected(), 3), before(material, &format!("{prefix}.breaches"))),
        n: Some(tail.case.points.len() as u64),
    }
}

fn credit(material: &Material<'_>) -> Vec<KeyNumber> {
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
fn metric(material: &Material<'_>, name: &str, label: &str) -> Option<KeyNumber> {
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
    let limit = material.summary.judged.iter().find(|judged| judged.limit.metric == name);
    let limit = limit.map(wanted);
    let comparison: Vec<String> = baseline.into_iter().chain(limit).collect();
    let comparison = comparison.join("; ") + &before(material, name);
    let (unit, in_unit) = measured::printed(material, found.unit);
    let is_of_target = matches!(found.unit, Unit::Target | Unit::TargetSquared);
    let value = if is_of_target { Cell::outcome(&found.value, in_unit) } else { cell(found) };
    let label = if is_of_target && !unit.is_empty() && value.suffix().is_empty() { format!("{label}, {unit}") } else { label.to_owned() };
    Some(KeyNumber { label, value, comparison, n: Some(found.n) })
}

fn before(material: &Material<'_>, name: &str) -> String {
    let unit = material.summary.metrics.0.get(name).map_or(Unit::Number, |metric| metric.unit);
    let value = material.previous.and_then(|previous| previous.metrics.get(name).copied().flatten());
    value.map_or(String::new(), |value| format!("; before: {}", shown(&Metric { value: Outcome::Value(value), unit, n: 0 })))
}

fn figure(material: &Material<'_>) -> Option<Figure> {
    match material.facts.spec.kind {
        Kind::Market => ic_figure(material),
        Kind::Credit => rate_figure(material),
    }
}

fn ic_figure(material: &Material<'_>) -> Option<Figure> {
    let models: Vec<_> = material.summary.means.iter().filter(|model| model.case.rank_ic.value().is_some()).collect();
    if models.is_empty() {
        return None;
    }
    let windows = material.facts.windows;
    let series = models.iter().map(|model| {
        let points =
            model.case.by_window.iter().filter_map(|group| Some((windows.get(group.group.window()?)?.test.start, *group.value.rank_ic.value()?)));
        Series { name: model.subject.model.clone(), color: material.color(&model.subject.model), points: points.collect() }
    });
    let chart = LineChart {
        label: "Rank IC by window".to_owned(),
        y_title: "Mean rank IC".to_owned(),
        scale: Scale::Number,
        zero: Zero::Shown,
        series: series.collect(),
    };
    let note = format!(
        "Mean over each window's dates of the Spearman correlation between forecast and outcome; above zero the two went together. {}.",
        windows_drawn(&chart.series, windows.len())
    );
    Some(Figure::new("ic-by-window", ic_title(material, &chart.series), note, error_by_window(&chart)))
}

/// In how many windows the leading model ranked rightly.
fn ic_title(material: &Material<'_>, series: &[Series]) -> String {
    let shown = leading(material).and_then(|model| series.iter().find(|line| line.name == model));
    shown.map_or("Rank IC by window".to_owned(), |line| {
        let positive = line.points.iter().filter(|(_, ic)| 0.0 < *ic).count();
        format!("Rank IC of `{}` was positive in {positive} of {}", line.name, counted(line.points.len(), "window", "windows"))
    })
}

fn rate_figure(material: &Material<'_>) -> Option<Figure> {
    let windows = material.facts.windows;
    let first = material.summary.probabilities.first()?;
    let start = |group: &Grouped<ProbabilityGroup>| {
        let window = windows.get(group.group.window()?)?;
        (MIN_OUTCOMES <= group.value.n).then_some(window.test.start)
    };
    let observed = first.case.by_window.iter().filter_map(|group| Some((start(group)?, group.value.scores.value()?.observed_rate)));
    let mut series = vec![Series { name: "observed".to_owned(), color: Style::Truth, points: observed.collect() }];
    for model in &material.summary.probabilities {
        let points = model.case.by_window.iter().filter_map(|group| Some((start(group)?, group.value.scores.value()?.mean_predicted)));
        series.push(Series { name: model.subject.model.clone(), color: material.color(&model.subject.model), points: points.collect() });
    }
    let chart = LineChart {
        label: "Observed and forecast default rate by window".to_owned(),
        y_title: "Default rate, %".to_owned(),
        scale: Scale::Percent,
        zero: Zero::Shown,
        series,
    };
    let note = format!(
        "Mean forecast of each model against the rate observed in the same window, where it has at least {MIN_OUTCOMES} known outcomes. {}.",
        windows_drawn(&chart.series, windows.len())
    );
    Some(Figure::new("rate-by-window", "Forecast and observed default rate by window", note, lines(&chart)))
}
