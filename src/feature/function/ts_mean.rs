//! `ts_mean(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::means;

/// What is the average over the last n rows?
///
/// sum x / count over rows t - n + 1 ..= t; the first rows use the rows there are. NULLs are skipped; fewer than `min_count`
/// values (1 unless given) give NULL.
/// Range: that of x. Source: arithmetic mean.
pub(super) const FUNCTION: Function =
    Function { name: "ts_mean", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| means(call.first(), call.window()) };
