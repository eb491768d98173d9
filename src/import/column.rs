//! What a column holds, decided over the whole file.

use std::cmp::Ordering;

use super::Request;
use super::cell::{self, DateOrder, Decimal};
use super::table::Table;
use crate::error::{Error, Result};

/// A column of which so many cells are of one type is of that type, and the others are bad; below, it is text.
const MOSTLY: f64 = 0.9;
/// So many cells of eight digits that are all days are no chance.
const NO_CHANCE: usize = 20;
/// Columns that identify, whatever they hold: `TRUE` and `NAN` are tickers.
const CODES: [&str; 8] = ["ticker", "symbol", "isin", "cusip", "sedol", "ric", "figi", "entity"];

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Number,
    Day(DateOrder),
    CompactDay,
    Moment,
    Flag,
    Text,
}

impl Kind {
    pub(super) fn takes(self, cell: &str, decimal: Decimal) -> bool {
        self == Self::Text || cell::is_nothing(cell) || self.is(cell, decimal)
    }

    fn is(self, cell: &str, decimal: Decimal) -> bool {
        match self {
            Self::Whole => cell::whole(cell).is_some(),
            Self::Number => cell::number(cell, decimal).is_some(),
            Self::Day(order) => cell::day(cell, order).is_some() || midnight(cell).is_some(),
            Self::CompactDay => cell::compact_day(cell).is_some(),
            Self::Moment => micros(cell).is_some(),
            Self::Flag => flag(cell).is_some(),
            Self::Text => true,
        }
    }

    /// What a cell of it is.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Whole => "whole number",
            Self::Number => "number",
            Self::Day(_) | Self::CompactDay => "date",
            Self::Moment => "date and time",
            Self::Flag => "true or false",
            Self::Text => "text",
        }
    }
}

