//! `ts_prior_median(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{lags, quantiles};

/// What was usual before today: the middle of the n rows before the current one?
///
/// The median of x(t - n) to x(t - 1). NULLs are skipped; fewer than `min_count` values (1 unless given) give NULL. Today's x, which may
/// be the bad print that is looked for, has no say.
/// Range: that of x. Source: definition.
pub(super) const FUNCTION: Function = Function {
    name: "ts_prior_median",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| quantiles(&lags(call.first(), 1), call.window(), 0.5),
};
