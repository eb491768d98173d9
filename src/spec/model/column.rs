//! `column`: a forecast from elsewhere, read from a column of the last view.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Required;
use crate::spec::key::Shape::SomeTexts;
use crate::spec::key::key;
use crate::spec::reader::Reader;

/// Settings of `column`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnParams {
    /// One `benchmark_*` column per asked quantity, in the order of `ask`.
    pub columns: Vec<String>,
}

pub(super) const COLUMN: Declaration<ColumnParams> = Declaration {
    name: "column",
    meaning: "a forecast from elsewhere; nothing is learnt",
    keys: &[key("columns", SomeTexts, Required, "[\"benchmark_mean\"]", "One benchmark_ column of the last view per asked quantity, in that order.")],
    read,
    forecasts: |_, _| true,
    check_ask,
    learns: Learning::Nothing,
    reads: Reads::Nothing,
    mentions: |_| Vec::new(),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| false,
};

fn read(params: &Reader<'_>) -> Result<ColumnParams> {
    let columns = params.texts("columns")?;
    for (idx, column) in columns.iter().enumerate() {
        if !column.starts_with("benchmark_") {
            return Err(params
                .refuse(&format!("columns[{idx}]"), format!("must begin with benchmark_, was `{column}`"))
                .hint("a column of the last view that begins so is a forecast from elsewhere and no feature"));
        }
    }
    Ok(ColumnParams { columns })
}

fn check_ask(params: &ColumnParams, model: &Reader<'_>, ask: &[Quantity]) -> Result<()> {
    if params.columns.len() == ask.len() {
        return Ok(());
    }
    let problem = format!("must name one column per asked quantity: {} in `ask`, {} in `columns`", ask.len(), params.columns.len());
    Err(model.refuse("params.columns", problem))
}
