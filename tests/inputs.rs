//! Inputs that lie are refused by name: an order that rows do not have, dates of no calendar, files that are none.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, UInt32Array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;

use plimsoll::day::Day;
use plimsoll::digest::sha256_file;
use plimsoll::error::{Error, Result};
use plimsoll::source::Tables;
use plimsoll::{feature, source};

use crate::fixture::{Bars, Project, hashes_of_predictions};

const SPEC: &str = r#"
title = "A small panel"
kind = "market"
[tables.bars]
path = "data/bars.parquet"
time = "date"
sorted_by = ["ticker", "date"]
[features]
sql = ["features.sql"]
truncation_dates = 2
[window]
scheme = "rolling"
train = "6mo"
test = "1mo"
[[models]]
name = "first"
kind = "linear"
ask = ["mean"]
"#;

const FEATURES: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as x,
    bars.volume as volume
from bars
window by_name as (partition by bars.ticker order by bars.date)";

fn project(name: &str) -> Project {
    let project = Project::new(name);
    project.bars("data/bars.parquet", &Bars::new());
    project.write("spec.toml", SPEC);
    project.write("features.sql", FEATURES);
    project
}

fn open(project: &Project) -> Result<Tables> {
    source::open(&project.root, &project.spec("spec.toml")?)
}

/// What is said when the tables are opened; the place without the temporary folder.
fn refused<T>(project: &Project, opened: Result<T>) -> String {
    match opened {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string().replace(&format!("{}/", project.root.display()), ""),
    }
}

fn parquet(columns: Vec<(&str, ArrayRef)>, properties: Option<WriterProperties>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).expect("one length");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), properties).expect("a plain schema");
    writer.write(&batch).expect("memory is writable");
    writer.into_inner().expect("memory is writable")
}

#[test]
fn two_rows_that_changed_places_are_refused_by_every_command() {
    let project = project("swapped");
    let run = project.run("spec.toml").expect("a good report");
    let mut bars = Bars::new();
    bars.date.swap(300, 301);
    bars.close.swap(300, 301);
    bars.volume.swap(300, 301);
    project.bars("data/bars.parquet", &bars);
    project.write("one.sql", "select count(*) from bars");
    let table = format!("bars={}:ticker,date", project.root.join("data/bars.parquet").display());
    let folder = run.folder.display().to_string();
    let commands: [&[&str]; 6] = [
        &["run", "spec.toml", "--out", "elsewhere"],
        &["check", "spec.toml"],
        &["features", "spec.toml"],
        &["features", "spec.toml", "--rows", "rows.parquet"],
        &["windows", "spec.toml"],
        &["query", "one.sql", "--table", &table],
    ];
    let said = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = program.args(arguments).arg("--root").arg(&project.root).current_dir(&project.root).output().expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for command in commands {
        let (code, words) = said(command);
        let row = "row 302 (ticker, date: BBB, 2018-02-26) comes after row 301 (BBB, 2018-02-27), which it should precede";
        assert_eq!(code, Some(1), "{command:?}: {words}");
        assert!(words.contains("data/bars.parquet: ") && words.contains(row), "{command:?}: {words}");
        assert!(words.contains("hint: sort the table's files by ticker, date, or drop `sorted_by` of table `bars`"), "{command:?}: {words}");
    }
    assert_eq!(said(&["verify", &folder]).0, Some(1));
}

/// Opens columns as a table that is said to be sorted by the first.
fn sorted_by_first(project: &Project, columns: Vec<(&str, ArrayRef)>) -> String {
    let path = project.root.join("data/t.parquet");
    let name = columns[0].0.to_owned();
    fs::write(&path, parquet(columns, None)).expect("writable");
    refused(project, source::open_files(&[("t".to_owned(), path, vec![name])]))
}

