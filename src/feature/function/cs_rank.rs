//! `cs_rank(x, [group]) over (partition by date)`.

use super::definition::{Function, GROUP, Order, X};
use super::kernel::{by_group, ranked};

/// How high does a row stand among its peers?
///
/// (number less + (number equal + 1) / 2) / count over the partition, or over its rows of the same group. Rows whose x or group
/// is NULL give NULL and count for nothing.
/// Range: (0, 1]. Source: pandas' `rank(pct=True)`.
pub(super) const FUNCTION: Function =
    Function { name: "cs_rank", arguments: &[X, GROUP], order: Order::Peers, compute: |call| by_group(call.first(), call.groups.as_deref(), ranked) };
