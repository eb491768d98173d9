//! Metric: one number of the summary, in words and as a cell, by its unit.

use super::cell::Cell;
use super::format;
use crate::stat::{Judged, Metric, Outcome, Unit};

/// A metric in words.
pub(super) fn shown(metric: &Metric) -> String {
    match (&metric.value, metric.unit) {
        (Outcome::Undefined(_), _) => "n/a".to_owned(),
        (Outcome::Value(value), Unit::Number | Unit::Count | Unit::Target | Unit::TargetSquared) => format::number(*value, 4),
        (Outcome::Value(value), Unit::Share) => format!("{} %", format::percent(*value)),
        (Outcome::Value(value), Unit::PValue) => format::p_value(*value),
        (Outcome::Value(value), Unit::Money) => format::money(*value),
    }
}

/// A metric as a cell.
pub(super) fn cell(metric: &Metric) -> Cell {
    let of_unit: fn(f64) -> Cell = match metric.unit {
        Unit::Number | Unit::Target | Unit::TargetSquared => Cell::number,
        Unit::Share => Cell::Percent,
        Unit::PValue => Cell::PValue,
        Unit::Count => |value| Cell::Count(value as u64),
        Unit::Money => Cell::Money,
    };
    Cell::outcome(&metric.value, of_unit)
}

/// A limit in words: "limit: 0.050 or more".
pub(super) fn wanted(judged: &Judged) -> String {
    let bound = |value: f64| shown(&Metric { value: Outcome::Value(value), ..judged.metric.clone() });
    match (judged.limit.min, judged.limit.max) {
        (Some(min), Some(max)) => format!("limit: {} to {}", bound(min), bound(max)),
        (Some(min), None) => format!("limit: {} or more", bound(min)),
        (None, Some(max)) => format!("limit: {} or less", bound(max)),
        (None, None) => "no bound is set".to_owned(),
    }
}
