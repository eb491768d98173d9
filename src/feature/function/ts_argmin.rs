//! `ts_argmin(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{Side, extreme_places};

/// Where in the last n rows is the smallest?
///
/// Its place counted from 1 at the oldest row of the window at hand; the first of ties. A NULL row keeps its place. NULLs are
/// skipped; fewer than `min_count` values (1 unless given) give NULL.
/// Range: 1 to n. Source: qlib's IdxMin.
pub(super) const FUNCTION: Function = Function {
    name: "ts_argmin",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| extreme_places(call.first(), call.window(), Side::Smallest),
};
