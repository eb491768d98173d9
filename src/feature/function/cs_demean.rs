//! `cs_demean(x, [group]) over (partition by date)`.

use super::definition::{Function, GROUP, Order, X};
use super::kernel::{by_group, centred};

/// By how much does a row exceed its peers?
///
/// x - mean over the partition, or over its rows of the same group. Rows whose x or group is NULL give NULL and count for
/// nothing.
/// Range: any. Source: definition.
pub(super) const FUNCTION: Function = Function {
    name: "cs_demean",
    arguments: &[X, GROUP],
    order: Order::Peers,
    compute: |call| by_group(call.first(), call.groups.as_deref(), centred),
};
