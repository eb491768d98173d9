//! `cs_bucket(x, k, [group]) over (partition by date)`.

use super::definition::{Argument, Function, GROUP, Kind, Order, X};
use super::kernel::{buckets, by_group};

const K: Argument = Argument { name: "k", kind: Kind::Whole };

/// In which of k equal buckets, from the smallest, does a row fall?
///
/// floor((rank - 1/2) k / count) + 1 with the average rank over the partition, or over its rows of the same group: ties share a
/// bucket. Rows whose x or group is NULL give NULL and count for nothing.
/// Range: 1 to k. Source: quantile portfolios.
pub(super) const FUNCTION: Function = Function {
    name: "cs_bucket",
    arguments: &[X, K, GROUP],
    order: Order::Peers,
    compute: |call| by_group(call.first(), call.groups.as_deref(), |values| buckets(values, call.constants.whole)),
};
