//! Larger than memory: the same rows whatever is held or put on disk, the landed file, and nothing left behind.

use std::fs::{self, File};
use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use plimsoll::day::Day;
use plimsoll::error::Error;
use plimsoll::feature::{self, Dataset, Landed};
use plimsoll::source::{self, Memory};

use crate::fixture::{Bars, Project};

/// A view read once (moves), one read twice (market), one read by nobody (unread).
const SPEC: &str = r#"
title = "A small panel"
kind = "market"
[tables.bars]
path = "data/bars.parquet"
time = "date"
sorted_by = ["ticker", "date"]
[features]
sql = ["sql/unread.sql", "sql/market.sql", "sql/moves.sql", "sql/features.sql"]
[window]
scheme = "rolling"
train = "6mo"
test = "1mo"
[[models]]
name = "first"
kind = "linear"
ask = ["mean"]
"#;

const UNREAD: &str = "-- grain: ticker, date
select bars.ticker as ticker, bars.date as date from bars";

const MARKET: &str = "-- grain: date
select bars.date as date, avg(bars.close) as level, sum(cast(bars.volume as double)) as volume from bars group by bars.date";

const MOVES: &str = "-- grain: ticker, date
select
    bars.ticker as ticker,
    bars.date as date,
    bars.close as close,
    bars.volume as volume,
    bars.close / lag(bars.close) over by_name - 1 as move,
    lead(bars.date) over by_name as next_date,
    lead(bars.close) over by_name as next_close
from bars
window by_name as (partition by bars.ticker order by bars.date)";

const FEATURES: &str = "-- grain: entity, as_of
select
    moves.ticker as entity,
    moves.date + interval '1 day' as as_of,
    moves.next_date as known_on,
    moves.next_close / moves.close - 1 as target,
    ts_std(moves.move, 20, 5) over (partition by moves.ticker order by moves.date) as sd,
    moves.volume / today.volume as share,
    moves.close / today.level - yesterday.level / today.level as gap
from moves
inner join market as today
    on moves.date = today.date
left join market as yesterday
    on moves.date = yesterday.date + interval '1 day'";

fn project(name: &str) -> Project {
    let project = Project::new(name);
    let bars = Bars::new();
    project.bars("data/bars.parquet", &bars);
    project.write("spec.toml", SPEC);
    for (file, text) in [("unread", UNREAD), ("market", MARKET), ("moves", MOVES), ("features", FEATURES)] {
        project.write(&format!("sql/{file}.sql"), text);
    }
    fs::create_dir_all(project.root.join("tmp")).expect("writable");
    project
}

#[expect(clippy::needless_pass_by_value, reason = "a memory is made for each opening")]
fn tables(project: &Project, memory: Memory) -> source::Tables {
    let spec = project.spec("spec.toml").expect("a good spec");
    source::open(&project.root, &spec).expect("good tables").with_memory(Memory { folder: Some(project.root.join("tmp")), ..memory })
}

fn land(project: &Project, memory: Memory) -> Result<Landed, Error> {
    let spec = project.spec("spec.toml").expect("a good spec");
    feature::land(&project.root, &spec, &tables(project, memory), &project.root.join("rows.parquet"))
}

fn dataset(project: &Project, memory: Memory) -> Result<Dataset, Error> {
    let spec = project.spec("spec.toml").expect("a good spec");
    feature::build_untested(&project.root, &spec, &tables(project, memory))
}

/// Everything goes to disk that can; DataFusion keeps 10 MB aside for a sort to go on.
fn tiny() -> Memory {
    Memory { limit: 32 << 20, held: 0, folder: None }
}

fn rows(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("written")).expect("Parquet");
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().expect("Parquet").map(|batch| batch.expect("rows")).collect();
    concat_batches(&schema, &batches).expect("one schema")
}

