//! The stated grain must identify a row.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

use crate::source::quoted;

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
        let kind = |column: &Arc<dyn PhysicalExpr>| column.data_type(&schema);
        let fields = order.iter().zip(&places).map(|(order, &at)| Ok(SortField::new_with_options(kind(&columns[at])?, order.options)));
        let at = places.iter().map(|&at| schema.index_of(&grain[at]).map_err(DataFusionError::from));
        Ok(Some(Self { fields: fields.collect::<Result<_>>()?, columns: at.collect::<Result<_>>()? }))
    }

    /// The order by these columns, ascending, NULL first.
    pub(super) fn by(schema: &Schema, names: &[&str]) -> Result<Self> {
        let columns = names.iter().map(|name| Ok(schema.index_of(name)?)).collect::<Result<Vec<_>>>()?;
        let fields = columns.iter().map(|&at| SortField::new(schema.field(at).data_type().clone())).collect();
        Ok(Self { columns, fields })
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
    /// The first row that is not after the one before it.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<Option<(usize, Broken)>> {
        let columns: Vec<_> = self.columns.iter().map(|&at| batch.column(at).clone()).collect();
        let rows = self.converter.convert_columns(&columns)?;
        let broken = |at: usize, before: Ordering| match before {
            Ordering::Less => None,
            Ordering::Equal => Some((at, Broken::Twice)),
            Ordering::Greater => Some((at, Broken::Unsorted)),
        };
        let Some(n_before) = rows.num_rows().checked_sub(1) else { return Ok(None) };
        let across = self.last.as_ref().and_then(|last| broken(0, last.row().cmp(&rows.row(0))));
        let found = across.or_else(|| (1..=n_before).find_map(|at| broken(at, rows.row(at - 1).cmp(&rows.row(at)))));
        self.last = Some(rows.row(n_before).owned());
        Ok(found)
    }
}

/// The statement that finds the first key of several rows in the table `_grain`.
pub(super) fn statement(grain: &[String]) -> String {
    let grain: Vec<String> = grain.iter().map(|column| quoted(column)).collect();
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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};

    use super::*;

    fn batch(keys: &[(Option<i64>, i64)]) -> RecordBatch {
        let first: ArrayRef = Arc::new(keys.iter().map(|key| key.0).collect::<Int64Array>());
        let second: ArrayRef = Arc::new(Int64Array::from_iter_values(keys.iter().map(|key| key.1)));
        RecordBatch::try_from_iter_with_nullable([("a", first, true), ("b", second, true)]).expect("columns of one length")
    }

    fn found(batches: &[RecordBatch]) -> Vec<Option<(usize, Broken)>> {
        let mut watch = GrainOrder::by(&batches[0].schema(), &["b", "a"]).and_then(|order| order.watch()).expect("plain columns");
        batches.iter().map(|batch| watch.see(batch).expect("comparable")).collect()
    }

    #[test]
    fn rows_in_order_pass_and_null_is_a_key() {
        let batches = [batch(&[(None, 1), (Some(5), 1), (Some(2), 2)]), batch(&[]), batch(&[(Some(3), 2)])];
        assert_eq!(found(&batches), [None, None, None]);
    }

    #[test]
    fn a_key_of_two_rows_is_found_within_a_batch_and_across_two() {
        assert_eq!(found(&[batch(&[(Some(1), 1), (None, 2), (None, 2)])]), [Some((2, Broken::Twice))]);
        assert_eq!(found(&[batch(&[(Some(1), 1)]), batch(&[]), batch(&[(Some(1), 1)])]), [None, None, Some((0, Broken::Twice))]);
    }

    #[test]
    fn a_broken_order_is_found() {
        assert_eq!(found(&[batch(&[(Some(1), 2), (Some(9), 1)])]), [Some((1, Broken::Unsorted))]);
    }
}
