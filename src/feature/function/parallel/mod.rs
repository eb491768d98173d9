//! Operators of DataFusion on all cores, with the same bytes whatever the number of threads.

mod key;
mod queue;
mod sort;
mod window;

pub(super) use sort::ParallelSorts;
pub(super) use window::ParallelWindows;
