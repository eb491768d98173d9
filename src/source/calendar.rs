//! Dates of tables and views lie in the years 1 to 9999.
//!
//! A file may hold any number as a date. One beyond the calendar would be moved, compared and printed as if it were one; it is refused
//! where it is read.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Date64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

use crate::day::Day;

const SECONDS: i64 = 86_400;

/// Whether a column's values are dates, or times of a date.
#[must_use]
pub(crate) fn is_date(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _))
}

/// The first row of a column of dates whose date is not in the years 1 to 9999, and the date in words; `None` for other columns.
#[must_use]
pub(crate) fn beyond(column: &ArrayRef) -> Option<(usize, String)> {
    match column.data_type() {
        DataType::Date32 => first(column.as_primitive::<Date32Type>().iter().map(|day| day.map(i64::from)), 1),
        DataType::Date64 => first(column.as_primitive::<Date64Type>().iter(), SECONDS * 1_000),
        DataType::Timestamp(TimeUnit::Second, _) => first(column.as_primitive::<TimestampSecondType>().iter(), SECONDS),
        DataType::Timestamp(TimeUnit::Millisecond, _) => first(column.as_primitive::<TimestampMillisecondType>().iter(), SECONDS * 1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => first(column.as_primitive::<TimestampMicrosecondType>().iter(), SECONDS * 1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => first(column.as_primitive::<TimestampNanosecondType>().iter(), SECONDS * 1_000_000_000),
        _ => None,
    }
}

fn first(values: impl Iterator<Item = Option<i64>>, per_day: i64) -> Option<(usize, String)> {
    // Nanoseconds do not reach so far: the bounds are wider than i64.
    let at = |days: i32| i128::from(days) * i128::from(per_day);
    let plausible = at(Day::FIRST.0)..at(Day::LAST.0 + 1);
    let is_beyond = |value: &i64| !plausible.contains(&i128::from(*value));
    let (row, value) = values.enumerate().find_map(|(row, value)| Some((row, value.filter(is_beyond)?)))?;
    let days = value.div_euclid(per_day);
    Some((row, i32::try_from(days).map_or_else(|_| format!("day {days} after 1970-01-01"), |day| Day(day).to_string())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Array, Date32Array, Date64Array, Int64Array, TimestampMicrosecondArray, TimestampNanosecondArray};

    use super::*;

    fn found(column: impl Array + 'static) -> Option<(usize, String)> {
        beyond(&(Arc::new(column) as ArrayRef))
    }

    #[test]
    fn the_first_date_beyond_the_years_1_to_9999_is_told() {
        assert_eq!(found(Date32Array::from(vec![Some(Day::FIRST.0), None, Some(Day::LAST.0)])), None);
        assert_eq!(found(Date32Array::from(vec![None, Some(Day::LAST.0 + 1)])), Some((1, "+10000-01-01".to_owned())));
        assert_eq!(found(Date32Array::from(vec![i32::MIN])), Some((0, "day -2147483648 after 1970-01-01".to_owned())));
        assert_eq!(found(Date32Array::from(vec![95_026_236])), Some((0, "+262142-12-31".to_owned())));
        assert_eq!(found(Int64Array::from(vec![i64::MAX])), None);
    }

    #[test]
    fn times_are_compared_in_their_own_unit() {
        assert_eq!(found(Date64Array::from(vec![0, i64::MAX])), Some((1, "day 106751991167 after 1970-01-01".to_owned())));
        assert_eq!(found(TimestampMicrosecondArray::from(vec![253_402_300_799_999_999])), None);
        assert_eq!(found(TimestampMicrosecondArray::from(vec![253_402_300_800_000_000])), Some((0, "+10000-01-01".to_owned())));
        // Nanoseconds reach from 1677 to 2262.
        assert_eq!(found(TimestampNanosecondArray::from(vec![i64::MIN, i64::MAX])), None);
        assert_eq!(found(Date32Array::from(Vec::<i32>::new())), None);
    }
}
