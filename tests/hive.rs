//! Folders named `year=2020` are columns of the table below which they lie.

use std::fs;
use std::process::Command;

use crate::fixture::{Bars, Project};

fn queried(project: &Project, sql: &str) -> (Option<i32>, String) {
    project.write("q.sql", sql);
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = program.args(["query", "q.sql", "--table", "t=data/bars", "--root"]).arg(&project.root).output().expect("the program starts");
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.code(), String::from_utf8_lossy(&said).replace(&format!("{}/", project.root.display()), ""))
}

#[test]
fn folders_yield_typed_columns_and_a_file_outside_them_is_named() {
    let project = Project::new("hive");
    for (folder, n_rows) in [("month=01", 3), ("month=12", 5)] {
        fs::create_dir_all(project.root.join("data/bars").join(folder)).expect("writable");
        project.bars(&format!("data/bars/{folder}/part.parquet"), &Bars::new().truncated(n_rows));
    }
    let counted = queried(&project, "select month + 1 as after, count(*) as n from t where month <= 12 group by month order by month");
    assert_eq!(counted, (Some(0), "after  n\n2      3\n13     5\n".to_owned()));
    // `month=01` is found by its number, not by how it is written.
    assert_eq!(queried(&project, "select count(*) as n from t where month = 1"), (Some(0), "n\n3\n".to_owned()));
    let names_a_column = "error: data/bars: column `ticker` is named by the folders and stands in the files too\n  hint: drop it from the files, or rename the folders\n";
    fs::rename(project.root.join("data/bars"), project.root.join("data/kept")).expect("renamed");
    fs::create_dir_all(project.root.join("data/bars/ticker=AAA")).expect("writable");
    project.bars("data/bars/ticker=AAA/part.parquet", &Bars::new().truncated(3));
    assert_eq!(queried(&project, "select 1 as x"), (Some(1), names_a_column.to_owned()));
    fs::remove_dir_all(project.root.join("data/bars")).expect("removed");
    fs::rename(project.root.join("data/kept"), project.root.join("data/bars")).expect("renamed");
    project.bars("data/bars/part.parquet", &Bars::new());
    let outside = "error: data/bars/part.parquet: lies outside the folders month=.../ of its table\n  \
                   hint: move it into such a folder, or name one of the folders\n";
    assert_eq!(queried(&project, "select 1 as x"), (Some(1), outside.to_owned()));
}
