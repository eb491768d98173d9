//! Batches as they come.

use std::future::poll_fn;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::common::Result;
use datafusion::execution::SendableRecordBatchStream;

/// The next batch.
pub(crate) async fn next(rows: &mut SendableRecordBatchStream) -> Option<Result<RecordBatch>> {
    poll_fn(|cx| rows.as_mut().poll_next(cx)).await
}

/// Bytes of the rows themselves: a slice does not count what it is a slice of.
pub(crate) fn size(batch: &RecordBatch) -> Result<usize> {
    batch.columns().iter().map(|column| Ok(column.to_data().get_slice_memory_size()?)).sum()
}