#[test]
fn columns_of_every_type_are_compared() {
    let project = Project::new("types");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("whole", Arc::new(Int64Array::from(vec![Some(-5), Some(0), Some(0), Some(7), None, None]))),
        ("small", Arc::new(UInt32Array::from(vec![Some(0), Some(1), Some(2), Some(u32::MAX), None, None]))),
        ("number", Arc::new(Float64Array::from(vec![Some(f64::NEG_INFINITY), Some(-0.5), Some(0.0), Some(f64::NAN), None, None]))),
        ("text", Arc::new(StringArray::from(vec![Some(""), Some("A"), Some("AA"), Some("b"), None, None]))),
        ("bytes", Arc::new(BinaryArray::from_opt_vec(vec![Some(b""), Some(b"\x00"), Some(b"\x01"), Some(b"\xff"), None, None]))),
        ("fact", Arc::new(BooleanArray::from(vec![Some(false), Some(false), Some(false), Some(true), None, None]))),
        ("date", Arc::new(Date32Array::from(vec![Some(-1), Some(0), Some(1), Some(20_000), None, None]))),
        ("time", Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), Some(0), Some(1), Some(2), None, None]))),
        (
            "price",
            Arc::new(Decimal128Array::from(vec![Some(-100), Some(0), Some(1), Some(2), None, None]).with_precision_and_scale(20, 2).expect("fits")),
        ),
        ("level", Arc::new([Some("a"), Some("b"), Some("b"), Some("c"), None, None].into_iter().collect::<DictionaryArray<Int32Type>>())),
    ];
    for (name, column) in columns {
        assert_eq!(sorted_by_first(&project, vec![(name, Arc::clone(&column))]), "nothing", "{name}");
        // The last value before the NULLs changes places with the one before it, then with a NULL.
        for order in [[0, 1, 3, 2, 4, 5], [0, 1, 2, 4, 3, 5]] {
            let swapped = take(&column, &UInt32Array::from(order.to_vec()), None).expect("in range");
            let said = sorted_by_first(&project, vec![(name, swapped)]);
            assert!(said.starts_with("data/t.parquet: row ") && said.contains("which it should precede"), "{name}: {said}");
        }
    }
}

#[test]
fn files_that_follow_each_other_are_compared_across_their_border_and_others_each() {
    let project = Project::new("files");
    let days = |days: &[Option<i32>]| -> Vec<u8> { parquet(vec![("day", Arc::new(Date32Array::from(days.to_vec())))], None) };
    let put = |name: &str, rows: &[Option<i32>]| fs::write(project.root.join("data").join(name), days(rows)).expect("writable");
    let opened = || source::open_files(&[("t".to_owned(), project.root.join("data"), vec!["day".to_owned()])]);
    put("a.parquet", &[Some(1), Some(2)]);
    put("b.parquet", &[Some(2), Some(3), None]);
    assert_eq!(refused(&project, opened()), "nothing");
    // By their statistics the files follow each other; a NULL lies between them.
    put("a.parquet", &[Some(1), Some(2), None]);
    let border = "data/b.parquet: row 1 (day: 1970-01-03) comes after the last row of data/a.parquet (NULL), which it should precede";
    let said = refused(&project, opened());
    assert!(said.starts_with(border), "{said}");
    // Files that reach into each other are sorted anew by DataFusion, which needs the order of each.
    put("a.parquet", &[Some(1), Some(9)]);
    let tables = opened().expect("each file is sorted");
    let rows = feature::query(&tables, "q", "select day from t order by day").expect("a good query");
    assert_eq!(rows[1..], ["1970-01-02", "1970-01-03", "1970-01-04", "1970-01-10", "NULL"].map(|day| vec![day.to_owned()]));
    put("b.parquet", &[Some(3), Some(2)]);
    let said = refused(&project, opened());
    assert!(said.starts_with("data/b.parquet: row 2 (day: 1970-01-03) comes after row 1 (1970-01-04)"), "{said}");
}

#[test]
fn an_order_that_a_file_states_of_itself_is_checked_too() {
    let project = Project::new("own-order");
    let column = SortingColumn { column_idx: 0, descending: true, nulls_first: false };
    let write = |values: Vec<i64>| {
        let properties = WriterProperties::builder().set_sorting_columns(Some(vec![column.clone()])).build();
        let path = project.root.join("data/t.parquet");
        fs::write(&path, parquet(vec![("x", Arc::new(Int64Array::from(values)))], Some(properties))).expect("writable");
        refused(&project, source::open_files(&[("t".to_owned(), path, vec![])]))
    };
    assert_eq!(write(vec![3, 2, 2, 1]), "nothing");
    let said = write(vec![3, 1, 2]);
    assert!(said.starts_with("data/t.parquet: row 3 (x: 2) comes after row 2 (1), which it should precede: the file says of itself"), "{said}");
}

