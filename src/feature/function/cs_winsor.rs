//! `cs_winsor(x, tail, [group]) over (partition by date)`.

use super::definition::{Argument, Function, GROUP, Kind, Order, X};
use super::kernel::{by_group, winsorized};

const TAIL: Argument = Argument { name: "tail", kind: Kind::Share { most: 0.5 } };

/// What is a row's value with outliers pulled in?
///
/// x held between the quantiles `tail` and 1 - tail of the partition, or of its rows of the same group; quantiles interpolate
/// linearly, tail in
/// [0, 0.5]. Rows whose x or group is NULL give NULL and count for nothing.
/// Range: that of x. Source: Winsor; quantiles by definition 7 of Hyndman and Fan (1996).
pub(super) const FUNCTION: Function = Function {
    name: "cs_winsor",
    arguments: &[X, TAIL, GROUP],
    order: Order::Peers,
    compute: |call| by_group(call.first(), call.groups.as_deref(), |values| winsorized(values, call.constants.real)),
};
