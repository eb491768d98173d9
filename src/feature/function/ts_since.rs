//! `ts_since(x) over (partition by entity order by date)`.

use super::definition::{Function, Order, X};
use super::kernel::rows_since;

/// How many rows are there since x was last other than 0, that row included?
///
/// Counted from the first row where x never was; on the row itself it is 1. A NULL is no such row.
/// Range: whole numbers from 1. Source: definition.
pub(super) const FUNCTION: Function = Function { name: "ts_since", arguments: &[X], order: Order::Time, compute: |call| rows_since(call.first()) };
