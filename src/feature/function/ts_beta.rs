//! `ts_beta(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{Trend, trends};

/// How fast does x rise per row over the last n rows?
///
/// Slope of x on the places 1..n, the newest at n. A NULL row is skipped and keeps its place. Fewer than 2 values, or than
/// `min_count`, give NULL.
/// Range: any, in units of x per row. Source: qlib's Slope.
pub(super) const FUNCTION: Function = Function {
    name: "ts_beta",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| trends(call.first(), call.window(), Trend::Slope),
};
