//! `ts_ewma(x, halflife, [min_count]) over (partition by entity order by date)`.

use super::definition::{Argument, Function, Kind, MIN_COUNT, Order, X};
use super::kernel::ewma;

const HALFLIFE: Argument = Argument { name: "halflife", kind: Kind::Positive };

/// What is the average of all rows so far, the recent ones weighing more?
///
/// sum w x / sum w with w = 0.5^(age in rows / halflife), halflife above 0. NULL rows are skipped and age the others; on them
/// the mean so far
/// stands. Fewer than `min_count` values so far (1 unless given) give NULL.
/// Range: that of x. Source: pandas' `ewm(halflife=.., adjust=True, ignore_na=False).mean()`.
pub(super) const FUNCTION: Function = Function {
    name: "ts_ewma",
    arguments: &[X, HALFLIFE, MIN_COUNT],
    order: Order::Time,
    compute: |call| ewma(call.first(), call.constants.real, call.constants.min_count),
};
