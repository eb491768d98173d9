//! How much memory SQL may hold before it goes to disk, and beyond which it ends.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};

use crate::bound::{self, Bytes};
use crate::error::Error;
use crate::scratch::Scratch;

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
    /// Where temporary files lie, in a folder of their own that goes with the tables; `None` for the system's (`TMPDIR`).
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
    pub(super) fn runtime(&self, scratch: &Scratch) -> Result<Arc<RuntimeEnv>> {
        let pool = Arc::new(Pool::new(self.limit, bound::bytes()));
        let builder = RuntimeEnvBuilder::new().with_memory_pool(pool).with_temp_file_path(scratch.path());
        builder.with_max_temp_directory_size(scratch.room()).build_arc()
    }
}

/// Sorts and aggregates share the limit evenly, less what cannot go to disk (the built side of a join, the pieces of a window), but no less
/// than half of it: what cannot go to disk is counted, and must not stop a sort.
///
/// The limit sends to disk; the bound ends. What wants more than the bound is refused with an error of ours, which no operator takes for
/// a reason to go another way: with any bound, an answer that comes is the same.
#[derive(Debug)]
struct Pool {
    limit: usize,
    bound: Bytes,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    n_spilling: usize,
    spilling: usize,
    other: usize,
}

impl Pool {
    fn new(limit: usize, bound: Bytes) -> Self {
        Self { limit, bound, counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("no holder of the lock panics")
    }
}

impl Counts {
    fn of(&mut self, consumer: &MemoryConsumer) -> &mut usize {
        if consumer.can_spill() { &mut self.spilling } else { &mut self.other }
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} bytes)", self.name(), self.limit)
    }
}

impl MemoryPool for Pool {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.counts().n_spilling += usize::from(consumer.can_spill());
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.counts().n_spilling -= usize::from(consumer.can_spill());
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        *self.counts().of(reservation.consumer()) += additional;
    }

    fn shrink(&self, reservation: &MemoryReservation, bytes: usize) {
        *self.counts().of(reservation.consumer()) -= bytes;
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let mut counts = self.counts();
        let share = self.limit.saturating_sub(counts.other).max(self.limit / 2) / counts.n_spilling.max(1);
        if reservation.consumer().can_spill() && share < reservation.size() + additional {
            let name = reservation.consumer().name();
            return Err(DataFusionError::ResourcesExhausted(format!("{name} may hold {share} bytes of memory and wants {additional} more")));
        }
        let held = counts.spilling + counts.other;
        if self.bound.0 < (held + additional) as u64 {
            let name = reservation.consumer().name();
            let [held, additional] = [held, additional].map(|bytes| Bytes(bytes as u64));
            let problem = format!("`{name}` wants {additional} of memory beside {held} that are held, beyond the bound of {}", self.bound);
            return Err(DataFusionError::External(Box::new(Error::machine("SQL", problem).hint(bound::REMEDY))));
        }
        *counts.of(reservation.consumer()) += additional;
        Ok(())
    }

    fn reserved(&self) -> usize {
        let counts = self.counts();
        counts.spilling + counts.other
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spills_is_refused_beyond_its_share_and_what_cannot_is_counted() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Pool::new(1000, Bytes(1 << 20)));
        let join = MemoryConsumer::new("join").register(&pool);
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        join.try_grow(400).expect("a join is not refused");
        sort.try_grow(600).expect("the rest is the sort's");
        assert!(sort.try_grow(1).is_err());
        join.try_grow(5000).expect("a join is not refused");
        assert_eq!(pool.reserved(), 6000);
        sort.free();
        // Half of the limit is left to what spills, whatever a join holds; two sorts have a half of that each.
        let second = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        second.try_grow(250).expect("its share");
        assert!(second.try_grow(1).is_err());
        drop(second);
        sort.try_grow(500).expect("its share");
        // Beyond the bound is beyond all shares, and no reason to go to disk.
        let refused = join.try_grow(1 << 20).expect_err("there is not as much");
        assert!(matches!(refused, DataFusionError::External(_)), "{refused}");
    }
}
