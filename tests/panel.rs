//! A panel: loans that are seen every month are not counted as often as they are seen.

use std::fs;

use serde_json::Value;

use crate::fixture::{Bars, Project};

const SPEC: &str = r#"
title = "Eight loans, seen every month"
kind = "credit"

[tables.bars]
path = "data/bars.parquet"
time = "date"
key = ["ticker", "date"]

[features]
sql = ["features.sql"]
carry = ["exposure"]
truncation_dates = 2

[window]
scheme = "expanding"
train = "6mo"
test = "1mo"

[[models]]
name = "baseline"
kind = "baseline"
ask = ["probability"]
[models.params]
min_history = 1

[book]
kind = "loans"
models = ["baseline"]
lgd = 0.5
exposure = "exposure"
cutoff = 0.5
"#;

/// One row a month for each of eight names: "default" is a price that is lower sixty rows later.
const SQL: &str = "-- grain: entity, as_of
with prices as (
    select
        ticker,
        date,
        close,
        volume,
        row_number() over (partition by ticker, date_trunc('month', date) order by date) as day_of_month,
        lead(close, 60) over (partition by ticker order by date) as later,
        lead(date, 60) over (partition by ticker order by date) as later_date
    from bars
)
select
    ticker as entity,
    cast(date as date) + interval '1 day' as as_of,
    later_date + interval '1 day' as known_on,
    case when later is not null then case when later < close then 1 else 0 end end as target,
    cast(volume as double) as exposure,
    close as price
from prices
where day_of_month = 1
";

#[test]
fn rows_of_a_panel_are_loan_months_and_their_money_is_not_summed() {
    let project = Project::new("panel");
    project.bars("data/bars.parquet", &Bars::new());
    project.write("features.sql", SQL);
    project.write("spec.toml", SPEC);
    let ran = project.run("spec.toml").expect("the panel runs");
    let summary: Value = serde_json::from_slice(&fs::read(ran.folder.join("summary.json")).expect("a sidecar")).expect("JSON");
    let metric = |name: &str| summary["metrics"][name]["value"].clone();
    assert_eq!(metric("loans.baseline.loans")["value"], 8.0);
    for amount in ["exposure", "expected_loss", "realized_loss"] {
        let reason = metric(&format!("loans.baseline.{amount}"));
        assert!(reason["undefined"].as_str().is_some_and(|reason| reason.starts_with("8 loans have ")), "{amount}: {reason}");
    }
    assert!(metric("loans.baseline.realized_to_expected")["value"].is_f64());
    let page = fs::read_to_string(ran.folder.join("report.html")).expect("a report");
    assert!(page.contains("loan-months of 8 loans with a known outcome"), "rows are told from loans");
    assert!(page.contains("by quarter of observation") && !page.contains("by quarter of origination"), "a row's day is no loan's first");
    assert!(page.contains("8 entities (8 at the start, 8 at the end)"), "entities are counted at once");
    assert!(page.contains("What changed: first run"));
}
