//! `ts_resid(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{Trend, trends};

/// How far is the newest row from the trend of the last n?
///
/// The newest x less the least-squares line of x on the places 1..n, at the newest row. NULL where the newest value is. Other
/// NULL rows are skipped and keep their
/// place. Fewer than 2 values, or than `min_count`, give NULL.
/// Range: any, in units of x. Source: qlib's Resi.
pub(super) const FUNCTION: Function = Function {
    name: "ts_resid",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| trends(call.first(), call.window(), Trend::Residual),
};
