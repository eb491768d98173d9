//! The promise above all others: nothing a model sees or learns comes from later than it should.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array};

use plimsoll::day::Day;
use plimsoll::spec::Quantity;
use plimsoll::walk::{Predictions, Store};
use plimsoll::{feature, source, walk, window};

use crate::fixture::{Bars, Project, written};

const SPEC: &str = r#"
title = "A small panel"
kind = "market"

[tables.bars]
path = "data/bars.parquet"
time = "date"

[features]
sql = ["features.sql"]
truncation_dates = 2

[window]
scheme = "rolling"
train = "4mo"
test = "1mo"

[[models]]
name = "past"
kind = "baseline"
ask = ["mean", "quantile 0.05", "shortfall 0.05"]
params = { history = "entity", lookback = 60, min_history = 20 }

[[models]]
name = "ewma"
kind = "ewma"
ask = ["volatility"]
params = { min_history = 20 }

[[models]]
name = "linear"
kind = "linear"
ask = ["mean"]

[[models]]
name = "gbdt"
kind = "gbdt"
ask = ["mean"]
params = { trees = 5, depth = 2, min_leaf_rows = 20 }

[[models]]
name = "tails"
kind = "gbdt"
ask = ["quantile 0.05", "shortfall 0.05"]
params = { trees = 5, leaves = 4, min_leaf_rows = 20, refresh = 3, early_stop_share = 0.3, early_stop_rounds = 2 }

[[models]]
name = "warm"
kind = "gbdt"
ask = ["mean"]
params = { trees = 5, warm_trees = 2, leaves = 4, min_leaf_rows = 20, refresh = 2, row_share = 0.5 }

[[models]]
name = "forest"
kind = "forest"
ask = ["mean"]
params = { trees = 5, leaves = 8, min_leaf_rows = 20, refresh = 2 }

[[models]]
name = "ridge"
kind = "ridge"
ask = ["mean"]
select = { method = "correlation", max_correlation = 0.99 }
tune = { search = "grid", folds = 2, ranges = { l2 = [1.0, 0.1] } }

[[models]]
name = "huber"
kind = "huber"
ask = ["mean"]

[[models]]
name = "lines"
kind = "quantile"
ask = ["quantile 0.05"]

[[models]]
name = "near"
kind = "neighbours"
ask = ["mean"]
params = { neighbours = 20, max_rows = 200 }

[[models]]
name = "stack"
kind = "ensemble"
ask = ["mean"]
params = { members = ["linear", "gbdt", "forest"], weights = "stack", min_history = 20 }
"#;

const SQL: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as r1,
    bars.close / lag(bars.close, 5) over by_name - 1 as r5
from bars
window by_name as (partition by bars.ticker order by bars.date)
";

/// Every forecast of the panel: (as_of, entity, model, quantity, value).
fn forecasts(name: &str, bars: &Bars) -> Vec<(Day, String, String, Quantity, Option<f64>)> {
    let project = Project::new(name);
    project.write("spec.toml", SPEC);
    project.write("features.sql", SQL);
    project.bars("data/bars.parquet", bars);
    let spec = project.spec("spec.toml").expect("a good spec");
    let tables = source::open(&project.root, &spec).expect("good tables");
    let data = feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).expect("a good view").data;
    let windows = window::plan(&spec.window, &data).expect("windows fit");
    let Predictions { rows, series, .. } = walk::forward(&spec, &data, &windows, &Store::forgetful(), &|_| {}).expect("models fit").predictions;
    let mut found = Vec::new();
    for series in series {
        for (&row, predicted) in rows.iter().zip(series.predicted.iter()) {
            found.push((data.as_of[row as usize], data.entity_name(row).to_owned(), series.model.clone(), series.quantity, predicted));
        }
    }
    found
}

#[test]
fn rewriting_every_price_after_a_day_changes_no_earlier_forecast() {
    let cut = Day::from_ymd(2018, 9, 14).expect("a date");
    let bars = Bars::new();
    let mut rewritten = bars.clone();
    for (day, close) in rewritten.date.iter().zip(&mut rewritten.close) {
        if cut <= *day {
            *close = 1_000.0 - *close;
        }
    }
    let (before, after) = (forecasts("past", &bars), forecasts("rewritten", &rewritten));
    assert_eq!(before.len(), after.len());
    let early = before.iter().zip(&after).filter(|(forecast, _)| forecast.0 <= cut);
    let n_early = early.clone().filter(|(forecast, _)| forecast.4.is_some()).count();
    assert!(1_000 < n_early, "{n_early} forecasts are compared");
    for (was, is) in early {
        assert_eq!((was.4.map(f64::to_bits), &was.1, &was.2), (is.4.map(f64::to_bits), &is.1, &is.2), "{} {} {}", was.0, was.1, was.2);
    }
    // The rewriting was not in vain: later forecasts differ.
    let later = before.iter().zip(&after).filter(|(forecast, _)| cut.plus_days(1) < forecast.0);
    assert!(later.filter(|(was, is)| was.4 != is.4).count() > 100);
}

