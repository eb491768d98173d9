//! `ts_cov(x, y, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X, Y};
use super::kernel::covariances;

/// How much do x and y move together over the last n rows?
///
/// sum (x - mean x)(y - mean y) / (count - 1) over the rows where both have a value; `min_count` counts those rows, and fewer
/// than 2 give NULL.
/// Range: any. Source: sample covariance.
pub(super) const FUNCTION: Function = Function {
    name: "ts_cov",
    arguments: &[X, Y, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| covariances(call.first(), call.second(), call.window()),
};
