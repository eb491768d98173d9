//! One cell: a number, a date, or neither.

use crate::day::Day;

/// The mark between whole and broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// 1,234.5
    Point,
    /// 1.234,5
    Comma,
}

/// Which comes first in 03/04/2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// The day.
    Dmy,
    /// The month.
    Mdy,
}

/// Words for "there is nothing", in columns of numbers and dates; in columns of text they are text.
const NOTHING: [&str; 9] = ["na", "n/a", "#n/a", "nan", "null", "none", "-", ".", "nil"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const SECONDS: i64 = 86_400;

pub(super) fn is_nothing(cell: &str) -> bool {
    cell.is_empty() || NOTHING.contains(&cell.to_ascii_lowercase().as_str())
}

/// The number in a cell: an optional sign, digits, perhaps in groups of three, a fraction, an exponent.
pub(super) fn number(cell: &str, decimal: Decimal) -> Option<f64> {
    let (mark, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (sign, digits) = match cell.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", cell.strip_prefix('+').unwrap_or(cell)),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, "0"), |(mantissa, exponent)| (mantissa, exponent));
    let (whole, fraction) = mantissa.split_once(mark).unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split(group).collect();
    let is_grouped = groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|three| three.len() == 3));
    let is_whole = groups.iter().all(|digits| is_digits(digits)) && is_grouped;
    if !is_whole || !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) || exponent.parse::<i32>().is_err() {
        return None;
    }
    format!("{sign}{}.{fraction}0e{exponent}", if whole.is_empty() { "0".to_owned() } else { groups.concat() })
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

/// The whole number in a cell, without a mark in it.
pub(super) fn whole(cell: &str) -> Option<i64> {
    cell.parse().ok()
}

/// The day in a cell; `order` reads what begins with neither a year nor a month's name, unless dots stand in it, which are the day's.
pub(super) fn day(cell: &str, order: DateOrder) -> Option<Day> {
    let parts: Vec<&str> = cell.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts[..] else { return None };
    let numeral = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    let year = |text: &str| text.parse::<i32>().ok().filter(|_| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let month = |text: &str| MONTHS.iter().position(|name| text.to_ascii_lowercase().starts_with(name) && text.is_ascii()).map(|at| at as u32 + 1);
    let (year, month, day) = if let Some(year) = year(a) {
        (year, numeral(b)?, numeral(c)?)
    } else if let Some(month) = month(b) {
        (year(c)?, month, numeral(a)?)
    } else if let Some(month) = month(a) {
        (year(c)?, month, numeral(b)?)
    } else if order == DateOrder::Dmy || cell.contains('.') {
        (year(c)?, numeral(b)?, numeral(a)?)
    } else {
        (year(c)?, numeral(a)?, numeral(b)?)
    };
    Day::from_ymd(year, month, day).filter(|day| day.is_plausible())
}

/// The day in eight digits, 1900 to 2099.
pub(super) fn compact_day(cell: &str) -> Option<Day> {
    let is_eight = cell.len() == 8 && cell.bytes().all(|byte| byte.is_ascii_digit()) && (cell.starts_with("19") || cell.starts_with("20"));
    let part = |at: std::ops::Range<usize>| cell.get(at)?.parse::<u32>().ok();
    is_eight.then(|| Day::from_ymd(part(0..4)? as i32, part(4..6)?, part(6..8)?)).flatten()
}

/// Microseconds since 1970 of an ISO date and time without an offset, or with `Z`.
pub(super) fn moment(cell: &str) -> Option<i64> {
    let (date, time) = cell.split_once(['T', ' '])?;
    let day = day(date, DateOrder::Dmy).filter(|_| date.len() == 10 && date.as_bytes()[4] == b'-')?;
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok().filter(|_| part.len() == 2)).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let is_clock = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    let is_fraction = !fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_clock || !is_fraction {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    Some((i64::from(day.0) * SECONDS + hours * 3_600 + minutes * 60 + seconds) * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_mark_and_nothing_else_is_a_number() {
        assert_eq!((number("1,234.5", Decimal::Point), number("1.234,5", Decimal::Comma)), (Some(1234.5), Some(1234.5)));
        assert_eq!((number("-.5e3", Decimal::Point), number("12,5", Decimal::Comma)), (Some(-500.0), Some(12.5)));
        for cell in ["12,5", "NAN", "inf", "1e999", "", "1.2.3", "0x10", "1 2", "12,34,567"] {
            assert_eq!(number(cell, Decimal::Point), None, "{cell}");
        }
    }

    #[test]
    fn days_are_read_in_forms_that_say_which_part_is_which() {
        let day_of = |cell: &str, order| day(cell, order).map(|day| day.to_string());
        for cell in ["2020-04-03", "2020/4/3", "3 Apr 2020", "3-Apr-2020", "Apr 3, 2020", "03.04.2020"] {
            assert_eq!(day_of(cell, DateOrder::Mdy).as_deref(), Some("2020-04-03"), "{cell}");
        }
        assert_eq!(day_of("03/04/2020", DateOrder::Mdy).as_deref(), Some("2020-03-04"));
        assert_eq!(day_of("03/04/2020", DateOrder::Dmy).as_deref(), Some("2020-04-03"));
        assert_eq!((day_of("2020-02-30", DateOrder::Dmy), day_of("03/04/20", DateOrder::Dmy), compact_day("19630732")), (None, None, None));
        assert_eq!(compact_day("19630701").map(|day| day.to_string()).as_deref(), Some("1963-07-01"));
        assert_eq!(moment("1970-01-02T00:00:01Z"), Some((86_400 + 1) * 1_000_000));
    }
}