const REVISED_SPEC: &str = r#"
title = "Prices beside a figure that is revised"
kind = "market"

[tables.bars]
path = "data/bars.parquet"
time = "date"

[tables.rates]
path = "data/rates.parquet"
time = "published"
key = ["period", "published"]

[features]
sql = ["features.sql"]
truncation_dates = 2

[window]
scheme = "rolling"
train = "4mo"
test = "1mo"

[[models]]
name = "linear"
kind = "linear"
ask = ["mean"]
"#;

/// The figure of a period as it was last published, read from the day on which the period was first told: a revision leaks for three days.
const REVISED_SQL: &str = "-- grain: entity, as_of
with days as (select distinct date from bars),
told as (select days.date, max(rates.rate) as rate from days join rates on rates.period < days.date group by days.date)
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    told.rate
from bars left join told on told.date = bars.date
window by_name as (partition by bars.ticker order by bars.date)
";

#[test]
fn tables_are_cut_where_a_figure_is_revised() {
    let bars = Bars::new();
    let project = Project::new("revised");
    project.write("spec.toml", REVISED_SPEC);
    project.write("features.sql", REVISED_SQL);
    project.bars("data/bars.parquet", &bars);
    let first = *bars.date.iter().min().expect("bars");
    // Told on the day after its period, and told again, once, three days later.
    let rates = |is_revised: bool| {
        let mut rows: Vec<(i32, i32, f64)> = (0..8).map(|k| (first.0 + 20 * k, first.0 + 20 * k + 1, f64::from(k))).collect();
        rows.extend(is_revised.then_some((first.0 + 20, first.0 + 24, 1.5)));
        let dates = |day: fn(&(i32, i32, f64)) -> i32| Arc::new(Date32Array::from_iter_values(rows.iter().map(day))) as ArrayRef;
        let rate = Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2))) as ArrayRef;
        written(vec![("period", dates(|row| row.0)), ("published", dates(|row| row.1)), ("rate", rate)])
    };
    let build = |is_revised: bool| {
        std::fs::write(project.root.join("data/rates.parquet"), rates(is_revised)).expect("writable");
        let spec = project.spec("spec.toml").expect("a good spec");
        let tables = source::open(&project.root, &spec).expect("good tables");
        feature::build(&project.root, &spec, &tables, &feature::Cuts::forgetful()).map(|built| built.certificate)
    };
    let certificate = build(false).expect("nothing is revised");
    assert!(certificate.cuts.len() == 2 && certificate.cuts.iter().all(|cut| cut.why == feature::Why::Spread), "{certificate:?}");
    let refused = build(true).expect_err("a look ahead").to_string();
    let revised = first.plus_days(24);
    assert!(
        refused.contains("column `rate` looks ahead") && refused.contains(&format!("it is 1.5, but 1 when every table is cut at {revised}")),
        "{refused}"
    );
}

#[test]
fn a_cut_certified_before_is_held_against_its_digest_and_a_changed_past_is_found() {
    let mut bars = Bars::new();
    let project = Project::new("certified");
    project.write("spec.toml", SPEC);
    project.write("features.sql", SQL);
    let known = || feature::Cuts::open(&project.root.join("work"));
    let build = |bars: &Bars, known: &feature::Cuts| {
        project.bars("data/bars.parquet", bars);
        let spec = project.spec("spec.toml").expect("a good spec");
        let tables = source::open(&project.root, &spec).expect("good tables");
        feature::build(&project.root, &spec, &tables, known).expect("a good view").certificate
    };
    let first = build(&bars, &known());
    let file = project.root.join("work/cuts/known.json");
    let written = std::fs::read(&file).expect("kept");
    assert_eq!(build(&bars, &known()), first);
    assert_eq!(std::fs::read(&file).expect("kept"), written, "nothing new was certified");
    assert_eq!(build(&bars, &feature::Cuts::forgetful()), first, "and from scratch it is the same");
    // A price before the first cut is another: other rows, other hashes, certified again.
    bars.close[3] += 1.0;
    let second = build(&bars, &known());
    assert_ne!(std::fs::read(&file).expect("kept"), written);
    assert!(first.cuts.iter().zip(&second.cuts).all(|(was, is)| was.day == is.day && was.sha256 != is.sha256));
    assert_eq!(build(&bars, &feature::Cuts::forgetful()), second);
}