#[test]
fn dates_of_no_calendar_are_refused_where_they_are_read() {
    let project = project("dates");
    project.write("spec.toml", &SPEC.replace("sorted_by = [\"ticker\", \"date\"]\n", ""));
    let n = Bars::new().date.len();
    let words = |date: &str| {
        format!(
            "data/bars.parquet: `date`, the time of table `bars`, is {date} in a row, outside the years 1 to 9999\n  hint: correct the date or leave the row out; what is not known is NULL"
        )
    };
    let says = |column: ArrayRef| {
        let ticker: ArrayRef = Arc::new(StringArray::from(vec!["AAA"; n]));
        let close: ArrayRef = Arc::new(Float64Array::from(vec![1.0; n]));
        fs::write(project.root.join("data/bars.parquet"), parquet(vec![("ticker", ticker), ("date", column), ("close", close)], None))
            .expect("writable");
        refused(&project, open(&project))
    };
    let days = |odd: i32| -> ArrayRef { Arc::new((0..n as i32).map(|day| Some(if day == 7 { odd } else { day })).collect::<Date32Array>()) };
    // 95,026,236 is the last day of year 262142, the last whole one of the calendar that arithmetic is done in.
    for (day, date) in [
        (95_026_236, "+262142-12-31"),
        (Day::LAST.0 + 1, "+10000-01-01"),
        (Day::FIRST.0 - 1, "0000-12-31"),
        (i32::MAX, "day 2147483647 after 1970-01-01"),
        (i32::MIN, "day -2147483648 after 1970-01-01"),
    ] {
        assert_eq!(says(days(day)), words(date));
    }
    assert_eq!(says(Arc::new(Date64Array::from(vec![i64::MAX; n]))), words("day 106751991167 after 1970-01-01"));
    assert_eq!(says(Arc::new(TimestampMicrosecondArray::from(vec![i64::MIN; n]))), words("day -106751992 after 1970-01-01"));
    let said = says(days(Day::LAST.0));
    assert!(said.starts_with("spec.toml: the run's as_of, the day after the last row, is +10000-01-01, outside the years 1 to 9999"), "{said}");
}

#[test]
fn dates_of_no_calendar_in_a_view_are_refused() {
    for (name, from, to) in [
        ("as_of", "interval '1 day' as as_of", "interval '9000 years' as as_of"),
        ("known_on", "lead(bars.date) over by_name as known_on", "lead(bars.date) over by_name + interval '9000 years' as known_on"),
    ] {
        let project = project("view-dates");
        project.write("features.sql", &FEATURES.replace(from, to));
        let tables = open(&project).expect("good tables");
        let spec = project.spec("spec.toml").expect("a good spec");
        let words = |error: Error| error.to_string().lines().next().unwrap_or_default().to_owned();
        let built = feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).map(|_| ()).map_err(words);
        let said = built.expect_err("the year is beyond 9999");
        assert!(said.starts_with(&format!("features.sql: column `{name}` is +110")), "{said}");
        let landed = feature::land(&project.root, &spec, &tables, &project.root.join("rows.parquet")).map(|_| ()).map_err(words);
        let said = landed.expect_err("the year is beyond 9999");
        assert!(said.starts_with(&format!("features.sql: column `{name}` is +110")), "{said}");
    }
}

#[test]
fn what_is_no_regular_file_is_refused_before_it_is_opened() {
    let project = project("special");
    let pipe = project.root.join("data/pipe.parquet");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("the system has pipes").success());
    let refused_at = |path: &str, shown: &str| {
        project.write("spec.toml", &SPEC.replace("data/bars.parquet", path));
        let said = refused(&project, open(&project));
        assert!(said.starts_with(&format!("{shown}: is no regular file but a pipe, a device")), "{path}: {said}");
    };
    // Opening a pipe would wait for its writer.
    refused_at("data/pipe.parquet", "data/pipe.parquet");
    refused_at("data/p*.parquet", "data/pipe.parquet");
    refused_at("data", "data/pipe.parquet");
    refused_at("/dev/zero", "/dev/zero");
    refused_at("/proc/self/maps", "/proc/self/maps");
    std::os::unix::fs::symlink("/dev/zero", project.root.join("data/link.parquet")).expect("writable");
    refused_at("data/link.parquet", "data/link.parquet");
    let query = source::open_files(&[("t".to_owned(), pipe, vec![])]);
    assert!(refused(&project, query).starts_with("data/pipe.parquet: is no regular file"));
}

