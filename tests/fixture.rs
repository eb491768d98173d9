//! Small projects in temporary folders, and a quiet way to run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use plimsoll::day::Day;
use plimsoll::error::Result;
use plimsoll::run::{Progress, Ran, run};
use plimsoll::spec::{self, Spec};
use plimsoll::walk::Step;

/// Says nothing.
pub(crate) struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
    fn planned(&self, _: usize) {}
    fn step(&self, _: &Step) {}
}

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project root in a temporary folder, removed when dropped.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
}

impl Project {
    pub(crate) fn new(name: &str) -> Self {
        // Tests that run side by side may try the same case.
        static N_PROJECTS: AtomicUsize = AtomicUsize::new(0);
        let n = N_PROJECTS.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("plimsoll-{}-{n}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("data")).expect("the temporary folder is writable");
        Self { root }
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub(crate) fn bars(&self, path: &str, bars: &Bars) {
        fs::write(self.root.join(path), bars.parquet()).expect("writable");
    }

    pub(crate) fn spec(&self, path: &str) -> Result<Spec> {
        spec::load(&self.root, Path::new(path))
    }

    /// Runs a report into `out/`.
    pub(crate) fn run(&self, path: &str) -> Result<Ran> {
        run(&self.root, &self.root.join("out"), &self.spec(path)?, &Silent)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Writes a file in place of the one that is there: a run's files are read-only, and may be another run's too.
pub(crate) fn replace(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::remove_file(path).expect("writable");
    fs::write(path, bytes).expect("writable");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("writable");
        for entry in fs::read_dir(from).expect("readable") {
            let entry = entry.expect("readable");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().expect("below the root")).expect("writable");
        fs::copy(from, to).expect("copied");
    }
}

/// A panel of eight tickers over 260 weekdays from 2018-01-01; prices move by a fixed pattern.
#[derive(Clone)]
pub(crate) struct Bars {
    pub(crate) date: Vec<Day>,
    pub(crate) ticker: Vec<String>,
    pub(crate) close: Vec<f64>,
    pub(crate) volume: Vec<i64>,
}

impl Bars {
    pub(crate) fn new() -> Self {
        let mut bars = Self { date: Vec::new(), ticker: Vec::new(), close: Vec::new(), volume: Vec::new() };
        let first = Day::from_ymd(2018, 1, 1).expect("a date");
        for name in 0..8_i64 {
            let mut close = 100.0;
            let days = (0..).map(|n| first.plus_days(n)).filter(|day| !day.is_weekend()).take(260);
            for (n, day) in (0_i64..).zip(days) {
                // Any fixed pattern without a simple period will do.
                close *= 1.0 + 0.01 * ((n * n + 7 * name * n + name) as f64).sin();
                bars.date.push(day);
                bars.ticker.push(format!("{0}{0}{0}", char::from(b'A' + name as u8)));
                bars.close.push(close);
                bars.volume.push(1_000 + (n * 37 + name * 101) % 500);
            }
        }
        bars
    }

    /// Drops the rows that `is_kept`, told their position, does not want.
    pub(crate) fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        let rows: Vec<usize> = (0..self.date.len()).filter(|&row| is_kept(row)).collect();
        self.date = rows.iter().map(|&row| self.date[row]).collect();
        self.ticker = rows.iter().map(|&row| self.ticker[row].clone()).collect();
        self.close = rows.iter().map(|&row| self.close[row]).collect();
        self.volume = rows.iter().map(|&row| self.volume[row]).collect();
    }

    /// The same without rows from `at` on.
    pub(crate) fn truncated(mut self, n_rows: usize) -> Self {
        self.date.truncate(n_rows);
        self.ticker.truncate(n_rows);
        self.close.truncate(n_rows);
        self.volume.truncate(n_rows);
        self
    }

    fn columns(&self) -> Vec<(&'static str, ArrayRef)> {
        vec![
            ("ticker", Arc::new(StringArray::from(self.ticker.clone()))),
            ("close", Arc::new(Float64Array::from(self.close.clone()))),
            ("volume", Arc::new(Int64Array::from(self.volume.clone()))),
            ("note", Arc::new(StringArray::from(vec!["n/a"; self.ticker.len()]))),
        ]
    }

    pub(crate) fn parquet(&self) -> Vec<u8> {
        let date: ArrayRef = Arc::new(Date32Array::from_iter_values(self.date.iter().map(|day| day.0)));
        written(std::iter::once(("date", date)).chain(self.columns()).collect())
    }

    /// The same with the date as text.
    pub(crate) fn parquet_with_text_dates(&self) -> Vec<u8> {
        let date: ArrayRef = Arc::new(StringArray::from_iter_values(self.date.iter().map(ToString::to_string)));
        written(std::iter::once(("date", date)).chain(self.columns()).collect())
    }
}

pub(crate) fn written(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a plain schema");
    writer.write(&batch).expect("memory is writable");
    writer.into_inner().expect("memory is writable")
}

/// The files of a run's forecasts, in the order of their rows.
pub(crate) fn predictions(run: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(run.join("predictions")).expect("a run leaves its forecasts");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

/// Name and hash of the files of a run's forecasts, as its manifest has them.
pub(crate) fn hashes_of_predictions(ran: &Ran) -> Vec<(String, String)> {
    let outputs = ran.manifest.outputs.iter().filter(|(name, _)| name.starts_with("predictions/"));
    let found: Vec<(String, String)> = outputs.map(|(name, hash)| (name.clone(), hash.clone())).collect();
    assert!(!found.is_empty());
    found
}

/// Window and value of every forecast of a model in the run's folder, file by file, column by column.
pub(crate) fn forecasts(run: &Path, model: &str) -> Vec<(u32, f64)> {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::{Float64Type, UInt32Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let file = |path: &PathBuf| fs::File::open(path).expect("readable");
    let mut found = vec![];
    for batch in
        predictions(run).iter().flat_map(|path| ParquetRecordBatchReaderBuilder::try_new(file(path)).expect("Parquet").build().expect("Parquet"))
    {
        let batch = batch.expect("a whole file");
        let windows = batch.column_by_name("window").expect("the columns of predictions").as_primitive::<UInt32Type>();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            if field.name().strip_prefix(model).is_some_and(|rest| rest.starts_with('.')) {
                found.extend(windows.values().iter().zip(column.as_primitive::<Float64Type>()).filter_map(|(&window, value)| Some((window, value?))));
            }
        }
    }
    found
}
