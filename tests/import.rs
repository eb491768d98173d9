//! `plimsoll import`: types over the whole file, every bad row named, nothing half-written.

use std::fs;
use std::process::{Command, Output};

use crate::fixture::Project;

fn program(project: &Project, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).arg("--root").arg(&project.root).output().expect("the program starts")
}

/// Imports `text` as table `t`: exit code, stdout, stderr, paths made plain.
fn imported(text: &str, more: &[&str]) -> (Option<i32>, String, String, Project) {
    let project = Project::new("import");
    project.write("in.csv", text);
    let output = program(&project, &[&["import", "in.csv", "--table", "t"], more].concat());
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&format!("{}/", project.root.display()), "");
    let (said, told) = (plain(&output.stdout), plain(&output.stderr));
    (output.status.code(), said, told, project)
}

fn rows(project: &Project) -> String {
    project.write("q.sql", "select * from t");
    let table = format!("t={}", project.root.join("data/t.parquet").display());
    let output = program(project, &["query", "q.sql", "--table", &table]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn tickers_stay_text_and_rows_are_sorted() {
    let text = "date,ticker,close,volume\n2020-01-03,NAN,1.5,0\n2020-01-02,TRUE,2,10\n2020-01-02,NULL,3,20\n2020-01-02,NAN,NA,30\n";
    let (code, said, told, project) = imported(text, &["--key", "ticker,date"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let expected = "data/t.parquet: 4 rows, 4 columns\n  date: dates\n  ticker: text\n  close: numbers\n  volume: whole numbers\n  \
                    note: column `ticker`: `NAN` and the like stay text, in 3 rows\n  note: column `close`: `NA` and the like are NULL, in 1 rows\n  \
                    note: column `volume` is 0 in 1 rows: days without trades, or a volume that is not known\n\n\
                    [tables.t]\npath = \"data/t.parquet\"\ntime = \"date\"\nsorted_by = [\"ticker\", \"date\"]\nkey = [\"ticker\", \"date\"]\n";
    assert_eq!(said, expected);
    let lines: Vec<String> = rows(&project).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        ["date ticker close volume", "2020-01-02 NAN NULL 30", "2020-01-03 NAN 1.5 0", "2020-01-02 NULL 3.0 20", "2020-01-02 TRUE 2.0 10"]
    );
}

#[test]
fn decimal_commas_are_understood_and_said() {
    let (code, said, _, project) = imported("datum;kurs;menge\n03.04.2020;1.234,5;1000\n04.04.2020;7,25;2000\n", &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("note: fields are separated by semicolons") && said.contains("note: numbers are read with decimal commas"), "{said}");
    assert!(rows(&project).contains("2020-04-03  1234.5"), "{}", rows(&project));
    let (code, _, told, project) = imported("x;y\na;1,234\nb;2,345\n", &[]);
    let refused = "error: in.csv: line 2, column `y`: `1,234` is 1234 or 1.234\n  hint: nothing else in the file decides it: say --decimal point or --decimal comma\n";
    assert_eq!((code, told.as_str()), (Some(1), refused));
    assert!(!project.root.join("data/t.parquet").exists());
}

#[test]
fn ambiguous_dates_are_refused_with_the_flag_that_decides() {
    let text = "date,x\n03/04/2020,1\n04/04/2020,2\n";
    let (code, _, told, _) = imported(text, &[]);
    let refused = "error: in.csv: line 2, column `date`: `03/04/2020` is 2020-04-03 or 2020-03-04\n  hint: no date of the column decides it: say --dates dmy or --dates mdy\n";
    assert_eq!((code, told.as_str()), (Some(1), refused));
    let (_, said, _, project) = imported(text, &["--dates", "mdy"]);
    assert!(said.contains("note: column `date` is read as month, day, year") && rows(&project).contains("2020-03-04"), "{said}");
    // The 13th is no month.
    let (code, said, _, _) = imported("date,x\n03/04/2020,1\n13/04/2020,2\n", &[]);
    assert!(code == Some(0) && said.contains("read as day, month, year"), "{said}");
}

#[test]
fn every_bad_row_is_named_and_nothing_is_written_unless_they_are_skipped() {
    let rows = (1..=20).map(|day| format!("AAA,2020-01-{day:02},{day}.5\n")).collect::<Vec<_>>().concat();
    let mut text = format!("ticker,date,close\n{rows}");
    text.push_str("AAA,2020-01-20,9\nAAA,2020-02-30,1\nAAA,2020-01-21,abc\nAAA,2020-01-22\n");
    let named = "in.csv: line 22, column `ticker, date`: `AAA, 2020-01-20` stands on line 21 already\n\
                 in.csv: line 23, column `date`: `2020-02-30` is no date\n\
                 in.csv: line 24, column `close`: `abc` is no number\n\
                 in.csv: line 25: 2 fields where the header has 3\n";
    let (code, said, told, project) = imported(&text, &["--key", "ticker,date"]);
    let refused = "error: in.csv: 4 bad rows, named above; nothing was written\n  hint: mend them, keep a column as text with --text COLUMN, or leave the rows out with --skip-bad\n";
    assert_eq!((code, said.as_str(), told), (Some(1), "", format!("{named}{refused}")));
    assert!(fs::read_dir(project.root.join("data")).expect("the folder").next().is_none());
    let (code, said, told, _) = imported(&text, &["--key", "ticker,date", "--skip-bad"]);
    assert_eq!((code, told.as_str()), (Some(0), named));
    assert!(said.starts_with("data/t.parquet: 20 rows, 3 columns\n") && said.contains("note: 4 bad rows left out, named on stderr"), "{said}");
}
