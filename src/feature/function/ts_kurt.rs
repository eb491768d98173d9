//! `ts_kurt(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::kurtosis;

/// How heavy are the tails of the last n rows?
///
/// (k - 1) / ((k - 2)(k - 3)) ((k + 1) (m4 / m2^2 - 3) + 6) with k values and central moments m2, m4; 0 for a normal. NULLs are
/// skipped; fewer than `min_count` values (1 unless given) give NULL.
/// Fewer than 4 values, or no spread, give NULL.
/// Range: any. Source: G2 of Joanes and Gill (1998), The Statistician 47(1), 183-189.
pub(super) const FUNCTION: Function =
    Function { name: "ts_kurt", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| kurtosis(call.first(), call.window()) };
