//! `ts_fill(x, limit) over (partition by entity order by date)`.

use super::definition::{Argument, Function, Kind, Order, X};
use super::kernel::filled;

const LIMIT: Argument = Argument { name: "limit", kind: Kind::Whole };

/// What was the latest value, at most limit rows ago?
///
/// x(t), or else the latest x at most `limit` rows earlier; NULL where there is none. Never filled from a later row.
/// Range: that of x. Source: definition.
pub(super) const FUNCTION: Function =
    Function { name: "ts_fill", arguments: &[X, LIMIT], order: Order::Time, compute: |call| filled(call.first(), call.constants.whole) };
