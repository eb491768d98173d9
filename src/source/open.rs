//! Opens the tables of a spec and checks that they are what it says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{Expr, ident};
use datafusion::physical_plan::ExecutionPlanProperties as _;
use datafusion::prelude::{DataFrame, SessionContext};

use super::blame::{kind_name, ours, plain};
use super::depth::check_depth;
use super::file_table::FileTable;
use super::hive::Hive;
use super::inspect::{Place, SourceFile};
use super::name;
use super::session::config;
use super::sorted::Promise;
use super::tables::{Table, Tables};
use super::{calendar, files};
use crate::error::{Error, Result};
use crate::spec::{Spec, TableSpec};

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
        opened.add((table.clone(), shown), &root.join(&table.path), places, files)?;
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
        opened.add((TableSpec::bare(name, &path, sorted_by), path.clone()), Path::new(&path), places, Vec::new())?;
    }
    opened.check_order()?;
    Ok(opened)
}

async fn listing(spec: &TableSpec, urls: Vec<ListingTableUrl>, hive: Option<Hive>) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let order: Vec<_> = spec.sorted_by.iter().map(|name| ident(name).sort(true, false)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default().with_force_view_types(false)))
        .with_file_extension("")
        .with_file_sort_order(if order.is_empty() { Vec::new() } else { vec![order] });
    let context = SessionContext::new_with_config(config());
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options.clone()).infer_schema(&context.state()).await?;
    let Some(Hive { base, columns }) = hive else {
        return Ok(Arc::new(FileTable { inner: Arc::new(ListingTable::try_new(config)?), of_folders: Vec::new() }));
    };
    // The same files, found from the folder above them, so that their folders' names are read.
    let files = config.file_schema.clone().ok_or_else(|| DataFusionError::Plan("no columns".to_owned()))?;
    Hive { base: base.clone(), columns: columns.clone() }.check(&spec.path, &files).map_err(|error| DataFusionError::External(Box::new(error)))?;
    let of_folders = columns.iter().map(|(name, _)| name.clone()).collect();
    let base = ListingTableUrl::parse(format!("{}/", base.to_string_lossy()))?;
    let options = options.with_file_extension(".parquet").with_table_partition_cols(columns);
    let config = ListingTableConfig::new(base).with_listing_options(options).with_schema(files);
    Ok(Arc::new(FileTable { inner: Arc::new(ListingTable::try_new(config)?), of_folders }))
}

impl Tables {
    pub(super) fn add(&mut self, (spec, shown): (TableSpec, String), folder: &Path, places: Vec<Place>, files: Vec<SourceFile>) -> Result<()> {
        let refuse =
            |cause: &DataFusionError| ours(cause).unwrap_or_else(|| Error::data(&spec.path, format!("cannot be read as Parquet: {}", plain(cause))));
        let hive = Hive::of(folder, &places)?;
        if let Some(column) = spec.sorted_by.iter().find(|name| hive.iter().any(|hive| hive.columns.iter().any(|(own, _)| own == *name))) {
            return Err(Error::data(&spec.path, format!("`sorted_by` names `{column}`, which the folders name")).hint("name columns of the files"));
        }
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
        let provider = self.wait(listing(&spec, urls, hive)).map_err(|cause| refuse(&cause))?;
        self.sources.push(Table { spec, shown, files, places, provider });
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let context = self.session(None)?;
        for table in &self.sources {
            let Table { spec, provider, .. } = table;
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
            self.check_rows(&context, table)?;
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
        Ok(())
    }

    /// A table has rows, of those known before the spec's `as_of`.
    pub(super) fn check_rows(&self, context: &SessionContext, table: &Table) -> Result<()> {
        let spec = &table.spec;
        let columns = || table.provider.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>().join(", ");
        let refuse = |cause| self.refuse(spec, "time", &cause).hint(format!("the columns of {} are {}", spec.path, columns()));
        if self.wait(async { context.table(spec.name.as_str()).await?.limit(0, Some(1))?.count().await }).map_err(refuse)? == 0 {
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
