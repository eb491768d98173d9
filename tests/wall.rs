//! The run's as-of date is a wall: a run "as of D" on tonight's files says what a run on files cut at D says.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::{concat_batches, filter_record_batch, nullif};
use datafusion::arrow::datatypes::Date32Type;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use plimsoll::day::Day;
use plimsoll::manifest::Manifest;
use plimsoll::run::{Ran, run};
use plimsoll::{feature, source, spec};

use crate::fixture::{Project, Silent, copy, hashes_of_predictions, repository};

fn day(text: &str) -> Day {
    text.parse().expect("a literal date")
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("there")).expect("Parquet");
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().expect("Parquet").map(|batch| batch.expect("rows")).collect();
    concat_batches(&schema, &batches).expect("one schema")
}

pub(crate) fn write(path: &Path, rows: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).expect("writable"), rows.schema(), None).expect("a plain schema");
    writer.write(rows).expect("writable");
    writer.close().expect("writable");
}

/// Rows whose `time` is before `cut`.
fn before(rows: &RecordBatch, time: &str, cut: Day) -> RecordBatch {
    let days = rows.column_by_name(time).expect("the time").as_primitive::<Date32Type>();
    let early: BooleanArray = days.iter().map(|day| Some(day.is_some_and(|day| Day(day) < cut))).collect();
    filter_record_batch(rows, &early).expect("rows of a file")
}

/// Runs a report as of a day, or as of the end of its files.
fn ran(project: &Project, path: &str, as_of: Option<Day>) -> Ran {
    let mut spec = spec::load(&project.root, Path::new(path)).expect("a good spec");
    spec.as_of = as_of;
    run(&project.root, &project.root.join("out"), &spec, &Silent).expect("a run")
}

/// A file of a run with the hashes of what was read, and the run's own, made equal.
fn without_hashes(ran: &Ran, name: &str) -> String {
    let text = fs::read_to_string(ran.folder.join(name)).expect("a run leaves its pages");
    let Manifest { inputs, .. } = &ran.manifest;
    let text = inputs.files.iter().fold(text, |text, (path, hash)| text.replace(hash, path).replace(&hash[..8], path));
    let own = inputs.sha256();
    let text = text.replace(&own, "run").replace(&own[..12], "run");
    // The page's policy holds the hash of its style, and the style the run's id.
    text.lines().filter(|line| !line.contains("Content-Security-Policy")).collect::<Vec<_>>().join("\n")
}

/// A report whose tables are read whole as of `cut`, and one whose tables were cut there, with their columns of time.
fn says_the_same(name: &str, spec: &str, sql: &[&str], tables: &[(&str, &str)], cut: Day) {
    let [whole, early] = ["whole", "early"].map(|side| Project::new(&format!("wall_{name}_{side}")));
    for project in [&whole, &early] {
        for path in [spec].iter().chain(sql) {
            copy(&repository().join(path), &project.root.join(path));
        }
    }
    for (path, time) in tables {
        copy(&repository().join(path), &whole.root.join(path));
        copy(&repository().join(path), &early.root.join(path));
        let rows = read(&repository().join(path));
        let cut_rows = before(&rows, time, cut);
        assert!(0 < cut_rows.num_rows() && cut_rows.num_rows() <= rows.num_rows(), "{path}");
        write(&early.root.join(path), &cut_rows);
    }
    agree(&ran(&whole, spec, Some(cut)), &ran(&early, spec, None));
}

fn agree(whole: &Ran, early: &Ran) {
    assert_eq!(whole.manifest.as_of, early.manifest.as_of);
    assert_ne!(whole.manifest.inputs.files, early.manifest.inputs.files, "nothing was cut");
    for name in ["summary.json", "report.html"] {
        let (whole, early) = (without_hashes(whole, name), without_hashes(early, name));
        let difference = whole.lines().zip(early.lines()).find(|(whole, early)| whole != early);
        assert_eq!(difference, None, "{name}");
        assert_eq!(whole.len(), early.len(), "{name}");
    }
    assert_eq!(hashes_of_predictions(whole), hashes_of_predictions(early));
}

const EQUITY: [&str; 4] = ["sql/equity/bars.sql", "sql/equity/prices.sql", "sql/equity/market.sql", "sql/equity/features.sql"];

