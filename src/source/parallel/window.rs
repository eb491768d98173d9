//! Window functions on all cores, one partition at a time: results and their order do not depend on the number of threads.
//!
//! DataFusion's `WindowAggExec` holds its whole input before it computes anything, on one core, and its `BoundedWindowAggExec` asks for
//! values row by row. Here rows are cut at the borders of partitions as they arrive, pieces of whole partitions are computed side by side, and answers leave in the order of the input. A
//! partition is never split and sees no other, so every number is what one thread would have made; memory is a few pieces, not the table.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::{concat, concat_batches, partition};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::window::WindowExpr;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode};

use super::queue::Queue;
use super::stand_in::Way;
use crate::source::stream::next;

/// Rows of a piece, unless one partition alone has more.
const PIECE_ROWS: usize = 16_384;

/// Windows whose rows come partition by partition.
#[derive(Debug)]
pub(super) struct ByPartition;

/// The calls of a window operator whose partitions are neighbours in its input.
fn calls(node: &dyn ExecutionPlan) -> Option<&[Arc<dyn WindowExpr>]> {
    let bounded = || node.downcast_ref::<BoundedWindowAggExec>().filter(|window| window.input_order_mode == InputOrderMode::Sorted);
    node.downcast_ref::<WindowAggExec>().map(WindowAggExec::window_expr).or_else(|| bounded().map(BoundedWindowAggExec::window_expr))
}

impl Way for ByPartition {
    const NAME: &'static str = "ParallelWindowExec";

    fn is_for(operator: &dyn ExecutionPlan) -> bool {
        calls(operator).is_some_and(|calls| !calls[0].partition_by().is_empty())
    }

    fn execute(operator: &Arc<dyn ExecutionPlan>, at: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut input = operator.children()[0].execute(at, Arc::clone(&context))?;
        let work = Arc::new(Work { schema: operator.schema(), calls: calls(operator.as_ref()).expect("a window keeps its kind").to_vec() });
        // Told to the pool, so that sorts beside it take less.
        let reservation = MemoryConsumer::new(Self::NAME).register(context.memory_pool());
        let mut builder = RecordBatchReceiverStream::builder(operator.schema(), 2);
        let mut queue = Queue::new(builder.tx());
        builder.spawn(async move {
            let mut cutter = Cutter { calls: work.calls.clone(), held: Vec::new(), n_held: 0, wanted: PIECE_ROWS };
            let mut is_open = true;
            while is_open {
                let piece = if let Some(batch) = next(&mut input).await {
                    cutter.push(batch?)?
                } else {
                    is_open = false;
                    cutter.rest()?
                };
                if let Some(piece) = piece {
                    let work = Arc::clone(&work);
                    let n_bytes = piece.rows.get_array_memory_size();
                    reservation.resize(queue.n_bytes() + n_bytes);
                    if !queue.push(n_bytes, async move { work.compute(&piece) }).await? {
                        return Ok(());
                    }
                }
            }
            queue.finish().await
        });
        Ok(builder.build())
    }
}

/// Rows of whole partitions and where each partition lies.
struct Piece {
    rows: RecordBatch,
    partitions: Vec<std::ops::Range<usize>>,
}

/// Gathers rows until there are whole partitions enough.
struct Cutter {
    calls: Vec<Arc<dyn WindowExpr>>,
    held: Vec<RecordBatch>,
    n_held: usize,
    wanted: usize,
}

impl Cutter {
    fn push(&mut self, batch: RecordBatch) -> Result<Option<Piece>> {
        self.n_held += batch.num_rows();
        self.held.push(batch);
        if self.n_held < self.wanted {
            return Ok(None);
        }
        let Piece { rows, mut partitions } = self.gather()?;
        let last = partitions.pop().expect("rows lie in a partition");
        // The last partition may go on in the next batch.
        let rest = rows.slice(last.start, last.len());
        self.n_held = rest.num_rows();
        self.held = vec![rest];
        if partitions.is_empty() {
            // One partition larger than a piece: looked at again when it has doubled, so that rows are not copied at every batch.
            self.wanted = 2 * self.n_held;
            return Ok(None);
        }
        self.wanted = PIECE_ROWS.max(2 * self.n_held);
        Ok(Some(Piece { rows: rows.slice(0, last.start), partitions }))
    }

    fn rest(&mut self) -> Result<Option<Piece>> {
        if self.n_held == 0 { Ok(None) } else { self.gather().map(Some) }
    }

