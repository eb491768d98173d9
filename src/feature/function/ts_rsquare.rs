//! `ts_rsquare(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{Trend, trends};

/// How straight is the path of x over the last n rows?
///
/// Squared correlation of x with the places 1..n. A NULL row is skipped and keeps its place. Fewer than 2 values, or than
/// `min_count`, give
/// NULL; so does a standard deviation of at most 2e-5: an absolute bound, so scale series that are smaller.
/// Range: [0, 1]. Source: qlib's Rsquare.
pub(super) const FUNCTION: Function = Function {
    name: "ts_rsquare",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| trends(call.first(), call.window(), Trend::Fit),
};
