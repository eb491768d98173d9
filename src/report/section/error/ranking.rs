//! Ranking: what the order of the names was worth over time, by place in the order, and when it is used late.

use crate::day::Day;
use crate::report::chart::{Column, ColumnChart, LineChart, Scale, Series, Size, Zero, columns, lines};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::Figure;
use crate::report::section::error::MIN_DATES;
use crate::report::section::pieces::{counted, period, scale};
use crate::spec::Quantity;
use crate::stat::mean::{MeanCase, RANK_IC};
use crate::stat::{Assessed, Interval, Outcome, by_forecast_quantile, ic_decay};

/// Parts of a date's names.
const N_QUANTILES: usize = 5;
/// Dates by which a forecast is late: a trading month.
const LAGS: [u32; 9] = [0, 1, 2, 3, 4, 5, 10, 15, 20];

/// Rows that were tested with a forecast and a known target, one place a row.
struct Rows {
    date_idx: Vec<u32>,
    entity: Vec<u32>,
    predicted: Vec<f64>,
    realized: Vec<f64>,
}

/// Nothing where no model orders enough dates.
pub(super) fn figures(material: &Material<'_>) -> Vec<Figure> {
    let Some(best) = best(material) else { return Vec::new() };
    let mut figures = vec![cumulative(material, best)];
    if let Some(rows) = rows(material, &best.subject.model) {
        figures.extend(by_quantile(material, &best.subject.model, &rows));
        figures.extend(decay(material, &best.subject.model, &rows));
    }
    figures
}

/// The model with the largest rank IC.
fn best<'a>(material: &'a Material<'_>) -> Option<&'a Assessed<MeanCase>> {
    let ranked = material.summary.means.iter().filter(|one| MIN_DATES <= one.case.rank_ic.value().map_or(0, |ic| ic.n));
    let ic = |one: &Assessed<MeanCase>| one.number(&RANK_IC).value().copied().unwrap_or(f64::NEG_INFINITY);
    // `max_by` would take the last of equals.
    ranked.reduce(|best, next| if ic(best) < ic(next) { next } else { best })
}

/// Distinct days tested, by which rank ICs count their dates.
fn days(material: &Material<'_>) -> Vec<Day> {
    let mut days: Vec<Day> = material.facts.predictions.rows.iter().map(|&row| material.facts.data.as_of[row as usize]).collect();
    days.dedup();
    days
}

fn rows(material: &Material<'_>, model: &str) -> Option<Rows> {
    let data = material.facts.data;
    let series = material.facts.predictions.find(model, Quantity::Mean)?;
    let headline = material.facts.spec.risk.entity.as_ref().and(material.facts.spec.risk.headline(&data.entities));
    let days = days(material);
    let mut out = Rows { date_idx: vec![], entity: vec![], predicted: vec![], realized: vec![] };
    for (&row, predicted) in material.facts.predictions.rows.iter().zip(series.predicted.iter()) {
        let row = row as usize;
        if let (Some(predicted), Some(realized), true) = (predicted, data.target[row], Some(data.entity[row]) != headline) {
            out.date_idx.push(days.partition_point(|&day| day < data.as_of[row]) as u32);
            out.entity.push(data.entity[row]);
            out.predicted.push(predicted);
            out.realized.push(realized);
        }
    }
    Some(out)
}

fn cumulative(material: &Material<'_>, best: &Assessed<MeanCase>) -> Figure {
    let days = days(material);
    let line = |model: &Assessed<MeanCase>| {
        let mut sum = 0.0;
        let point = |date: &crate::stat::DateIc| {
            sum += date.ic;
            Some((*days.get(date.date_idx as usize)?, sum))
        };
        let points = model.case.rank_ic.value()?.by_date.iter().filter_map(point).collect();
        Some(Series { name: model.subject.model.clone(), color: material.color(&model.subject.model), points })
    };
    let chart = LineChart {
        label: "Cumulative rank IC".to_owned(),
        y_title: "Sum of the dates' rank ICs".to_owned(),
        scale: Scale::Number,
        zero: Zero::Shown,
        series: material.summary.means.iter().filter_map(line).collect(),
    };
    let (n, positive) = best.case.rank_ic.value().map_or((0, 0), |ic| (ic.n, ic.by_date.iter().filter(|date| 0.0 < date.ic).count()));
    let title = format!("Rank IC of `{}` was positive on {} of {}", best.subject.model, format::count(positive as u64), counted(n, "date", "dates"));
    let note = format!("A line that rises evenly is skill that lasts; one step is one episode. {}.", period(material));
    Figure::half("cumulative-ic", title, note, lines(&chart, Size::Half))
}

