//! Volatility: how far forecasts are from what came.

use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead};
use crate::report::section::measured::numbers;
use crate::report::section::pieces::{count, period};
use crate::stat::Assessed;
use crate::stat::volatility::{FORECAST_TO_REALIZED, QLIKE, VOLATILITY, VolatilityCase};

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
    vec![Block::Subhead(Subhead::new("volatility", heading(found))), Block::Table(table)]
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
