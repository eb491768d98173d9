//! Opens the tables of a spec, whole or cut at a day.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::config::SpillCompression;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::physical_plan::ExecutionPlanProperties as _;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use super::depth::check_depth;
use super::file_table::FileTable;
use super::guard::{self, Held};
use super::inspect::{Place, SourceFile};
use super::memory::Memory;
use super::name;
use super::quality::quoted;
use super::sorted::Promise;
use super::{calendar, examine, files};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::scratch::Scratch;
use crate::spec::{Spec, TableSpec};

/// Functions whose answer is not a function of the data; a report must not depend on them.
const VOLATILE: [&str; 6] = ["random", "uuid", "now", "current_timestamp", "current_date", "current_time"];

/// Bytes of a thread's stack; only what is used of it is memory.
const STACK: usize = 64 << 20;

/// The Parquet tables of a spec.
pub struct Tables {
    runtime: tokio::runtime::Runtime,
    /// Messages of panics in a pass, until it is known whether a file is to blame.
    held: Held,
    /// Every file of every table.
    places: Vec<Place>,
    spec_file: String,
    /// The spec's `as_of`: rows of that day and later are not read.
    as_of: Option<Day>,
    /// The run's day: the spec's, or the day after the last row; `None` where no row has a date.
    wall: Option<Day>,
    sources: Vec<Table>,
    memory: Memory,
    /// Made when the first session is.
    scratch: OnceLock<Scratch>,
}

struct Table {
    spec: TableSpec,
    /// Its path as outputs name it.
    shown: String,
    files: Vec<SourceFile>,
    /// The same files, in the order in which DataFusion reads them.
    places: Vec<Place>,
    provider: Arc<dyn TableProvider>,
}

/// The days before which things must be known to be seen.
struct Known {
    rows: Option<Day>,
    outcomes: Option<Day>,
    /// Whether the tables are cut by the truncation test.
    is_cut: bool,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.sources.iter().map(|table| &table.spec.name)).finish()
    }
}

/// Opens every table of the spec and hashes its files.
///
/// Errors when a file is missing, is no Parquet or is cut off, when a declared column is missing, when a table is empty, when its dates are
/// of no calendar, or when its rows are not in the order that `sorted_by` promises.
pub fn open(root: &Path, spec: &Spec) -> Result<Tables> {
    let mut opened = Tables::none(spec.file.display().to_string(), spec.as_of)?;
    for table in &spec.tables {
        check_depth(&format!("{}: `tables.{}.time`", opened.spec_file, table.name), &table.time)?;
        let places: Vec<Place> = files::find(root, &table.name, &table.path)?.iter().map(|path| Place::new(root, path)).collect();
        let files = places.iter().map(Place::inspect).collect::<Result<Vec<_>>>()?;
        let shown = name::names(root, &[root.join(&table.path)]).swap_remove(0);
        opened.add((table.clone(), shown), places, files)?;
    }
    // Two files of two tables must not have one name either.
    let files: Vec<&mut SourceFile> = opened.sources.iter_mut().flat_map(|table| &mut table.files).collect();
    let places: Vec<PathBuf> = files.iter().map(|file| file.place.clone()).collect();
    files.into_iter().zip(name::names(root, &places)).for_each(|(file, name)| file.path = name);
    opened.check()?;
    opened.check_order()?;
    if opened.wall.is_none() {
        opened.wall = opened.last_day()?.map(|day| day.plus_days(1));
    }
    if let Some(wall) = opened.wall.filter(|wall| !wall.is_plausible()) {
        return Err(Error::data(&opened.spec_file, format!("the run's as_of, the day after the last row, is {wall}, outside the years 1 to 9999"))
            .hint("state `as_of`"));
    }
    Ok(opened)
}

