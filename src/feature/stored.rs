//! A view as later files read it: streamed from its plan, kept in memory, or kept on disk.
//!
//! The rows, their order and their batches are the same whichever it is, and so are what the optimizer is told of the two that are kept:
//! no number depends on what memory there was.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::spill_file::SpillFile;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, reset_plan_states};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties, SpillManager};
use tokio::sync::mpsc::Sender;

use super::grain::{BrokenView, GrainOrder};
use super::sql_file::SqlFile;

use crate::error::Error;
use crate::source::{blame, next, size};

/// A view that can be read as a table.
#[derive(Debug, Clone)]
pub(super) struct View {
    inner: Arc<Inner>,
}

struct Inner {
    idx: usize,
    file: SqlFile,
    properties: Arc<PlanProperties>,
    statistics: Arc<Statistics>,
    schema: SchemaRef,
    content: Content,
    /// Every row has been read at least once.
    was_read: AtomicBool,
}

enum Content {
    Plan { plan: Arc<dyn ExecutionPlan>, order: Option<GrainOrder> },
    Memory { batches: Vec<RecordBatch>, _reservation: MemoryReservation },
    Disk { file: Arc<dyn SpillFile> },
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match &self.content {
            Content::Plan { .. } => "streamed",
            Content::Memory { .. } => "in memory",
            Content::Disk { .. } => "on disk",
        };
        write!(f, "{}, {how}", self.file.view)
    }
}

/// Where a view comes from.
pub(super) struct Origin<'a> {
    pub(super) idx: usize,
    pub(super) file: &'a SqlFile,
    pub(super) plan: Arc<dyn ExecutionPlan>,
}

impl View {
    /// A view whose rows are computed while they are read, and watched where `order` says how they are sorted.
    pub(super) fn streamed(origin: &Origin<'_>, order: Option<GrainOrder>) -> Result<Self> {
        let statistics = StatisticsContext::new().compute(origin.plan.as_ref(), &StatisticsArgs::new())?;
        let content = Content::Plan { plan: Arc::clone(&origin.plan), order };
        Ok(Self::new(origin, statistics, content))
    }

    /// A view whose rows are computed now and kept: in memory up to `held` bytes, else on disk.
    pub(super) async fn kept(origin: Origin<'_>, context: Arc<TaskContext>, held: usize) -> Result<Self> {
        let reservation = MemoryConsumer::new("view").register(context.memory_pool());
        let (mut batches, mut n_rows, mut n_bytes) = (Vec::new(), 0, 0);
        let mut on_disk = None;
        for partition in 0..origin.plan.output_partitioning().partition_count() {
            let mut rows = origin.plan.execute(partition, Arc::clone(&context))?;
            while let Some(batch) = next(&mut rows).await {
                let batch = batch?;
                n_rows += batch.num_rows();
                n_bytes += size(&batch)?;
                batches.push(batch);
                if n_bytes <= held {
                    continue;
                }
                let file = match &mut on_disk {
                    Some(file) => file,
                    none => none.insert(spills(&context, origin.plan.schema()).create_in_progress_file("view")?),
                };
                for batch in batches.drain(..) {
                    file.append_batch(&batch)?;
                }
            }
        }
        let content = if let Some(file) = on_disk.map(|mut file| file.finish()).transpose()?.flatten() {
            Content::Disk { file }
        } else {
            reservation.grow(n_bytes);
            Content::Memory { batches, _reservation: reservation }
        };
        let mut statistics = Statistics::new_unknown(&origin.plan.schema());
        statistics.num_rows = Precision::Exact(n_rows);
        statistics.total_byte_size = Precision::Exact(n_bytes);
        Ok(Self::new(&origin, Arc::new(statistics), content))
    }

    fn new(origin: &Origin<'_>, statistics: Arc<Statistics>, content: Content) -> Self {
        let schema = origin.plan.schema();
        // Partitions are read one after the other: the order of each is the order of all only where there is no other. Nothing but the
        // order is handed on: what DataFusion infers from constants does not hold together across plans.
        let orders = origin.plan.equivalence_properties().oeq_class().iter().cloned();
        let is_one = origin.plan.output_partitioning().partition_count() == 1;
        let known = EquivalenceProperties::new_with_orderings(Arc::clone(&schema), orders.filter(|_| is_one));
        let properties = PlanProperties::new(known, Partitioning::UnknownPartitioning(1), EmissionType::Incremental, Boundedness::Bounded);
        let (idx, file) = (origin.idx, origin.file.clone());
        let inner = Inner { idx, file, properties: Arc::new(properties), statistics, schema, content, was_read: AtomicBool::new(false) };
        Self { inner: Arc::new(inner) }
    }

