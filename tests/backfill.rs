//! A backfill makes what single runs would have made, in the order in which they would have been made.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use plimsoll::evidence::{self, ATTESTATION};
use plimsoll::manifest::{MANIFEST, Machine, Manifest};

use crate::fixture::{Project, copy, repository};
use crate::night::{self, ended};
use crate::wall::{SNAPSHOT, SNAPSHOT_SQL, snapshot, write};

/// What the runs of a report hold, by day and file; of `run.json` all but the clock and the machine, and of `attestation.json`, which holds
/// the digest of that, nothing.
fn runs(report: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for run in fs::read_dir(report).expect("a report's folder").flatten().map(|entry| entry.path()) {
        let day = run.file_name().expect("a name").to_string_lossy().into_owned();
        if day.starts_with('.') {
            continue;
        }
        for (name, _) in evidence::files(&run).expect("a run") {
            let bytes = match name.as_str() {
                MANIFEST => Manifest { machine: Machine::default(), ..Manifest::read(&run).expect("a manifest") }.json(),
                ATTESTATION => Vec::new(),
                _ => fs::read(run.join(&name)).expect("a file of the run"),
            };
            found.insert(format!("{day}/{name}"), bytes);
        }
    }
    found
}

fn same(made: &BTreeMap<String, Vec<u8>>, alone: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(made.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = made.iter().filter(|(name, bytes)| *bytes != &alone[*name]).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{differ:?} differ");
}

/// Backfills a report, and makes the same runs one by one into another folder; returns what is said of the backfill.
fn agrees(project: &Project, spec: &str, series: &[&str], days: &[&str]) -> String {
    let arguments = [&["backfill", spec, "--out", "many", "--breach", "ok", "--quiet"], series].concat();
    let (code, stdout, stderr) = ended(project, &arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    for day in days {
        let (code, _, stderr) = ended(project, &["run", spec, "--out", "alone", "--breach", "ok", "--quiet", "--as-of", day]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{day}");
    }
    let name = Path::new(spec).file_stem().expect("a name");
    let (many, alone) = (runs(&project.root.join("many").join(name)), runs(&project.root.join("alone").join(name)));
    assert_eq!(many.keys().filter(|file| file.ends_with("/run.json")).count(), days.len());
    same(&many, &alone);
    stdout
}

/// A report of the repository with its first models alone, and what it reads.
fn sample(name: &str, report: &str, n_models: usize, reads: &[&str]) -> Project {
    let project = Project::new(name);
    for path in reads {
        copy(&repository().join(path), &project.root.join(path));
    }
    let whole = fs::read_to_string(repository().join(report)).expect("a report");
    let models: Vec<&str> = whole.split("[[models]]").collect();
    project.write(report, &models[..=n_models].join("[[models]]").replace("truncation_dates = 5", "truncation_dates = 1"));
    project
}

#[test]
fn a_market_report_is_that_of_single_runs() {
    // `delisted` of the stocks is an outcome; when a target comes is known only once it has come.
    let reads = ["sql/equity", "data/sample/prices.parquet", "data/sample/stocks.parquet"];
    let project = sample("backfill_market", "reports/equity_var.toml", 1, &reads);
    agrees(&project, "reports/equity_var.toml", &["--from", "2014-12-31", "--to", "2015-02-28"], &["2014-12-31", "2015-01-31", "2015-02-28"]);
}

#[test]
fn a_loan_report_whose_losses_are_still_recovered_is_that_of_single_runs() {
    let reads = ["sql/loan", "data/sample/loans.parquet", "data/sample/loan_events.parquet", "data/sample/macro.parquet"];
    let project = sample("backfill_loans", "reports/loan_default.toml", 1, &reads);
    agrees(
        &project,
        "reports/loan_default.toml",
        &["--from", "2016-06-01", "--to", "2017-06-01", "--step", "6mo"],
        &["2016-06-01", "2016-12-01", "2017-06-01"],
    );
}

fn loans() -> Project {
    let project = Project::new("backfill_snapshot");
    project.write("spec.toml", SNAPSHOT);
    project.write("features.sql", SNAPSHOT_SQL);
    write(&project.root.join("data/loans.parquet"), &snapshot());
    project
}

#[test]
fn outcomes_are_hidden_as_of_each_day_and_a_day_that_is_too_early_keeps_no_other_from_being_made() {
    let project = loans();
    agrees(&project, "spec.toml", &["--from", "2011-07-01", "--to", "2011-09-30", "--step", "1mo"], &["2011-07-01", "2011-08-01", "2011-09-01"]);
    let (code, stdout, stderr) =
        ended(&project, &["backfill", "spec.toml", "--from", "2009-12-01", "--to", "2011-08-01", "--step", "5mo", "--json", "--quiet"]);
    assert_eq!(code, Some(1));
    let lines = lines(&stdout);
    let told: Vec<(&str, &str)> = lines.iter().map(|line| (text(line, "as_of"), text(line, "state"))).collect();
    assert_eq!(told, [("2009-12-01", "failed"), ("2010-05-01", "failed"), ("2010-10-01", "made"), ("2011-03-01", "made"), ("2011-08-01", "made")]);
    let errors: Vec<Value> = self::lines(&stderr);
    assert_eq!(errors.len(), 2);
    assert!(text(&errors[0], "place").starts_with("as of 2009-12-01: features.sql"), "{stderr}");
    assert!(text(&errors[0], "problem").contains("no target is known before the run's as_of 2009-12-01: 334 rows wait for theirs"), "{stderr}");
    assert!(text(&errors[1], "place").starts_with("as of 2010-05-01: spec.toml: window"), "{stderr}");
    assert_eq!(Manifest::read(&project.root.join("reports/spec/2010-10-01")).expect("made").inputs.previous, None);
}

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause}: {line}"))).collect()
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_else(|| panic!("`{key}` of {line}"))
}

#[test]
fn rows_that_cannot_be_cut_are_built_for_each_day() {
    // A row is dated two days after its data: as of a day there are rows beyond it, whose features the longest span has with later data.
    let project = night::project("backfill_beyond");
    let sql = fs::read_to_string(project.root.join("sql/features.sql")).expect("written");
    project.write(
        "sql/features.sql",
        &sql.replace("interval '1 day' as as_of", "interval '3 days' as as_of")
            .replace("lead(bars.date)", "lead(bars.date, 3)")
            .replace("lead(bars.close)", "lead(bars.close, 3)"),
    );
    agrees(&project, "kept.toml", &["--from", "2018-10-31", "--to", "2018-11-30"], &["2018-10-31", "2018-11-30"]);
}

/// As-of and state of each row of a closing table.
fn states(table: &str) -> Vec<(String, String)> {
    let cells = |line: &str| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    table.lines().skip(1).map(cells).map(|cells| (cells[1].clone(), cells[2].clone())).collect()
}

fn told(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found.iter().map(|(day, state)| (day.as_str(), state.as_str())).collect()
}

#[test]
fn runs_are_compared_with_the_one_before_and_what_is_there_is_left_or_made_again_as_is_asked() {
    let project = night::project("backfill_states");
    let series = ["--from", "2018-08-31", "--to", "2018-10-31"];
    let table = agrees(&project, "kept.toml", &series, &["2018-08-31", "2018-09-30", "2018-10-31"]);
    assert_eq!(told(&states(&table)), [("2018-08-31", "made"), ("2018-09-30", "made"), ("2018-10-31", "made")]);
    let report = project.root.join("many/kept");
    let previous = |day: &str| Manifest::read(&report.join(day)).expect("made").inputs.previous.map(|(day, _)| day);
    assert_eq!(["2018-08-31", "2018-09-30", "2018-10-31"].map(previous), [None, Some("2018-08-31".to_owned()), Some("2018-09-30".to_owned())]);

    let again = |more: &[&str]| {
        let (code, stdout, stderr) = ended(&project, &[&["backfill", "kept.toml", "--out", "many", "--quiet"], &series[..], more].concat());
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        states(&stdout)
    };
    let whole = runs(&report);
    assert_eq!(told(&again(&[])), [("2018-08-31", "unchanged"), ("2018-09-30", "unchanged"), ("2018-10-31", "unchanged")]);
    // One is gone: it is made from the same inputs, so that the one after it is what it was.
    fs::remove_dir_all(report.join("2018-09-30")).expect("made");
    assert_eq!(told(&again(&["--dry-run"])), [("2018-08-31", "unchanged"), ("2018-09-30", "planned"), ("2018-10-31", "planned")]);
    assert!(!report.join("2018-09-30").exists());
    assert_eq!(told(&again(&["--only-missing", "--dry-run"])), [("2018-08-31", "left"), ("2018-09-30", "planned"), ("2018-10-31", "left")]);
    assert_eq!(told(&again(&["--only-missing"])), [("2018-08-31", "left"), ("2018-09-30", "made"), ("2018-10-31", "left")]);
    same(&runs(&report), &whole);
    // A spec that has changed makes them again, or not; one that was edited is not whole.
    project
        .write("kept.toml", &fs::read_to_string(project.root.join("kept.toml")).expect("written").replace("A small panel", "A small panel indeed"));
    let last = report.join("2018-10-31/report.html");
    let edited = [&fs::read(&last).expect("made")[..], b" "].concat();
    fs::remove_file(&last).expect("files of a run are read-only, and its folder is not");
    fs::write(&last, edited).expect("writable");
    assert_eq!(told(&again(&["--only-missing"])), [("2018-08-31", "left"), ("2018-09-30", "left"), ("2018-10-31", "made")]);
    assert_eq!(told(&again(&[])), [("2018-08-31", "made"), ("2018-09-30", "made"), ("2018-10-31", "made")]);
    let index = fs::read_to_string(project.root.join("many/index.html")).expect("an index");
    assert!(index.contains("2018-08-31/report.html") && index.contains("2018-10-31/report.html"));
}

#[test]
fn a_backfill_that_is_killed_goes_on_and_its_bytes_are_those_of_one_that_was_not() {
    let project = night::project("backfill_killed");
    let arguments = |out| ["backfill", "kept.toml", "--from", "2018-08-31", "--to", "2018-11-30", "--out", out];
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let mut child =
        program.args(arguments("killed")).current_dir(&project.root).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let reached = lines.map_while(Result::ok).any(|line| line.contains("as of 2018-10-31: walk"));
    child.kill().expect("it may have ended, and is not waited for");
    child.wait().expect("killed");
    assert!(reached, "it came to the third as-of");
    assert!(project.root.join("killed/kept/2018-09-30/run.json").exists());
    for out in ["killed", "whole"] {
        assert_eq!(ended(&project, &arguments(out)).0, Some(0), "{out}");
    }
    same(&runs(&project.root.join("killed/kept")), &runs(&project.root.join("whole/kept")));
}

#[test]
fn what_cannot_be_a_series_is_refused_in_words() {
    let project = night::project("backfill_refused");
    let refused = |series: &[&str]| {
        let (code, stdout, stderr) = ended(&project, &[&["backfill", "kept.toml", "--quiet"], series].concat());
        assert_eq!(code, Some(1), "{series:?}");
        (stdout, stderr)
    };
    for (series, words) in [
        (&["--from", "2018-13-01", "--to", "2018-12-01"][..], "`2018-13-01` is not a date; write it as 2019-12-31"),
        (&["--from", "2018-08-01"], "--to <DATE>"),
        (&["--from", "2018-08-01", "--to", "2018-09-01", "--step", "0mo"], "`0mo` is no step; write 1d, 1w, 1mo or 1y"),
        (&["--from", "2018-08-01", "--to", "2018-09-01", "--step", "monthly"], "`monthly` is not a period; write 5y, 6mo, 2w, 10d or 252td"),
        (&["--from", "2018-08-01", "--to", "2018-09-01", "--step", "5td"], "`5td` counts dates of the feature view, and a step is of the calendar"),
        (&["--from", "2018-09-01", "--to", "2018-08-01"], "error: --from: 2018-09-01 is after --to 2018-08-01\n  hint: exchange the two\n"),
        // The last of 260 weekdays from 2018-01-01 is 2018-12-28.
        (
            &["--from", "2019-01-31", "--to", "2019-02-28"],
            "error: kept.toml: --from 2019-01-31 is after the end of the tables: a run as of 2018-12-29 sees every row\n  hint: state a day up to 2018-12-29, or read newer files\n",
        ),
    ] {
        let (stdout, stderr) = refused(series);
        assert!(stdout.is_empty() && stderr.contains(words), "{series:?}: {stderr}");
        assert!(!project.root.join("reports").exists(), "{series:?}");
    }
    let (table, early) = refused(&["--from", "2017-12-31", "--to", "2018-01-31"]);
    assert_eq!(told(&states(&table)), [("2017-12-31", "failed"), ("2018-01-31", "failed")]);
    assert!(early.contains("error: as of 2017-12-31: data/bars.parquet: table `bars` has no rows before as_of 2017-12-31"), "{early}");
    assert!(early.contains("error: as of 2018-01-31: "), "{early}");
    assert!(!project.root.join("reports/kept/2018-01-31").exists());
}

#[test]
fn later_as_ofs_than_the_first_that_sees_every_row_are_left_out() {
    let project = night::project("backfill_end");
    let (code, stdout, stderr) = ended(&project, &["backfill", "kept.toml", "--from", "2018-11-30", "--to", "2019-03-31", "--dry-run"]);
    assert_eq!(code, Some(0));
    assert_eq!(told(&states(&stdout)), [("2018-11-30", "planned"), ("2018-12-30", "planned"), ("2019-01-30", "planned")][..2]);
    assert!(stderr.contains("kept: 3 later as-ofs are left out: the run as of 2018-12-30 sees every row"), "{stderr}");
}

#[test]
fn a_scheduler_catches_up_with_the_days_that_the_tables_have() {
    let project = night::project("catch_up");
    let line = |stdout: &str| {
        lines(stdout).iter().map(|line| format!("{} {} {}", text(line, "report"), text(line, "as_of"), text(line, "state"))).collect::<Vec<_>>()
    };
    let catch_up = |more: &[&str]| ended(&project, &[&["catch-up", "kept.toml", "--json", "--quiet"], more].concat());
    // Without a run the newest is made alone.
    let (code, stdout, _) = ended(&project, &["catch-up", "breached.toml", "--breach", "ok", "--json", "--quiet"]);
    assert_eq!((code, line(&stdout)), (Some(0), vec!["breached 2018-12-29 made".to_owned()]));
    // The last run was on Wednesday 19 December; Saturday's sees Friday's rows, and the next to see any is Tuesday's.
    assert_eq!(ended(&project, &["run", "kept.toml", "--as-of", "2018-12-19", "--quiet"]).0, Some(0));
    let missed = ["2018-12-20", "2018-12-21", "2018-12-22", "2018-12-25", "2018-12-26", "2018-12-27", "2018-12-28", "2018-12-29"];
    let (code, stdout, _) = catch_up(&["--dry-run"]);
    assert_eq!((code, line(&stdout)), (Some(0), missed.map(|day| format!("kept {day} planned")).to_vec()));
    let (code, stdout, _) = catch_up(&["--step", "1w"]);
    assert_eq!((code, line(&stdout)), (Some(0), vec!["kept 2018-12-26 made".to_owned()]));
    let (code, stdout, _) = catch_up(&[]);
    assert_eq!((code, line(&stdout)), (Some(0), missed[5..].iter().map(|day| format!("kept {day} made")).collect()));
    let (code, stdout, stderr) = ended(&project, &["catch-up", "kept.toml"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    assert!(stderr.contains("kept: nothing is missed: the newest run is as of 2018-12-29, and the tables' own day is 2018-12-29"), "{stderr}");
    // The night's own run finds what was caught up with.
    let (_, stdout, _) = ended(&project, &["run", "kept.toml", "--json", "--quiet"]);
    assert_eq!(line(&stdout), ["kept 2018-12-29 unchanged"]);
    let (code, stdout, _) = ended(&project, &["catch-up", "absent.toml", "kept.toml", "breached.toml", "--skip-code", "99", "--json", "--quiet"]);
    assert_eq!(code, Some(99));
    let [absent] = &lines(&stdout)[..] else { panic!("{stdout}") };
    assert_eq!((text(absent, "report"), text(absent, "state")), ("absent", "not_ready"));
}
