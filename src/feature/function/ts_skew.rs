//! `ts_skew(x, n, [min_count]) over (partition by entity order by date)`.

use super::definition::{Function, MIN_COUNT, N, Order, X};
use super::kernel::skewness;

/// Is the left or the right tail of the last n rows longer?
///
/// sqrt(k (k - 1)) / (k - 2) m3 / m2^1.5 with k values and central moments m2, m3. NULLs are skipped; fewer than `min_count`
/// values (1 unless given) give NULL. Fewer than 3 values, or no spread, give NULL.
/// Range: any. Source: G1 of Joanes and Gill (1998), The Statistician 47(1), 183-189.
pub(super) const FUNCTION: Function =
    Function { name: "ts_skew", arguments: &[X, N, MIN_COUNT], order: Order::Time, compute: |call| skewness(call.first(), call.window()) };