    /// The same rows, read without a watch over the grain.
    pub(super) fn unwatched(&self) -> Result<Self> {
        match &self.inner.content {
            Content::Plan { plan, .. } => Self::streamed(&Origin { idx: self.inner.idx, file: &self.inner.file, plan: Arc::clone(plan) }, None),
            Content::Memory { .. } | Content::Disk { .. } => Ok(self.clone()),
        }
    }

    /// Its position among the files.
    pub(super) fn idx(&self) -> usize {
        self.inner.idx
    }

    /// Whether a reader came to the last row.
    pub(super) fn was_read(&self) -> bool {
        self.inner.was_read.load(Ordering::Acquire)
    }

    /// Reads every row, for nothing but the watch and the errors on the way.
    pub(super) async fn read(&self, context: Arc<TaskContext>) -> Result<()> {
        let mut rows = ViewExec { view: Arc::clone(&self.inner) }.execute(0, context)?;
        while let Some(batch) = next(&mut rows).await {
            batch?;
        }
        Ok(())
    }
}

/// Writes and reads batches on disk, one for one.
fn spills(context: &TaskContext, schema: SchemaRef) -> SpillManager {
    let metrics = SpillMetrics::new(&ExecutionPlanMetricsSet::new(), 0);
    let compression = context.session_config().options().execution.spill_compression;
    SpillManager::new(context.runtime_env(), metrics, schema).with_compression_type(compression)
}

#[async_trait]
impl TableProvider for View {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.inner.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(&self, _: &dyn Session, projection: Option<&Vec<usize>>, _: &[Expr], _: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        let whole: Arc<dyn ExecutionPlan> = Arc::new(ViewExec { view: Arc::clone(&self.inner) });
        let Some(columns) = projection else { return Ok(whole) };
        let column = |&at: &usize| {
            let name = self.inner.schema.field(at).name();
            let column: Arc<dyn PhysicalExpr> = Arc::new(datafusion::physical_expr::expressions::Column::new(name, at));
            (column, name.clone())
        };
        Ok(Arc::new(ProjectionExec::try_new(columns.iter().map(column).collect::<Vec<_>>(), whole)?))
    }
}

/// Reads a view. It has no children: the optimizer of a later file does not reach into an earlier one.
#[derive(Debug)]
struct ViewExec {
    view: Arc<Inner>,
}

impl DisplayAs for ViewExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ViewExec: {:?}", self.view)
    }
}

impl ExecutionPlan for ViewExec {
    fn name(&self) -> &'static str {
        "ViewExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.view.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(&self, _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::clone(&self.view.statistics))
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut builder = RecordBatchReceiverStream::builder(Arc::clone(&self.view.schema), 2);
        let reader = Reader { to: builder.tx(), n_most: context.session_config().batch_size() };
        let view = Arc::clone(&self.view);
        builder.spawn(async move {
            if view.send(&reader, context).await? {
                view.was_read.store(true, Ordering::Release);
            }
            Ok(())
        });
        Ok(builder.build())
    }
}

/// Who wants the rows.
struct Reader {
    to: Sender<Result<RecordBatch>>,
    n_most: usize,
}

impl Reader {
    /// Hands on a batch, in pieces of at most `n_most` rows as every table does; false when nobody wants more.
    async fn take(&self, batch: &RecordBatch) -> bool {
        for start in (0..batch.num_rows()).step_by(self.n_most) {
            let piece = batch.slice(start, self.n_most.min(batch.num_rows() - start));
            if self.to.send(Ok(piece)).await.is_err() {
                return false;
            }
        }
        true
    }
}

impl Inner {
    /// Sends every row; false when the reader has seen enough before.
    async fn send(&self, reader: &Reader, context: Arc<TaskContext>) -> Result<bool> {
        match &self.content {
            Content::Memory { batches, .. } => {
                for batch in batches {
                    if !reader.take(batch).await {
                        return Ok(false);
                    }
                }
            }
            Content::Disk { file } => {
                let mut rows = spills(&context, Arc::clone(&self.schema)).read_spill_as_stream(Arc::clone(file), None)?;
                while let Some(batch) = next(&mut rows).await {
                    if !reader.take(&batch?).await {
                        return Ok(false);
                    }
                }
            }
            Content::Plan { plan, order } => return self.compute(plan, order.as_ref(), reader, context).await.map_err(|cause| self.own(cause)),
        }
        Ok(true)
    }

