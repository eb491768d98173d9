//! Decisions: when they were taken, for when, and whether they follow the forecasts.

use std::collections::BTreeMap;

use super::calendar::Calendar;
use super::findings::Findings;
use crate::book::traded::{Position, TradedBook};
use crate::spec::{LongShortSpec, Quantity};
use crate::walk::{Forecasts, Predictions};

pub(super) fn check_decisions(spec: &LongShortSpec, calendar: &Calendar, predictions: &Predictions, book: &TradedBook, findings: &mut Findings<'_>) {
    let rebalances = calendar.rebalances(spec.rebalance);
    let forecasts = predictions.find(&book.model, Quantity::Mean).map(|series| &series.predicted);
    for decided in book.positions.chunk_by(|a, b| a.as_of == b.as_of) {
        let day = decided[0].as_of;
        let Some(idx) = calendar.position(day).filter(|idx| rebalances.binary_search(idx).is_ok()) else {
            findings.holds(false, || format!("{day}: weights were decided on a date that sets none"));
            continue;
        };
        let held_from = calendar.get(idx + spec.delay_days as usize);
        for position in decided.iter().filter(|position| position.held_from != held_from) {
            findings.holds(false, || {
                let told = |day: Option<crate::day::Day>| day.map_or("no tested date".to_owned(), |day| day.to_string());
                format!("{day}: `{}` is held from {}, due on {}", calendar.name(position.entity), told(position.held_from), told(held_from))
            });
        }
        findings.equal((day, None), "sum of the weights decided", decided.iter().map(|position| position.weight).sum(), 0.0);
        let gross: f64 = decided.iter().map(|position| position.weight.abs()).sum();
        findings.holds(gross <= 2.0 + super::TOLERANCE, || format!("{day}: the weights decided are {gross} of capital, more than 2"));
        if let Some(forecasts) = forecasts {
            check_order(calendar, idx, decided, forecasts, findings);
        }
    }
}

/// No name is held long on a lower forecast than one that is sold short.
fn check_order(calendar: &Calendar, idx: usize, decided: &[Position], forecasts: &Forecasts, findings: &mut Findings<'_>) {
    let day = calendar.day(idx);
    let forecast = |entity: u32| calendar.tested(idx, entity).and_then(|tested| forecasts.get(tested));
    let known: BTreeMap<u32, f64> = decided.iter().filter_map(|position| Some((position.entity, forecast(position.entity)?))).collect();
    for position in decided.iter().filter(|position| !known.contains_key(&position.entity)) {
        findings.holds(false, || format!("{day}: `{}` has a weight and no forecast", calendar.name(position.entity)));
    }
    let side = |wanted: fn(f64) -> bool| {
        decided.iter().filter(move |position| wanted(position.weight)).filter_map(|position| known.get_key_value(&position.entity))
    };
    let least_long = side(|weight| 0.0 < weight).min_by(|a, b| a.1.total_cmp(b.1));
    let most_short = side(|weight| weight < 0.0).max_by(|a, b| a.1.total_cmp(b.1));
    if let (Some((&long, lower)), Some((&short, upper))) = (least_long, most_short) {
        findings.holds(upper <= lower, || {
            format!("{day}: `{}` is long on a forecast of {lower}, `{}` short on {upper}", calendar.name(long), calendar.name(short))
        });
    }
}
