//! Days on which a table tells again what it had told: revisions, and figures that come late.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;

use super::calendar;
use super::quality::{day, quoted};
use super::rows;
use super::tables::{Table, Tables};
use crate::day::Day;
use crate::error::Result;
use crate::spec::TableSpec;

impl Tables {
    /// The days on which a key that a table had held comes again under a later `time`, or a row whose own date (a date in the key that is not
    /// its `time`) lies before one already told.
    ///
    /// The key is the declared one without the columns of `time`: of `key = ["series", "period", "published"]` and `time = "published"` it is
    /// the series and the period. Tables without a `key`, or of nothing but `time`, have none. Where they are half of a table's days or more, as in a
    /// panel of prices whose names come every day, no day is told: a day taken at random is one of them as likely as not.
    pub fn recurrences(&self) -> Result<Vec<Day>> {
        let context = self.session(None)?;
        let mut days = BTreeSet::new();
        for Table { spec, .. } in self.sources.iter().filter(|table| !table.spec.key.is_empty()) {
            let refuse = |cause| self.refuse(spec, "key", &cause);
            let Some(sql) = self.wait(statement(&context, spec)).map_err(refuse)? else { continue };
            let batches = self.wait(async { context.sql(&sql).await?.collect().await }).map_err(refuse)?;
            // A row a day: the day, and whether something came again.
            let again = |column| rows::integers(&batches, column).map_err(refuse);
            let told: Vec<Day> =
                again(0)?.into_iter().zip(again(1)?).filter(|(_, n)| *n == Some(1)).filter_map(|(day, _)| Some(Day(day? as i32))).collect();
            let n_days: usize = batches.iter().map(RecordBatch::num_rows).sum();
            if 2 * told.len() < n_days {
                days.extend(told);
            }
        }
        Ok(days.into_iter().collect())
    }
}

async fn statement(context: &SessionContext, spec: &TableSpec) -> Result<Option<String>, DataFusionError> {
    let frame = context.table(spec.name.as_str()).await?;
    let time = frame.parse_sql_expr(&spec.time)?;
    let is_time = |name: &str| time.column_refs().iter().any(|column| column.name == name);
    let kept: Vec<&String> = spec.key.iter().filter(|name| !is_time(name)).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    let is_date = |name: &str| frame.schema().fields().iter().any(|field| field.name() == name && calendar::is_date(field.data_type()));
    let (dates, names): (Vec<&String>, Vec<&String>) = kept.iter().partition(|name| is_date(name));
    let list = |columns: &[&String]| columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let partition = if names.is_empty() { String::new() } else { format!("partition by {}", list(&names)) };
    let late = |date: &&String| {
        let date = quoted(date);
        format!("{date} < max({date}) over ({partition} order by time_day range between unbounded preceding and interval '1 day' preceding)")
    };
    let again = format!("coalesce(lag(time_day) over (partition by {} order by time_day) < time_day, false)", list(&kept));
    let conditions: Vec<String> = std::iter::once(again).chain(dates.iter().map(late)).collect();
    Ok(Some(format!(
        "with dated as (select {kept}, {time} as time_day from {table}), \
         told as (select time_day, {is_again} as is_again from dated) \
         select cast(time_day as int) as day, max(case when is_again then 1 else 0 end) as n from told where time_day is not null group by time_day",
        kept = list(&kept),
        is_again = conditions.join(" or "),
        time = day(spec),
        table = quoted(&spec.name),
    )))
}
