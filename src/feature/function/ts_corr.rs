//! `ts_corr(x, y, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X, Y};
use super::kernel::correlations;

/// Do x and y move together over the last n rows?
///
/// Pearson's correlation of the rows where both have a value; `min_count` counts those rows, and fewer than 2 give NULL. NULL
/// where the
/// standard deviation of x's or of y's own values in the window is at most 2e-5: an absolute bound, so scale series that are
/// smaller.
/// Range: [-1, 1]. Source: qlib's Corr.
pub(super) const FUNCTION: Function = Function {
    name: "ts_corr",
    arguments: &[X, Y, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| correlations(call.first(), call.second(), call.window()),
};
