//! Volatility: how far forecasts are from what came.

use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{count, period, short};
use crate::stat::{Outcome, VolatilitySummary};

/// Nothing where no model was asked for a volatility.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let found = &material.summary.volatilities;
    if found.is_empty() {
        return Vec::new();
    }
    vec![Block::Subhead(Subhead::new("volatility", heading(found))), Block::Table(table(material))]
}

fn heading(found: &[VolatilitySummary]) -> String {
    let of_first: Vec<&VolatilitySummary> = found.iter().filter(|one| one.series == found[0].series && one.qlike.value().is_some()).collect();
    let loss = |one: &VolatilitySummary| one.qlike.value().copied().unwrap_or(f64::INFINITY);
    match of_first.iter().min_by(|a, b| loss(a).total_cmp(&loss(b))) {
        Some(best) if of_first.len() > 1 => format!("Volatility: `{}` is closest on {}", best.model, best.series),
        Some(only) => ratio(only).value().map_or("Volatility".to_owned(), |ratio| {
            format!("Volatility: forecasts of `{}` average {} times what came on {}", only.model, format::number(*ratio, 3), only.series)
        }),
        None => "Volatility".to_owned(),
    }
}

/// Mean forecast over the root of the mean squared target.
fn ratio(one: &VolatilitySummary) -> Outcome<f64> {
    one.mean_forecast.as_ref().and_then(|forecast| one.realized.as_ref().map(|realized| forecast / realized))
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::words("Series"),
        Column::numbers("Forecasts", "n"),
        Column::numbers("QLIKE", ""),
        Column::numbers("Mean forecast", "%"),
        Column::numbers("Realised", "%"),
        Column::numbers("Forecast / realised", ""),
    ];
    let mut table = Table::new("volatility-table", "Volatility forecasts", columns).note(format!(
        "QLIKE = mean of ln f + r / f, f the forecast variance and r the squared target; smaller is better, and only differences between models on the same series mean anything. Volatilities are those of one target, not annualised; realised is the root of the mean squared target. Period: {}.",
        period(material)
    ));
    table.shown = material.summary.volatilities.len();
    for one in &material.summary.volatilities {
        table.rows.push(vec![
            Cell::code(&one.model),
            Cell::text(&one.series),
            count(one.n),
            Cell::outcome(&one.qlike, Cell::number),
            Cell::outcome(&one.mean_forecast, Cell::Percent),
            Cell::outcome(&one.realized, Cell::Percent),
            Cell::outcome(&ratio(one), short),
        ]);
    }
    table
}
