//! `ts_zscore(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::zscores;

/// How unusual is the newest row among the last n?
///
/// (newest - mean) / sd, with the newest in both and sd over count - 1. NULL where the newest value is. NULLs are skipped; fewer
/// than `min_count` values (1 unless given) give NULL. A constant window, or
/// one value alone, gives NULL.
/// Range: at most (count - 1) / sqrt(count) either side. Source: standard score.
pub(super) const FUNCTION: Function =
    Function { name: "ts_zscore", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| zscores(call.first(), call.window()) };
