//! Operators of DataFusion on all cores, with the same bytes whatever the number of threads.

mod key;
mod queue;
mod sort;
mod stand_in;
mod window;

pub(super) use sort::ByPackedKeys;
pub(super) use stand_in::StandIns;
pub(super) use window::ByPartition;
