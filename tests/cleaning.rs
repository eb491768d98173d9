//! The shipped cleaning SQL on small literal histories: gaps, bad prints, crashes.

use plimsoll::day::Day;
use plimsoll::feature::{self, Dataset};
use plimsoll::source;

use crate::fixture::{Bars, Project, repository};

const SPEC: &str = r#"
title = "A probe"
kind = "market"

[tables.daily]
path = "data/daily.parquet"
time = "date"

[features]
sql = ["bars.sql", "prices.sql", "probe.sql"]
truncation_dates = 3

[window]
scheme = "expanding"
train = "1mo"
test = "1mo"

[[models]]
name = "baseline"
kind = "baseline"
ask = ["mean"]
"#;

const BARS: &str = "-- grain: ticker, date
select
    daily.ticker as ticker,
    daily.date as date,
    daily.close as open,
    daily.close as high,
    daily.close as low,
    daily.close as close,
    cast(daily.volume as double) as volume,
    'all' as sector
from daily
";

const PROBE: &str = "-- grain: entity, as_of
select
    prices.ticker as entity,
    prices.date + interval '1 day' as as_of,
    prices.date + interval '1 day' as known_on,
    prices.close as target,
    prices.is_fresh as is_fresh,
    prices.close as close
from prices
";

/// 40 weekdays from Monday 2018-01-01 of two names: BBB is always 50; `close` says what AAA's close is on each, `None` for no row.
fn probed(name: &str, close: impl Fn(usize) -> Option<f64>) -> Dataset {
    let project = project(name, 40, close);
    project.write("spec.toml", SPEC);
    project.write("probe.sql", PROBE);
    built(&project)
}

/// The features of the same two names over `n_days` weekdays.
fn featured(name: &str, n_days: usize, close: impl Fn(usize) -> Option<f64>) -> Dataset {
    let project = project(name, n_days, close);
    project.write(
        "bars.sql",
        &BARS.replace("daily.close as high", "1.01 * daily.close as high").replace("daily.close as low", "0.99 * daily.close as low"),
    );
    project.write(
        "spec.toml",
        &SPEC.replace("\"probe.sql\"", "\"market.sql\", \"features.sql\"").replace("truncation_dates", "carry = [\"sector\"]\ntruncation_dates"),
    );
    built(&project)
}

fn project(name: &str, n_days: usize, close: impl Fn(usize) -> Option<f64>) -> Project {
    let mut bars = Bars { date: Vec::new(), ticker: Vec::new(), close: Vec::new(), volume: Vec::new() };
    let mut push = |ticker: &str, day: Day, close: f64| {
        bars.ticker.push(ticker.to_owned());
        bars.date.push(day);
        bars.close.push(close);
        bars.volume.push(1_000);
    };
    for (n, day) in weekdays(n_days).into_iter().enumerate() {
        push("BBB", day, 50.0);
        if let Some(close) = close(n) {
            push("AAA", day, close);
        }
    }
    let project = Project::new(name);
    project.write("bars.sql", BARS);
    for shipped in ["prices.sql", "market.sql", "features.sql"] {
        project.write(shipped, &std::fs::read_to_string(repository().join("sql/equity").join(shipped)).expect("shipped"));
    }
    project.bars("data/daily.parquet", &bars);
    project
}

fn built(project: &Project) -> Dataset {
    let spec = project.spec("spec.toml").expect("a good spec");
    let tables = source::open(&project.root, &spec).expect("a good table");
    // The truncation test runs too: masking and filling must not look ahead.
    feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).expect("a good view").data
}

fn weekdays(n_days: usize) -> Vec<Day> {
    let first = Day::from_ymd(2018, 1, 1).expect("a date");
    (0..).map(|n| first.plus_days(n)).filter(|day| !day.is_weekend()).take(n_days).collect()
}

/// AAA's close and freshness on the n-th weekday; `None` where there is no row.
fn aaa(data: &Dataset, n: usize) -> Option<(f64, bool)> {
    let row = row(data, n)?;
    Some((data.target[row]?, data.features.column(0)[row] == 1.0))
}

/// AAA's row made from the n-th weekday.
fn row(data: &Dataset, n: usize) -> Option<usize> {
    let as_of = weekdays(n + 1)[n].plus_days(1);
    let code = data.entity_code("AAA")?;
    (0..data.n_rows()).find(|&row| data.entity[row] == code && data.as_of[row] == as_of)
}

#[test]
fn a_bad_print_is_masked_and_the_last_close_carried() {
    let data = probed("bad-print", |n| Some(if n == 20 { 1.0 } else { 100.0 + n as f64 }));
    assert_eq!(aaa(&data, 19), Some((119.0, true)));
    assert_eq!(aaa(&data, 20), Some((119.0, false)));
    assert_eq!(aaa(&data, 21), Some((121.0, true)));
}

