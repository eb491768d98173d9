//! What a pass through the SQL sees of the tables: all that was known before a day.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::SpillCompression;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::datasource::TableProvider;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::blame::plain;
use super::parallel::on_all_cores;
use super::tables::{Table, Tables};
use crate::day::Day;
use crate::error::{Error, Result};

/// Functions whose answer is not a function of the data; a report must not depend on them.
pub(super) const VOLATILE: [&str; 6] = ["random", "uuid", "now", "current_timestamp", "current_date", "current_time"];

/// The days before which things must be known to be seen.
struct Known {
    rows: Option<Day>,
    outcomes: Option<Day>,
    /// Whether the tables are cut by the truncation test.
    is_cut: bool,
}

impl Tables {
    /// A session in which every table holds what was known strictly before `cut` and before the run's day: rows by the table's `time`,
    /// outcomes by its `outcomes_known`.
    ///
    /// Outcomes of a table without `outcomes_known` are NULL in a cut. In a run they are what the files hold: what they held on another day
    /// cannot be told, and the page says so.
    pub fn session(&self, cut: Option<Day>) -> Result<SessionContext> {
        let runtime = self.memory().runtime(self.scratch()?).map_err(|cause| Error::machine("memory", plain(&cause)))?;
        let context = on_all_cores(&SessionContext::new_with_config_rt(config(), runtime));
        for name in VOLATILE {
            context.deregister_udf(name);
        }
        let rows = [cut, self.as_of].into_iter().flatten().min();
        let outcomes = [cut, self.wall].into_iter().flatten().min();
        for table in &self.sources {
            let has_dated_outcomes = table.spec.outcomes_known.is_some() && outcomes.is_some();
            let provider = if rows.is_some() || has_dated_outcomes {
                self.known(&context, table, &Known { rows, outcomes, is_cut: cut.is_some() })?
            } else {
                Arc::clone(&table.provider)
            };
            context.register_table(table.spec.name.as_str(), provider).map_err(|cause| self.refuse(&table.spec, "path", &cause))?;
        }
        Ok(context)
    }

    /// A session for statements that select few rows: columns that no condition names are read of those alone.
    pub(super) fn selecting_session(&self) -> Result<SessionContext> {
        let context = self.session(None)?;
        context.state_ref().write().config_mut().options_mut().execution.parquet.pushdown_filters = true;
        Ok(context)
    }

    /// The table's rows, and its outcomes, that are known before the days given.
    fn known(&self, context: &SessionContext, table: &Table, before_days: &Known) -> Result<Arc<dyn TableProvider>> {
        let spec = &table.spec;
        let refuse = |cause: DataFusionError| self.refuse(spec, "time", &cause);
        let frame = context.read_table(Arc::clone(&table.provider)).map_err(refuse)?;
        let before = |known: Expr, day: Day| cast(known, DataType::Date32).lt(lit(ScalarValue::Date32(Some(day.0))));
        let columns = frame
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let column = ident(field.name());
                if !spec.outcomes.contains(field.name()) {
                    return Ok(column);
                }
                let masked = match (&spec.outcomes_known, before_days.outcomes) {
                    // A day that is NULL has not come.
                    (Some(day_column), Some(day)) => datafusion::logical_expr::when(before(ident(day_column), day), column).end().map_err(refuse)?,
                    (None, _) if before_days.is_cut => lit(ScalarValue::try_from(field.data_type()).map_err(refuse)?),
                    (Some(_) | None, _) => return Ok(column),
                };
                Ok(masked.alias(field.name()))
            })
            .collect::<Result<Vec<_>>>()?;
        let frame = match before_days.rows {
            Some(day) => frame.clone().filter(before(frame.parse_sql_expr(&spec.time).map_err(refuse)?, day)).map_err(refuse)?,
            None => frame.clone(),
        };
        // Where nothing is masked, naming every column would only take time, by the square of their number.
        let masks = columns.iter().any(|column| !matches!(column, Expr::Column(_)));
        Ok(if masks { frame.select(columns).map_err(refuse)? } else { frame }.into_view())
    }
}

/// One partition: sums of floats are then taken in the order of the rows, whatever the number of threads.
pub(super) fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(1);
    config.options_mut().execution.parquet.schema_force_view_types = false;
    // Rows are left out for what they hold, never for what a footer says of them.
    config.options_mut().execution.parquet.pruning = false;
    config.options_mut().execution.parquet.enable_page_index = false;
    config.options_mut().execution.parquet.bloom_filter_on_read = false;
    // What a condition keeps is not known. A guess of a fifth, DataFusion's, makes it hold the larger side of a join, and lose its order.
    config.options_mut().optimizer.default_filter_selectivity = 100;
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    config.options_mut().sql_parser.collect_spans = true;
    config.options_mut().execution.spill_compression = SpillCompression::Lz4Frame;
    config
}
