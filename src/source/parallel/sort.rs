//! Sorts on all cores: rows are held, their keys sorted as integers, and columns gathered side by side.
//!
//! The sort is stable, whichever way it goes: DataFusion's own `SortExec`, which stays for what memory does not hold and for keys that
//! no integer holds, is given each row's position as its last key. So no order depends on memory or on the number of threads.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{SortOptions, concat, interleave, take};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use tokio::sync::mpsc::Sender;

use super::key::{Keys, Order};
use super::queue::threads;
use super::stand_in::Way;
use crate::source::stream::{next, size};

/// Bytes that a row's key takes beside the row while it is sorted.
const KEY_BYTES: usize = 32;

/// Bytes of a column that is put into one piece: offsets of texts have 31 bits.
const MOST_IN_ONE: usize = 1 << 30;

/// Neighbouring rows, on average, from which on they are copied as one.
const N_IN_A_RUN: usize = 16;

/// Column of a row's position, where DataFusion sorts.
const POSITION: &str = "_position";

/// Sorts of all rows of one stream.
#[derive(Debug)]
pub(super) struct ByPackedKeys;

impl Way for ByPackedKeys {
    const NAME: &'static str = "ParallelSortExec";

    fn is_for(operator: &dyn ExecutionPlan) -> bool {
        operator.downcast_ref::<SortExec>().is_some_and(|sort| sort.fetch().is_none() && sort.input().output_partitioning().partition_count() == 1)
    }

    fn execute(operator: &Arc<dyn ExecutionPlan>, at: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let keys = operator.downcast_ref::<SortExec>().expect("a sort keeps its kind").expr().clone();
        let input = operator.children()[0].execute(at, Arc::clone(&context))?;
        let mut builder = RecordBatchReceiverStream::builder(operator.schema(), 2);
        let sort = Sort { keys, to: builder.tx(), context };
        builder.spawn(sort.run(input));
        Ok(builder.build())
    }
}

/// A sort under way.
struct Sort {
    keys: LexOrdering,
    to: Sender<Result<RecordBatch>>,
    context: Arc<TaskContext>,
}

impl Sort {
    async fn run(self, mut input: SendableRecordBatchStream) -> Result<()> {
        let reservation = MemoryConsumer::new(ByPackedKeys::NAME).with_can_spill(true).register(self.context.memory_pool());
        let mut held: Vec<RecordBatch> = Vec::new();
        let schema = input.schema();
        let exprs = self.keys.iter();
        let kinds = exprs.map(|key| Ok((key.expr.data_type(&schema)?, key.options))).collect::<Result<Vec<(DataType, SortOptions)>>>()?;
        let Some(mut keys) = Keys::of(&kinds) else { return self.by_datafusion(held, input, reservation).await };
        while let Some(batch) = next(&mut input).await {
            let batch = batch?;
            let n_rows = batch.num_rows();
            let columns = self.keys.iter().map(|key| key.expr.evaluate(&batch)?.into_array(n_rows)).collect::<Result<Vec<_>>>()?;
            let room = size(&batch)? + n_rows * KEY_BYTES;
            held.push(batch);
            let fits = match reservation.try_grow(room) {
                Ok(()) => true,
                Err(DataFusionError::ResourcesExhausted(_)) => false,
                Err(refused) => return Err(refused),
            };
            if !fits || !keys.push(&columns)? {
                return self.by_datafusion(held, input, reservation).await;
            }
        }
        match keys.order() {
            Some(Order::AsTheyCame) => {
                for batch in held {
                    if batch.num_rows() > 0 && self.to.send(Ok(batch)).await.is_err() {
                        break;
                    }
                }
                Ok(())
            }
            Some(Order::Sorted(order)) => self.gather(held, order).await,
            None => self.by_datafusion(held, input, reservation).await,
        }
    }

