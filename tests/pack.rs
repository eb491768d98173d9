//! The packs under `sql/` that rest on the ts_ functions: their numbers are those of the references under `tests/golden/`, and look
//! ahead nowhere.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use plimsoll::day::Day;
use plimsoll::error::Result;
use plimsoll::feature::{self, Built};
use plimsoll::{source, spec};

use crate::fixture::{Project, copy, repository};

const TOLERANCE: f64 = 1e-9;

/// Differences are relative, but to no less than this: some factors are 0 but for rounding.
const FLOOR: f64 = 1e-6;

struct Pack {
    spec: &'static str,
    sql: &'static str,
    golden: &'static str,
    files: &'static [&'static str],
}

const ALPHA158: Pack = Pack {
    spec: "tests/pack/alpha158.toml",
    sql: "sql/equity/alpha158.sql",
    golden: "tests/golden/alpha158.csv",
    files: &["data/sample/prices.parquet", "tests/pack/sql/bars.sql"],
};

const PANEL: Pack = Pack {
    spec: "tests/pack/loan_panel.toml",
    sql: "sql/loan/panel.sql",
    golden: "tests/golden/loan_panel.csv",
    files: &["data/sample/macro.parquet", "tests/pack/loan_months.parquet"],
};

/// A column of the file is a row, "TEC10 2018-02-01", and a line a factor; a cell is empty where there is no value.
struct Golden {
    keys: Vec<String>,
    columns: Vec<(String, Vec<Option<f64>>)>,
}

impl Pack {
    /// A project root with the pack, its spec and its data.
    fn project(&self, name: &str) -> Project {
        let project = Project::new(name);
        for path in [self.spec, self.sql].iter().chain(self.files) {
            copy(&repository().join(path), &project.root.join(path));
        }
        project
    }

    fn build(&self, project: &Project) -> Result<Built> {
        let spec = spec::load(&project.root, Path::new(self.spec)).expect("a good spec");
        let tables = source::open(&project.root, &spec).expect("good tables");
        feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful())
    }

    /// The rows of the last view, f64 as the SQL made them.
    fn rows(&self, project: &Project) -> RecordBatch {
        let path = project.root.join("rows.parquet");
        let spec = spec::load(&project.root, Path::new(self.spec)).expect("a good spec");
        let tables = source::open(&project.root, &spec).expect("good tables");
        feature::land(&project.root, &spec, &tables, &path).expect("a good view");
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("written")).expect("Parquet");
        let schema = reader.schema().clone();
        let batches: Vec<RecordBatch> = reader.build().expect("Parquet").map(|batch| batch.expect("rows")).collect();
        concat_batches(&schema, &batches).expect("one schema")
    }

    fn golden(&self) -> Golden {
        let text = fs::read_to_string(repository().join(self.golden)).expect("the golden file");
        let mut lines = text.lines();
        let keys = lines.next().expect("a heading").split(',').skip(1).map(str::to_owned).collect();
        let value = |cell: &str| (!cell.is_empty()).then(|| cell.parse().expect("a number"));
        let columns = lines.map(|line| {
            let (name, cells) = line.split_once(',').expect("a name and cells");
            (name.to_owned(), cells.split(',').map(value).collect())
        });
        Golden { keys, columns: columns.collect() }
    }

    /// Every golden number that the engine's rows do not repeat, and how many were compared.
    fn differences(&self, rows: &RecordBatch) -> (usize, Vec<String>) {
        let places = places(rows);
        let Golden { keys, columns } = self.golden();
        let mut differences = Vec::new();
        for (name, golden) in &columns {
            let column = rows.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
            let column = cast(column, &DataType::Float64).expect("numbers");
            for (key, &golden) in keys.iter().zip(golden) {
                let value = value(column.as_primitive::<Float64Type>(), places[key]);
                let agrees = match (value, golden) {
                    (Some(value), Some(golden)) => (value - golden).abs() <= TOLERANCE * golden.abs().max(FLOOR),
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                };
                if !agrees {
                    differences.push(format!("{name} {key}: calculated {value:?}, expected {golden:?}, tolerance {TOLERANCE:e}"));
                }
            }
        }
        (keys.len() * columns.len(), differences)
    }
}

/// NULL and NaN both say that there is no value.
fn value(column: &Float64Array, row: usize) -> Option<f64> {
    column.is_valid(row).then(|| column.value(row)).filter(|value| !value.is_nan())
}

fn places(rows: &RecordBatch) -> BTreeMap<String, usize> {
    let text = cast(rows.column_by_name("entity").expect("entity"), &DataType::Utf8).expect("text");
    let days = cast(rows.column_by_name("as_of").expect("as_of"), &DataType::Date32).expect("days");
    let (text, days) = (text.as_string::<i32>(), days.as_primitive::<Date32Type>());
    (0..rows.num_rows()).map(|row| (format!("{} {}", text.value(row), Day(days.value(row))), row)).collect()
}

#[test]
fn alpha158_agrees_with_the_reference_to_one_in_a_billion() {
    let (n_compared, differences) = ALPHA158.differences(&ALPHA158.rows(&ALPHA158.project("alpha158")));
    // 158 factors and the label on 22 rows.
    assert_eq!(n_compared, 159 * 22);
    assert!(differences.is_empty(), "{} of {n_compared}:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn the_loan_panel_agrees_with_plain_loops() {
    let (n_compared, differences) = PANEL.differences(&PANEL.rows(&PANEL.project("panel")));
    // 27 features and the target on 23 rows.
    assert_eq!(n_compared, 28 * 23);
    assert!(differences.is_empty(), "{} of {n_compared}:\n{}", differences.len(), differences.join("\n"));
}

/// The pack passes the truncation test; with `good` replaced by `bad` it is refused, and the refusal names `column`.
fn looks_ahead_only_when_told_to(pack: &Pack, name: &str, [good, bad]: [&str; 2], column: &str) {
    let project = pack.project(name);
    let built = pack.build(&project).expect("nothing looks ahead");
    assert!(!built.certificate.cuts.is_empty() && built.certificate.n_targets() > 0);
    let text = fs::read_to_string(project.root.join(pack.sql)).expect("the pack");
    assert_eq!(text.matches(good).count(), 1, "{good}");
    project.write(pack.sql, &text.replace(good, bad));
    let refusal = pack.build(&project).expect_err("it looks ahead").to_string();
    assert!(refusal.contains(&format!("column `{column}` looks ahead")), "{refusal}");
}

#[test]
fn alpha158_looks_ahead_only_when_a_factor_is_made_to() {
    let swap = ["lag(moves.close, 5) over by_name", "lead(moves.close, 5) over by_name"];
    looks_ahead_only_when_told_to(&ALPHA158, "alpha158_ahead", swap, "roc5");
}

#[test]
fn a_macro_figure_joined_by_its_month_and_not_by_its_publication_is_caught() {
    let swap = ["macro.published < dates.as_of", "macro.month < dates.as_of"];
    looks_ahead_only_when_told_to(&PANEL, "panel_ahead", swap, "unemployment");
}
