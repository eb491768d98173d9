//! The rows of the last view without its features: what is cheap to ask again as of another day.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::{DataFusionError, ScalarValue, TableReference};
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::DataFrame;

use super::contract::{self, Role};
use super::dataset::Dataset;
use super::sql_file::SqlFile;
use super::view::Views;
use crate::error::Result;
use crate::source::Tables;
use crate::spec::FeatureSpec;

/// The keys, targets, weights, benchmarks and carried columns of the last view, over tables as of their day, and no features.
///
/// The files run as always, but what features alone need is NULL, and DataFusion computes nothing of it.
pub(super) fn of(tables: &Tables, files: &[SqlFile], spec: &FeatureSpec) -> Result<Dataset> {
    let views = Views::planned(tables, files, None)?;
    let needed = needed(&views, files, spec)?;
    let views = views.computed(|idx, frame| only(frame, &needed[idx]))?;
    let refuse = |cause: DataFusionError| views.refuse(&cause);
    let rows = without_features(views.last()?, spec).map_err(refuse)?;
    let schema = Arc::new(rows.schema().as_arrow().clone());
    let mut batches = tables.collect(rows).map_err(refuse)?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    contract::convert(views.last_path(), spec, &batches)
}

fn without_features(frame: DataFrame, spec: &FeatureSpec) -> Result<DataFrame, DataFusionError> {
    let kept: Vec<Expr> = frame.schema().iter().filter(|(_, field)| Role::of(spec, field.name()) != Role::Feature).map(Expr::from).collect();
    frame.select(kept)
}

/// The columns of each view before the last that the outline depends on, by way of any view between.
fn needed(views: &Views<'_>, files: &[SqlFile], spec: &FeatureSpec) -> Result<Vec<BTreeSet<String>>> {
    let refuse = |cause: DataFusionError| views.refuse(&cause);
    let n_before = files.len() - 1;
    let mut needed: Vec<BTreeSet<String>> = files[..n_before].iter().map(|file| file.grain.iter().cloned().collect()).collect();
    for (idx, frame) in views.plans()?.into_iter().enumerate().rev() {
        let asked = if idx == n_before { without_features(frame, spec) } else { only(frame, &needed[idx]) };
        // Optimised, a plan reads no column that nobody wants.
        let plan = asked.and_then(DataFrame::into_optimized_plan).map_err(refuse)?;
        let read = views.scans(&plan, |view, scan| needed[view].extend(scan.projected_schema.fields().iter().map(|field| field.name().clone())));
        read.map_err(refuse)?;
    }
    Ok(needed)
}

/// The same columns, those that are not needed NULL: later files name them.
fn only(frame: DataFrame, needed: &BTreeSet<String>) -> Result<DataFrame, DataFusionError> {
    let column = |(qualifier, field): (Option<&TableReference>, &FieldRef)| -> Result<Expr, DataFusionError> {
        Ok(if needed.contains(field.name()) {
            Expr::from((qualifier, field))
        } else {
            lit(ScalarValue::try_from(field.data_type())?).alias(field.name())
        })
    };
    let columns = frame.schema().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    frame.select(columns)
}
