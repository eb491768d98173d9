//! `ts_max(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{Side, extremes};

/// What is the largest of the last n rows?
///
/// max x over rows t - n + 1 ..= t. NULLs are skipped; fewer than `min_count` values (1 unless given) give NULL.
/// Range: that of x. Source: definition.
pub(super) const FUNCTION: Function = Function {
    name: "ts_max",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| extremes(call.first(), call.window(), Side::Largest),
};
