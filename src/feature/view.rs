//! SQL files as views that later files read.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::{LogicalPlan, TableScan};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext};

use super::function;
use super::grain::{self, Broken, BrokenView, GrainOrder};
use super::refusal;
use super::sql_file::SqlFile;
use super::stored::{self, Origin, View};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::source::{Tables, blame, check_depth};

/// Runs the files in order over tables cut at `cut`; the rows of the last one, at least one batch (perhaps an empty one) so that the
/// columns are known.
pub(super) fn run(tables: &Tables, files: &[SqlFile], cut: Option<Day>) -> Result<Vec<RecordBatch>> {
    let views = Views::open(tables, files, cut)?;
    let frame = views.last()?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut batches = tables.collect(frame).map_err(|cause| views.refuse(&cause))?;
    views.end()?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// The files before the last as tables that the last one reads.
///
/// A view that is read once, and whose grain can be watched while its rows pass, is computed when it is read. Any other is computed
/// now, once, and kept.
pub(super) struct Views<'a> {
    tables: &'a Tables,
    files: &'a [SqlFile],
    context: SessionContext,
    streamed: Vec<View>,
}

impl<'a> Views<'a> {
    pub(super) fn open(tables: &'a Tables, files: &'a [SqlFile], cut: Option<Day>) -> Result<Self> {
        Self::planned(tables, files, cut)?.computed(|_, frame| Ok(frame))
    }

    /// No view is there yet.
    pub(super) fn planned(tables: &'a Tables, files: &'a [SqlFile], cut: Option<Day>) -> Result<Self> {
        let context = function::register_all(&tables.session(cut)?);
        Ok(Self { tables, files, context, streamed: Vec::new() })
    }

    /// Each view, of the plan that `shaped` makes of its file's, told its position.
    pub(super) fn computed(self, shaped: impl Fn(usize, DataFrame) -> Result<DataFrame, DataFusionError>) -> Result<Self> {
        let (tables, files) = (self.tables, self.files);
        let mut views = self;
        let n_reads = views.count_reads()?;
        let n_before = files.len() - 1;
        for (idx, file) in files[..n_before].iter().enumerate() {
            let refuse = |cause: DataFusionError| views.refuse_in(file, &cause);
            let frame = shaped(idx, views.frame(file)?).map_err(refuse)?;
            let context = Arc::new(frame.task_ctx());
            let plan = tables.wait(frame.create_physical_plan()).map_err(refuse)?;
            let order = GrainOrder::of(plan.as_ref(), &file.grain).map_err(refuse)?;
            let origin = Origin { idx, file, plan };
            let view = if order.is_some() && n_reads[idx] < 2 {
                let view = View::streamed(&origin, order).map_err(refuse)?;
                views.streamed.push(view.clone());
                view
            } else {
                let view = tables.wait(View::kept(origin, context, tables.memory().held)).map_err(refuse)?;
                views.check_grain(file, &view)?;
                view
            };
            views.register(file, Arc::new(view))?;
        }
        Ok(views)
    }

    /// The last view, planned.
    pub(super) fn last(&self) -> Result<DataFrame> {
        self.frame(self.last_file())
    }

    /// To be called when the rows of the last view have been read: what no reader wanted to the end is read for its grain.
    pub(super) fn end(&self) -> Result<()> {
        for view in self.streamed.iter().filter(|view| !view.was_read()) {
            self.tables.wait(view.read(self.context.task_ctx())).map_err(|cause| self.refuse(&cause))?;
        }
        Ok(())
    }

    /// An error met while the rows of the last view were read, in words that name the file that is to blame.
    pub(super) fn refuse(&self, cause: &DataFusionError) -> Error {
        self.refuse_in(self.last_file(), cause)
    }

