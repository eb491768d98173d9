//! Real data beside the checkout (`../shared/data`): a shortened cut of every real report runs, and keeps what it must. Where there are none,
//! the tests are told as ignored; `build.rs` looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixture::{Project, repository};

/// Runs a report of the repository, with more arguments, into a folder of its own; its talk is shown where it fails.
fn run(project: &Project, spec: &Path, more: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let command = command.arg("run").arg(spec).args(more).arg("--out").arg(&project.root).current_dir(repository());
    let ran = command.output().expect("the program starts");
    let talk = String::from_utf8_lossy(&ran.stderr);
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}: {talk}", spec.display());
}

#[test]
#[cfg_attr(not(real_data), ignore = "there are no real data beside the checkout (../shared/data)")]
fn the_cuts_of_the_real_reports_run() {
    let project = Project::new("real");
    let mut cuts: Vec<PathBuf> = fs::read_dir(repository().join("tests/real/cut")).expect("specs").flatten().map(|entry| entry.path()).collect();
    cuts.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    cuts.sort();
    assert!(cuts.len() >= 5, "{cuts:?}");
    for cut in cuts {
        run(&project, cut.strip_prefix(repository()).expect("below the repository"), &[]);
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "there are no real data beside the checkout (../shared/data)")]
fn young_loans_of_the_marketplace_wait_for_their_outcome() {
    // All loans tested were issued in 2009 and are known twelve months later; as of July 2009 they used to be counted as good.
    let project = Project::new("real_young");
    run(&project, Path::new("tests/real/lendingclub.toml"), &["--as-of", "2009-07-01"]);
    let summary = fs::read_to_string(project.root.join("lendingclub/2009-07-01/summary.json")).expect("a run leaves its summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let text = summary.to_string();
    assert!(text.contains("1,993 wait for their outcome, which is known on 2009-07-01 or later"), "the page does not count them");
    for metric in ["auc", "observed_rate"] {
        let metric = &summary["metrics"][format!("probability.logistic.{metric}")];
        assert_eq!((metric["n"].as_u64(), metric["value"]["undefined"].is_string()), (Some(0), true), "{metric}");
    }
}