    /// Each column is put in order by itself, from one piece, and cut into batches that own their values: slices of one piece would each be
    /// counted as the whole of it by whatever holds them.
    async fn gather(&self, held: Vec<RecordBatch>, order: Vec<u32>) -> Result<()> {
        let Some(schema) = held.first().map(RecordBatch::schema) else { return Ok(()) };
        let columns: Vec<Vec<ArrayRef>> =
            (0..schema.fields().len()).map(|at| held.iter().map(|batch| Arc::clone(batch.column(at))).collect()).collect();
        drop(held);
        let order = UInt32Array::from(order);
        let n_most = self.context.session_config().batch_size();
        let mut under_way = VecDeque::new();
        let mut sorted = Vec::with_capacity(columns.len());
        for column in columns {
            if under_way.len() == threads()
                && let Some(first) = under_way.pop_front()
            {
                sorted.push(joined(first).await?);
            }
            let order = order.clone();
            under_way.push_back(SpawnedTask::spawn(async move { in_order(&column, &order, n_most) }));
        }
        for task in under_way {
            sorted.push(joined(task).await?);
        }
        let mut n_left = order.len();
        while 0 < n_left {
            let n_rows = n_left.min(n_most);
            n_left -= n_rows;
            let columns: Vec<ArrayRef> = sorted.iter_mut().filter_map(Iterator::next).collect();
            let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &RecordBatchOptions::new().with_row_count(Some(n_rows)))?;
            if self.to.send(Ok(batch)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What was read, and what is still to come, sorted by DataFusion: on disk where it must.
    async fn by_datafusion(&self, held: Vec<RecordBatch>, rest: SendableRecordBatchStream, reservation: MemoryReservation) -> Result<()> {
        reservation.free();
        drop(reservation);
        let schema = rest.schema();
        let position = Field::new(POSITION, DataType::UInt64, false);
        let numbered = Arc::new(Schema::new(schema.fields().iter().cloned().chain([Arc::new(position)]).collect::<Vec<_>>()));
        let rows = Numbered { schema: Arc::clone(&numbered), rows: Mutex::new(Some((held, rest))) };
        let input = StreamingTableExec::try_new(Arc::clone(&numbered), vec![Arc::new(rows)], None, [], false, None)?;
        let last = PhysicalSortExpr::new(Arc::new(Column::new(POSITION, schema.fields().len())), SortOptions::default());
        let order = LexOrdering::new(self.keys.iter().cloned().chain([last])).expect("a sort has a key");
        let mut sorted = SortExec::new(order, Arc::new(input)).execute(0, Arc::clone(&self.context))?;
        let columns: Vec<usize> = (0..schema.fields().len()).collect();
        while let Some(batch) = next(&mut sorted).await {
            if self.to.send(Ok(batch?.project(&columns)?)).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Values of a column in the order given, in arrays of `n_most`.
fn in_order(column: &[ArrayRef], order: &UInt32Array, n_most: usize) -> Result<Vec<ArrayRef>> {
    let pieces: Vec<&dyn Array> = column.iter().map(AsRef::as_ref).collect();
    let batches = (0..order.len()).step_by(n_most).map(|start| order.slice(start, n_most.min(order.len() - start)));
    let n_bytes: usize = column.iter().map(|piece| piece.to_data().get_slice_memory_size()).sum::<Result<_, _>>()?;
    if n_bytes <= MOST_IN_ONE {
        let whole = concat(&pieces)?;
        return batches.map(|rows| taken(&whole, &rows)).collect();
    }
    let starts: Vec<u32> = column.iter().scan(0, |next, piece| Some(std::mem::replace(next, *next + piece.len() as u32))).collect();
    let place = |row: u32| {
        // The last piece that starts at or before the row: empty ones before it start there too.
        let piece = starts.partition_point(|&start| start <= row) - 1;
        (piece, (row - starts[piece]) as usize)
    };
    batches.map(|rows| Ok(interleave(&pieces, &rows.values().iter().map(|&row| place(row)).collect::<Vec<_>>())?)).collect()
}

/// Values at some rows, copied run by run where rows are neighbours, as they are where sorted lists are put together.
fn taken(whole: &ArrayRef, rows: &UInt32Array) -> Result<ArrayRef> {
    let runs: Vec<&[u32]> = rows.values().chunk_by(|&a, &b| a + 1 == b).collect();
    if rows.len() < N_IN_A_RUN * runs.len() {
        return Ok(take(whole, rows, None)?);
    }
    // One slice by itself would not be copied.
    let halves = runs.iter().flat_map(|run| <[&[u32]; 2]>::from(run.split_at(run.len() / 2))).filter(|run| !run.is_empty());
    let slices: Vec<ArrayRef> = halves.map(|run| whole.slice(run[0] as usize, run.len())).collect();
    match slices.as_slice() {
        [_] => Ok(take(whole, rows, None)?),
        slices => Ok(concat(&slices.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
    }
}

async fn joined(task: SpawnedTask<Result<Vec<ArrayRef>>>) -> Result<std::vec::IntoIter<ArrayRef>> {
    Ok(task.await.map_err(|cause| DataFusionError::External(Box::new(cause)))??.into_iter())
}

/// Rows with their position, read once.
struct Numbered {
    schema: SchemaRef,
    rows: Mutex<Option<(Vec<RecordBatch>, SendableRecordBatchStream)>>,
}

impl fmt::Debug for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbered")
    }
}

impl PartitionStream for Numbered {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (held, mut rest) = self.rows.lock().expect("no holder of the lock panics").take().expect("rows are read once");
        let mut builder = RecordBatchReceiverStream::builder(Arc::clone(&self.schema), 2);
        let (to, schema) = (builder.tx(), Arc::clone(&self.schema));
        builder.spawn(async move {
            let mut n_rows = 0;
            let mut held = held.into_iter();
            loop {
                let batch = match held.next() {
                    Some(batch) => batch,
                    None => match next(&mut rest).await {
                        Some(batch) => batch?,
                        None => return Ok(()),
                    },
                };
                let positions = UInt64Array::from_iter_values(n_rows..n_rows + batch.num_rows() as u64);
                n_rows += batch.num_rows() as u64;
                let columns = batch.columns().iter().cloned().chain([Arc::new(positions) as ArrayRef]).collect();
                if to.send(Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)).await.is_err() {
                    return Ok(());
                }
            }
        });
        builder.build()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Float64Array, Int64Array, StringArray};
    use datafusion::arrow::compute::concat_batches;
    use datafusion::datasource::MemTable;
    use datafusion::execution::memory_pool::FairSpillPool;
    use datafusion::execution::runtime_env::RuntimeEnvBuilder;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;
    use crate::source::parallel::on_all_cores;

    /// 30,000 rows of 300 names on 100 days, day by day, in a memory of `limit` bytes.
    fn sorted(sql: &str, limit: usize) -> (RecordBatch, String) {
        let piece = |start: i64| {
            let rows = start..start + 1000;
            let name: ArrayRef = Arc::new(StringArray::from_iter_values(rows.clone().map(|row| format!("name {}", (row * 7919) % 300))));
            let day: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.clone().map(|row| row / 300)));
            let x: ArrayRef = Arc::new(rows.clone().map(|row| (row % 13 != 4).then(|| ((row * 31) % 1000) as f64)).collect::<Float64Array>());
            let row: ArrayRef = Arc::new(Int64Array::from_iter_values(rows));
            let columns = [("name", name, false), ("day", day, false), ("x", x, true), ("row", row, false)];
            RecordBatch::try_from_iter_with_nullable(columns).expect("equal lengths")
        };
        let pieces: Vec<RecordBatch> = (0..30_000).step_by(1000).map(piece).collect();
        let table = MemTable::try_new(pieces[0].schema(), vec![pieces]).expect("one schema");
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(limit))).build_arc().expect("a runtime");
        let config = SessionConfig::new().with_target_partitions(1).with_batch_size(1000).with_sort_spill_reservation_bytes(1 << 16);
        let context = on_all_cores(&SessionContext::new_with_config_rt(config, runtime));
        context.register_table("rows", Arc::new(table)).expect("registered");
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("threads");
        threads.block_on(async {
            let frame = context.sql(sql).await.expect("planned");
            let plan = frame.clone().create_physical_plan().await.expect("planned");
            let batches = frame.collect().await.expect("sorted");
            assert!(batches.iter().all(|batch| (1..=1000).contains(&batch.num_rows())));
            (concat_batches(&batches[0].schema(), &batches).expect("one schema"), format!("{plan:?}"))
        })
    }

    #[test]
    fn ties_stay_as_they_came_in_memory_and_on_disk() {
        for sql in [
            "select * from rows order by name",
            "select * from rows order by x desc nulls last, day",
            "select * from rows order by 7 * day",
            "select * from rows order by day > 50, day",
        ] {
            let (in_memory, plan) = sorted(sql, 1 << 30);
            assert!(plan.contains("ParallelSortExec"), "{plan}");
            let (on_disk, _) = sorted(sql, 1 << 20);
            assert_eq!(in_memory, on_disk, "{sql}");
            let (by_position, _) = sorted(&format!("{sql}, row"), 1 << 30);
            assert_eq!(in_memory, by_position, "{sql}");
        }
    }
}
