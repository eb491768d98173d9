//! `ts_std(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::standard_deviations;

/// How much do the last n rows vary?
///
/// sqrt(sum (x - mean)^2 / (count - 1)). NULLs are skipped; fewer than `min_count` values (1 unless given) give NULL. One value
/// alone gives NULL.
/// Range: 0 or more; exactly 0 for a constant window. Source: sample standard deviation.
pub(super) const FUNCTION: Function =
    Function { name: "ts_std", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| standard_deviations(call.first(), call.window()) };
