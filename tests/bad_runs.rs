//! Each folder of `tests/bad_specs/run` is a project that must fail; `expected.txt` holds what its author is told, word for word.

use std::fs;
use std::process::Command;

use crate::fixture::{Bars, Project, copy, repository};

/// A folder of its own for a test's case, with the data every case may read, good and bad.
fn project(test: &str, case: &str) -> Project {
    let project = Project::new(&format!("{test}-{case}"));
    copy(&repository().join("tests/bad_specs/run").join(case), &project.root);
    let good = Bars::new();
    project.bars("data/bars.parquet", &good);
    project.bars("data/empty.parquet", &good.clone().truncated(0));
    let whole = good.parquet();
    fs::write(project.root.join("data/truncated.parquet"), &whole[..whole.len() / 2]).expect("writable");
    fs::write(project.root.join("data/words.parquet"), "ticker,date\nAAA,2018-01-01\n").expect("writable");
    fs::write(project.root.join("data/text_dates.parquet"), good.parquet_with_text_dates()).expect("writable");
    let mut doubled = good.clone();
    doubled.date[1] = doubled.date[0];
    project.bars("data/duplicates.parquet", &doubled);
    let mut infinite = good;
    infinite.close[3] = f64::INFINITY;
    project.bars("data/infinite.parquet", &infinite);
    project
}

#[test]
fn bad_runs_are_refused_in_these_words_and_leave_no_report() {
    let mut cases: Vec<String> = fs::read_dir(repository().join("tests/bad_specs/run"))
        .expect("the folder is part of the repository")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    cases.sort();
    assert!(35 < cases.len(), "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let project = project("bad-run", case);
        let said = match project.run("spec.toml") {
            Ok(_) => "nothing: it ran\n".to_owned(),
            // The one thing in a message that differs from machine to machine.
            Err(error) => format!("{error}\n").replace(&project.root.display().to_string(), "ROOT"),
        };
        let expected = fs::read_to_string(project.root.join("expected.txt")).expect("every case says what it expects");
        if said != expected {
            wrong.push(format!("{case}\n--- expected\n{expected}--- said\n{said}"));
            if std::env::var_os("PLIMSOLL_WRITE_EXPECTED").is_some() {
                fs::write(repository().join("tests/bad_specs/run").join(case).join("expected.txt"), &said).expect("writable");
            }
        }
        // What was trained before the failure is kept; where nothing was, no folder is left either.
        let written = |folder: &str| -> Vec<_> {
            fs::read_dir(project.root.join(folder)).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect()
        };
        assert!(written("out/spec").iter().all(|name| name == ".lock" || name == ".work"), "{case} left {:?}", written("out/spec"));
        assert_eq!(written("out").is_empty(), written("out/spec/.work").is_empty(), "{case} left an empty folder");
    }
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Cases that only training, statistics or a page can find.
const FOUND_LATER: [&str; 4] = ["fewer_rows_than_coefficients", "one_class", "template_syntax", "template_unknown_value"];

#[test]
fn check_finds_what_a_run_finds_before_it_trains() {
    let mut n_checked = 0;
    for entry in fs::read_dir(repository().join("tests/bad_specs/run")).expect("the folder is part of the repository") {
        let case = entry.expect("readable").file_name().to_string_lossy().into_owned();
        let project = project("check", &case);
        let expected = fs::read_to_string(project.root.join("expected.txt")).expect("every case says what it expects");
        let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = program.args(["check", "spec.toml", "--root"]).arg(&project.root).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).replace(&project.root.display().to_string(), "ROOT");
        if FOUND_LATER.contains(&case.as_str()) {
            assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{case} is found by check: take it off the list");
        } else {
            assert_eq!((output.status.code(), said), (Some(1), format!("error: {expected}")), "{case}");
            n_checked += 1;
        }
    }
    assert!(38 < n_checked, "{n_checked} cases");
}

#[test]
fn a_failed_run_leaves_no_folder_and_remote_tables_are_said_to_be_unsupported() {
    let project = project("folders", "missing_file");
    let said = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(&project.root).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for spec in ["spec.toml", "nowhere.toml"] {
        assert!(said(&["run", spec, "--out", "runs"]).contains("no such file"));
        assert!(!project.root.join("runs").exists(), "{spec}");
    }
    let remote = said(&["query", "features.sql", "--table", "bars=s3://bucket/bars.parquet"]);
    assert!(remote.contains("is `s3://bucket/bars.parquet`: remote tables (s3) are not supported in this build"), "{remote}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let project = Project::new("unwritable");
    copy(&repository().join("tests/bad_specs/run/missing_file"), &project.root);
    project.write("out", "a file where the reports should go");
    let error = project.run("spec.toml").expect_err("there is no folder to write to");
    let place = project.root.join("out/spec").display().to_string();
    assert!(error.to_string().starts_with(&format!("{place}: cannot be written: ")), "{error}");
}