/// No spec and perhaps no table: for a query on its own. Each table is its name, its Parquet file and the columns it is sorted by.
pub fn open_files(files: &[(String, PathBuf, Vec<String>)]) -> Result<Tables> {
    let mut opened = Tables::none("query".to_owned(), None)?;
    for (name, path, sorted_by) in files {
        let path = path.display().to_string();
        let places: Vec<Place> = files::find(Path::new(""), name, &path)?.iter().map(|path| Place::new(Path::new(""), path)).collect();
        places.iter().try_for_each(|place| place.open().map(drop))?;
        opened.add((TableSpec::bare(name, &path, sorted_by), path), places, Vec::new())?;
    }
    opened.check_order()?;
    Ok(opened)
}

async fn listing(spec: &TableSpec, urls: Vec<ListingTableUrl>) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let order: Vec<_> = spec.sorted_by.iter().map(|name| ident(name).sort(true, false)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default().with_force_view_types(false)))
        .with_file_extension("")
        .with_file_sort_order(if order.is_empty() { Vec::new() } else { vec![order] });
    let context = SessionContext::new_with_config(config());
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options);
    let table: Arc<dyn TableProvider> = Arc::new(ListingTable::try_new(config.infer_schema(&context.state()).await?)?);
    Ok(Arc::new(FileTable { inner: table }))
}

/// DataFusion asks the clock when it plans, and panics before 1970.
#[expect(clippy::disallowed_methods, reason = "whether there is a clock, not what it says")]
fn check_clock() -> Result<()> {
    match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::machine("the machine's clock", "stands before 1970-01-01").hint("set it")),
    }
}

/// One partition: sums of floats are then taken in the order of the rows, whatever the number of threads.
fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(1);
    config.options_mut().execution.parquet.schema_force_view_types = false;
    // Rows are left out for what they hold, never for what a footer says of them.
    config.options_mut().execution.parquet.pruning = false;
    config.options_mut().execution.parquet.enable_page_index = false;
    config.options_mut().execution.parquet.bloom_filter_on_read = false;
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    config.options_mut().sql_parser.collect_spans = true;
    config.options_mut().execution.spill_compression = SpillCompression::Lz4Frame;
    config
}

impl Tables {
    fn none(spec_file: String, as_of: Option<Day>) -> Result<Self> {
        check_clock()?;
        let held = Held::default();
        let listener = held.clone();
        // Stacks hold the deepest plan that is taken (`depth`).
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.enable_all().thread_stack_size(STACK).on_thread_start(move || listener.listen()).build();
        let runtime = runtime.map_err(|cause| Error::machine("threads", format!("cannot be started: {cause}")))?;
        Ok(Self {
            runtime,
            held,
            places: Vec::new(),
            spec_file,
            as_of,
            wall: as_of,
            sources: Vec::new(),
            memory: Memory::default(),
            scratch: OnceLock::new(),
        })
    }

    fn add(&mut self, (spec, shown): (TableSpec, String), places: Vec<Place>, files: Vec<SourceFile>) -> Result<()> {
        let refuse =
            |cause: &DataFusionError| ours(cause).unwrap_or_else(|| Error::data(&spec.path, format!("cannot be read as Parquet: {}", plain(cause))));
        let mut listed = Vec::new();
        for place in places {
            let whole = place.path.canonicalize().map_err(|cause| Error::machine(&place.shown, cause))?;
            listed.push((ListingTableUrl::parse(whole.to_string_lossy()).map_err(|cause| refuse(&cause))?, place));
        }
        // DataFusion reads the files of a partition by their whole paths, and a file of two names once.
        listed.sort_by(|(left, _), (right, _)| left.prefix().as_ref().cmp(right.prefix().as_ref()));
        listed.dedup_by(|(left, _), (right, _)| left.prefix() == right.prefix());
        let (urls, places): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
        self.places.extend(places.iter().cloned());
        let provider = self.wait(listing(&spec, urls)).map_err(|cause| refuse(&cause))?;
        self.sources.push(Table { spec, shown, files, places, provider });
        Ok(())
    }

