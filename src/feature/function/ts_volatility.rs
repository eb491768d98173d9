//! `ts_volatility(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::{returns, standard_deviations};

/// How much did the returns of one row vary over the last n rows?
///
/// The standard deviation (n - 1) of x(t) / x(t - 1) - 1 over n rows, per row: not annualised. A return over a NULL or over zero is
/// skipped; fewer than `min_count` returns (1 unless given), and never fewer than two, give NULL.
/// Range: at least 0. Source: definition.
pub(super) const FUNCTION: Function = Function {
    name: "ts_volatility",
    arguments: &[X, N, MIN_COUNT],
    order: Order::Time,
    compute: |call| standard_deviations(&returns(call.first(), 1), call.window()),
};
