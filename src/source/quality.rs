//! Data quality: one SQL statement per check, each finding with its count and example rows.

use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use rayon::prelude::*;
use serde::Serialize;

use super::blame::{ours, plain};
use super::inspect::SourceFile;
use super::stream::next;
use super::tables::Tables;
use super::{panel, rows};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::spec::{QualitySpec, Severity, TableSpec};

const EXAMPLES: usize = 5;
/// Beyond so many columns their NULLs are not counted by a statement that names them all: planning one takes time by the square.
const MANY_COLUMNS: usize = 500;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableProfile {
    /// Name in SQL.
    pub name: String,
    /// The spec's path, relative to the root or by its last parts.
    pub path: String,
    /// Files read.
    pub files: Vec<SourceFile>,
    /// Rows known before the run's `as_of`.
    pub n_rows: u64,
    /// Distinct entities, where the spec names their column.
    pub n_entities: Option<u64>,
    /// First day a row became known.
    pub first: Option<Day>,
    /// Last day a row became known.
    pub last: Option<Day>,
    /// Columns in the order of the file.
    pub columns: Vec<ColumnProfile>,
    /// What the checks found, worst first.
    pub findings: Vec<Finding>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// Name.
    pub name: String,
    /// Arrow type.
    pub kind: String,
    /// NULLs.
    pub n_null: u64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Name of the check, a key of `quality.severity`.
    pub check: String,
    /// What it means for the run.
    pub severity: Severity,
    /// Rows (for `null_share` columns, for `duplicates` keys, for `ended` names) found.
    pub count: u64,
    /// Rows that the check selected, of which the examples are the first.
    pub n_rows: u64,
    /// What was looked for, with its threshold.
    pub meaning: String,
    /// Columns of the examples.
    pub columns: Vec<String>,
    /// The first rows found, largest first where they have a size; all of them where they are counts by year.
    pub examples: Vec<Vec<String>>,
}

/// One check: a statement that selects the offending rows.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) meaning: String,
    /// Column whose sum is the count, all rows being shown; without one each row counts, and the first are shown.
    pub(super) counted: Option<&'static str>,
    pub(super) sql: String,
}