    /// Runs a future of DataFusion to its end.
    ///
    /// Where it fails or panics and a file cannot be read on its own, the error is about that file.
    pub fn wait<T>(&self, future: impl Future<Output = Result<T, DataFusionError>>) -> Result<T, DataFusionError> {
        let broken_file = || examine::blame(&self.places).inspect(|_| drop(self.held.take())).map(|error| DataFusionError::External(Box::new(error)));
        match guard::caught(&self.held, || self.runtime.block_on(future)) {
            Ok(Err(cause)) if examine::may_be_a_files(&cause) => Err(broken_file().unwrap_or_else(|| {
                self.held.show();
                cause
            })),
            Ok(done) => done,
            Err(panicked) => Err(broken_file().unwrap_or_else(|| panicked.go_on())),
        }
    }

    /// Collects the rows of a frame.
    pub fn collect(&self, frame: DataFrame) -> Result<Vec<RecordBatch>, DataFusionError> {
        self.wait(frame.collect())
    }

    /// The same tables, read with other limits of memory.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        (self.memory, self.scratch) = (memory, OnceLock::new());
        self
    }

    /// The limits of memory.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Where temporary files lie.
    fn scratch(&self) -> Result<&Scratch> {
        if let Some(scratch) = self.scratch.get() {
            return Ok(scratch);
        }
        let opened = Scratch::open(self.memory.folder.as_deref())?;
        Ok(self.scratch.get_or_init(|| opened))
    }

    /// A table's path as outputs name it: relative to the root, or by its last parts.
    #[must_use]
    pub fn shown_path<'a>(&'a self, table: &'a TableSpec) -> &'a str {
        self.sources.iter().find(|source| source.spec.name == table.name).map_or(&table.path, |source| &source.shown)
    }

    /// The spec's path, for messages.
    #[must_use]
    pub fn spec_file(&self) -> &str {
        &self.spec_file
    }

    /// Each table's declaration, files and columns.
    pub fn iter(&self) -> impl Iterator<Item = (&TableSpec, &[SourceFile], SchemaRef)> {
        self.sources.iter().map(|table| (&table.spec, table.files.as_slice(), table.provider.schema()))
    }

    /// The run's day: the spec's `as_of`, or the day after the last row of any table became known.
    pub fn as_of(&self) -> Result<Day> {
        self.wall.ok_or_else(|| Error::data(&self.spec_file, "no table has a row with a date").hint("see each table's `time`"))
    }

    /// The last day on which a row of any table became known.
    fn last_day(&self) -> Result<Option<Day>> {
        let context = self.session(None)?;
        let mut last = None;
        for Table { spec, .. } in &self.sources {
            let sql = format!("select max(cast({} as date)) from {}", spec.time, quoted(&spec.name));
            let batches = self.wait(async { context.sql(&sql).await?.collect().await }).and_then(|batches| super::rows::first_integers(&batches));
            let days = batches.map_err(|cause| self.refuse(spec, "time", &cause))?;
            last = last.max(days.into_iter().flatten().next());
        }
        Ok(last.map(|day| Day(day as i32)))
    }

    /// A session in which every table holds what was known strictly before `cut` and before the run's day: rows by the table's `time`,
    /// outcomes by its `outcomes_known`.
    ///
    /// Outcomes of a table without `outcomes_known` are NULL in a cut. In a run they are what the files hold: what they held on another day
    /// cannot be told, and the page says so.
    pub fn session(&self, cut: Option<Day>) -> Result<SessionContext> {
        let runtime = self.memory.runtime(self.scratch()?).map_err(|cause| Error::machine("memory", plain(&cause)))?;
        let context = SessionContext::new_with_config_rt(config(), runtime);
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
        Ok(frame.select(columns).map_err(refuse)?.into_view())
    }

    fn refuse(&self, spec: &TableSpec, key: &str, cause: &DataFusionError) -> Error {
        ours(cause).unwrap_or_else(|| Error::spec(format!("{}: `tables.{}.{key}`", self.spec_file, spec.name), plain(cause)))
    }

    fn check(&self) -> Result<()> {
        let context = self.session(None)?;
        for Table { spec, provider, .. } in &self.sources {
            let schema = provider.schema();
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let lists = [("sorted_by", &spec.sorted_by), ("key", &spec.key), ("outcomes", &spec.outcomes)];
            let single = |key, column: &Option<String>| column.clone().map(|column| (key, column));
            let quality = &spec.quality;
            let named = lists.into_iter().flat_map(|(key, columns)| columns.iter().map(move |column| (key, column.clone()))).chain(
                [
                    single("outcomes_known", &spec.outcomes_known),
                    single("quality.entity", &quality.entity),
                    single("quality.price", &quality.price),
                    single("quality.high", &quality.high),
                    single("quality.low", &quality.low),
                    single("quality.volume", &quality.volume),
                ]
                .into_iter()
                .flatten(),
            );
            for (key, column) in named {
                if !names.contains(&column.as_str()) {
                    return Err(Error::data(&spec.path, format!("no column `{column}`, which `tables.{}.{key}` names", spec.name))
                        .hint(format!("its columns are {}", names.join(", "))));
                }
            }
            self.check_time(&context, spec, provider, &names)?;
        }
        Ok(())
    }

    fn check_time(&self, context: &SessionContext, spec: &TableSpec, provider: &Arc<dyn TableProvider>, names: &[&str]) -> Result<()> {
        let refuse =
            |cause: DataFusionError| self.refuse(spec, "time", &cause).hint(format!("the columns of {} are {}", spec.path, names.join(", ")));
        let frame = context.read_table(Arc::clone(provider)).map_err(refuse)?;
        let time = frame.parse_sql_expr(&spec.time).map_err(refuse)?;
        let typed = frame.clone().select(vec![time.clone().alias("time")]).map_err(refuse)?;
        let kind = typed.schema().field(0).data_type().clone();
        if !calendar::is_date(&kind) {
            return Err(Error::data(&spec.path, format!("`{}`, the time of table `{}`, is {}, not a date", spec.time, spec.name, kind_name(&kind)))
                .hint("write `time` as an SQL expression that yields a date, such as \"cast(issued as date)\""));
        }
        self.check_dates(&frame, spec, ("time", &spec.time), time)?;
        if let Some(column) = &spec.outcomes_known {
            self.check_dates(&frame, spec, ("outcomes_known", column), ident(column))?;
        }
        let n_rows = self.wait(async { context.table(spec.name.as_str()).await?.limit(0, Some(1))?.count().await }).map_err(refuse)?;
        if n_rows == 0 {
            let before = self.as_of.map_or(String::new(), |day| format!(" before as_of {day}"));
            return Err(Error::data(&spec.path, format!("table `{}` has no rows{before}", spec.name)).hint("check the file and `as_of`"));
        }
        Ok(())
    }

    /// The first and the last date lie in the years 1 to 9999, and so do all.
    fn check_dates(&self, frame: &DataFrame, spec: &TableSpec, (key, shown): (&str, &str), date: Expr) -> Result<()> {
        let refuse = |cause: DataFusionError| self.refuse(spec, key, &cause);
        let ends = frame.clone().aggregate(Vec::new(), vec![min(date.clone()), max(date)]).map_err(refuse)?;
        let ends = self.collect(ends).map_err(refuse)?;
        match ends.iter().flat_map(RecordBatch::columns).find_map(calendar::beyond) {
            None => Ok(()),
            Some((_, date)) => Err(Error::data(
                &spec.path,
                format!("`{shown}`, the {key} of table `{}`, is {date} in a row, outside the years 1 to 9999", spec.name),
            )
            .hint("correct the date or leave the row out; what is not known is NULL")),
        }
    }

    /// Rows come in the order that is promised of them, by the spec or by the files.
    fn check_order(&self) -> Result<()> {
        let context = SessionContext::new_with_config(config());
        for Table { spec, places, provider, .. } in &self.sources {
            let state = context.state();
            let scan = self.wait(provider.scan(&state, None, &[], None)).map_err(|cause| self.refuse(spec, "sorted_by", &cause))?;
            if let Some(promise) = Promise::of(spec, scan.output_ordering()) {
                promise.check(places, &provider.schema())?;
            }
        }
        Ok(())
    }
}

