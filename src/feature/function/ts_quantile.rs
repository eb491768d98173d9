//! `ts_quantile(x, n, q, [min_count]) over (partition by entity order by date)`.

use super::definition::{Argument, Function, Kind, MIN_COUNT, N, Order, X};
use super::kernel::quantiles;

const Q: Argument = Argument { name: "q", kind: Kind::Share { most: 1.0 } };

/// Below which value lies the share q of the last n rows?
///
/// The value at place q (count - 1) of the sorted window, interpolated linearly; q in [0, 1]. NULLs are skipped; fewer than
/// `min_count` values (1 unless given) give NULL.
/// Range: that of x. Source: definition 7 of Hyndman and Fan (1996).
pub(super) const FUNCTION: Function = Function {
    name: "ts_quantile",
    arguments: &[X, N, Q, MIN_COUNT],
    order: Order::Time,
    compute: |call| quantiles(call.first(), call.window(), call.constants.real),
};