    fn gather(&mut self) -> Result<Piece> {
        let rows = concat_batches(&self.held[0].schema(), &self.held)?;
        let keys = self.calls[0].partition_by().iter().map(|key| key.evaluate(&rows)?.into_array(rows.num_rows())).collect::<Result<Vec<_>>>()?;
        Ok(Piece { partitions: partition(&keys)?.ranges(), rows })
    }
}

/// What is computed for every piece.
struct Work {
    schema: SchemaRef,
    calls: Vec<Arc<dyn WindowExpr>>,
}

impl Work {
    fn compute(&self, piece: &Piece) -> Result<RecordBatch> {
        let mut columns = piece.rows.columns().to_vec();
        for call in &self.calls {
            let answers =
                piece.partitions.iter().map(|rows| call.evaluate(&piece.rows.slice(rows.start, rows.len()))).collect::<Result<Vec<ArrayRef>>>()?;
            let answers: Vec<_> = answers.iter().map(AsRef::as_ref).collect();
            columns.push(concat(&answers)?);
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{AsArray, Float64Array, Int64Array};
    use datafusion::arrow::datatypes::Int64Type;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;
    use crate::source::parallel::on_all_cores;

    /// Partitions of 1, 2, 3, .. rows and two longer than a piece, in batches of 1,000 rows.
    fn rows() -> RecordBatch {
        let sizes: Vec<usize> = (1..300).chain([70_000, 5, 40_000, 1]).collect();
        let keys: Int64Array = sizes.iter().enumerate().flat_map(|(key, &n)| std::iter::repeat_n(key as i64, n)).collect();
        let n = keys.len();
        let values: Float64Array = (0..n).map(|i| (i % 11 != 3).then(|| ((i * 7919) % 10_007) as f64)).collect();
        let times: Int64Array = (0..n as i64).collect();
        RecordBatch::try_from_iter([("key", Arc::new(keys) as ArrayRef), ("time", Arc::new(times)), ("x", Arc::new(values))]).expect("equal lengths")
    }

    fn answers(context: &SessionContext, sql: &str) -> (RecordBatch, String) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("threads");
        runtime.block_on(async {
            let frame = context.sql(sql).await.expect("planned");
            let plan = frame.clone().create_physical_plan().await.expect("planned");
            let batches = frame.collect().await.expect("computed");
            (concat_batches(&batches[0].schema(), &batches).expect("one schema"), format!("{plan:?}"))
        })
    }

    fn session() -> SessionContext {
        let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1).with_batch_size(1000));
        context.register_batch("rows", rows()).expect("registered");
        context
    }

    #[test]
    fn pieces_give_what_the_whole_gives_in_the_same_order() {
        let sql = "select key, time, sum(x) over w, lag(x, 2) over w from rows window w as (partition by key order by time rows between unbounded preceding and unbounded following)";
        let (whole, plan) = answers(&session(), sql);
        assert!(!plan.contains("ParallelWindowExec"));
        let (pieces, plan) = answers(&on_all_cores(&session()), sql);
        assert!(plan.contains("ParallelWindowExec"), "{plan}");
        assert_eq!(whole, pieces);
    }

    #[test]
    fn bounded_frames_give_what_one_thread_gives() {
        let sql = "select key, time, avg(x) over last, max(x) over last, lag(x, 2) over last, sum(x) over next, first_value(x) over next from rows window last as (partition by key order by time rows between 4 preceding and current row), next as (partition by key order by time range between 1 following and 12 following)";
        let (whole, plan) = answers(&session(), sql);
        assert!(plan.contains("BoundedWindowAggExec") && !plan.contains("ParallelWindowExec"), "{plan}");
        let (pieces, plan) = answers(&on_all_cores(&session()), sql);
        assert!(plan.contains("ParallelWindowExec"), "{plan}");
        assert_eq!(whole, pieces);
    }

    #[test]
    fn a_partition_is_never_split() {
        let sql = "select key, count(x) over (partition by key) as n_all, count(x) over (partition by key order by time rows between unbounded preceding and current row) as n from rows";
        let (found, _) = answers(&on_all_cores(&session()), sql);
        let (keys, n) = (found.column(0).as_primitive::<Int64Type>(), found.column(2).as_primitive::<Int64Type>());
        let whole = found.column(1).as_primitive::<Int64Type>();
        for row in 0..found.num_rows() {
            if row + 1 == found.num_rows() || keys.value(row) != keys.value(row + 1) {
                assert_eq!(n.value(row), whole.value(row), "row {row}");
            }
        }
    }
}