fn by_quantile(material: &Material<'_>, model: &str, rows: &Rows) -> Option<Figure> {
    let spans = (material.summary.horizon, material.facts.spec.seed);
    let found = by_forecast_quantile(&rows.date_idx, &rows.predicted, &rows.realized, N_QUANTILES, spans);
    let found = found.value()?;
    let scale = scale(material);
    let column = |(idx, part): (usize, &crate::stat::QuantileMean)| Column {
        name: match idx {
            0 => "lowest".to_owned(),
            idx if idx + 1 == N_QUANTILES => "highest".to_owned(),
            idx => (idx + 1).to_string(),
        },
        value: part.mean,
        interval: ends(&part.interval),
        n: part.n as u64,
    };
    let unit = match scale.axis {
        Scale::Percent => ", %".to_owned(),
        Scale::Number if scale.unit.is_empty() => String::new(),
        Scale::Number => format!(", {}", scale.unit),
    };
    let chart = ColumnChart {
        label: format!("Mean outcome by fifth of the forecasts of {model}"),
        x_title: "Fifth of the date's names, by forecast".to_owned(),
        y_title: format!("Mean outcome{unit}"),
        scale: scale.axis,
        color: material.color(model),
        columns: found.iter().enumerate().map(column).collect(),
        levels: vec![],
        band: None,
    };
    let spread = found[N_QUANTILES - 1].mean - found[0].mean;
    let (size, side) = (scale.difference(spread.abs()), if spread < 0.0 { "below" } else { "above" });
    let overlap = ends(&found[0].interval).zip(ends(&found[N_QUANTILES - 1].interval)).is_none_or(|(low, high)| low.0 <= high.1 && high.0 <= low.1);
    let title = if overlap {
        format!("Outcomes of the highest and the lowest fifth by `{model}`: intervals overlap")
    } else {
        format!("The highest fifth by `{model}` came out {size} {side} the lowest")
    };
    let n_dates = found.iter().map(|part| part.n_dates).max().unwrap_or(0);
    let note = format!(
        "Mean over {} of the date's mean outcome; whiskers: 95 %, block bootstrap. n = {} rows, {}.",
        counted(n_dates, "date", "dates"),
        format::count(found.iter().map(|part| part.n as u64).sum()),
        period(material)
    );
    Some(Figure::half("outcome-by-forecast", title, note, columns(&chart, Size::Half)))
}

fn decay(material: &Material<'_>, model: &str, rows: &Rows) -> Option<Figure> {
    let spans = (material.summary.horizon, material.facts.spec.seed);
    let found = ic_decay(&rows.date_idx, &rows.entity, (&rows.predicted, &rows.realized), &LAGS, spans);
    let (first, last) = (found.first()?, found.last()?);
    if found.len() < 3 {
        return None;
    }
    let column = |at: &crate::stat::IcAtLag| Column { name: at.lag.to_string(), value: at.mean, interval: ends(&at.interval), n: at.n_dates as u64 };
    let chart = ColumnChart {
        label: format!("Rank IC of {model} by age of the forecast"),
        x_title: "Dates by which the forecast is late".to_owned(),
        y_title: "Mean rank IC".to_owned(),
        scale: Scale::Number,
        color: material.color(model),
        columns: found.iter().map(column).collect(),
        levels: vec![],
        band: None,
    };
    let digits = |value: f64| format::number(value, 2);
    let title = format!(
        "Rank IC of `{model}`: {} at once, {} when {} late",
        digits(first.mean),
        digits(last.mean),
        counted(last.lag as usize, "date", "dates")
    );
    let note = format!(
        "Forecast of a date against the outcome of the same names so many dates later; whiskers: 95 %, block bootstrap. n = {}, {}.",
        counted(first.n_dates, "date", "dates"),
        period(material)
    );
    Some(Figure::half("ic-decay", title, note, columns(&chart, Size::Half)))
}

fn ends(interval: &Outcome<Interval>) -> Option<(f64, f64)> {
    interval.value().map(|interval| (interval.low, interval.high))
}