/// Profiles every table and runs its checks.
///
/// Errors when a finding of severity `stop` is not empty, naming the table, the check, the count and the first row.
pub fn profile(tables: &Tables) -> Result<Vec<TableProfile>> {
    let context = tables.selecting_session()?;
    let mut profiles = Vec::new();
    for (spec, files, schema) in tables.iter() {
        let failed =
            |cause: &DataFusionError| Error::data(&spec.path, format!("the quality checks of table `{}` failed: {}", spec.name, plain(cause)));
        let refuse = |cause: DataFusionError| ours(&cause).unwrap_or_else(|| failed(&cause));
        let profile = profile_table(tables, &context, spec, files, &schema).map_err(refuse)?;
        if let Some(stop) = profile.findings.iter().find(|finding| finding.severity == Severity::Stop) {
            return Err(gate(tables.spec_file(), spec, stop));
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

fn gate(spec_file: &str, spec: &TableSpec, stop: &Finding) -> Error {
    let example: Vec<String> = stop.columns.iter().zip(&stop.examples[0]).map(|(column, value)| format!("{column} {value}")).collect();
    Error::data(&spec.path, format!("table `{}` has {}: {} found, first {}", spec.name, stop.meaning, stop.count, example.join(", "))).hint(format!(
        "mend the data, or let the run go on with `severity.{} = \"warn\"` under [tables.{}.quality] in {spec_file}",
        stop.check, spec.name
    ))
}

fn profile_table(
    tables: &Tables,
    context: &SessionContext,
    spec: &TableSpec,
    files: &[SourceFile],
    schema: &SchemaRef,
) -> Result<TableProfile, DataFusionError> {
    let run = |sql: &str| tables.wait(async { context.sql(sql).await?.collect().await });
    let entity = spec.quality.entity.as_ref().map_or("null".to_owned(), |column| format!("count(distinct {})", quoted(column)));
    let is_wide = MANY_COLUMNS < schema.fields().len();
    let counted = schema.fields().iter().filter(|_| !is_wide).map(|field| format!(", count(*) - count({})", quoted(field.name())));
    let time = day(spec);
    let totals = format!("select count(*), {entity}, min({time}), max({time}){} from {}", counted.collect::<String>(), quoted(&spec.name));
    let mut totals = rows::first_integers(&run(&totals)?)?;
    if is_wide {
        totals.extend(tables.wait(count_nulls(context, &spec.name))?);
    }
    let n_rows = totals[0].unwrap_or(0) as u64;
    let columns: Vec<ColumnProfile> = schema
        .fields()
        .iter()
        .zip(&totals[4..])
        .map(|(field, n_null)| ColumnProfile { name: field.name().clone(), kind: field.data_type().to_string(), n_null: n_null.unwrap_or(0) as u64 })
        .collect();
    let mut findings = Vec::new();
    findings.extend(null_share(&spec.quality, n_rows, &columns));
    let checks = checks(spec, schema).into_par_iter().filter(|check| spec.quality.severity[check.name] != Severity::Ignore);
    let found: Vec<_> = checks.map(|check| found(&run, &check, spec.quality.severity[check.name])).collect();
    for one in found {
        findings.extend(one?);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(TableProfile {
        name: spec.name.clone(),
        path: tables.shown_path(spec).to_owned(),
        files: files.to_vec(),
        n_rows,
        n_entities: spec.quality.entity.is_some().then(|| totals[1].unwrap_or(0) as u64),
        first: totals[2].map(|day| Day(day as i32)),
        last: totals[3].map(|day| Day(day as i32)),
        columns,
        findings,
    })
}

fn found(
    run: &impl Fn(&str) -> Result<Vec<datafusion::arrow::array::RecordBatch>, DataFusionError>,
    check: &Check,
    severity: Severity,
) -> Result<Option<Finding>, DataFusionError> {
    let batches = run(&check.sql)?;
    let n_rows: usize = batches.iter().map(datafusion::arrow::array::RecordBatch::num_rows).sum();
    if n_rows == 0 {
        return Ok(None);
    }
    let (count, n_shown) = match check.counted {
        Some(column) => (rows::sum(&batches, column)?, n_rows),
        None => (n_rows as u64, EXAMPLES),
    };
    let columns = batches[0].schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut examples = Vec::new();
    for batch in &batches {
        let room = n_shown - examples.len();
        examples.extend(rows::text(&[batch.slice(0, batch.num_rows().min(room))])?);
    }
    Ok(Some(Finding { check: check.name.to_owned(), severity, count, n_rows: n_rows as u64, meaning: check.meaning.clone(), columns, examples }))
}

/// NULLs of every column, counted while the table is read: no plan names the columns.
async fn count_nulls(context: &SessionContext, table: &str) -> Result<Vec<Option<i64>>, DataFusionError> {
    let provider = context.table_provider(table).await?;
    let mut n_nulls = vec![0_i64; provider.schema().fields().len()];
    let plan = provider.scan(&context.state(), None, &[], None).await?;
    let mut batches = execute_stream(plan, context.task_ctx())?;
    while let Some(batch) = next(&mut batches).await {
        for (n, column) in n_nulls.iter_mut().zip(batch?.columns()) {
            *n += column.logical_null_count() as i64;
        }
    }
    Ok(n_nulls.into_iter().map(Some).collect())
}

fn null_share(quality: &QualitySpec, n_rows: u64, columns: &[ColumnProfile]) -> Option<Finding> {
    let severity = quality.severity["null_share"];
    let examples: Vec<Vec<String>> = columns
        .iter()
        .filter(|column| quality.max_null_share < column.n_null as f64 / n_rows as f64)
        .map(|column| vec![column.name.clone(), format!("{:.1} %", 100.0 * column.n_null as f64 / n_rows as f64)])
        .collect();
    if examples.is_empty() || severity == Severity::Ignore {
        return None;
    }
    Some(Finding {
        check: "null_share".to_owned(),
        severity,
        count: examples.len() as u64,
        n_rows: examples.len() as u64,
        meaning: format!("more than {} % of a column NULL", 100.0 * quality.max_null_share),
        columns: vec!["column".to_owned(), "NULL".to_owned()],
        examples: examples.into_iter().take(EXAMPLES).collect(),
    })
}

/// A name as SQL reads it, whatever stands in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn day(spec: &TableSpec) -> String {
    format!("cast({} as date)", spec.time)
}

/// The checks for which the spec names the columns.
fn checks(spec: &TableSpec, schema: &SchemaRef) -> Vec<Check> {
    let quality = &spec.quality;
    let table = quoted(&spec.name);
    let mut checks = Vec::new();
    if !spec.key.is_empty() {
        let key = spec.key.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        checks.push(Check {
            name: "duplicates",
            counted: None,
            meaning: format!("a duplicate key ({})", spec.key.join(", ")),
            sql: format!("select {key}, count(*) as n from {table} group by {key} having count(*) > 1 order by {key}"),
        });
    }
    checks.extend(not_finite(&table, schema));
    let entity = quality.entity.as_ref().map(|column| quoted(column));
    let price = quality.price.as_ref().map(|column| quoted(column));
    if let Some(entity) = &entity {
        checks.push(gaps(spec, entity));
        if let Some(price) = &price {
            checks.extend([stale(spec, entity, price), returns(spec, entity, price)]);
            checks.extend([panel::level_shifts(spec, entity, price), panel::ended(spec, entity)]);
        }
    }
    if let (Some(high), Some(low)) = (&quality.high, &quality.low) {
        let (high, low) = (quoted(high), quoted(low));
        let beyond = price.as_ref().map_or(String::new(), |price| format!(" or {high} < {price} or {price} < {low}"));
        checks.push(Check {
            name: "high_low",
            counted: None,
            meaning: "high below low, or a price outside the two".to_owned(),
            sql: format!("select * from {table} where {high} < {low}{beyond}"),
        });
    }
    if let Some(volume) = &quality.volume {
        checks.push(Check {
            name: "zero_volume",
            counted: None,
            meaning: "zero volume".to_owned(),
            sql: format!("select * from {table} where {} = 0", quoted(volume)),
        });
    }
    checks
}

fn not_finite(table: &str, schema: &SchemaRef) -> Option<Check> {
    let odd: Vec<String> = schema
        .fields()
        .iter()
        .filter(|field| matches!(field.data_type(), DataType::Float32 | DataType::Float64))
        .map(|field| format!("isnan({0}) or abs({0}) = cast('inf' as double)", quoted(field.name())))
        .collect();
    let sql = format!("select * from {table} where {}", odd.join(" or "));
    (!odd.is_empty()).then(|| Check { name: "not_finite", counted: None, meaning: "a NaN or infinite number".to_owned(), sql })
}

fn gaps(spec: &TableSpec, entity: &str) -> Check {
    let (time, table, limit) = (day(spec), quoted(&spec.name), spec.quality.max_gap_days);
    Check {
        name: "gaps",
        counted: None,
        meaning: format!("more than {limit} calendar days since the entity's row before"),
        sql: format!(
            "with steps as (select {entity} as entity, {time} as day, lag({time}) over (partition by {entity} order by {time}) as day_before from {table}) \
             select entity, day_before, day, cast(day as int) - cast(day_before as int) as gap_days from steps \
             where cast(day as int) - cast(day_before as int) > {limit} order by gap_days desc, entity, day"
        ),
    }
}

fn stale(spec: &TableSpec, entity: &str, price: &str) -> Check {
    let (time, table, limit) = (day(spec), quoted(&spec.name), spec.quality.stale_days);
    Check {
        name: "stale",
        counted: None,
        meaning: format!("a price unchanged for more than {limit} rows"),
        sql: format!(
            "with steps as (select {entity} as entity, {time} as day, {price} as price, \
               case when {price} = lag({price}) over (partition by {entity} order by {time}) then 0 else 1 end as moved from {table}), \
             runs as (select entity, day, price, sum(moved) over (partition by entity order by day rows between unbounded preceding and current row) as run from steps) \
             select entity, min(day) as first_day, max(day) as last_day, min(price) as price, count(*) as n from runs \
             group by entity, run having count(*) > {limit} order by n desc, entity, first_day"
        ),
    }
}

fn returns(spec: &TableSpec, entity: &str, price: &str) -> Check {
    let (time, table, limit) = (day(spec), quoted(&spec.name), spec.quality.max_return);
    Check {
        name: "returns",
        counted: None,
        meaning: format!("a return beyond {} % either way", 100.0 * limit),
        sql: format!(
            "with steps as (select {entity} as entity, {time} as day, {price} as price, lag({price}) over (partition by {entity} order by {time}) as price_before from {table}) \
             select entity, day, price_before, price, round(price / price_before - 1, 4) as simple_return from steps \
             where price_before <> 0 and abs(price / price_before - 1) > {limit} order by abs(price / price_before - 1) desc, entity, day"
        ),
    }
}