#[test]
fn a_byte_order_mark_is_passed_over_and_hashed() {
    let project = project("mark");
    let plain = project.run("spec.toml").expect("a good report");
    project.write("spec.toml", &format!("\u{feff}{SPEC}"));
    project.write("features.sql", &format!("\u{feff}{FEATURES}"));
    let marked = project.run("spec.toml").expect("the same report");
    for file in ["spec.toml", "features.sql"] {
        assert_eq!(marked.manifest.inputs.files[file], sha256_file(&project.root.join(file)).expect("readable"));
        assert_ne!(marked.manifest.inputs.files[file], plain.manifest.inputs.files[file]);
    }
    assert_eq!(hashes_of_predictions(&marked), hashes_of_predictions(&plain));
    project.write("one.sql", "\u{feff}select 1 as one");
    let query = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["query", "one.sql", "--root"]).arg(&project.root).output();
    assert_eq!(String::from_utf8_lossy(&query.expect("the program starts").stdout), "one\n1\n");
}

#[test]
fn a_quote_in_a_columns_name_is_a_letter_like_another() {
    let project = project("quote");
    let bars = Bars::new();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("tick\"er", Arc::new(StringArray::from(bars.ticker.clone()))),
        ("da\"te", Arc::new(Date32Array::from_iter_values(bars.date.iter().map(|day| day.0)))),
        ("clo\"se", Arc::new(Float64Array::from(bars.close.clone()))),
        ("volume", Arc::new(Int64Array::from(bars.volume.clone()))),
        ("known\"", Arc::new(Date32Array::from_iter_values(bars.date.iter().map(|day| day.0 + 3)))),
    ];
    fs::write(project.root.join("data/bars.parquet"), parquet(columns, None)).expect("writable");
    let table = r#"
time = '"da""te"'
key = ['tick"er', 'da"te']
sorted_by = ['tick"er', 'da"te']
outcomes = ["volume"]
outcomes_known = 'known"'
"#;
    let spec = SPEC.replace("\ntime = \"date\"\nsorted_by = [\"ticker\", \"date\"]\n", table);
    let spec = spec.replace("[features]", "[tables.bars.quality]\nentity = 'tick\"er'\nprice = 'clo\"se'\n[features]");
    project.write("spec.toml", &spec.replace("sql = [\"features.sql\"]", "sql = [\"named.sql\", \"features.sql\"]"));
    let named = "-- grain: tick\"er, date\nselect \"tick\"\"er\", \"da\"\"te\" as date, \"clo\"\"se\" as close from bars";
    project.write("named.sql", named);
    let features = FEATURES.replace("bars.volume as volume\nfrom bars", "1.0 * row_number() over by_name as n\nfrom named as bars");
    project.write("features.sql", &features.replace("bars.ticker", "bars.\"tick\"\"er\""));
    project.run("spec.toml").expect("a good report");
}

#[test]
fn a_list_of_a_hundred_thousand_limitations_is_read() {
    let project = project("limitations");
    let items: Vec<String> = (0..100_000).map(|n| format!("\"Prices of day {n} are synthetic.\"")).collect();
    project.write("spec.toml", &SPEC.replacen("kind", &format!("limitations = [\n{}\n]\nkind", items.join(",\n")), 1));
    assert_eq!(project.spec("spec.toml").expect("a good spec").limitations.len(), 100_000);
    project.write("spec.toml", &SPEC.replacen("kind", &format!("limitations = [\n{},\n{}\n]\nkind", items.join(",\n"), items[7]), 1));
    let said = refused(&project, project.spec("spec.toml"));
    assert!(said.contains("`limitations` holds `Prices of day 7 are synthetic.` twice"), "{said}");
}

#[test]
fn one_pattern_with_many_stars_finds_nothing_and_ends() {
    let project = project("stars");
    let pattern = format!("data/{}z", "*a".repeat(60));
    fs::copy(project.root.join("data/bars.parquet"), project.root.join("data").join("a".repeat(200))).expect("writable");
    let said = refused(&project, source::open_files(&[("t".to_owned(), Path::new(&project.root).join(pattern), vec![])]));
    assert!(said.contains("no Parquet file matches (table `t`)"), "{said}");
}