#[test]
fn a_market_report_as_of_a_day_is_that_of_files_cut_there() {
    // `delisted` is an outcome, and NULL in the early file where it came later.
    let cut = day("2016-01-01");
    let spec = "reports/equity_var.toml";
    let [whole, early] = ["whole", "early"].map(|side| Project::new(&format!("wall_market_{side}")));
    for project in [&whole, &early] {
        for path in [spec, "data/sample/prices.parquet", "data/sample/stocks.parquet"].iter().chain(&EQUITY) {
            copy(&repository().join(path), &project.root.join(path));
        }
    }
    let prices = before(&read(&whole.root.join("data/sample/prices.parquet")), "date", cut);
    write(&early.root.join("data/sample/prices.parquet"), &prices);
    let stocks = before(&read(&whole.root.join("data/sample/stocks.parquet")), "listed", cut);
    write(&early.root.join("data/sample/stocks.parquet"), &masked(&stocks, &["delisted"], "delisted", cut));
    agree(&ran(&whole, spec, Some(cut)), &ran(&early, spec, None));
}

#[test]
fn a_loan_report_as_of_a_day_is_that_of_files_cut_there() {
    let sql = ["sql/loan/macro_as_of.sql", "sql/loan/performance.sql", "sql/loan/vintages.sql", "sql/loan/features.sql"];
    let tables =
        [("data/sample/loans.parquet", "issued"), ("data/sample/loan_events.parquet", "event_date"), ("data/sample/macro.parquet", "published")];
    says_the_same("loans", "reports/loan_default.toml", &sql, &tables, day("2017-03-01"));
}

#[test]
fn a_panel_report_as_of_a_day_is_that_of_files_cut_there() {
    let tables = [("tests/pack/loan_months.parquet", "month_end"), ("data/sample/macro.parquet", "published")];
    says_the_same("panel", "tests/pack/loan_panel.toml", &["sql/loan/panel.sql"], &tables, day("2017-03-01"));
}

/// The outcomes in `columns` NULL where `known` is not before `cut`, or is NULL.
fn masked(rows: &RecordBatch, columns: &[&str], known: &str, cut: Day) -> RecordBatch {
    let days = rows.column_by_name(known).expect("the day").as_primitive::<Date32Type>();
    let late: BooleanArray = days.iter().map(|day| Some(day.is_none_or(|day| cut <= Day(day)))).collect();
    let schema = rows.schema();
    let shown = schema.fields().iter().zip(rows.columns()).map(|(field, column)| {
        if columns.contains(&field.name().as_str()) { nullif(column, &late).expect("a column of the file") } else { Arc::clone(column) }
    });
    RecordBatch::try_new(schema.clone(), shown.collect()).expect("the same columns")
}

