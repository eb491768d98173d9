//! `cs_percent_rank(x, [group]) over (partition by date)`.

use super::definition::{Function, GROUP, Order, X};
use super::kernel::{by_group, percent_ranked};

/// What share of its peers does a row stand above?
///
/// number less / (count - 1) over the partition, or over its rows of the same group; 0 for a row without peers. Rows whose x or group is
/// NULL give NULL and count for nothing.
/// Range: [0, 1]. Source: SQL's `percent_rank()`, where no x is NULL.
pub(super) const FUNCTION: Function = Function {
    name: "cs_percent_rank",
    arguments: &[X, GROUP],
    order: Order::Peers,
    compute: |call| by_group(call.first(), call.groups.as_deref(), percent_ranked),
};
