//! SQL and its rows: every file of `tests/slt` is run through the program's own session.
//!
//! A case is `query` or `error`, the SQL, `----`, and what it must say: rows with cells apart by two spaces or more, numbers to 1e-9;
//! or the refusal, word for word. `{series}` stands for a small table that has a gap, a tie and a short and a single-row series.

use std::fs;

use plimsoll::{feature, source};

use crate::fixture::repository;

/// Entity a: a NULL at 3, a tie at 4 and 5. Entity b: two rows. Entity c: one. Entity d: nothing but NULL.
const SERIES: &str = "(values ('a', 1, 2.0, 1.0), ('a', 2, 4.0, 3.0), ('a', 3, null, 5.0), ('a', 4, 3.0, null), ('a', 5, 3.0, 2.0), ('a', 6, 8.0, 6.0), \
     ('b', 1, 5.0, 1.0), ('b', 2, 7.0, 2.0), ('c', 1, 9.0, 9.0), ('d', 1, null, 1.0), ('d', 2, null, 2.0)) as series(entity, date, x, y)";

struct Case {
    line: usize,
    is_error: bool,
    sql: String,
    expected: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut in_rows = false;
    for (at, line) in text.lines().enumerate() {
        if line == "query" || line == "error" {
            found.push(Case { line: at + 1, is_error: line == "error", sql: String::new(), expected: Vec::new() });
            in_rows = false;
        } else if line == "----" {
            in_rows = true;
        } else if line.is_empty() || line.starts_with('#') {
        } else if in_rows {
            found.last_mut().expect("a case is open").expected.push(line.to_owned());
        } else {
            let case = found.last_mut().unwrap_or_else(|| panic!("line {}: `query` or `error` comes first", at + 1));
            case.sql.push_str(&line.replace("{series}", SERIES));
            case.sql.push('\n');
        }
    }
    found
}

fn is_same(found: &str, expected: &str) -> bool {
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(found), Ok(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        _ => found == expected,
    }
}

fn failure(case: &Case, tables: &source::Tables) -> Option<String> {
    let answer = feature::query(tables, "query", &case.sql);
    match answer {
        Err(error) => {
            let fault = error.fault();
            (!case.is_error || vec![fault.problem.clone()] != case.expected).then(|| fault.problem.clone())
        }
        Ok(rows) => {
            let rows = &rows[1..];
            let cells =
                |line: &String| -> Vec<String> { line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect() };
            let expected: Vec<Vec<String>> = case.expected.iter().map(cells).collect();
            let same_row = |(a, b): (&Vec<String>, &Vec<String>)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b));
            let is_good = !case.is_error && rows.len() == expected.len() && rows.iter().zip(&expected).all(same_row);
            (!is_good).then(|| rows.iter().map(|row| row.join("  ")).collect::<Vec<_>>().join("\n"))
        }
    }
}

#[test]
fn every_query_of_tests_slt_says_what_the_file_says() {
    let tables = source::open_files(&[]).expect("no table is needed");
    let mut wrong = Vec::new();
    let mut n_cases = 0;
    let mut files: Vec<_> = fs::read_dir(repository().join("tests/slt")).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "slt"));
    files.sort();
    for file in files {
        for case in cases(&fs::read_to_string(&file).expect("readable")) {
            n_cases += 1;
            if let Some(found) = failure(&case, &tables) {
                wrong.push(format!("{}:{}\nexpected\n{}\nfound\n{found}\n", file.display(), case.line, case.expected.join("\n")));
            }
        }
    }
    assert!(50 < n_cases, "only {n_cases} cases were seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_its_file_of_cases() {
    let mut missing = Vec::new();
    for entry in fs::read_dir(repository().join("src/feature/function")).expect("readable") {
        let name = entry.expect("readable").path().file_stem().expect("named").to_string_lossy().into_owned();
        let is_function = name.starts_with("ts_") || name.starts_with("cs_");
        if is_function && !repository().join(format!("tests/slt/{name}.slt")).exists() {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// How often the plan of `sql` over the sample's prices sorts, when they are said to be sorted by `order`.
fn sorts(sql: &str, order: &[&str]) -> usize {
    let order = order.iter().map(|&column| column.to_owned()).collect();
    let tables = source::open_files(&[("prices".to_owned(), repository().join("data/sample/prices.parquet"), order)]).expect("the sample is there");
    let plan = feature::query(&tables, "query", &format!("explain {sql}")).expect("planned");
    plan.iter().flatten().map(|cell| cell.matches("SortExec").count()).sum()
}

#[test]
fn functions_share_one_sort_and_a_declared_order_needs_none() {
    let sql =
        "select ts_mean(close, 5) over w, ts_std(close, 20) over w, ts_max(high, 60) over w, ts_corr(close, volume, 20) over w, lead(close) over w
        from prices window w as (partition by ticker order by date)";
    assert_eq!(sorts(sql, &[]), 1);
    assert_eq!(sorts(sql, &["ticker", "date"]), 0);
}
