//! Checks of a panel of prices that look across a name's whole history: levels that shift, and names that end.

use super::quality::{Check, day, quoted};
use crate::spec::TableSpec;

/// A price that moves beyond a factor of four and stays: an unadjusted split, or a crash.
///
/// The four rows from the shift on all lie beyond 4 times, or below a quarter of, the three rows before, so that neither a bad print nor
/// the way back from one is a shift. Largest first. Only names that move by as much between two rows are looked at further.
pub(super) fn level_shifts(spec: &TableSpec, entity: &str, price: &str) -> Check {
    let (time, table) = (day(spec), quoted(&spec.name));
    let near = |step: &str| (1..=3).map(|n| format!("{step}({price}, {n}) over by_day")).collect::<Vec<_>>().join(", ");
    Check {
        name: "level_shifts",
        meaning: "a price that moved by more than a factor of 4 and stayed there (an unadjusted split, or a crash)".to_owned(),
        counted: None,
        sql: format!(
            "with neighbours as (select {entity} as entity, {price} as price, lag({price}) over (partition by {entity} order by {time}) as price_before from {table}), \
             moved as (select entity from neighbours where price is null or 4 * price_before < price or 4 * price < price_before group by entity), \
             steps as (select {entity} as entity, {time} as day, {price} as price, lag({price}) over by_day as price_before, \
               lead({price}, 3) over by_day as third_after, lag({price}, 3) over by_day as third_before, \
               least({price}, {after}) as low_after, greatest({price}, {after}) as high_after, \
               least({before}) as low_before, greatest({before}) as high_before \
               from {table} where {entity} is null or {entity} in (select entity from moved) window by_day as (partition by {entity} order by {time})) \
             select entity, day, price_before, price, round(price / price_before - 1, 4) as simple_return from steps \
             where third_before > 0 and third_after > 0 and low_before > 0 and low_after > 0 \
               and (4 * high_before < low_after or 4 * high_after < low_before) \
             order by abs(ln(price / price_before)) desc, entity, day",
            after = near("lead"),
            before = near("lag"),
        ),
    }
}

/// Names whose rows end before the table does, by the year of their last row. A panel in which none ends holds survivors.
pub(super) fn ended(spec: &TableSpec, entity: &str) -> Check {
    let (time, table, limit) = (day(spec), quoted(&spec.name), spec.quality.max_gap_days);
    Check {
        name: "ended",
        meaning: format!("names whose rows end more than {limit} calendar days before the table does, by year"),
        counted: Some("names"),
        sql: format!(
            "with names as (select {entity} as entity, max({time}) as last_day from {table} group by {entity}), \
             dated as (select entity, last_day, max(last_day) over () as table_ends from names) \
             select cast(date_part('year', last_day) as bigint) as year, count(*) as names, min(entity) as first_name from dated \
             where cast(table_ends as int) - cast(last_day as int) > {limit} group by date_part('year', last_day) order by year"
        ),
    }
}
