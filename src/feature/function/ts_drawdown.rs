//! `ts_drawdown(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::drawdowns;

/// How far below the highest of the last n rows is the newest?
///
/// x(t) / max x - 1. NULL where the newest value is. NULLs are skipped; fewer than `min_count` values (1 unless given) give
/// NULL. NULL where the maximum is not above 0.
/// Range: [-1, 0] for prices. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_drawdown", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| drawdowns(call.first(), call.window()) };