fn left(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_goes_to_disk_changes_no_byte_and_leaves_nothing() {
    let project = project("streaming-bytes");
    // A hundred of every row: more than the sort may hold.
    let copies: Vec<String> = (0..100).map(|n| format!("({n})")).collect();
    let text = FEATURES.replace("from moves", &format!("from moves\ncross join (values {}) as copies(n)", copies.join(", ")));
    let text = text.replace("moves.ticker as entity", "moves.ticker || cast(copies.n as varchar) as entity");
    project.write("sql/features.sql", &text.replace("partition by moves.ticker", "partition by moves.ticker, copies.n"));
    assert_eq!(land(&project, Memory::default()).expect("a good view"), Landed { n_rows: 100 * 8 * 260, n_columns: 7 });
    let held = fs::read(project.root.join("rows.parquet")).expect("landed");
    let held_data = dataset(&project, Memory::default()).expect("a good view");
    land(&project, tiny()).expect("a good view");
    assert!(held == fs::read(project.root.join("rows.parquet")).expect("landed"), "the bytes differ");
    // NaN is a missing feature: bits are compared.
    let bits = |data: &Dataset| -> Vec<u32> {
        (0..data.features.n_columns()).flat_map(|idx| data.features.column(idx).iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
    };
    assert_eq!(bits(&held_data), bits(&dataset(&project, tiny()).expect("a good view")));
    assert!(left(&project.root.join("tmp")).is_empty(), "{:?}", left(&project.root.join("tmp")));
    assert_eq!(left(&project.root), ["data", "rows.parquet", "spec.toml", "sql", "tmp"]);
}

#[test]
fn the_landed_rows_are_the_dataset_in_its_order_and_say_so() {
    let project = project("streaming-rows");
    land(&project, Memory::default()).expect("a good view");
    let (landed, data) = (rows(&project.root.join("rows.parquet")), dataset(&project, Memory::default()).expect("a good view"));
    let wide = |name: &str| cast(landed.column_by_name(name).expect("a column"), &DataType::Float64).expect("numbers");
    let entity = landed.column_by_name("entity").expect("entity").as_string::<i32>();
    let days = |name: &str| landed.column_by_name(name).expect("days").as_primitive::<Date32Type>().clone();
    let (as_of, known_on, target) = (days("as_of"), days("known_on"), wide("target"));
    assert_eq!(landed.num_rows(), data.n_rows());
    for row in 0..data.n_rows() {
        assert_eq!(entity.value(row), data.entity_name(row as u32));
        assert_eq!(Day(as_of.value(row)), data.as_of[row]);
        assert_eq!(known_on.is_valid(row).then(|| Day(known_on.value(row))), data.known_on[row]);
        let target = target.as_primitive::<Float64Type>();
        assert_eq!(target.is_valid(row).then(|| target.value(row)), data.target[row]);
        for (idx, name) in data.feature_names.iter().enumerate() {
            let column = wide(name);
            let value = column.as_primitive::<Float64Type>();
            let value = if value.is_valid(row) { value.value(row) as f32 } else { f32::NAN };
            assert_eq!(value.to_bits(), data.features.column(idx)[row].to_bits(), "{name} in row {row}");
        }
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(project.root.join("rows.parquet")).expect("landed")).expect("Parquet");
    let sorting = reader.metadata().row_group(0).sorting_columns().expect("the file says how it is sorted");
    assert_eq!(sorting.iter().map(|column| column.column_idx).collect::<Vec<_>>(), [1, 0]);
}

/// Each view is broken in one way; it is refused by the landing in the words of the run, and no file is left.
#[test]
fn a_broken_contract_is_refused_in_the_same_words_and_leaves_no_file() {
    let cases = [
        (
            "moves.volume / today.volume as share",
            "case when moves.ticker = 'CCC' and moves.date = date '2018-03-05' then 1 / 0.0 else 1 end as share",
        ),
        ("moves.volume / today.volume as share", "case when moves.ticker = 'CCC' and moves.date = date '2018-03-05' then 1e300 else 1 end as share"),
        ("moves.volume / today.volume as share", "moves.ticker as share"),
        ("moves.volume / today.volume as share", "cast(null as double) as share"),
        ("moves.ticker as entity", "case when moves.ticker <> 'CCC' then moves.ticker end as entity"),
        ("moves.ticker as entity", "case when moves.ticker = 'CCC' and moves.date = date '2018-03-05' then 'DDD' else moves.ticker end as entity"),
        (
            "moves.date + interval '1 day' as as_of",
            "case when moves.ticker <> 'CCC' or moves.date <> date '2018-03-05' then moves.date + interval '1 day' end as as_of",
        ),
        ("moves.date + interval '1 day' as as_of", "cast(moves.date as varchar) as as_of"),
        (
            "moves.next_date as known_on",
            "case when moves.ticker = 'CCC' and moves.date = date '2018-03-05' then moves.date else moves.next_date end as known_on",
        ),
        ("moves.next_date as known_on", "case when moves.ticker <> 'CCC' or moves.date <> date '2018-03-05' then moves.next_date end as known_on"),
        ("moves.next_close / moves.close - 1 as target", "cast(null as double) as target"),
        ("moves.next_close / moves.close - 1 as target,", ""),
        (
            "moves.next_close / moves.close - 1 as target,",
            "moves.move as target, case when moves.ticker = 'CCC' and moves.date = date '2018-03-05' then -1.0 else 1 end as weight,",
        ),
        ("on moves.date = today.date", "on moves.date = today.date and moves.date < date '2000-01-01'"),
    ];
    for (at, (good, bad)) in cases.iter().enumerate() {
        let project = project(&format!("streaming-broken-{at}"));
        assert_eq!(FEATURES.matches(good).count(), 1, "{good}");
        project.write("sql/features.sql", &FEATURES.replace(good, bad));
        let (said, expected) = (land(&project, tiny()).expect_err(bad), dataset(&project, Memory::default()).expect_err(bad));
        assert_eq!(said.to_string(), expected.to_string(), "{bad}");
        assert_eq!(left(&project.root), ["data", "spec.toml", "sql", "tmp"], "{bad}");
        assert!(left(&project.root.join("tmp")).is_empty(), "{bad}");
    }
}

#[test]
fn a_broken_view_before_the_last_is_named_with_its_file() {
    // How the view is read: once and streamed, twice and kept, not at all.
    let cases = [
        (
            "moves",
            "bars.date as date,",
            "date '2018-01-01' as date,",
            "sql/moves.sql:1: the grain does not identify a row: ticker AAA, date 2018-01-01, n 260",
        ),
        (
            "market",
            "group by bars.date",
            "group by bars.date, bars.ticker",
            "sql/market.sql:1: the grain does not identify a row: date 2018-01-01, n 8",
        ),
        (
            "unread",
            "from bars",
            "from bars union all select bars.ticker, bars.date from bars",
            "sql/unread.sql:1: the grain does not identify a row: ticker AAA, date 2018-01-01, n 2",
        ),
        ("moves", "bars.volume as volume,", "bars.volume / (bars.volume - bars.volume) as volume,", "sql/moves.sql"),
    ];
    for (at, (file, good, bad, expected)) in cases.iter().enumerate() {
        let project = project(&format!("streaming-view-{at}"));
        let text = fs::read_to_string(project.root.join(format!("sql/{file}.sql"))).expect("written");
        assert_eq!(text.matches(good).count(), 1, "{good}");
        project.write(&format!("sql/{file}.sql"), &text.replace(good, bad));
        for said in [land(&project, tiny()).expect_err(bad), dataset(&project, Memory::default()).expect_err(bad)] {
            assert!(said.to_string().starts_with(expected), "{said}");
        }
        assert_eq!(left(&project.root), ["data", "spec.toml", "sql", "tmp"]);
    }
}
