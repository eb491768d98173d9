//! A scheduler is told what it needs: exit codes, one line of JSON a report, nothing else where it wants nothing, and nothing left where
//! nothing was made.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::fixture::{Bars, Project};

const SPEC: &str = r#"
title = "A small panel"
kind = "market"
[tables.bars]
path = "data/bars.parquet"
time = "date"
[features]
sql = ["sql/features.sql"]
[window]
scheme = "rolling"
train = "6mo"
test = "1mo"
[[models]]
name = "first"
kind = "linear"
ask = ["mean"]
"#;

/// No panel has so many entities.
const BREACHED: &str = "[[limits]]\nmetric = \"data.entities\"\nmin = 1000\n";

const FEATURES: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as move
from bars
window by_name as (partition by bars.ticker order by bars.date)";

pub(crate) fn project(name: &str) -> Project {
    let project = Project::new(name);
    project.bars("data/bars.parquet", &Bars::new());
    project.write("kept.toml", SPEC);
    project.write("breached.toml", &format!("{SPEC}{BREACHED}"));
    project.write("absent.toml", &SPEC.replace("data/bars", "data/tomorrow"));
    project.write("sql/features.sql", FEATURES);
    project
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn ended(project: &Project, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let Output { status, stdout, stderr } = program.args(arguments).current_dir(&project.root).output().expect("the program starts");
    (status.code(), words(&stdout), words(&stderr))
}

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause}: {line}"))).collect()
}

#[test]
fn a_breach_ends_with_3_or_with_0_and_the_report_says_it_either_way() {
    let project = project("breach");
    for (breach, code) in [("fail", 3), ("ok", 0)] {
        let (ended, stdout, stderr) = ended(&project, &["run", "breached.toml", "--breach", breach, "--json", "--quiet"]);
        assert_eq!((ended, stderr.as_str()), (Some(code), ""), "{breach}");
        let [line] = &lines(&stdout)[..] else { panic!("{stdout}") };
        assert_eq!((&line["exit_code"], &line["verdict"], &line["limits"]["breached"]), (&code.into(), &"red".into(), &1.into()));
    }
    assert_eq!(ended(&project, &["run", "kept.toml", "--quiet"]).0, Some(0));
}

#[test]
fn every_report_has_a_line_of_one_shape_and_the_exit_code_is_the_worst() {
    let project = project("lines");
    let (code, stdout, stderr) = ended(&project, &["run", "kept.toml", "absent.toml", "breached.toml", "--json", "--quiet", "--skip-code", "99"]);
    assert_eq!(code, Some(3), "{stderr}");
    let told = lines(&stdout);
    let states: Vec<[&Value; 3]> = told.iter().map(|line| [&line["report"], &line["state"], &line["exit_code"]]).collect();
    let expected = [("kept", "made", 0), ("absent", "not_ready", 99), ("breached", "made", 3)];
    assert_eq!(states.len(), 3, "{stdout}");
    for (found, (report, state, code)) in states.iter().zip(expected) {
        assert_eq!(*found, [&Value::from(report), &Value::from(state), &Value::from(code)]);
    }
    let keys = |line: &Value| line.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert!(told.iter().all(|line| keys(line) == keys(&told[0])), "{stdout}");
    assert_eq!(told[1]["error"]["problem"], "no such file (table `bars`)");
    // The folder and the digest are those that the run leaves.
    let run = project.root.join(told[0]["folder"].as_str().expect("a path"));
    let manifest = fs::read(run.join("run.json")).expect("a whole run");
    assert_eq!(told[0]["run_sha256"], plimsoll::digest::sha256(&manifest));
    // Stderr holds the error alone, as one line of JSON.
    let [error] = &lines(&stderr)[..] else { panic!("{stderr}") };
    assert_eq!((&error["event"], &error["place"]), (&"error".into(), &"data/tomorrow.parquet".into()));
    // The same again: nothing is computed, and nothing is said of it.
    let (_, stdout, _) = ended(&project, &["run", "kept.toml", "--json", "--quiet"]);
    let again = &lines(&stdout)[0];
    assert_eq!((&again["state"], &again["n_trained"], &again["run_sha256"]), (&"unchanged".into(), &Value::Null, &told[0]["run_sha256"]));
}

#[test]
fn an_error_is_graver_than_a_breach_and_a_wait_graver_than_nothing() {
    let project = project("grave");
    assert_eq!(ended(&project, &["run", "kept.toml", "absent.toml", "--skip-code", "99"]).0, Some(99));
    assert_eq!(ended(&project, &["run", "breached.toml", "absent.toml"]).0, Some(3));
    assert_eq!(ended(&project, &["run", "breached.toml", "nothing.toml"]).0, Some(1));
    assert_eq!(ended(&project, &["run", "absent.toml"]).0, Some(1), "as ever where no code is given");
    for code in ["2", "3", "130", "x"] {
        let (ended, _, stderr) = ended(&project, &["run", "kept.toml", "--skip-code", code]);
        assert!(ended == Some(1) && stderr.contains("is not 0, 1 or a number from 4 to 125"), "{code}: {stderr}");
    }
}

