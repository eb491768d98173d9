//! The short forms of `tests/fault/`: kills and errors at I/O calls, files cut and flipped, the same bytes in many ways.

use std::process::Command;

use crate::fixture::repository;

/// Runs a script of `tests/fault/` in its short form; what it prints is told where it finds something.
fn holds(script: &str) {
    let mut command = Command::new("python3");
    command.arg(repository().join("tests/fault").join(script)).args(["--short", "--program", env!("CARGO_BIN_EXE_plimsoll"), "--root"]);
    let ran = command.arg(repository()).output().expect("python3 starts");
    let told = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}");
}

#[test]
#[cfg_attr(not(fault_tools), ignore = "python3, strace or ssh-keygen is missing")]
fn no_kill_and_no_error_at_an_io_call_loses_a_report() {
    holds("fault.py");
}

#[test]
#[cfg_attr(not(fault_tools), ignore = "python3, strace or ssh-keygen is missing")]
fn cut_and_flipped_files_are_refused_or_harmless() {
    holds("corrupt.py");
}

#[test]
#[cfg_attr(not(fault_tools), ignore = "python3, strace or ssh-keygen is missing")]
fn killed_nights_and_backfills_leave_the_same_bytes() {
    holds("killed_nights.py");
}

#[test]
#[cfg_attr(not(fault_tools), ignore = "python3, strace or ssh-keygen is missing")]
fn the_same_bytes_come_out_in_many_ways() {
    holds("same_bytes.py");
}
