//! `ts_median(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::quantiles;

/// What is the middle of the last n rows?
///
/// The quantile 0.5: the mean of the two middle values of an even count. NULLs are skipped; fewer than `min_count` values (1
/// unless given) give NULL.
/// Range: that of x. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_median", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| quantiles(call.first(), call.window(), 0.5) };
