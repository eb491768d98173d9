//! `ts_return(x, n) over (partition by entity order by date)`.

use super::definition::{Function, N, Order, X};
use super::kernel::returns;

/// What share has x gained since n rows ago?
///
/// x(t) / x(t - n) - 1: the simple return. NULL in the first n rows, where either value is NULL, and where x(t - n) is 0.
/// Range: -1 or more for prices. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_return", arguments: &[X, N], order: Order::Time, compute: |call| returns(call.first(), call.constants.whole) };
