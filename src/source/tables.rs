//! The Parquet tables of a spec, opened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use datafusion::arrow::array::{AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::datasource::TableProvider;
use datafusion::prelude::DataFrame;

use super::blame::{ours, plain};
use super::guard::{self, Held};
use super::inspect::{Place, SourceFile};
use super::memory::Memory;
use super::quality::quoted;
use super::{examine, rows};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::scratch::Scratch;
use crate::spec::TableSpec;

/// Bytes of a thread's stack; only what is used of it is memory.
const STACK: usize = 64 << 20;

/// The Parquet tables of a spec.
pub struct Tables {
    runtime: Arc<tokio::runtime::Runtime>,
    /// Messages of panics in a pass, until it is known whether a file is to blame.
    held: Held,
    /// Every file of every table.
    pub(super) places: Vec<Place>,
    pub(super) spec_file: String,
    /// The spec's `as_of`: rows of that day and later are not read.
    pub(super) as_of: Option<Day>,
    /// The run's day: the spec's, or the day after the last row; `None` where no row has a date.
    pub(super) wall: Option<Day>,
    pub(super) sources: Vec<Table>,
    memory: Memory,
    /// Made when the first session is.
    scratch: OnceLock<Scratch>,
    /// Hashes of what passes cut at a day see; shared with the same tables as of other days.
    pub(super) contents: Arc<Mutex<BTreeMap<Day, Option<String>>>>,
}

#[derive(Clone)]
pub(super) struct Table {
    pub(super) spec: TableSpec,
    /// Its path as outputs name it.
    pub(super) shown: String,
    pub(super) files: Vec<SourceFile>,
    /// The same files, in the order in which DataFusion reads them.
    pub(super) places: Vec<Place>,
    pub(super) provider: Arc<dyn TableProvider>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.sources.iter().map(|table| &table.spec.name)).finish()
    }
}

impl Tables {
    pub(super) fn none(spec_file: String, as_of: Option<Day>) -> Result<Self> {
        check_clock()?;
        let held = Held::default();
        let listener = held.clone();
        // Stacks hold the deepest plan that is taken (`depth`).
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.enable_all().thread_stack_size(STACK).on_thread_start(move || listener.listen()).build();
        let runtime = runtime.map_err(|cause| Error::machine("threads", format!("cannot be started: {cause}")))?;
        Ok(Self {
            runtime: Arc::new(runtime),
            held,
            places: Vec::new(),
            spec_file,
            as_of,
            wall: as_of,
            sources: Vec::new(),
            memory: Memory::default(),
            scratch: OnceLock::new(),
            contents: Arc::default(),
        })
    }

    /// The same tables as of another day: what is known strictly before it.
    ///
    /// Files are neither opened nor hashed again, and what was checked of them when they were opened holds. Errors where a table has no row yet.
    pub fn at(&self, as_of: Day) -> Result<Self> {
        let tables = Self {
            runtime: Arc::clone(&self.runtime),
            held: self.held.clone(),
            places: self.places.clone(),
            spec_file: self.spec_file.clone(),
            as_of: Some(as_of),
            wall: Some(as_of),
            sources: self.sources.clone(),
            memory: self.memory.clone(),
            scratch: OnceLock::new(),
            contents: Arc::clone(&self.contents),
        };
        let context = tables.session(None)?;
        tables.sources.iter().try_for_each(|table| tables.check_rows(&context, table))?;
        Ok(tables)
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
    pub(super) fn scratch(&self) -> Result<&Scratch> {
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

    /// The days on which a row of any table became known, ascending.
    pub fn days(&self) -> Result<Vec<Day>> {
        let context = self.session(None)?;
        let mut days = BTreeSet::new();
        for Table { spec, .. } in &self.sources {
            let refuse = |cause: DataFusionError| self.refuse(spec, "time", &cause);
            let sql = format!("select distinct cast({0} as date) as day from {1} where {0} is not null", spec.time, quoted(&spec.name));
            for batch in self.wait(async { context.sql(&sql).await?.collect().await }).map_err(refuse)? {
                let found = cast(batch.column(0), &DataType::Date32).map_err(|cause| refuse(cause.into()))?;
                days.extend(found.as_primitive::<Date32Type>().iter().flatten().map(Day));
            }
        }
        Ok(days.into_iter().collect())
    }

    /// The last day on which a row of any table became known.
    pub(super) fn last_day(&self) -> Result<Option<Day>> {
        Ok(self.newest()?.into_iter().filter_map(|(_, last)| last).max())
    }

    /// The last day on which a row of each table became known.
    pub(super) fn newest(&self) -> Result<Vec<(&TableSpec, Option<Day>)>> {
        let context = self.session(None)?;
        let mut newest = Vec::new();
        for Table { spec, .. } in &self.sources {
            let sql = format!("select max(cast({} as date)) from {}", spec.time, quoted(&spec.name));
            let batches = self.wait(async { context.sql(&sql).await?.collect().await }).and_then(|batches| rows::first_integers(&batches));
            let days = batches.map_err(|cause| self.refuse(spec, "time", &cause))?;
            newest.push((spec, days.into_iter().flatten().next().map(|day| Day(day as i32))));
        }
        Ok(newest)
    }

    pub(super) fn refuse(&self, spec: &TableSpec, key: &str, cause: &DataFusionError) -> Error {
        ours(cause).unwrap_or_else(|| Error::spec(format!("{}: `tables.{}.{key}`", self.spec_file, spec.name), plain(cause)))
    }
}

/// DataFusion asks the clock when it plans, and panics before 1970.
#[expect(clippy::disallowed_methods, reason = "whether there is a clock, not what it says")]
fn check_clock() -> Result<()> {
    match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::machine("the machine's clock", "stands before 1970-01-01").hint("set it")),
    }
}
