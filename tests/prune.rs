//! `prune` deletes what it says and nothing else, whole runs or none, and says why each run stays.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll::evidence::{Kept, problems};
use plimsoll::folder::ReportFolder;

use crate::fixture::{Project, copy, replace};
use crate::night::ended;
use crate::parts::{project, run};

/// A project and its runs of these days, each compared with the one before.
fn runs(name: &str, days: &[&str]) -> Project {
    let project = project(name);
    for day in days {
        run(&project, day).expect("a run");
    }
    project
}

fn report(project: &Project) -> PathBuf {
    project.root.join("reports/kept")
}

/// The runs that stand.
fn left(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(report(project)).expect("readable").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().display().to_string()).filter(|name| name != ".work").collect();
    names.sort();
    names
}

/// Bytes of the files below a folder, each counted once.
fn bytes(folder: &Path) -> u64 {
    let mut files = std::collections::BTreeMap::new();
    for (name, _) in plimsoll::evidence::files(folder).expect("listed") {
        let found = fs::metadata(folder.join(name)).expect("there");
        files.insert(found.ino(), found.len());
    }
    files.values().sum()
}

#[test]
fn what_no_rule_keeps_goes_and_the_bytes_are_those_that_are_freed() {
    let project = runs("prune", &["2020-07-15", "2020-07-30", "2020-07-31", "2020-08-27", "2020-08-28", "2020-09-15", "2020-09-16"]);
    assert_eq!(ended(&project, &["run", "kept.toml", "--as-of", "2020-09-17", "--quiet"]).0, Some(0));
    let before = bytes(&report(&project));
    let planned = ended(&project, &["prune", "reports/kept", "--keep", "2d,3mo", "--dry-run"]);
    assert_eq!(planned.0, Some(0), "{}", planned.2);
    assert_eq!((left(&project).len(), bytes(&report(&project))), (8, before), "a dry run deletes nothing");
    let (code, stdout, stderr) = ended(&project, &["prune", "kept", "--keep", "2d,3mo"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert_eq!(stdout, planned.1.replace("would go", "deleted ").replace("runs deleted ,", "runs deleted,"));
    let lines: Vec<&str> = stdout.lines().collect();
    for (line, starts) in lines.iter().zip([
        "deleted   2020-07-15  ",
        "kept      2020-07-30  the run of 2020-07-31 is compared with it; it cannot be verified any more itself, the run of 2020-07-15 goes",
        "kept      2020-07-31  the last of 2020-07",
        "kept      2020-08-27  the run of 2020-08-28 is compared with it",
        "kept      2020-08-28  the last of 2020-08",
        "kept      2020-09-15  the run of 2020-09-16 is compared with it",
        "kept      2020-09-16  one of the last 2 days",
        "kept      2020-09-17  the newest run",
        "kept: 1 of 8 runs deleted, ",
    ]) {
        assert!(line.starts_with(starts), "{line} and not {starts}");
    }
    assert_eq!(lines.len(), 9);
    let freed: u64 = lines[8].split(' ').rev().nth(2).expect("a number").parse().expect("bytes");
    assert_eq!(bytes(&report(&project)) + freed, before);
    // The earlier years are shared with the runs that stay.
    assert!(0 < freed && freed < before / 4, "{freed} of {before}");
    let index = fs::read_to_string(project.root.join("reports/index.html")).expect("an index");
    assert!(index.contains("The folder of 1 run is gone"));
    // The same rules again find nothing; what stays verifies, but the one of which it was said.
    assert!(ended(&project, &["prune", "kept.toml", "--keep", "2d,3mo"]).1.ends_with("kept: 0 of 7 runs deleted, 0 bytes freed\n"));
    let again = ended(&project, &["verify", "kept/2020-07-31", "--quiet"]);
    assert_eq!(again.0, Some(0), "{}", again.2);
    assert!(ended(&project, &["verify", "kept/2020-07-30", "--quiet"]).2.contains("2020-07-15: is gone"));
}

#[test]
fn signed_and_edited_runs_and_what_no_run_wrote_stay() {
    let days = ["2020-07-13", "2020-07-14", "2020-07-15", "2020-07-16", "2020-07-17", "2020-07-20", "2020-07-21", "2020-07-22"];
    let project = runs("prune-kept", &days);
    let folder = |at: usize| report(&project).join(days[at]);
    // The first is whole, and goes; the second to the sixth stay for what is in them; the seventh is compared with by the newest.
    fs::create_dir_all(folder(1).join("signatures/attached")).expect("writable");
    fs::write(folder(1).join("signatures/attached/scan.pdf"), "a scan").expect("writable");
    fs::write(folder(2).join("notes.txt"), "notes").expect("writable");
    std::os::unix::fs::symlink("report.html", folder(3).join("page.html")).expect("writable");
    replace(&folder(4).join("predictions/2019.parquet"), "edited");
    replace(&folder(5).join("summary.json"), "{}");
    fs::create_dir(report(&project).join("2020-07-10")).expect("writable");
    let (code, stdout, stderr) = ended(&project, &["prune", "kept", "--keep", "1d", "--json", "--quiet"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let lines: Vec<serde_json::Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<(&str, &str)> =
        lines[..8].iter().map(|line| (line["state"].as_str().expect("text"), line["reason"].as_str().unwrap_or_default())).collect();
    let expected = [
        ("kept", "the run of 2020-07-14 is compared with it"),
        ("kept", "it is signed"),
        ("kept", "it holds notes.txt, which no run wrote"),
        ("kept", "it holds page.html, which is a link"),
        ("kept", "predictions/2019.parquet is not the file that it wrote"),
        ("kept", "it is not as a run of this program leaves it: summary.json is not the file that the run wrote"),
        ("kept", "the run of 2020-07-22 is compared with it"),
        ("kept", "the newest run"),
    ];
    assert_eq!(told, expected);
    assert_eq!((&lines[8]["n_gone"], &lines[8]["bytes"], &lines[8]["state"]), (&0.into(), &0.into(), &"deleted".into()));
    assert_eq!(left(&project).len(), 9, "a folder that is no run is left alone too");
}

#[test]
fn what_is_no_report_is_refused_and_left_as_it_was() {
    let project = runs("prune-refused", &["2020-07-15"]);
    let refused = |arguments: &[&str]| {
        let (code, stdout, stderr) = ended(&project, arguments);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
        stderr
    };
    fs::create_dir(project.root.join("empty")).expect("writable");
    for place in ["empty", "nothing", "reports", "data", "absent.toml"] {
        assert!(refused(&["prune", place, "--keep", "1d"]).contains("holds no runs of a report"), "{place}");
    }
    assert!(project.root.join("empty").is_dir() && !project.root.join("reports/absent").exists());
    assert!(refused(&["prune", "kept"]).contains("--keep"));
    assert!(refused(&["prune", "kept", "--keep", "30m"]).contains("`30m` is not a number of days, weeks, months or years"));
    let _held = ReportFolder::lock(&project.root.join("reports"), "kept").expect("free");
    assert!(refused(&["prune", "kept", "--keep", "1d"]).contains("another run of this report is under way"));
    assert_eq!(ended(&project, &["prune", "kept", "--keep", "1d", "--dry-run"]).0, Some(0), "a dry run takes no lock");
}

#[test]
fn a_kill_leaves_whole_runs_and_what_it_left_goes_at_the_next_start() {
    let days: Vec<String> = (1..=14).map(|day| format!("2020-07-{day:02}")).collect();
    let project = runs("prune-killed", &days.iter().map(String::as_str).collect::<Vec<_>>());
    let mut n_left = days.len();
    for n_lines in [1, 2, 4] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let mut child = command.args(["prune", "kept", "--keep", "1d"]).current_dir(&project.root).stdout(Stdio::piped()).spawn().expect("it starts");
        let told = BufReader::new(child.stdout.take().expect("piped")).lines().take(n_lines).count();
        child.kill().expect("it may have ended");
        child.wait().expect("it ended");
        assert!(told <= n_lines);
        let whole: Vec<String> = left(&project).into_iter().filter(|name| !name.starts_with('.')).collect();
        for name in &whole {
            let kept = Kept::read(&report(&project).join(name)).expect("a whole run");
            assert!(problems(&report(&project).join(name), &kept.manifest).expect("listed").is_empty(), "{name}");
        }
        assert!(whole.len() <= n_left && 2 <= whole.len());
        n_left = whole.len();
    }
    // A run that was half deleted when the power went.
    let half = report(&project).join(".gone-2020-06-30");
    copy(&report(&project).join(&days[13]), &half);
    fs::remove_file(half.join("run.json")).expect("writable");
    assert_eq!(ended(&project, &["prune", "kept", "--keep", "1d"]).0, Some(0));
    assert!(left(&project).iter().all(|name| !name.starts_with('.')), "{:?}", left(&project));
    assert!(left(&project).len() <= 2);
}
