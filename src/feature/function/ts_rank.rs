//! `ts_rank(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::ranks;

/// How high does the newest row stand among the last n?
///
/// (number less + (number equal + 1) / 2) / count: the average rank over the count. NULL where the newest value is. NULLs are
/// skipped; fewer than `min_count` values (1 unless given) give NULL.
/// Range: (0, 1]. Source: qlib's Rank, pandas' `rank(pct=True)`.
pub(super) const FUNCTION: Function =
    Function { name: "ts_rank", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| ranks(call.first(), call.window()) };
