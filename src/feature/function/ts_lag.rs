//! `ts_lag(x, n) over (partition by entity order by date)`.

use super::definition::{Function, N, Order, X};
use super::kernel::lags;

/// What was x n rows ago?
///
/// x(t - n); NULL on the first n rows and where x was NULL.
/// Range: that of x. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_lag", arguments: &[X, N], order: Order::Time, compute: |call| lags(call.first(), call.constants.whole) };