/// A type in words a quant uses.
#[must_use]
pub fn kind_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "true/false".to_owned(),
        other => other.to_string(),
    }
}

/// What DataFusion says, without its layers.
pub(super) fn plain(cause: &DataFusionError) -> String {
    let text = cause.find_root().strip_backtrace();
    let text = text.lines().next().unwrap_or_default();
    let text =
        ["Error during planning: ", "Schema error: ", "SQL error: ", "Execution error: ", "Arrow error: ", "This feature is not implemented: "]
            .iter()
            .fold(text, |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    let text = text.strip_prefix("ParserError(\"").and_then(|text| text.strip_suffix("\")")).unwrap_or(text);
    text.trim_end_matches('.').replace("\"?table?\".", "")
}

/// An error of ours that came through DataFusion.
pub(super) fn ours(cause: &DataFusionError) -> Option<Error> {
    let mut chain = std::iter::successors(Some(cause as &dyn std::error::Error), |cause| cause.source());
    chain.find_map(|cause| cause.downcast_ref::<Error>()).cloned()
}

/// An SQL error with its file and, where it can be told, its line; an error of ours that came through DataFusion is told as it is.
#[must_use]
pub fn blame(file: &str, text: &str, cause: &DataFusionError) -> Error {
    if let Some(error) = ours(cause) {
        return error;
    }
    let problem = plain(cause);
    if let Some(limit) = problem.strip_prefix("RecursionLimitExceeded (current limit: ") {
        let limit = limit.trim_end_matches(')');
        return Error::sql(file, format!("brackets, cases or selects stand in each other too deeply, about {limit} deep"))
            .hint("name parts of the expression in a select before it");
    }
    if problem.starts_with("The used disk space during the spilling process") {
        return Error::sql(
            file,
            format!("sorts want more disk than there is for them, 80 % of what was free in TMPDIR ({})", std::env::temp_dir().display()),
        )
        .hint("free disk space or set TMPDIR to a larger disk; or give tables `sorted_by`, so that nothing is sorted");
    }
    let line = cause
        .diagnostic()
        .and_then(|diagnostic| diagnostic.span)
        .map(|span| span.start.line)
        .or_else(|| line_in_words(&problem))
        .or_else(|| line_of_name(&problem, text));
    let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
    let hint = remedy(&problem);
    let error = Error::sql(place, problem);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The remedy of refusals whose words do not name it.
fn remedy(problem: &str) -> Option<&'static str> {
    if problem.starts_with("DML") || problem.starts_with("DDL") || problem.starts_with("Statement") {
        return Some("a file holds one select");
    }
    if problem.starts_with("Divide by zero") {
        return Some("guard integer divisions with nullif(denominator, 0), or cast to double");
    }
    let is_volatile = VOLATILE.iter().any(|name| problem == format!("Invalid function '{name}'"));
    is_volatile.then_some("the clock and chance have no place in a feature: the same data must give the same numbers")
}

/// sqlparser ends its messages with `at Line: 3, Column: 7`.
fn line_in_words(problem: &str) -> Option<u64> {
    let (_, rest) = problem.split_once("Line: ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The first line of the SQL with the first name that the message quotes.
fn line_of_name(problem: &str, text: &str) -> Option<u64> {
    let name = problem.split(['\'', '"', '`']).nth(1)?;
    let name = name.rsplit('.').next()?;
    let found = text.lines().position(|line| !name.is_empty() && line.contains(name))?;
    Some(found as u64 + 1)
}
