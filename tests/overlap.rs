//! Targets of 1 to 20 days and of 12 months, from Parquet to the page's Diebold-Mariano test, against plain Python.

use std::fs;

use plimsoll::day::Day;

use crate::fixture::{Bars, Project};

const SPEC: &str = r#"
title = "Overlapping targets"
kind = "market"

[tables.bars]
path = "data/bars.parquet"
time = "date"

[features]
sql = ["features.sql"]
truncation_dates = 1

[target]
delay_dates = DELAY

[window]
scheme = "split"
share = 0.5

[[models]]
name = "flat"
kind = "column"
ask = ["mean"]
params = { columns = ["benchmark_flat"] }

[[models]]
name = "trend"
kind = "column"
ask = ["mean"]
params = { columns = ["benchmark_trend"] }

[risk]
baseline = "flat"
"#;

/// The return over H dates that begins DELAY dates after the data.
const SQL: &str = "-- grain: entity, as_of
with moves as (
    select
        bars.ticker as ticker,
        bars.date as date,
        bars.close / lag(bars.close, 1) over by_name - 1 as last_return,
        lead(bars.date, REACH) over by_name as known_on,
        lead(bars.close, REACH) over by_name / lead(bars.close, DELAY) over by_name - 1 as target
    from bars
    window by_name as (partition by bars.ticker order by bars.date)
)
select
    moves.ticker as entity,
    moves.date + interval '1 day' as as_of,
    moves.known_on as known_on,
    moves.target as target,
    0.0 as benchmark_flat,
    0.1 * H * moves.last_return as benchmark_trend,
    moves.last_return as last_return
from moves";

/// The panel of `tests/golden/overlap.py`.
fn bars(dates: &[Day]) -> Bars {
    let mut bars = Bars { date: vec![], ticker: vec![], close: vec![], volume: vec![] };
    let mut state = 1_u64;
    for name in 0..8 {
        let mut close = 100.0;
        for &date in dates {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            close *= 1.0 + 0.04 * ((state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5);
            bars.date.push(date);
            bars.ticker.push(format!("N{name}"));
            bars.close.push(close);
            bars.volume.push(1);
        }
    }
    bars
}

fn weekdays(n: usize) -> Vec<Day> {
    let first = Day::from_ymd(2018, 1, 1).expect("a date");
    (0..).map(|n| first.plus_days(n)).filter(|day| !day.is_weekend()).take(n).collect()
}

fn month_ends() -> Vec<Day> {
    let first = Day::from_ymd(2000, 2, 1).expect("a date");
    (0..280).map(|n| first.plus_months(n).plus_days(-1)).collect()
}

/// n, mean loss difference and statistic of the run's Diebold-Mariano test.
fn tested(dates: &[Day], h: usize, delay: usize) -> (u64, f64, f64) {
    let project = Project::new(&format!("overlap_{}_{h}_{delay}", dates.len()));
    let filled = |text: &str| text.replace("DELAY", &delay.to_string()).replace("REACH", &(h + delay).to_string()).replace('H', &h.to_string());
    project.write("spec.toml", &SPEC.replace("DELAY", &delay.to_string()));
    project.write("features.sql", &filled(SQL));
    project.bars("data/bars.parquet", &bars(dates));
    let ran = project.run("spec.toml").expect("a good spec");
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(ran.folder.join("summary.json")).expect("a run leaves its summary")).expect("JSON");
    let metric = |name: &str| summary["metrics"][format!("error.trend.{name}")].clone();
    let number = |name: &str| metric(name)["value"]["value"].as_f64().expect("a number");
    (metric("dm")["n"].as_u64().expect("a count"), number("loss_difference"), number("dm"))
}

#[test]
fn overlapping_targets_are_judged_at_the_dates_they_span() {
    // tests/golden/overlap.py, which is told the horizon and counts no dates.
    let golden = [
        (weekdays(400), 1, 0, (199, 2.207_133_919_305_066_5e-6, 3.313_586_088_954_498_4)),
        (weekdays(400), 2, 0, (198, 6.834_623_899_845_73e-6, 3.849_978_206_717_268_3)),
        (weekdays(400), 3, 0, (197, 1.710_544_641_081_925e-5, 5.460_508_560_164_578)),
        (weekdays(400), 5, 0, (195, 4.318_504_251_180_03e-5, 6.064_002_769_169_837)),
        (weekdays(400), 10, 0, (190, 1.746_985_684_715_572_3e-4, 19.557_554_467_438_496)),
        (weekdays(460), 20, 0, (210, 5.729_487_199_469_925e-4, 13.689_989_114_782_25)),
        (weekdays(400), 1, 1, (198, 1.261_043_381_063_342_4e-6, 2.090_965_452_761_267)),
        (month_ends(), 12, 0, (128, 2.156_132_756_196_723e-4, 5.383_853_684_777_661)),
    ];
    for (dates, h, delay, expected) in golden {
        let calculated = tested(&dates, h, delay);
        let close = |calculated: f64, expected: f64| (calculated - expected).abs() <= 1e-8 * expected.abs();
        let agrees = calculated.0 == expected.0 && close(calculated.1, expected.1) && close(calculated.2, expected.2);
        assert!(agrees, "{h} dates, delay {delay}: calculated {calculated:?}, expected {expected:?}, tolerance 1e-8");
    }
}
