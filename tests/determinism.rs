//! Same inputs, same bytes: whatever the threads, after a kill, and on the second run.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use plimsoll::manifest::Manifest;

use crate::fixture::{Project, repository};

const REPORT: &str = "equity_var";

fn program(out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["run", &format!("reports/{REPORT}.toml"), "--out"]).arg(out).current_dir(repository());
    command
}

fn run(out: &Path, more: &[&str]) -> Output {
    program(out).args(more).output().expect("the program starts")
}

/// The manifest of the one run below `out`.
fn manifest(out: &Path) -> Manifest {
    let runs = std::fs::read_dir(out.join(REPORT)).expect("a report folder").flatten().map(|entry| entry.path());
    let run = runs.filter(|path| path.join("run.json").exists()).last().expect("a whole run");
    Manifest::read(&run).expect("a manifest")
}

fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn threads_kills_and_second_runs_leave_the_same_bytes() {
    let project = Project::new("determinism");
    let (one, two, killed) = (project.root.join("one"), project.root.join("two"), project.root.join("killed"));
    let first = run(&one, &["--threads", "1"]);
    assert!(matches!(first.status.code(), Some(0 | 3)), "{}", talk(&first));
    let fresh = manifest(&one);
    assert!(fresh.outputs.len() >= 4 && fresh.machine.n_known == 0 && fresh.machine.n_trained > 0);

    run(&two, &["--threads", "2"]);
    assert_eq!(manifest(&two).outputs, fresh.outputs, "one thread and two");

    kill_after_steps(&killed, 8);
    let resumed = run(&killed, &[]);
    assert!(matches!(resumed.status.code(), Some(0 | 3)), "{}", talk(&resumed));
    let after = manifest(&killed);
    assert_eq!(after.outputs, fresh.outputs, "a killed run that was resumed");
    assert!(after.machine.n_known >= 8, "{} results were remembered", after.machine.n_known);

    let again = run(&killed, &[]);
    assert!(talk(&again).contains("unchanged: same inputs, same program, nothing to do"), "{}", talk(&again));
    assert_eq!(again.status.code(), resumed.status.code());
    assert_eq!(manifest(&killed), after, "a second complete run writes nothing");
}

/// Starts a run and kills it (SIGKILL) once `n_steps` windows x models are done.
fn kill_after_steps(out: &Path, n_steps: usize) {
    let mut child = program(out).args(["--json"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let steps = lines.map_while(Result::ok).filter(|line| line.contains("\"step\"")).take(n_steps).count();
    assert_eq!(steps, n_steps, "the run was over before it could be killed");
    child.kill().expect("it still runs");
    child.wait().expect("it was killed");
    assert!(!out.join(REPORT).join("2020-01-01").exists(), "a killed run leaves no report");
}

#[test]
fn a_second_run_of_a_report_under_way_is_refused() {
    let project = Project::new("lock");
    let folder = project.root.join(REPORT);
    std::fs::create_dir_all(&folder).expect("writable");
    let lock = std::fs::File::open(&folder).expect("readable");
    lock.lock().expect("nobody else has it");
    let refused = run(&project.root, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(talk(&refused).contains("another run of this report is under way"), "{}", talk(&refused));
}