    async fn compute(&self, plan: &Arc<dyn ExecutionPlan>, order: Option<&GrainOrder>, reader: &Reader, context: Arc<TaskContext>) -> Result<bool> {
        let mut watch = order.map(GrainOrder::watch).transpose()?;
        let plan = reset_plan_states(Arc::clone(plan))?;
        for partition in 0..plan.output_partitioning().partition_count() {
            let mut rows = plan.execute(partition, Arc::clone(&context))?;
            while let Some(batch) = next(&mut rows).await {
                let batch = batch?;
                if let Some(watch) = &mut watch
                    && let Some((_, broken)) = watch.see(&batch)?
                {
                    return Err(DataFusionError::External(Box::new(BrokenView { idx: self.idx, broken })));
                }
                if !reader.take(&batch).await {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// An error of this view carries its own file to where a later file reads it.
    fn own(&self, cause: DataFusionError) -> DataFusionError {
        if broken_view(&cause).is_some() {
            return cause;
        }
        let error: Error = blame(&self.file.path, self.file.sql(), &cause);
        DataFusionError::External(Box::new(error))
    }
}

/// The view that was found broken, where that is what the error is about.
pub(super) fn broken_view(cause: &DataFusionError) -> Option<BrokenView> {
    let mut chain = std::iter::successors(Some(cause as &dyn std::error::Error), |cause| cause.source());
    chain.find_map(|cause| cause.downcast_ref::<BrokenView>()).copied()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
    use datafusion::datasource::MemTable;
    use datafusion::prelude::{SessionConfig, SessionContext, col};

    use super::*;

    /// 5,000 rows in batches of 700, larger than the session's 500, sorted by `key`.
    fn session() -> SessionContext {
        let part = |first: i64| {
            let rows = first..(first + 700).min(5000);
            let key: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.clone()));
            let x: ArrayRef = Arc::new(rows.clone().map(|i| (i % 7 != 0).then(|| (i as f64).sin())).collect::<Float64Array>());
            let word: ArrayRef = Arc::new(StringArray::from_iter_values(rows.map(|i| format!("w{}", i % 13))));
            RecordBatch::try_from_iter_with_nullable([("key", key, true), ("x", x, true), ("word", word, true)]).expect("columns of one length")
        };
        let batches: Vec<RecordBatch> = (0..5000).step_by(700).map(part).collect();
        let table =
            MemTable::try_new(batches[0].schema(), vec![batches]).expect("one schema").with_sort_order(vec![vec![col("key").sort(true, true)]]);
        let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1).with_batch_size(500));
        context.register_table("rows", Arc::new(table)).expect("a new name");
        context
    }

    fn file() -> SqlFile {
        SqlFile { path: "sql/view.sql".to_owned(), view: "view".to_owned(), text: String::new(), grain: vec!["key".to_owned()] }
    }

    async fn plan(context: &SessionContext) -> Arc<dyn ExecutionPlan> {
        let sql = "select key, x, word, sum(x) over (partition by key) as y from rows";
        context.sql(sql).await.expect("planned").create_physical_plan().await.expect("planned")
    }

    async fn read(context: &SessionContext, view: &View) -> Vec<RecordBatch> {
        context.read_table(Arc::new(view.clone())).expect("a table").collect().await.expect("read")
    }

    #[test]
    fn rows_order_and_batches_are_the_same_streamed_in_memory_and_on_disk() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("threads");
        runtime.block_on(async {
            let (context, file) = (session(), file());
            let order = GrainOrder::of(plan(&context).await.as_ref(), &file.grain).expect("a plain column");
            assert!(order.is_some(), "the declared order is known above the window");
            let streamed = View::streamed(&Origin { idx: 0, file: &file, plan: plan(&context).await }, order).expect("a view");
            let in_memory =
                View::kept(Origin { idx: 0, file: &file, plan: plan(&context).await }, context.task_ctx(), usize::MAX).await.expect("kept");
            let on_disk = View::kept(Origin { idx: 0, file: &file, plan: plan(&context).await }, context.task_ctx(), 0).await.expect("kept");
            assert!(matches!(in_memory.inner.content, Content::Memory { .. }));
            assert!(matches!(on_disk.inner.content, Content::Disk { .. }));
            assert!(!streamed.was_read());
            let rows = read(&context, &streamed).await;
            assert!(streamed.was_read());
            assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 5000);
            assert_eq!(rows, read(&context, &in_memory).await);
            assert_eq!(rows, read(&context, &on_disk).await);
            // Twice, as a later file may.
            assert_eq!(rows, read(&context, &on_disk).await);
            for view in [&streamed, &in_memory, &on_disk] {
                let sorted = context.read_table(Arc::new(view.clone())).and_then(|frame| frame.sort(vec![col("key").sort(true, true)]));
                let plan = sorted.expect("planned").create_physical_plan().await.expect("planned");
                assert!(!format!("{plan:?}").contains("SortExec"), "{plan:?}");
            }
        });
    }
}
