//! Operators that go ahead on a thread of their own while what reads them works: files are decoded, joins and groups computed, beside the
//! windows that stand on them. Batches come as they would, and in their order.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;

use super::stand_in::Way;
use crate::source::stream::next;

/// Batches by which an operator may be ahead.
const N_AHEAD: usize = 4;

/// Operators that are work enough for a thread.
#[derive(Debug)]
pub(super) struct Ahead;

impl Way for Ahead {
    const NAME: &'static str = "AheadExec";

    fn is_for(operator: &dyn ExecutionPlan) -> bool {
        operator.downcast_ref::<DataSourceExec>().is_some()
            || operator.downcast_ref::<HashJoinExec>().is_some()
            || operator.downcast_ref::<NestedLoopJoinExec>().is_some()
            || operator.downcast_ref::<AggregateExec>().is_some()
    }

    fn execute(operator: &Arc<dyn ExecutionPlan>, at: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut rows = operator.execute(at, context)?;
        let mut builder = RecordBatchReceiverStream::builder(operator.schema(), N_AHEAD);
        let to = builder.tx();
        builder.spawn(async move {
            while let Some(batch) = next(&mut rows).await {
                let is_last = batch.is_err();
                if to.send(batch).await.is_err() || is_last {
                    break;
                }
            }
            Ok(())
        });
        Ok(builder.build())
    }
}
