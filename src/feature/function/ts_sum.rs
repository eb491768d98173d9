//! `ts_sum(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::sums;

/// What do the last n rows add up to?
///
/// sum x over rows t - n + 1 ..= t; the first rows use the rows there are. NULLs are skipped; fewer than `min_count` values (1
/// unless given) give NULL.
/// Range: any. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_sum", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| sums(call.first(), call.window()) };
