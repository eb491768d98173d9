//! What the page says of a traded book, from prices to words.

use std::fs;
use std::process::Command;

use plimsoll::run::Ran;

use crate::fixture::{Bars, Project, forecasts, repository};

/// A book long the two names with the highest volume, short the two with the lowest.
const SPEC: &str = r#"
title = "A book"
kind = "market"

[tables.bars]
path = "data/bars.parquet"
time = "date"
sorted_by = ["ticker", "date"]

[tables.bars.quality]
entity = "ticker"
price = "close"

[features]
sql = ["features.sql"]
truncation_dates = 2

[window]
scheme = "expanding"
train = "4mo"
test = "1mo"

[[models]]
name = "size"
kind = "column"
ask = ["mean"]
params = { columns = ["benchmark_mean"] }

[book]
kind = "long_short"
models = ["size"]
share = 0.25
cost_bps = 10
delay_days = 0
"#;

const FEATURES: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    cast(bars.volume as double) as benchmark_mean,
    bars.close / lag(bars.close) over by_name - 1 as return_1d
from bars
window by_name as (partition by bars.ticker order by bars.date rows between 1 preceding and 1 following)
";

/// Runs the spec with `more` at its end over eight names; name `n` of them (AAA is 0) has volume n on every day.
fn run(project: &Project, more: &str, change: impl Fn(&mut Bars)) -> Ran {
    run_spec(project, &format!("{SPEC}{more}"), change)
}

fn run_spec(project: &Project, spec: &str, change: impl Fn(&mut Bars)) -> Ran {
    let mut bars = Bars::new();
    bars.volume.iter_mut().zip(&bars.ticker).for_each(|(volume, ticker)| *volume = i64::from(ticker.as_bytes()[0] - b'A'));
    change(&mut bars);
    project.write("spec.toml", spec);
    project.write("features.sql", FEATURES);
    project.bars("data/bars.parquet", &bars);
    project.run("spec.toml").expect("a good report")
}

fn page(ran: &Ran) -> String {
    fs::read_to_string(ran.folder.join("report.html")).expect("a report")
}

fn metric(ran: &Ran, name: &str) -> Option<f64> {
    let bytes = fs::read(ran.folder.join("summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    summary["metrics"][name]["value"]["value"].as_f64()
}

#[test]
fn a_ruined_book_breaches_every_limit_on_it_and_the_page_says_so_first() {
    let project = Project::new("book-ruined");
    let limits = "[[limits]]\nmetric = \"book.size.max_drawdown\"\nmin = -0.9\n[[limits]]\nmetric = \"book.size.n\"\nmin = 1\n[[limits]]\nmetric = \"data.rows\"\nmin = 1\n";
    // AAA, sold short at half of capital, is four times dearer from the 200th day on: 150 % of capital are lost.
    let ran = run(&project, limits, |bars| bars.close[200..260].iter_mut().for_each(|close| *close *= 4.0));
    assert_eq!((ran.manifest.ended.n_breached, ran.manifest.ended.n_limits), (2, 3));
    let headline = &ran.manifest.ended.headline;
    assert!(headline.starts_with("`size` lost all of its capital on 2018-10-"), "{headline}");
    assert!(headline.contains("2 of 3 limits breached ("), "{headline}");
}

#[test]
fn a_name_that_leaves_costs_what_the_spec_says_and_is_counted_on_the_page() {
    // HHH, long at half of capital, has no row after the 200th day.
    let leave = |bars: &mut Bars| bars.keep(|row| row < 7 * 260 + 200);
    let [free, costly] = ["", "delisting_return = -0.3\n"].map(|key| {
        let project = Project::new(&format!("book-left-{}", key.len()));
        let spec = SPEC.replace("delay_days = 0\n", &format!("delay_days = 0\n{key}"));
        let ran = run_spec(&project, &spec, leave);
        assert_eq!(metric(&ran, "book.size.names_left"), Some(1.0));
        let page = page(&ran);
        assert!(page.contains("names whose rows end more than 7 calendar days before the table does, by year"), "the finding is on the page");
        let said = if key.is_empty() { "the default, which flatters longs in names that fail" } else { "earned \u{2212}30.0" };
        assert!(page.contains(said), "{said}");
        metric(&ran, "book.size.cumulative_return").expect("returns")
    });
    // 15 % of that day's capital.
    assert!(((1.0 + costly) / (1.0 + free) - 0.85).abs() < 0.01, "{costly} {free}");
}

#[test]
fn forecasts_that_are_all_equal_hold_nothing() {
    let project = Project::new("book-flat");
    let ran = run(&project, "", |bars| bars.volume.fill(1));
    assert!(forecasts(&ran.folder, "size").iter().all(|(_, mean)| *mean == 1.0));
    assert_eq!((metric(&ran, "book.size.gross_exposure"), metric(&ran, "book.size.cumulative_return")), (Some(0.0), Some(0.0)));
}

/// Runs a report of the repository and wants its books kept twice without a gap; the page says so.
fn agrees_twice(spec: &str, name: &str) {
    let project = Project::new(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let ran = command.arg("run").arg(spec).arg("--out").arg(&project.root).current_dir(repository()).output().expect("the program starts");
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&ran.stderr));
    let printed = String::from_utf8_lossy(&ran.stdout);
    let page = printed.lines().find(|line| line.ends_with("report.html")).map(fs::read_to_string).expect("a report").expect("readable");
    assert!(page.contains("Accounts kept twice agree in ") && !page.contains("was kept twice and does not agree"), "{spec}");
}

#[test]
fn the_accounts_of_the_samples_books_agree() {
    agrees_twice("reports/equity_var.toml", "book-twice-sample");
}

#[test]
#[cfg_attr(not(real_data), ignore = "there are no real data beside the checkout (../shared/data)")]
fn the_accounts_of_books_of_us_names_agree() {
    agrees_twice("tests/real/cut/us_prices_cut.toml", "book-twice-us");
}

#[test]
fn a_books_page_says_what_hangs_on_little_and_who_lost_in_each_drawdown() {
    let project = Project::new("book-little");
    let page = page(&run(&project, "", |_| ()));
    for said in ["Accounts kept twice agree in", "How much hangs on little", "Worst drawdowns by name", "filled one date later"] {
        assert!(page.contains(said), "{said}");
    }
}
