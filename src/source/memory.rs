//! How much memory SQL may hold before it goes to disk.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};

/// Memory of one pass through the SQL files.
///
/// The sizes are constants and no share of the machine's memory: where an aggregate goes to disk, its float sums are taken in pieces, and
/// the same data must give the same bits on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Bytes that sorts and aggregates share; beyond them they go to disk.
    pub limit: usize,
    /// Bytes of a view, read more than once, that are kept; a larger one goes to disk.
    pub held: usize,
    /// Where temporary files lie, in a folder of their own that goes with the last of them; `None` for the system's (`TMPDIR`).
    pub folder: Option<PathBuf>,
}

impl Default for Memory {
    /// 1.5 GB and 256 MB: with Parquet pages, joins and windows beside them a pass stays well below 4 GB.
    fn default() -> Self {
        Self { limit: 1536 << 20, held: 256 << 20, folder: None }
    }
}

impl Memory {
    /// A runtime of its own for each session: what runs beside it has no say in when it goes to disk.
    pub(super) fn runtime(&self) -> Result<Arc<RuntimeEnv>> {
        let pool = Arc::new(Pool { inner: FairSpillPool::new(self.limit) });
        let builder = RuntimeEnvBuilder::new().with_memory_pool(pool);
        let builder = self.folder.iter().fold(builder, |builder, folder| builder.with_temp_file_path(folder));
        builder.with_max_temp_directory_size(u64::MAX).build_arc()
    }
}

/// Sorts and aggregates share the limit fairly; what cannot go to disk, such as the built side of a join, is counted and never refused.
#[derive(Debug)]
struct Pool {
    inner: FairSpillPool,
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl MemoryPool for Pool {
    fn name(&self) -> &'static str {
        "fair to what spills"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.inner.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.inner.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.inner.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, bytes: usize) {
        self.inner.shrink(reservation, bytes);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if reservation.consumer().can_spill() {
            return self.inner.try_grow(reservation, additional);
        }
        self.inner.grow(reservation, additional);
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.inner.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.inner.memory_limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spills_is_refused_beyond_its_share_and_what_cannot_is_counted() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Pool { inner: FairSpillPool::new(1000) });
        let join = MemoryConsumer::new("join").register(&pool);
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        join.try_grow(400).expect("a join is not refused");
        sort.try_grow(600).expect("the rest is the sort's");
        assert!(sort.try_grow(1).is_err());
        join.try_grow(5000).expect("a join is not refused");
        assert_eq!(pool.reserved(), 6000);
    }
}