#[test]
fn a_gap_is_filled_for_five_days_and_then_left() {
    let data = probed("gap", |n| (!(10..17).contains(&n)).then_some(100.0));
    assert_eq!(aaa(&data, 10), Some((100.0, false)));
    assert_eq!(aaa(&data, 14), Some((100.0, false)));
    assert_eq!(aaa(&data, 15), None);
    assert_eq!(aaa(&data, 16), None);
    assert_eq!(aaa(&data, 17), Some((100.0, true)));
}

#[test]
fn a_crash_that_stays_is_believed_on_the_fourth_day() {
    let data = probed("crash", |n| Some(if n < 20 { 100.0 } else { 10.0 }));
    for n in 20..23 {
        assert_eq!(aaa(&data, n), Some((100.0, false)), "day {n}");
    }
    assert_eq!(aaa(&data, 23), Some((10.0, true)));
}

#[test]
fn a_split_that_nobody_adjusted_is_no_return_and_a_name_begins_anew_after_it() {
    // A reverse split 1:200 on day 100, masked until day 102: the return from day 99 to day 103 would be +20,094 %.
    let data = featured("split", 400, |n| Some((100.0 + n as f64 / 10.0) * if n < 100 { 1.0 } else { 200.0 }));
    let target = |n| row(&data, n).map(|row| (data.target[row], data.known_on[row]));
    assert_eq!(target(99), Some((None, None)));
    let last = data.target[row(&data, 98).expect("a row")].expect("a target");
    assert!((last - 0.1 / 109.8).abs() < 1e-12, "{last}");
    // The 61st day on the new level is the 163rd of all.
    assert_eq!((row(&data, 103), row(&data, 162)), (None, None));
    let again = data.target[row(&data, 163).expect("the name is back")].expect("a target");
    assert!((again - 0.1 / 116.3).abs() < 1e-12, "{again}");
    let largest = data.target.iter().flatten().fold(0.0, |largest: f64, target| largest.max(target.abs()));
    assert!(largest < 0.01, "{largest}");
    // No feature looks back across it: 120 and 252 days lie behind the split on no row.
    let back = row(&data, 163).expect("the name is back");
    for (idx, name) in data.feature_names.iter().enumerate().filter(|(_, name)| name.starts_with("return") || name.starts_with("momentum")) {
        let value = data.features.column(idx)[back];
        assert!(value.is_nan() || value.abs() < 0.1, "{name} {value}");
    }
}

#[test]
fn a_level_that_shifts_and_the_largest_return_are_found_first() {
    let close = |n: usize| match n {
        5 => 160.0,            // a return of 60 %, and back
        20.. => 100.0 * 200.0, // a reverse split
        _ => 100.0,
    };
    let project = project("findings", 40, |n| Some(close(n)));
    project.write("probe.sql", PROBE);
    project.write("spec.toml", &SPEC.replace("[features]", "[tables.daily.quality]\nentity = \"ticker\"\nprice = \"close\"\n\n[features]"));
    let spec = project.spec("spec.toml").expect("a good spec");
    let tables = source::open(&project.root, &spec).expect("a good table");
    let findings = source::profile(&tables).expect("no check stops the run").remove(0).findings;
    let found = |check: &str| findings.iter().find(|finding| finding.check == check).map(|finding| (finding.count, finding.examples[0].clone()));
    let split = ["AAA", "2018-01-29", "100.0", "20000.0", "199.0"].map(str::to_owned).to_vec();
    assert_eq!(found("level_shifts"), Some((1, split.clone())));
    // 60 % is no level: and it comes after the split, though earlier.
    assert_eq!(found("returns"), Some((2, split)));
    assert_eq!(found("ended"), None);
}

#[test]
fn names_whose_rows_end_before_the_table_are_counted_by_year() {
    let project = project("ended", 300, |n| (n < 200).then_some(100.0));
    project.write("probe.sql", PROBE);
    project.write("spec.toml", &SPEC.replace("[features]", "[tables.daily.quality]\nentity = \"ticker\"\nprice = \"close\"\n\n[features]"));
    let spec = project.spec("spec.toml").expect("a good spec");
    let tables = source::open(&project.root, &spec).expect("a good table");
    let findings = source::profile(&tables).expect("no check stops the run").remove(0).findings;
    let ended = findings.iter().find(|finding| finding.check == "ended").expect("AAA ends a year before BBB");
    assert_eq!((ended.count, ended.n_rows, &ended.examples), (1, 1, &vec![["2018", "1", "AAA"].map(str::to_owned).to_vec()]));
}
