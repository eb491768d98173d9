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
    let mut bars = Bars { date: Vec::new(), ticker: Vec::new(), close: Vec::new(), volume: Vec::new() };
    let mut push = |ticker: &str, day: Day, close: f64| {
        bars.ticker.push(ticker.to_owned());
        bars.date.push(day);
        bars.close.push(close);
        bars.volume.push(1_000);
    };
    for (n, day) in weekdays().into_iter().enumerate() {
        push("BBB", day, 50.0);
        if let Some(close) = close(n) {
            push("AAA", day, close);
        }
    }
    let project = Project::new(name);
    project.write("spec.toml", SPEC);
    project.write("bars.sql", BARS);
    project.write("probe.sql", PROBE);
    project.write("prices.sql", &std::fs::read_to_string(repository().join("sql/equity/prices.sql")).expect("shipped"));
    project.bars("data/daily.parquet", &bars);
    let spec = project.spec("spec.toml").expect("a good spec");
    let tables = source::open(&project.root, &spec).expect("a good table");
    // The truncation test runs too: masking and filling must not look ahead.
    feature::build(&project.root, &spec, &tables).expect("a good view").data
}

fn weekdays() -> Vec<Day> {
    let first = Day::from_ymd(2018, 1, 1).expect("a date");
    (0..).map(|n| first.plus_days(n)).filter(|day| !day.is_weekend()).take(40).collect()
}

/// AAA's close and freshness on the n-th weekday; `None` where there is no row.
fn aaa(data: &Dataset, n: usize) -> Option<(f64, bool)> {
    let as_of = weekdays()[n].plus_days(1);
    let code = data.entity_code("AAA")?;
    let row = (0..data.n_rows()).find(|&row| data.entity[row] == code && data.as_of[row] == as_of)?;
    Some((data.target[row]?, data.features.column(0)[row] == 1.0))
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
