//! Real data beside the checkout: a shortened cut of every real report runs, and keeps what it must.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use crate::fixture::{Project, repository};

#[test]
fn the_cuts_of_the_real_reports_run() {
    if !repository().join("../shared/data/SHA256SUMS").exists() {
        writeln!(std::io::stderr(), "no real data beside the checkout (../shared/data): the real reports are not run").expect("stderr");
        return;
    }
    let project = Project::new("real");
    let mut cuts: Vec<_> = fs::read_dir(repository().join("tests/real/cut")).expect("specs").flatten().map(|entry| entry.path()).collect();
    cuts.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    cuts.sort();
    assert!(cuts.len() >= 5, "{cuts:?}");
    for cut in cuts {
        let path = cut.strip_prefix(repository()).expect("below the repository");
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let ran = command.arg("run").arg(path).arg("--out").arg(&project.root).current_dir(repository()).output().expect("the program starts");
        let talk = String::from_utf8_lossy(&ran.stderr);
        assert!(matches!(ran.status.code(), Some(0 | 3)), "{}: {talk}", path.display());
    }
}
