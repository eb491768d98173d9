//! What a run says of itself: exit code, index and page agree, and every metric is known before anything is trained.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll::manifest::Manifest;
use plimsoll::stat::Colour;
use plimsoll::{feature, source, spec, stat};

use crate::fixture::{Bars, Project, copy, repository};

/// A panel of eight names over a year, a baseline's VaR of the first, and these limits.
fn project(name: &str, limits: &str) -> Project {
    let project = Project::new(name);
    copy(&repository().join("tests/bad_specs/run/unknown_limit/features.sql"), &project.root.join("features.sql"));
    copy(&repository().join("templates"), &project.root.join("templates"));
    project.bars("data/bars.parquet", &Bars::new());
    let text = format!(
        r#"title = "A small panel"
kind = "market"

[tables.bars]
path = "data/bars.parquet"
time = "date"
key = ["ticker", "date"]

[features]
sql = ["features.sql"]
truncation_dates = 2

[window]
scheme = "rolling"
train = "3mo"
test = "1mo"

[[models]]
name = "history"
kind = "baseline"
ask = ["mean", "volatility", "quantile 0.05", "shortfall 0.05"]

[[models]]
name = "line"
kind = "linear"
ask = ["mean"]

[risk]
entity = "AAA"
entities = ["BBB", "CCC"]
baseline = "history"

{limits}"#
    );
    project.write("spec.toml", &text);
    project
}

fn run(project: &Project) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    program.args(["run", "spec.toml", "--out", "out"]).current_dir(&project.root).output().expect("the program starts")
}

fn folder(output: &Output) -> PathBuf {
    let line = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
    Path::new(&line).parent().unwrap_or_else(|| panic!("no report: {}", String::from_utf8_lossy(&output.stderr))).to_owned()
}

#[test]
fn a_limit_that_cannot_be_judged_is_no_success_anywhere() {
    // 180 days are tested, and the traffic light needs 250.
    let project = project("not-judged", "[[limits]]\nmetric = \"coverage.history.0.05.breaches_250\"\nmax = 9\n");
    let output = run(&project);
    let run = project.root.join(folder(&output));
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let ended = Manifest::read(&run).expect("a manifest").ended;
    assert_eq!((ended.colour, ended.n_breached, ended.n_not_judged, ended.n_limits), (Colour::Amber, 0, 1, 1));
    let index = fs::read_to_string(project.root.join("out/index.html")).expect("an index");
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    for (what, text) in [("index", index), ("page", page)] {
        assert!(text.contains("amber") && text.contains("could not be judged"), "the {what} does not say so");
    }
}

#[test]
fn a_limit_on_a_test_that_overlapping_targets_make_descriptive_is_not_judged() {
    // Returns over five days on every day: neighbouring losses share four of their five.
    let project = project("overlapping", "[[limits]]\nmetric = \"coverage.history.0.05.kupiec_p\"\nmin = 0.05\n");
    let sql = fs::read_to_string(project.root.join("features.sql")).expect("copied");
    let sql = sql.replace("lead(bars.date)", "lead(bars.date, 5)").replace("lead(bars.close)", "lead(bars.close, 5)");
    project.write("features.sql", &sql);
    let output = run(&project);
    let run = project.root.join(folder(&output));
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let ended = Manifest::read(&run).expect("a manifest").ended;
    assert_eq!((ended.colour, ended.n_breached, ended.n_not_judged), (Colour::Amber, 0, 1));
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    assert!(page.contains("not judged: targets overlap"), "the page does not say why");
    assert!(!page.contains("not rejected at the report"), "a descriptive test is said to decide");
}

#[test]
fn thirty_series_or_three_are_judged_in_one_report_each_under_its_name() {
    let project = project("entities", "[[limits]]\nmetric = \"coverage.history.0.05@BBB.kupiec_exact_p\"\nmin = 0.0\n");
    let output = run(&project);
    let run = project.root.join(folder(&output));
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a sidecar")).expect("JSON");
    for series in ["", "@BBB", "@CCC"] {
        for metric in [format!("coverage.history.0.05{series}.kupiec_exact_p"), format!("shortfall.history.0.05{series}.z2_p")] {
            assert!(summary["metrics"][&metric]["value"]["value"].is_f64(), "{metric} is {}", summary["metrics"][&metric]);
        }
    }
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    assert!(page.contains("<code>history</code> 95\u{a0}%, BBB") || page.contains("<code>history</code> 95 %, BBB"), "BBB has no row of its own");
}

/// Metrics of a run and of the catalogue.
fn both(root: &Path, path: &Path, run: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let spec = spec::load(root, path).expect("a good spec");
    let tables = source::open(root, &spec).expect("good tables");
    let built = feature::build(root, &spec, &tables, &feature::Cuts::forgetful()).expect("good SQL");
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a sidecar")).expect("JSON");
    let found = summary["metrics"].as_object().expect("metrics").keys().cloned().collect();
    (stat::metric_names(&spec, &built.data), found)
}

#[test]
fn every_metric_is_known_before_anything_is_trained() {
    let small = project("catalogue", "");
    let output = run(&small);
    let (known, found) = both(&small.root, Path::new("spec.toml"), &small.root.join(folder(&output)));
    assert_eq!(known, found);
    let out = small.root.join("models");
    for path in ["tests/models/market.toml", "tests/models/credit.toml", "reports/equity_var.toml", "reports/loan_default.toml"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = program.args(["run", path, "--out"]).arg(&out).current_dir(repository()).output().expect("the program starts");
        let (known, found) = both(repository(), Path::new(path), &folder(&output));
        assert_eq!(known, found, "{path}");
    }
}