#[test]
fn a_table_that_is_older_than_what_is_waited_for_is_not_ready() {
    let project = project("wait");
    // 260 weekdays from 2018-01-01.
    let last = "2018-12-28";
    let run = |wait: &[&str]| ended(&project, &[&["run", "kept.toml", "--skip-code", "99", "--quiet"], wait].concat());
    let (code, stdout, stderr) = run(&["--wait-for", "2018-12-31"]);
    assert_eq!((code, stdout.as_str()), (Some(99), ""));
    assert_eq!(stderr, format!("error: data/bars.parquet: table `bars` is not ready: its newest row is of {last}, and 2018-12-31 is waited for\n"));
    assert!(!project.root.join("reports").exists(), "nothing is made");
    // A wait of the table's own goes before that of all; a run as of an earlier day looks at the same rows.
    assert_eq!(run(&["--wait-for", "2018-12-31", "--wait-for", &format!("bars={last}"), "--as-of", "2018-12-03"]).0, Some(0));
    assert_eq!(run(&["--wait-for", last]).0, Some(0));
    let (code, _, stderr) = run(&["--wait-for", "loans=2018-12-31"]);
    assert_eq!(
        (code, stderr.as_str()),
        (Some(1), "error: kept.toml: no table `loans`, whose rows --wait-for waits for\n  hint: its tables are bars\n")
    );
    let (code, _, stderr) = run(&["--wait-for", "yesterday"]);
    assert!(code == Some(1) && stderr.contains("`yesterday` is not a date; write it as 2019-12-31"), "{stderr}");
}

#[test]
fn a_dry_run_says_what_would_be_made_and_makes_nothing() {
    let project = project("dry");
    let (code, stdout, stderr) = ended(&project, &["run", "kept.toml", "--dry-run", "--json", "--quiet"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let planned = &lines(&stdout)[0];
    assert_eq!((&planned["state"], &planned["as_of"]), (&"planned".into(), &"2018-12-29".into()));
    assert!(!project.root.join("reports").exists());
    let (code, stdout, stderr) = ended(&project, &["run", "kept.toml", "--json", "--quiet"]);
    assert_eq!(code, Some(0), "{stderr}");
    let made = &lines(&stdout)[0];
    let steps = &planned["steps"];
    let n = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{value}"));
    assert_eq!(n(&steps["windows"]) * n(&steps["models"]), n(&made["n_trained"]) + n(&made["n_known"]));
    assert_eq!(planned["folder"], made["folder"]);
    let (_, stdout, _) = ended(&project, &["run", "kept.toml", "--dry-run"]);
    assert!(stdout.starts_with("kept: as of 2018-12-29, unchanged in "), "{stdout}");
    // What the run would refuse before it trains, this refuses.
    project.write("kept.toml", &SPEC.replace("6mo", "60y"));
    assert_eq!(ended(&project, &["run", "kept.toml", "--dry-run"]).0, Some(1));
}

#[test]
fn a_run_that_fails_leaves_no_empty_folder() {
    let project = project("empty");
    project.write("sql/features.sql", &FEATURES.replace("bars.close / lag", "bars.nothing / lag"));
    let (code, _, stderr) = ended(&project, &["run", "kept.toml", "--out", "deep/below/reports"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(!project.root.join("deep").exists());
    // A folder that was there stays, and so does what others put there.
    fs::create_dir_all(project.root.join("mine")).expect("writable");
    assert_eq!(ended(&project, &["run", "kept.toml", "--out", "mine"]).0, Some(1));
    assert!(project.root.join("mine").exists() && !project.root.join("mine/kept").exists());
}

#[test]
fn completions_and_the_manual_are_of_this_program() {
    let project = project("shell");
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = ended(&project, &["completions", shell]);
        assert!(code == Some(0) && ["wait-for", "dry-run", "catalogue"].iter().all(|option| script.contains(option)), "{shell}");
    }
    let (code, page, _) = ended(&project, &["man", "run"]);
    assert!(code == Some(0) && page.contains(".TH plimsoll-run 1") && page.contains("skip\\-code"), "{page}");
    let (_, page, _) = ended(&project, &["man"]);
    assert!(page.contains(".TH plimsoll 1") && page.contains("plimsoll\\-run(1)"), "{page}");
    let (code, _, stderr) = ended(&project, &["man", "walk"]);
    assert!(
        code == Some(1) && stderr.starts_with("error: man: no command `walk`\n  hint: the commands are run, backfill, catch-up, check"),
        "{stderr}"
    );
}
