//! The stated grain must identify a row.

use std::fmt;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// The columns of a grain in the order by which the rows of a plan come sorted.
#[derive(Debug, Clone)]
pub(super) struct GrainOrder {
    columns: Vec<usize>,
    fields: Vec<SortField>,
}

/// Rows did not come in the order of their grain, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Two rows have one key.
    Twice,
    /// A row comes before one that it should follow.
    Unsorted,
}

/// A view, by its position, found broken while its rows were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct BrokenView {
    pub(super) idx: usize,
    pub(super) broken: Broken,
}

impl fmt::Display for BrokenView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "view {}: {:?}", self.idx, self.broken)
    }
}

impl std::error::Error for BrokenView {}

impl GrainOrder {
    /// The order, where the plan's rows come sorted by the whole grain; then rows with one key are neighbours.
    pub(super) fn of(plan: &dyn ExecutionPlan, grain: &[String]) -> Result<Option<Self>> {
        let schema = plan.schema();
        let columns: Vec<_> = grain.iter().map(|name| col(name, &schema)).collect::<Result<Vec<_>>>()?;
        let (order, places) = plan.equivalence_properties().find_longest_permutation(&columns)?;
        if grain.is_empty() || places.len() < grain.len() || plan.output_partitioning().partition_count() != 1 {
            return Ok(None);
        }
        let kind = |column: &std::sync::Arc<dyn PhysicalExpr>| column.data_type(&schema);
        let fields = order.iter().zip(&places).map(|(order, &at)| Ok(SortField::new_with_options(kind(&columns[at])?, order.options)));
        let at = places.iter().map(|&at| schema.index_of(&grain[at]).map_err(DataFusionError::from));
        Ok(Some(Self { fields: fields.collect::<Result<_>>()?, columns: at.collect::<Result<_>>()? }))
    }

    pub(super) fn watch(&self) -> Result<Watch> {
        Ok(Watch { columns: self.columns.clone(), converter: RowConverter::new(self.fields.clone())?, last: None })
    }
}

/// Looks at sorted rows as they pass, each against the one before.
pub(super) struct Watch {
    columns: Vec<usize>,
    converter: RowConverter,
    last: Option<OwnedRow>,
}

impl Watch {
    /// `Some` at the first row that is not after the one before it.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<Option<Broken>> {
        let columns: Vec<_> = self.columns.iter().map(|&at| batch.column(at).clone()).collect();
        let rows = self.converter.convert_columns(&columns)?;
        let broken = |before: std::cmp::Ordering| match before {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(Broken::Twice),
            std::cmp::Ordering::Greater => Some(Broken::Unsorted),
        };
        let Some(n_before) = rows.num_rows().checked_sub(1) else { return Ok(None) };
        let across = self.last.as_ref().and_then(|last| broken(last.row().cmp(&rows.row(0))));
        let found = across.or_else(|| (0..n_before).find_map(|at| broken(rows.row(at).cmp(&rows.row(at + 1)))));
        self.last = Some(rows.row(n_before).owned());
        Ok(found)
    }
}

/// The statement that finds the first key of several rows in the table `_grain`.
pub(super) fn statement(grain: &[String]) -> String {
    let grain: Vec<String> = grain.iter().map(|column| format!("\"{column}\"")).collect();
    let grain = grain.join(", ");
    format!("select {grain}, count(*) as n from _grain group by {grain} having count(*) > 1 order by {grain} limit 1")
}

/// The first row in words, column by column.
pub(super) fn words(batch: &RecordBatch) -> Result<String> {
    let options = FormatOptions::default().with_null("NULL");
    let schema = batch.schema();
    let pairs = batch.columns().iter().zip(schema.fields());
    let words = pairs.map(|(column, field)| Ok(format!("{} {}", field.name(), ArrayFormatter::try_new(column.as_ref(), &options)?.value(0))));
    Ok(words.collect::<Result<Vec<_>>>()?.join(", "))
}