/// A loan a day from 2009 to 2011, extracted years later: one in five defaults, 30 to 700 days after its issue.
pub(crate) fn snapshot() -> RecordBatch {
    let first = day("2009-01-01");
    let loans = 0..1000_i32;
    let is_default = |n: i32| n * 7 % 5 == 0;
    // A fixed pattern; score and outcome have nothing to do with each other.
    let closed = |n: i32| first.plus_days(n + if is_default(n) { 30 + n * 37 % 670 } else { 730 });
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("loan_id", Arc::new(StringArray::from_iter_values(loans.clone().map(|n| format!("L{n:04}"))))),
        ("issued", Arc::new(Date32Array::from_iter_values(loans.clone().map(|n| first.plus_days(n).0)))),
        ("score", Arc::new(Float64Array::from_iter_values(loans.clone().map(|n| f64::from(n * 31 % 97))))),
        ("status", Arc::new(loans.clone().map(|n| Some(if is_default(n) { "default" } else { "paid" })).collect::<StringArray>())),
        ("closed_on", Arc::new(loans.map(|n| Some(closed(n).0)).collect::<Date32Array>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).expect("columns of one length")
}

pub(crate) const SNAPSHOT: &str = r#"
title = "A snapshot of loans"
kind = "credit"

[tables.loans]
path = "data/loans.parquet"
time = "issued"
key = ["loan_id"]
outcomes = ["status", "closed_on"]
outcomes_known = "closed_on"

[features]
sql = ["features.sql"]

[window]
scheme = "expanding"
train = "18mo"
test = "3mo"
first_test = "2010-07-01"

[[models]]
name = "baseline"
kind = "baseline"
ask = ["probability"]
"#;

/// A target for every loan, young ones too.
pub(crate) const SNAPSHOT_SQL: &str = "-- grain: entity, as_of
select
    loans.loan_id as entity,
    loans.issued + interval '1 day' as as_of,
    loans.issued + interval '12 months' as known_on,
    case when loans.status = 'default' and loans.closed_on < loans.issued + interval '12 months' then 1 else 0 end as target,
    loans.score as score
from loans";

fn snapshot_project(name: &str, loans: &RecordBatch) -> Project {
    let project = Project::new(name);
    project.write("spec.toml", SNAPSHOT);
    project.write("features.sql", SNAPSHOT_SQL);
    write(&project.root.join("data/loans.parquet"), loans);
    project
}

#[test]
fn a_snapshot_as_of_a_day_is_that_of_a_file_as_it_was_then() {
    let cut = day("2011-09-01");
    let early = masked(&before(&snapshot(), "issued", cut), &["status", "closed_on"], "closed_on", cut);
    let [whole, early] = [("whole", &snapshot()), ("early", &early)].map(|(side, loans)| snapshot_project(&format!("wall_snapshot_{side}"), loans));
    let (whole, early) = (ran(&whole, "spec.toml", Some(cut)), ran(&early, "spec.toml", None));
    agree(&whole, &early);
    // Of the 428 loans tested, those issued on 1 September 2010 or later wait: the 365 of that year's days up to 31 August 2011.
    let page = fs::read_to_string(whole.folder.join("report.html")).expect("a page");
    let sentence = "Of 428 tested rows 365 wait for their outcome, which is known on 2011-09-01 or later: they are forecast, and in no statistic of errors or risk.";
    assert!(page.contains(sentence), "the page does not count the loans that wait");
}

#[test]
fn young_loans_are_neither_good_nor_bad_whatever_the_sql_says() {
    let project = snapshot_project("wall_young", &snapshot());
    let mut spec = project.spec("spec.toml").expect("a good spec");
    spec.as_of = Some(day("2010-06-01"));
    let tables = source::open(&project.root, &spec).expect("good tables");
    let data = feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).expect("nothing looks ahead").data;
    let known: Vec<Day> = (0..data.n_rows()).filter(|&row| data.target[row].is_some()).map(|row| data.as_of[row]).collect();
    // Loans issued on 31 May 2009 are a year old on the last day before the run's.
    assert_eq!((data.n_rows(), known.len(), known.last().map(ToString::to_string).as_deref()), (516, 151, Some("2009-06-01")));
    let n_bad = data.target.iter().flatten().filter(|&&target| target == 1.0).count();
    // Every fifth of 151 loans defaults, and 17 of those within the year.
    assert_eq!(n_bad, 17);
    spec.as_of = Some(day("2009-12-01"));
    let tables = source::open(&project.root, &spec).expect("good tables");
    let refused = feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).expect_err("no target is known yet").to_string();
    assert!(refused.contains("no target is known before the run's as_of 2009-12-01: 334 rows wait for theirs"), "{refused}");
    let path = project.root.join("rows.parquet");
    let refused = feature::land(&project.root, &spec, &tables, &path).expect_err("no target is known yet").to_string();
    assert!(refused.contains("no target is known before the run's as_of 2009-12-01: 334 rows wait for theirs"), "{refused}");
}

#[test]
fn rows_written_to_parquet_hide_what_rows_of_a_run_hide() {
    let project = snapshot_project("wall_rows", &snapshot());
    let mut spec = project.spec("spec.toml").expect("a good spec");
    spec.as_of = Some(day("2010-06-01"));
    let tables = source::open(&project.root, &spec).expect("good tables");
    let path = project.root.join("rows.parquet");
    feature::land(&project.root, &spec, &tables, &path).expect("a good view");
    let target = read(&path).column_by_name("target").expect("the target").clone();
    assert_eq!((target.len(), target.len() - target.null_count()), (516, 151));
}
