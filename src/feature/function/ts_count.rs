//! `ts_count(x, n) over (partition by entity order by date)`.

use super::definition::{Function, N, Order, X};
use super::kernel::counts;

/// How many of the last n rows have a value?
///
/// Never NULL: 0 where there is none.
/// Range: 0 to n. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_count", arguments: &[X, N], order: Order::Time, compute: |call| counts(call.first(), call.constants.whole) };
