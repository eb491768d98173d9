//! Metric: one number of the summary, in words and as a cell, by its unit.

use super::cell::Cell;
use super::format;
use crate::stat::{Judged, Metric, Outcome, Unit};

/// A metric in words.
pub(super) fn shown(metric: &Metric) -> String {
    match (&metric.value, metric.unit) {
        (Outcome::Undefined(_), _) => "n/a".to_owned(),
        (Outcome::Value(value), Unit::Count) => format::count(*value as u64),
        (Outcome::Value(value), Unit::Number | Unit::Target | Unit::TargetSquared) => format::number(*value, 4),
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

/// Distance of a value within its limit, as a share of the larger of the two: 0 on the limit, 1 far within; negative beyond it.
///
/// `None` where the value is not defined, or the limit is 0, of which nothing is a share; a value on its limit has none left.
pub(super) fn headroom(judged: &Judged) -> Option<f64> {
    let value = *judged.metric.value.value()?;
    let of = |bound: f64, within: f64| match within {
        0.0 => Some(0.0),
        within => (bound != 0.0).then(|| within / value.abs().max(bound.abs())),
    };
    let below = judged.limit.min.map(|min| of(min, value - min));
    let above = judged.limit.max.map(|max| of(max, max - value));
    below.into_iter().chain(above).collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Limit;
    use crate::stat::Standing;

    fn judged(value: f64, min: Option<f64>, max: Option<f64>) -> Judged {
        let limit = Limit { metric: "x".to_owned(), min, max };
        Judged { limit, metric: Metric { value: Outcome::Value(value), unit: Unit::Number, n: 1 }, standing: Standing::Kept }
    }

    #[test]
    fn headroom_is_the_share_of_the_larger_of_value_and_limit() {
        // 0.05 of 0.20 is a quarter; a drawdown of 18 % against a limit of 24 % leaves a quarter.
        let quarter = headroom(&judged(0.2, Some(0.05), None)).expect("it is defined");
        assert!((quarter - 0.75).abs() < 1e-15);
        assert_eq!(headroom(&judged(-0.18, Some(-0.24), None)), Some((0.24 - 0.18) / 0.24));
        assert_eq!(headroom(&judged(0.05, Some(0.05), None)), Some(0.0));
        assert_eq!(headroom(&judged(5.0, Some(1.0), Some(4.0))), Some(-0.2));
        assert_eq!(headroom(&judged(0.03, Some(0.0), None)), None);
    }
}