fn flag(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn midnight(cell: &str) -> Option<i32> {
    cell::moment(cell).filter(|micros| micros % 86_400_000_000 == 0).map(|micros| micros.div_euclid(86_400_000_000) as i32)
}

fn micros(cell: &str) -> Option<i64> {
    cell::moment(cell).or_else(|| Some(i64::from(cell::day(cell, DateOrder::Dmy)?.0) * 86_400_000_000))
}

fn is_code(name: &str) -> bool {
    CODES.iter().any(|code| name.eq_ignore_ascii_case(code))
}

fn cells(table: &Table, at: usize) -> impl Iterator<Item = (u64, &str)> {
    table.rows.iter().map(move |(line, record)| (*line, &record[at])).filter(|(_, cell)| !cell::is_nothing(cell))
}

/// The decimal mark of a file: what its cells can be read with, and cannot be read without.
pub(super) fn decimal(table: &Table, request: &Request) -> Result<Decimal> {
    if let Some(decimal) = request.decimal {
        return Ok(decimal);
    }
    let (mut n_point, mut n_comma, mut either) = (0, 0, None);
    for at in 0..table.names.len() {
        let (mut n, mut n_numbers, mut own) = (0, 0, (0, 0));
        let mut doubtful = None;
        for (line, cell) in cells(table, at) {
            n += 1;
            let reads = (cell::number(cell, Decimal::Point).is_some(), cell::number(cell, Decimal::Comma).is_some());
            n_numbers += usize::from(reads.0 || reads.1);
            match reads {
                (true, false) => own.0 += 1,
                (false, true) => own.1 += 1,
                (true, true) if cell.contains(',') => doubtful = doubtful.or(Some((line, at, cell))),
                (true, true) | (false, false) => {}
            }
        }
        if n == 0 || (n_numbers as f64) < MOSTLY * f64::from(n) {
            continue;
        }
        n_point += own.0;
        n_comma += own.1;
        either = either.or(doubtful);
    }
    match (n_point.cmp(&n_comma), either) {
        (Ordering::Less, _) => Ok(Decimal::Comma),
        (Ordering::Equal, Some((line, at, cell))) => Err(Error::data(
            &table.shown,
            format!("line {line}, column `{}`: `{cell}` is {} or {}", table.names[at], cell.replace(',', ""), cell.replace(',', ".")),
        )
        .hint("nothing else in the file decides it: say --decimal point or --decimal comma")),
        (Ordering::Greater | Ordering::Equal, _) => Ok(Decimal::Point),
    }
}

/// The type of a column, over all of its cells.
pub(super) fn kind(table: &Table, at: usize, decimal: Decimal, request: &Request) -> Result<Kind> {
    let name = &table.names[at];
    let n = cells(table, at).count();
    // Digits behind a leading 0 are a code.
    let has_codes = cells(table, at).any(|(_, cell)| 1 < cell.len() && cell.starts_with('0') && cell.bytes().all(|byte| byte.is_ascii_digit()));
    if n == 0 || request.text.contains(name) || is_code(name) || has_codes {
        return Ok(Kind::Text);
    }
    let count = |kind: Kind| cells(table, at).filter(|(_, cell)| kind.is(cell, decimal)).count();
    let mostly = |count: usize| MOSTLY * n as f64 <= count as f64;
    let is_named_day = ["date", "day", "time", "datum"].iter().any(|word| name.to_ascii_lowercase().contains(word));
    let n_compact = count(Kind::CompactDay);
    if n_compact == n && (is_named_day || NO_CHANCE <= n) {
        return Ok(Kind::CompactDay);
    }
    let n_numbers = count(Kind::Number);
    if mostly(n_numbers) {
        return Ok(if count(Kind::Whole) == n_numbers { Kind::Whole } else { Kind::Number });
    }
    let (dmy, mdy) = (count(Kind::Day(DateOrder::Dmy)), count(Kind::Day(DateOrder::Mdy)));
    if mostly(dmy.max(mdy)) {
        return order(table, at, (dmy, mdy), request).map(Kind::Day);
    }
    let found = [Kind::Moment, Kind::Flag].into_iter().find(|&kind| mostly(count(kind)));
    Ok(found.unwrap_or(Kind::Text))
}

fn order(table: &Table, at: usize, (dmy, mdy): (usize, usize), request: &Request) -> Result<DateOrder> {
    if let Some(order) = request.dates {
        return Ok(order);
    }
    let differs = |cell: &str| {
        let (dmy, mdy) = (cell::day(cell, DateOrder::Dmy), cell::day(cell, DateOrder::Mdy));
        dmy.is_some() && mdy.is_some() && dmy != mdy
    };
    match (dmy.cmp(&mdy), cells(table, at).find(|(_, cell)| differs(cell))) {
        (Ordering::Greater, _) | (Ordering::Equal, None) => Ok(DateOrder::Dmy),
        (Ordering::Less, _) => Ok(DateOrder::Mdy),
        (Ordering::Equal, Some((line, cell))) => {
            let [one, other] = [DateOrder::Dmy, DateOrder::Mdy].map(|order| cell::day(cell, order).map_or(String::new(), |day| day.to_string()));
            Err(Error::data(&table.shown, format!("line {line}, column `{}`: `{cell}` is {one} or {other}", table.names[at]))
                .hint("no date of the column decides it: say --dates dmy or --dates mdy"))
        }
    }
}

/// Values of one type.
pub(super) enum Values {
    Whole(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Day(Vec<Option<i32>>),
    Moment(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
}

/// A column, read.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) values: Values,
    pub(super) notes: Vec<String>,
}

impl Column {
    pub(super) fn of(table: &Table, at: usize, kind: Kind, decimal: Decimal) -> Self {
        let cells = || (0..table.rows.len()).map(|row| table.cell(row, at));
        let values = match kind {
            Kind::Whole => Values::Whole(cells().map(cell::whole).collect()),
            Kind::Number => Values::Number(cells().map(|cell| cell::number(cell, decimal)).collect()),
            Kind::Day(order) => Values::Day(cells().map(|cell| cell::day(cell, order).map(|day| day.0).or_else(|| midnight(cell))).collect()),
            Kind::CompactDay => Values::Day(cells().map(|cell| cell::compact_day(cell).map(|day| day.0)).collect()),
            Kind::Moment => Values::Moment(cells().map(micros).collect()),
            Kind::Flag => Values::Flag(cells().map(flag).collect()),
            Kind::Text => Values::Text(cells().map(|cell| Some(cell.to_owned()).filter(|cell| !cell.is_empty())).collect()),
        };
        let name = table.names[at].clone();
        let mut notes = Vec::new();
        if let Kind::Day(order) = kind
            && cells().any(|cell| cell::day(cell, DateOrder::Dmy) != cell::day(cell, DateOrder::Mdy))
        {
            let words = if order == DateOrder::Dmy { "day, month, year" } else { "month, day, year" };
            notes.push(format!("column `{name}` is read as {words}"));
        }
        let words: Vec<&str> = cells().filter(|cell| !cell.is_empty() && cell::is_nothing(cell)).collect();
        if let Some(first) = words.first() {
            notes.push(match kind {
                Kind::Text => format!("column `{name}`: `{first}` and the like stay text, in {} rows", words.len()),
                _ => format!("column `{name}`: `{first}` and the like are NULL, in {} rows", words.len()),
            });
        }
        let lower = name.to_ascii_lowercase();
        let n_zero = if lower.contains("volume") || lower == "vol" { zeros(&values) } else { 0 };
        if 0 < n_zero {
            notes.push(format!("column `{name}` is 0 in {n_zero} rows: days without trades, or a volume that is not known"));
        }
        Self { name, values, notes }
    }

    pub(super) fn is_dated(&self) -> bool {
        matches!(self.values, Values::Day(_) | Values::Moment(_))
    }

    pub(super) fn is_code(&self) -> bool {
        is_code(&self.name)
    }

    pub(super) fn kind_name(&self) -> &'static str {
        match self.values {
            Values::Whole(_) => "whole numbers",
            Values::Number(_) => "numbers",
            Values::Day(_) => "dates",
            Values::Moment(_) => "dates and times",
            Values::Flag(_) => "true/false",
            Values::Text(_) => "text",
        }
    }

    /// Compares two rows, NULL last.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        match &self.values {
            Values::Whole(values) | Values::Moment(values) => null_last(values[a].as_ref(), values[b].as_ref(), Ord::cmp),
            Values::Number(values) => null_last(values[a].as_ref(), values[b].as_ref(), f64::total_cmp),
            Values::Day(values) => null_last(values[a].as_ref(), values[b].as_ref(), Ord::cmp),
            Values::Flag(values) => null_last(values[a].as_ref(), values[b].as_ref(), Ord::cmp),
            Values::Text(values) => null_last(values[a].as_ref(), values[b].as_ref(), Ord::cmp),
        }
    }
}

fn zeros(values: &Values) -> usize {
    match values {
        Values::Whole(values) => values.iter().filter(|value| **value == Some(0)).count(),
        Values::Number(values) => values.iter().filter(|value| **value == Some(0.0)).count(),
        Values::Day(_) | Values::Moment(_) | Values::Flag(_) | Values::Text(_) => 0,
    }
}

fn null_last<T>(a: Option<&T>, b: Option<&T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    }
}
