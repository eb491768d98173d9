//! Work on all cores whose answers leave in the order in which it was given.

use std::collections::VecDeque;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::{DataFusionError, Result};
use tokio::sync::mpsc::Sender;

/// Bytes of work under way beyond which no further one is begun: partitions may be large, such as a day of a long panel.
const MOST_BYTES: usize = 128 << 20;

/// Pieces of work that the machine's cores do at a time.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Batches that are being computed, oldest first.
pub(super) struct Queue {
    running: VecDeque<(usize, SpawnedTask<Result<RecordBatch>>)>,
    n_most: usize,
    n_bytes: usize,
    to: Sender<Result<RecordBatch>>,
}

impl Queue {
    /// Answers go to `to`.
    pub(super) fn new(to: Sender<Result<RecordBatch>>) -> Self {
        Self { running: VecDeque::new(), n_most: threads() + 1, n_bytes: 0, to }
    }

    /// Bytes of the work under way.
    pub(super) fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Begins a piece of work of `n_bytes`, and waits while there is too much; false when nobody wants the answers.
    pub(super) async fn push(&mut self, n_bytes: usize, work: impl Future<Output = Result<RecordBatch>> + Send + 'static) -> Result<bool> {
        self.n_bytes += n_bytes;
        self.running.push_back((n_bytes, SpawnedTask::spawn(work)));
        if self.n_most <= self.running.len() || MOST_BYTES <= self.n_bytes { self.hand_on().await } else { Ok(true) }
    }

    /// Waits for all that is under way.
    pub(super) async fn finish(mut self) -> Result<()> {
        while !self.running.is_empty() && self.hand_on().await? {}
        Ok(())
    }

    /// The oldest piece leaves first, whichever was ready first.
    async fn hand_on(&mut self) -> Result<bool> {
        let Some((n_bytes, oldest)) = self.running.pop_front() else { return Ok(true) };
        let answer = oldest.await.map_err(|cause| DataFusionError::External(Box::new(cause)))?;
        self.n_bytes -= n_bytes;
        Ok(self.to.send(answer).await.is_ok())
    }
}
