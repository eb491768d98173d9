//! Where each column of the last view comes from: read from the plans of the SQL, before anything is optimised or run.

mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::datasource::empty::EmptyTable;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};

use super::function;
use super::sql_file;
use crate::error::Result;
use crate::source::{Tables, blame, check_depth};
use crate::spec::Spec;

use trace::{Froms, Known};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The table, as the spec names it.
    pub table: String,
    /// Its column.
    pub column: String,
}

/// What became of a value on its way; the most of it where there are several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is handed on as it is.
    Identity,
    /// Something is computed from it, row by row.
    Transformation,
    /// It is one of many that something is computed from.
    Aggregation,
}

/// What a column decides without being in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Influence {
    /// Which rows are there.
    Filter,
    /// Which rows meet.
    Join,
    /// Which rows are one.
    GroupBy,
    /// In which order they come.
    Sort,
    /// Which rows a window function looks at.
    Window,
}

/// A column of the last view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// Its name.
    pub name: String,
    /// Its type, as Arrow names it.
    pub kind: String,
    /// The columns whose values are in it.
    pub from: BTreeMap<Source, How>,
}

/// The columns of the tables and of the last view, and how they hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// Each table's columns, name and type.
    pub tables: BTreeMap<String, Vec<(String, String)>>,
    /// The columns of the last view, in its order.
    pub columns: Vec<Traced>,
    /// Columns that decide which rows there are, and which of them meet.
    pub rows: BTreeMap<Source, BTreeSet<Influence>>,
}

/// From which columns of which tables does each column of the last view come, through every view between?
///
/// A column that decides between values (`case when a then b`) counts as one of those that the value is computed from. A plan of a kind
/// that is not known here counts as computed from all that it reads: more may be named than is used, nothing less.
///
/// Errors where the SQL cannot be planned, in the words of the feature stage.
pub fn lineage(root: &Path, spec: &Spec, tables: &Tables) -> Result<Lineage> {
    let files = sql_file::read(root, spec)?;
    let mut config = SessionConfig::new();
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    config.options_mut().sql_parser.collect_spans = true;
    let context = function::register_all(&SessionContext::new_with_config(config));
    let mut known = Known::default();
    let mut found = Lineage { tables: BTreeMap::new(), columns: Vec::new(), rows: BTreeMap::new() };
    for (table, _, schema) in tables.iter() {
        let refuse = |cause: DataFusionError| blame(&table.path, "", &cause);
        let columns = schema.fields().iter().map(|field| (field.name().clone(), field.data_type().to_string()));
        found.tables.insert(table.name.clone(), columns.collect());
        known.tables.insert(table.name.clone());
        context.register_table(table.name.as_str(), Arc::new(EmptyTable::new(schema))).map_err(refuse)?;
    }
    for file in &files {
        check_depth(&file.path, &file.text)?;
        let refuse = |cause: DataFusionError| blame(&file.path, file.sql(), &cause);
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = tables.wait(context.sql_with_options(file.sql(), options)).map_err(refuse)?;
        let trace = known.trace(frame.logical_plan(), None).map_err(refuse)?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let traced = |(field, from): (&Arc<_>, &Froms)| {
            let field: &datafusion::arrow::datatypes::Field = field;
            Traced { name: field.name().clone(), kind: field.data_type().to_string(), from: from.clone() }
        };
        found.columns = schema.fields().iter().zip(&trace.columns).map(traced).collect();
        found.rows.clone_from(&trace.rows);
        known.views.insert(file.view.clone(), trace);
        context.register_table(file.view.as_str(), Arc::new(EmptyTable::new(schema))).map_err(refuse)?;
    }
    Ok(found)
}