    /// Path of the last file.
    pub(super) fn last_path(&self) -> &'a str {
        &self.last_file().path
    }

    fn last_file(&self) -> &'a SqlFile {
        self.files.last().expect("a spec lists at least one SQL file")
    }

    fn refuse_in(&self, file: &SqlFile, cause: &DataFusionError) -> Error {
        let Some(BrokenView { idx, broken }) = stored::broken_view(cause) else { return blame(&file.path, file.sql(), cause) };
        let file = &self.files[idx];
        let unsorted = || refusal::unsorted(&file.path);
        match broken {
            Broken::Unsorted => unsorted(),
            // The watch stopped at the first of the keys; the statement counts them all.
            Broken::Twice => match self.streamed.iter().find(|view| view.idx() == idx).map(View::unwatched) {
                Some(Ok(view)) => self.check_grain(file, &view).err().unwrap_or_else(unsorted),
                Some(Err(cause)) => blame(&file.path, file.sql(), &cause),
                None => unreachable!("only streamed views are watched"),
            },
        }
    }

    fn register(&self, file: &SqlFile, table: Arc<dyn TableProvider>) -> Result<()> {
        self.context.register_table(file.view.as_str(), table).map_err(|cause| self.refuse_in(file, &cause))?;
        Ok(())
    }

    /// How often each view is read by the files after it.
    fn count_reads(&self) -> Result<Vec<usize>> {
        let mut n_reads = vec![0; self.files.len() - 1];
        for (file, frame) in self.files.iter().zip(self.plans()?) {
            self.scans(frame.logical_plan(), |view, _| n_reads[view] += 1).map_err(|cause| self.refuse_in(file, &cause))?;
        }
        Ok(n_reads)
    }

    /// The plan of each file, over views that hold no row; to be asked before views are computed.
    pub(super) fn plans(&self) -> Result<Vec<DataFrame>> {
        let before = &self.files[..self.files.len() - 1];
        let mut plans = Vec::new();
        for file in before {
            let frame = self.frame(file)?;
            self.register(file, Arc::new(EmptyTable::new(Arc::new(frame.schema().as_arrow().clone()))))?;
            plans.push(frame);
        }
        plans.push(self.frame(self.last_file())?);
        for file in before {
            self.context.deregister_table(file.view.as_str()).map_err(|cause| self.refuse_in(file, &cause))?;
        }
        Ok(plans)
    }

    /// Tells `found` of every place where a plan reads a view: its position, and what is read of it.
    pub(super) fn scans(&self, plan: &LogicalPlan, mut found: impl FnMut(usize, &TableScan)) -> Result<(), DataFusionError> {
        let before = &self.files[..self.files.len() - 1];
        let looked = plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(idx) = before.iter().position(|view| TableReference::from(view.view.as_str()).table() == scan.table_name.table())
            {
                found(idx, scan);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        looked.map(drop)
    }

    fn frame(&self, file: &SqlFile) -> Result<DataFrame> {
        check_depth(&file.path, &file.text)?;
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = self.tables.wait(self.context.sql_with_options(file.sql(), options)).map_err(|cause| self.refuse_in(file, &cause))?;
        for column in &file.grain {
            if !frame.schema().fields().iter().any(|field| field.name() == column) {
                return Err(Error::sql(format!("{}:1", file.path), format!("the grain names `{column}`, which the select does not yield")));
            }
        }
        Ok(frame)
    }

    /// The stated grain must identify a row.
    fn check_grain(&self, file: &SqlFile, view: &View) -> Result<()> {
        let refuse = |cause: DataFusionError| self.refuse_in(file, &cause);
        let probe = SessionContext::new_with_state(self.context.state());
        probe.register_table("_grain", Arc::new(view.clone())).map_err(refuse)?;
        let doubled = self.tables.wait(async { probe.sql(&grain::statement(&file.grain)).await?.collect().await }).map_err(refuse)?;
        probe.deregister_table("_grain").map_err(refuse)?;
        let Some(batch) = doubled.iter().find(|batch| batch.num_rows() > 0) else { return Ok(()) };
        let key = grain::words(batch).map_err(refuse)?;
        Err(Error::sql(format!("{}:1", file.path), format!("the grain does not identify a row: {key}")))
    }
}
