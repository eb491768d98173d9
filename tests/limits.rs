//! What does not fit, is too deep or is interrupted ends in a sentence: nothing half-made is left, and no lock.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::fixture::{Bars, Project, predictions};

/// A number that no process has: it is beyond the most that Linux gives.
const DEAD: &str = "4194305";

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

const FEATURES: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as move
from bars
window by_name as (partition by bars.ticker order by bars.date)";

/// Rows that nobody has room for, and rows that are counted until the end of days.
const BOMB: &str = "select a.close + b.close + c.close as x from bars a cross join bars b cross join bars c";
const ENDLESS: &str = "select count(*) as n from bars a cross join bars b cross join bars c cross join bars d cross join bars e where a.close + b.close \
                       + c.close + d.close + e.close < 0";

fn project(name: &str) -> Project {
    let project = Project::new(name);
    project.bars("data/bars.parquet", &Bars::new());
    project.write("spec.toml", SPEC);
    project.write("sql/features.sql", FEATURES);
    fs::create_dir(project.root.join("tmp")).expect("writable");
    project
}

fn program(project: &Project, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    program.args(arguments).current_dir(&project.root).env("TMPDIR", project.root.join("tmp"));
    program
}

fn ended(project: &Project, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&program(project, arguments).output().expect("the program starts"))
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), words(&output.stdout), words(&output.stderr))
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn deep_sql_is_refused_in_words_and_the_deepest_that_is_taken_is_planned() {
    let project = project("deep");
    let chain = |n: usize| format!("select bars.close{} as x from bars limit 1", " + bars.close".repeat(n));
    let cte = |n: i32| format!(", c{n} as (select x + 1 as x, row_number() over (order by x) as r from c{})", n - 1);
    let ctes = (1..490).map(cte).collect::<Vec<_>>().concat();
    let cases = [
        (format!("select {}1{}", "(".repeat(100_000), ")".repeat(100_000)), "brackets, cases and operators"),
        (format!("select {}1{}", "(".repeat(500), ")".repeat(500)), "stand in each other too deeply, about 50 deep"),
        (chain(100_000), "brackets, cases and operators"),
        (format!("select {}1{}", "case when true then ".repeat(10_000), " end".repeat(10_000)), "brackets, cases and operators"),
        (format!("select {}1{}", "(select ".repeat(10_000), ")".repeat(10_000)), "more than 500 selects"),
        (format!("select 1{}", "\nunion all select 1".repeat(50_000)), "more than 500 selects"),
        (chain(980), ""),
        (format!("with c0 as (select 1 as x){ctes} select * from c489"), ""),
        (format!("select 1 as x{}", "\nunion all select 1".repeat(490)), ""),
    ];
    for (sql, refusal) in cases {
        project.write("deep.sql", &sql);
        let (code, _, stderr) = ended(&project, &["query", "deep.sql", "--table", "bars=data/bars.parquet"]);
        let expected = i32::from(!refusal.is_empty());
        assert_eq!(code, Some(expected), "{}: {stderr}", &sql[..40]);
        assert!(stderr.contains(refusal) && stderr.starts_with("error: deep.sql") != refusal.is_empty(), "{stderr}");
    }
}

