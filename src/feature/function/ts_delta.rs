//! `ts_delta(x, n) over (partition by entity order by date)`.

use super::definition::{Function, N, Order, X};
use super::kernel::changes;

/// How much has x changed since n rows ago?
///
/// x(t) - x(t - n). NULL in the first n rows and where either value is NULL.
/// Range: any. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_delta", arguments: &[X, N], order: Order::Time, compute: |call| changes(call.first(), call.constants.whole) };
