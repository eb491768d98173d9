//! `cs_zscore(x, [group]) over (partition by date)`.

use super::definition::{Function, GROUP, Order, X};
use super::kernel::{by_group, standardized};

/// How unusual is a row among its peers?
///
/// (x - mean) / sd over the partition, or over its rows of the same group; sd over count - 1. Rows whose x or group is NULL give
/// NULL and count for nothing. No spread, or one row alone, gives NULL.
/// Range: any. Source: standard score.
pub(super) const FUNCTION: Function = Function {
    name: "cs_zscore",
    arguments: &[X, GROUP],
    order: Order::Peers,
    compute: |call| by_group(call.first(), call.groups.as_deref(), standardized),
};
