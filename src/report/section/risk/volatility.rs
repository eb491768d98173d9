//! Volatility: how far forecasts are from what came.

use crate::report::cell::Cell;
use crate::report::chart::{Column as Bin, ColumnChart, Scale, Size, columns};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, anchor};
use crate::report::section::measured::numbers;
use crate::report::section::pieces::{count, counted, period};
use crate::stat::volatility::{FORECAST_TO_REALIZED, QLIKE, VOLATILITY, VolatilityCase};
use crate::stat::{Assessed, pit_of_normal};

/// Parts of the forecast distribution.
const N_PARTS: usize = 10;

/// Nothing where no model was asked for a volatility.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let found = &material.summary.volatilities;
    if found.is_empty() {
        return Vec::new();
    }
    let mut table = numbers(material, ("volatility-table", "Volatility forecasts", "Model"), found, VOLATILITY);
    table.columns.insert(1, Column::words("Series"));
    table.columns.insert(2, Column::numbers("Forecasts", "n"));
    for (row, one) in table.rows.iter_mut().zip(found) {
        row.insert(1, Cell::text(series(one)));
        row.insert(2, count(one.case.forecast.len()));
    }
    let table = table.note(format!(
        "QLIKE: smaller is better, and only differences between models on the same series mean anything. Volatilities are those of one target, not annualised; realised is the root of the mean squared target. Period: {}.",
        period(material)
    ));
    let mut blocks = vec![Block::Subhead(Subhead::new("volatility", heading(found))), Block::Table(table)];
    // One figure a series and model would fill the page: the headline's, else all names'.
    let headline = found.iter().filter(|one| one.subject.entity == found[0].subject.entity);
    blocks.extend(headline.filter_map(|one| histogram(material, one)).map(Block::Figure));
    blocks
}

/// Where outcomes fell in normal distributions of the forecast volatility; `None` where there are too few.
fn histogram(material: &Material<'_>, one: &Assessed<VolatilityCase>) -> Option<Figure> {
    let found = pit_of_normal(&one.case.forecast, &one.case.realized, N_PARTS);
    let pit = found.value()?;
    let model = &one.subject.model;
    let column = |(idx, share): (usize, &f64)| Bin { name: format!("{}", 10 * (idx + 1)), value: *share, interval: None, n: 0 };
    let chart = ColumnChart {
        label: format!("Probability integral transform of {model}"),
        x_title: "Forecast probability of a lower outcome, up to %".to_owned(),
        y_title: "Outcomes, %".to_owned(),
        scale: Scale::Percent,
        color: material.color(model),
        columns: pit.shares.iter().enumerate().map(column).collect(),
        levels: vec![],
        band: Some((pit.band.low, pit.band.high)),
    };
    let outside = pit.shares.iter().filter(|&&share| share < pit.band.low || pit.band.high < share).count();
    let title = format!("PIT of `{model}` on {}: {outside} of {N_PARTS} parts outside their 95 % bands", series(one));
    let note = format!(
        "Outcomes by where they fell in a normal distribution of mean 0 and the forecast volatility; each part holds 10 % if both are right. Full outer parts: tails \
         fatter than normal, or too small a volatility. Dashed: 95 % for each part by itself, outcomes independent. n = {}, {}.",
        counted(pit.n, "outcome", "outcomes"),
        period(material)
    );
    Some(Figure::half(format!("pit-{}", anchor(&format!("{model}-{}", series(one)))), title, note, columns(&chart, Size::Half)))
}

fn series(one: &Assessed<VolatilityCase>) -> &str {
    one.subject.entity.as_deref().unwrap_or("all names")
}

fn heading(found: &[Assessed<VolatilityCase>]) -> String {
    let loss = |one: &Assessed<VolatilityCase>| one.number(&QLIKE).value().copied();
    let of_first: Vec<&Assessed<VolatilityCase>> =
        found.iter().filter(|one| one.subject.entity == found[0].subject.entity && loss(one).is_some()).collect();
    let of = |one| loss(one).unwrap_or(f64::INFINITY);
    match of_first.iter().min_by(|a, b| of(a).total_cmp(&of(b))) {
        Some(best) if of_first.len() > 1 => {
            format!("Volatility: `{}` has the smallest QLIKE on {}; the difference is not tested", best.subject.model, series(best))
        }
        Some(only) => only.number(&FORECAST_TO_REALIZED).value().map_or("Volatility".to_owned(), |ratio| {
            format!("Volatility: forecasts of `{}` average {} times the realised on {}", only.subject.model, format::number(*ratio, 3), series(only))
        }),
        None => "Volatility".to_owned(),
    }
}
