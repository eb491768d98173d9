//! `ts_slope(y, x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X, Y};
use super::kernel::regression_slopes;

/// By how much does y change per unit of x over the last n rows?
///
/// cov(x, y) / var(x) over the rows where both have a value: least squares with an intercept; the market beta of a stock.
/// `min_count` counts
/// those rows; fewer than 2, or a constant x, give NULL.
/// Range: any. Source: least squares.
pub(super) const FUNCTION: Function = Function {
    name: "ts_slope",
    arguments: &[Y, X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| regression_slopes(call.first(), call.second(), call.window()),
};
