//! What makes all numbers of a report doubtful is told by `check`, before anything is trained, and on the page.

use std::fs;
use std::process::Command;

use crate::fixture::Project;
use crate::wall::{SNAPSHOT, SNAPSHOT_SQL, snapshot, write};

/// What `check` says of the snapshot of loans, and its page as text, with some words of its SQL and spec replaced.
fn told(name: &str, sql: [&str; 2], spec: [&str; 2]) -> (String, String) {
    let project = Project::new(name);
    assert!(SNAPSHOT_SQL.contains(sql[0]) && SNAPSHOT.contains(spec[0]));
    project.write("spec.toml", &SNAPSHOT.replace(spec[0], spec[1]));
    project.write("features.sql", &SNAPSHOT_SQL.replace(sql[0], sql[1]));
    write(&project.root.join("data/loans.parquet"), &snapshot());
    let checked = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["check", "spec.toml"]).current_dir(&project.root).output().expect("it starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let ran = project.run("spec.toml").expect("a run");
    let page = fs::read_to_string(ran.folder.join("summary.json")).expect("a run leaves its summary");
    (String::from_utf8_lossy(&checked.stdout).into_owned(), page)
}

#[test]
fn an_honest_report_rings_no_alarm() {
    let (checked, page) = told("alarm_none", ["score", "score"], ["title", "title"]);
    assert!(!checked.contains("amber:"), "{checked}");
    assert!(!page.contains("alone ranks the target") && !page.contains("depends on the outcome") && !page.contains("doubtful"));
}

#[test]
fn a_known_on_that_comes_sooner_for_defaults_is_told() {
    // Loans are looked at once a month, so that a date has both outcomes. Defaults are known two months after they close.
    let monthly = "date_trunc('month', loans.issued) + interval '1 month' + interval '1 day' as as_of";
    let sooner = "case when loans.closed_on < loans.issued + interval '12 months' then loans.closed_on + interval '2 months' \
                  else loans.issued + interval '14 months' end as known_on";
    let sql =
        SNAPSHOT_SQL.replace("loans.issued + interval '1 day' as as_of", monthly).replace("loans.issued + interval '12 months' as known_on", sooner);
    let (checked, page) = told("alarm_known_on", [SNAPSHOT_SQL, &sql], ["title", "title"]);
    let sentence = "`known_on` depends on the outcome: among rows of the same `as_of`, those with outcome 1 are known";
    assert!(checked.contains(&format!("amber: {sentence}")), "{checked}");
    assert!(page.contains(sentence), "the page says nothing");
}

#[test]
fn a_feature_that_is_an_undeclared_outcome_is_told_though_the_truncation_test_passes() {
    let leak = "loans.score as score,\n    cast(loans.closed_on - loans.issued as bigint) as days_to_closing\nfrom loans";
    let (checked, page) = told(
        "alarm_leak",
        ["loans.score as score\nfrom loans", leak],
        ["outcomes = [\"status\", \"closed_on\"]\noutcomes_known = \"closed_on\"", ""],
    );
    assert!(page.contains("; a finding makes all numbers doubtful"), "the verdict does not say so");
    let sentence = "Feature `days_to_closing` alone ranks the target with an AUC of 0.000 (bounds: 0.1 to 0.9)";
    assert!(checked.contains(&format!("amber: {sentence}")), "{checked}");
    assert!(page.contains(sentence), "the page says nothing");
}
