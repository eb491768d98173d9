//! The words in which a view that breaks the contract is refused, wherever the breach is found.

use std::fmt::Display;

use datafusion::arrow::array::StringArray;
use datafusion::arrow::datatypes::{DataType, Schema};

use crate::day::Day;
use crate::error::Error;
use crate::source::kind_name;

/// A row's key in words.
pub(super) fn place(entity: &str, as_of: Day) -> String {
    format!("for entity {entity} as_of {as_of}")
}

pub(super) fn no_column(file: &str, name: &str, schema: &Schema) -> Error {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Error::sql(file, format!("the view has no column `{name}`")).hint(format!("its columns are {}", names.join(", ")))
}

pub(super) fn no_rows(file: &str) -> Error {
    Error::sql(file, "the view has no rows").hint("check its joins and filters, and the spec's as_of")
}

pub(super) fn no_entity(file: &str, n_rows: usize) -> Error {
    Error::sql(file, format!("column `entity` is NULL in {n_rows} rows")).hint("add `where entity is not null`")
}

pub(super) fn no_as_of(file: &str, entity: &str) -> Error {
    Error::sql(file, format!("column `as_of` is NULL for entity {entity}")).hint("add `where as_of is not null`")
}

pub(super) fn no_date(file: &str, name: &str, kind: &DataType) -> Error {
    Error::sql(file, format!("column `{name}` is {}, not a date", kind_name(kind))).hint(format!("cast({name} as date)"))
}

/// `date` is one of the column, in words.
pub(super) fn no_calendar(file: &str, name: &str, date: &str) -> Error {
    Error::sql(file, format!("column `{name}` is {date} in a row, outside the years 1 to 9999"))
        .hint("correct the date or leave the row out; what is not known is NULL")
}

/// `values` are the column's, where they can be shown as text.
pub(super) fn no_number(file: &str, name: &str, kind: &DataType, values: Option<&StringArray>) -> Error {
    let known = || values.into_iter().flatten().flatten();
    let sample = known().next().map_or(String::new(), |value| format!(" (\"{value}\", for one)"));
    let problem = format!("column `{name}` is {}{sample}, not a number; encode it, carry it or drop it", kind_name(kind));
    let is_numeric = |value: &str| value.trim().parse::<f64>().is_ok();
    let hint = match known().find(|value| !is_numeric(value)) {
        // Casting a category makes NULLs of it.
        Some(category) if !known().any(is_numeric) => {
            format!("its values are categories: number them, such as case {name} when '{category}' then 1 else 0 end, or add it to `features.carry`")
        }
        Some(_) | None => format!("try_cast({name} as double), or add it to `features.carry`"),
    };
    Error::sql(file, problem).hint(hint)
}

pub(super) fn infinite(file: &str, name: &str, place: &str) -> Error {
    Error::sql(file, format!("column `{name}` is infinite {place}")).hint("guard the division with nullif(denominator, 0), or bound the value")
}

pub(super) fn beyond_f32(file: &str, name: &str, value: f64, place: &str) -> Error {
    Error::sql(file, format!("column `{name}` is {value:e}, beyond the range of f32, {place}")).hint("scale it, or take its logarithm")
}

pub(super) fn no_weight(file: &str, value: Option<f64>, place: &str) -> Error {
    let value = value.map_or("NULL".to_owned(), |weight| weight.to_string());
    Error::sql(file, format!("column `weight` is {value} {place}; it must be 0 or more"))
}

pub(super) fn twice(file: &str, entity: &str, as_of: Day) -> Error {
    Error::sql(file, format!("two rows for entity {entity} as_of {as_of}; (entity, as_of) must be unique"))
        .hint("a join that multiplies rows, or duplicates in a table; the grain line says what a row is")
}

pub(super) fn no_known_on(file: &str, place: &str) -> Error {
    Error::sql(file, format!("column `known_on` is NULL where `target` is not, {place}")).hint("known_on is the day on which the target is known")
}

pub(super) fn known_early(file: &str, known: Day, place: &str) -> Error {
    Error::sql(file, format!("column `known_on` is {known}, before as_of, {place}: the target is no forecast"))
        .hint("the target must become known on as_of or later")
}

/// `n_waiting` rows have a target that is known on `as_of` or later.
pub(super) fn no_target(file: &str, n_waiting: usize, as_of: Day) -> Error {
    if n_waiting == 0 {
        return Error::sql(file, "column `target` is NULL in every row");
    }
    Error::sql(file, format!("no target is known before the run's as_of {as_of}: {n_waiting} rows wait for theirs (`known_on` is that day or later)"))
        .hint("set a later as_of, or read older rows")
}

pub(super) fn no_feature(file: &str) -> Error {
    Error::sql(file, "the view has no feature: every column is a key or carried")
}

pub(super) fn no_value(file: &str, name: &str) -> Error {
    Error::sql(file, format!("column `{name}` is NULL in every row")).hint("drop it, or mend its expression")
}

pub(super) fn cast(file: &str, name: &str, cause: impl Display) -> Error {
    Error::sql(file, format!("column `{name}`: {cause}"))
}

pub(super) fn unsorted(file: &str) -> Error {
    Error::sql(file, "its rows do not come in the order that `sorted_by` of its tables promises").hint("sort the files, or drop `sorted_by`")
}
