//! Publishing loses nothing: killed swaps, files that are not ours, two runs at once, inputs that change under a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use plimsoll::folder::{Locked, ReportFolder};

use crate::fixture::{Project, copy, repository};

const DAY: &str = "2020-01-01";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).current_dir(repository());
    command
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn run(out: &Path) -> Output {
    program(&["run", "reports/loan_default.toml", "--out"]).arg(out).output().expect("the program starts")
}

/// A whole run; the folder of the report's runs.
fn made(project: &Project) -> PathBuf {
    let ran = run(&project.root);
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", words(&ran));
    project.root.join("loan_default")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn a_killed_swap_gives_the_report_back() {
    let project = Project::new("killed-swap");
    let report = made(&project);
    let page = fs::read(report.join(DAY).join("report.html")).expect("a page");
    // Between the two steps of a swap: the old run is away, the new one not there yet.
    fs::rename(report.join(DAY), report.join(format!(".old-{DAY}"))).expect("writable");
    fs::create_dir(report.join(format!(".new-{DAY}"))).expect("writable");
    fs::write(report.join(format!(".new-{DAY}")).join("report.html"), "half").expect("writable");
    let folder = ReportFolder::lock(&project.root, "loan_default").expect("nobody else has it");
    assert_eq!(folder.mended.len(), 1, "{:?}", folder.mended);
    assert!(folder.mended[0].contains("restored"), "{:?}", folder.mended);
    assert_eq!(fs::read(report.join(DAY).join("report.html")).expect("a page"), page);
    assert_eq!(names(&report), [".work".to_owned(), DAY.to_owned()]);
    drop(folder);

    // After the exchange, before the old run was removed: it goes, unless somebody put something there.
    copy(&report.join(DAY), &report.join(format!(".new-{DAY}")));
    drop(ReportFolder::lock(&project.root, "loan_default").expect("nobody else has it"));
    assert_eq!(names(&report), [".work".to_owned(), DAY.to_owned()]);
    copy(&report.join(DAY), &report.join(format!(".new-{DAY}")));
    fs::write(report.join(format!(".new-{DAY}")).join("signed.pdf"), "a signature").expect("writable");
    let folder = ReportFolder::lock(&project.root, "loan_default").expect("nobody else has it");
    assert!(folder.mended[0].contains(&format!("{DAY}.replaced-1: kept aside")), "{:?}", folder.mended);
    assert_eq!(fs::read_to_string(report.join(format!("{DAY}.replaced-1/signed.pdf"))).expect("kept"), "a signature");
}

#[test]
fn files_that_no_run_wrote_are_kept_aside_and_an_unchanged_run_leaves_them_where_they_are() {
    let project = Project::new("foreign");
    let report = made(&project);
    fs::write(report.join(DAY).join("signed.pdf"), "a signature").expect("writable");
    let again = run(&project.root);
    assert!(words(&again).contains("unchanged"), "{}", words(&again));
    assert!(report.join(DAY).join("signed.pdf").is_file());
    // A run that must be made again: a file of it is gone.
    fs::remove_file(report.join(DAY).join("book.parquet")).expect("writable");
    let again = run(&project.root);
    assert!(words(&again).contains("2020-01-01.replaced-1: kept aside, the run before held files that no run wrote"), "{}", words(&again));
    assert_eq!(fs::read_to_string(report.join(format!("{DAY}.replaced-1/signed.pdf"))).expect("kept"), "a signature");
    assert!(report.join(DAY).join("book.parquet").is_file() && !report.join(DAY).join("signed.pdf").exists());
}

#[test]
fn the_lock_is_on_the_folder_and_not_on_a_file_in_it() {
    let project = Project::new("folder-lock");
    let path = project.root.join("report");
    let held = Locked::make(&path).expect("free");
    // There is nothing in it that could be removed to get in.
    assert_eq!(names(&path), Vec::<String>::new());
    let refused = Locked::make(&path).expect_err("taken");
    assert_eq!(refused.fault().problem, "another run of this report is under way");
    drop(held);
    assert!(!path.exists(), "an empty folder goes with its lock");
    drop(Locked::make(&path).expect("free again"));
}

#[test]
fn two_specs_of_one_name_are_refused() {
    let project = Project::new("one-name");
    let report = project.root.join("reports/loan_default.toml");
    let other = project.root.join("other/loan_default.toml");
    for path in [&report, &other] {
        copy(&repository().join("reports/loan_default.toml"), path);
    }
    for folder in ["data/sample", "sql"] {
        copy(&repository().join(folder), &project.root.join(folder));
    }
    let root = project.root.display().to_string();
    let both = program(&["run", "reports", "other/loan_default.toml", "--root", &root]).output().expect("it starts");
    assert_eq!(both.status.code(), Some(1));
    assert!(words(&both).contains("other/loan_default.toml: has the name of reports/loan_default.toml"), "{}", words(&both));
    let first = program(&["run", "reports", "--root", &root]).output().expect("it starts");
    assert_eq!(first.status.code(), Some(3), "{}", words(&first));
    let second = program(&["run", "other", "--root", &root]).output().expect("it starts");
    assert_eq!(second.status.code(), Some(1));
    assert!(words(&second).contains("has the name of reports/loan_default.toml, whose runs stand in"), "{}", words(&second));
    // A spec that was moved is no other one.
    fs::remove_file(&report).expect("writable");
    let moved = program(&["run", "other", "--root", &root]).output().expect("it starts");
    assert_eq!(moved.status.code(), Some(3), "{}", words(&moved));
}

/// Starts a run that is held up at its first progress lines, by a full pipe on its standard error.
fn held_up(project: &Project) -> Child {
    let root = project.root.display().to_string();
    let mut command = program(&["run", "reports/loan_default.toml", "--json", "--root", &root]);
    command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error_even_when_it_is_put_back() {
    use std::io::{BufRead as _, BufReader};
    let project = Project::new("changed");
    for folder in ["reports/loan_default.toml", "data/sample", "sql"] {
        copy(&repository().join(folder), &project.root.join(folder));
    }
    let data = project.root.join("data/sample/loans.parquet");
    assert!(data.is_file());
    let mut child = held_up(&project);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    // The walk begins after the tables were read and hashed.
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.contains("\"walk\""));
    assert!(begun, "the run came to its walk");
    fs::rename(&data, project.root.join("away.parquet")).expect("writable");
    fs::rename(project.root.join("away.parquet"), &data).expect("writable");
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().expect("it ended").code(), Some(1), "{rest:?}");
    let told = rest.join("\n");
    assert!(told.contains("data/sample/loans.parquet") && told.contains("was changed or replaced while it was read"), "{told}");
    assert!(!project.root.join("reports/loan_default").join(DAY).exists(), "nothing was published");
}