#[test]
fn rows_that_do_not_fit_end_with_a_sentence_and_nothing_is_left() {
    let project = project("bomb");
    project.write("bomb.sql", BOMB);
    let (code, stdout, stderr) = ended(&project, &["query", "bomb.sql", "--table", "bars=data/bars.parquet", "--memory", "256MB"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.starts_with("error: query: holds 2") && stderr.contains("beyond the bound of 256 MB\n  hint: "), "{stderr}");

    // What cannot go to disk is refused by its name before it is held.
    project.write("bomb.sql", "select string_agg(a.ticker || b.ticker, ',') as s from bars a cross join bars b cross join bars c");
    let (code, _, stderr) = ended(&project, &["query", "bomb.sql", "--table", "bars=data/bars.parquet", "--memory", "256MB"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("beyond the bound of 256 MB"), "{stderr}");

    project.write(
        "sql/features.sql",
        &format!("-- grain: entity, as_of\nwith bomb as ({BOMB}) select x as entity, x as as_of, x as known_on, x as target from bomb"),
    );
    let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--out", "out", "--memory", "256MB", "--json"]);
    assert_eq!(code, Some(1), "{stderr}");
    let last: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap_or_default()).expect("a JSON line");
    assert_eq!((&last["event"], &last["place"]), (&"error".into(), &"spec, stage feature".into()), "{last}");
    assert_eq!(entries(&project.root.join("tmp")), [""; 0], "spills are left");
    assert!(entries(&project.root.join("out/spec")).iter().all(|name| name == ".lock" || name == ".work"));
    project.write("sql/features.sql", FEATURES);
    let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--out", "out"]);
    assert_eq!(code, Some(0), "the lock is free: {stderr}");
}

#[test]
fn the_bound_moves_no_number() {
    let project = project("bound");
    let mut files = Vec::new();
    for memory in ["256MB", "2GB"] {
        let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--out", memory, "--memory", memory]);
        assert_eq!(code, Some(0), "{stderr}");
        let run = project.root.join(memory).join("spec");
        let run = run.join(entries(&run).last().expect("a run"));
        let mut paths = predictions(&run);
        paths.extend(["summary.json", "report.html"].map(|name| run.join(name)));
        files.push(paths.iter().map(|path| fs::read(path).expect("a whole run")).collect::<Vec<_>>());
    }
    assert!(files[0] == files[1]);
    let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--memory", "2"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("`2` is no size such as 2GB, 1.5GB or 512MB"), "{stderr}");
}

/// Waits until the program has made its folder of spills, and sends it a signal.
fn interrupted(project: &Project, program: &mut Command, signal: &str) -> (Option<i32>, String, String) {
    let child: Child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // Its own: another's may be there still.
    let own = format!("plimsoll-{}-", child.id());
    while !entries(&project.root.join("tmp")).iter().any(|name| name.starts_with(&own)) {
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("there is a kill");
    assert!(sent.success());
    told(&child.wait_with_output().expect("it ends"))
}

#[test]
fn a_signal_ends_with_a_sentence_its_code_and_nothing_left() {
    let project = project("signal");
    project.write("endless.sql", ENDLESS);
    project.write("sql/features.sql", &FEATURES.replace("from bars\n", &format!("from bars cross join ({ENDLESS}) as days\n")));
    for (signal, name, code) in [("-TERM", "SIGTERM", 143), ("-INT", "SIGINT", 130)] {
        let ended = interrupted(&project, &mut program(&project, &["query", "endless.sql", "--table", "bars=data/bars.parquet"]), signal);
        assert_eq!(ended, (Some(code), String::new(), format!("error: query: interrupted by {name}; nothing was published\n")));
        let (found, _, stderr) = interrupted(&project, &mut program(&project, &["run", "spec.toml", "--out", "out"]), signal);
        assert_eq!(found, Some(code), "{stderr}");
        let last = stderr.lines().last().unwrap_or_default();
        assert!(last.ends_with(&format!("interrupted by {name}; nothing of spec was published, and a second run resumes")), "{stderr}");
        let (found, _, stderr) = interrupted(&project, &mut program(&project, &["run", "spec.toml", "--out", "out", "--json"]), signal);
        let last: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap_or_default()).expect("a JSON line");
        assert_eq!((found, &last["event"]), (Some(code), &"error".into()));
        assert_eq!(entries(&project.root.join("tmp")), [""; 0], "spills are left");
    }
    project.write("sql/features.sql", FEATURES);
    let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--out", "out"]);
    assert_eq!(code, Some(0), "the lock is free: {stderr}");
}

#[test]
fn what_killed_runs_left_is_swept_by_the_next() {
    let project = project("swept");
    let stale = project.root.join(format!("tmp/plimsoll-{DEAD}-spill-0/datafusion-x"));
    fs::create_dir_all(&stale).expect("writable");
    fs::write(stale.join("spill"), "x").expect("writable");
    project.write("tmp/plimsoll-notes/mine", "x");
    project.write(&format!("landed.half-{DEAD}"), "x");
    let (code, _, stderr) = ended(&project, &["features", "spec.toml", "--rows", "landed.parquet"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(entries(&project.root.join("tmp")), ["plimsoll-notes"]);
    assert_eq!(entries(&project.root), ["data", "landed.parquet", "spec.toml", "sql", "tmp"]);
}

#[test]
fn a_temporary_folder_that_is_missing_is_named() {
    let project = project("tmpdir");
    let missing = project.root.join("nowhere");
    for arguments in [&["run", "spec.toml"][..], &["query", "sql/features.sql", "--table", "bars=data/bars.parquet"]] {
        let (code, _, stderr) = told(&program(&project, arguments).env("TMPDIR", &missing).output().expect("the program starts"));
        assert_eq!(code, Some(1));
        let expected = format!("error: TMPDIR ({}): no temporary folder can be made in it: ", missing.display());
        assert!(stderr.lines().any(|line| line.starts_with(&expected)), "{stderr}");
    }
}

#[test]
fn a_file_in_the_place_of_a_run_is_named() {
    let project = project("in-the-way");
    let day = project.run("spec.toml").expect("it runs").folder.file_name().expect("a day").to_string_lossy().into_owned();
    project.write(&format!("again/spec/{day}"), "x");
    let (code, _, stderr) = ended(&project, &["run", "spec.toml", "--out", "again"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("again/spec/{day}: is a file where the folder of the run must stand\n  hint: move it away")), "{stderr}");
}
