//! `plimsoll new`: what it writes passes `check` and runs as it is.

use std::fmt::Write as _;
use std::process::{Command, Output};

use crate::fixture::{Bars, Project, copy, repository};

fn program(project: &Project, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).arg("--root").arg(&project.root).output().expect("the program starts")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Starts a report, checks and runs it; what `new` and `check` said.
fn runs(project: &Project, asked: &[&str]) -> (String, String) {
    let new = program(project, &[&["new", "first"], asked].concat());
    assert_eq!(new.status.code(), Some(0), "{}", told(&new));
    let check = program(project, &["check", "reports/first.toml", "--metrics"]);
    assert_eq!(check.status.code(), Some(0), "{}", told(&check));
    let ran = program(project, &["run", "reports/first.toml"]);
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", told(&ran));
    [new, check].map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).into()
}

#[test]
fn a_panel_of_prices_starts_a_report_that_runs() {
    let project = Project::new("start-panel");
    project.bars("data/bars.parquet", &Bars::new());
    let (new, check) = runs(&project, &["--prices", "data/bars.parquet"]);
    assert!(new.contains("assumed: `date` is the date, `close` the price, `ticker` the entity (8 of them), `volume` the volume"), "{new}");
    assert!(new.contains("260 dates from 2018-01-01 to 2018-12-28: bars are trading days, days_per_year = 252"), "{new}");
    assert!(check.contains("coverage.ewma.0.05.kupiec_exact_p") && check.contains("p-value"), "{check}");
    let again = program(&project, &["new", "first", "--prices", "data/bars.parquet"]);
    let refused = "error: reports/first.toml: is there already, and is not replaced\n  hint: name another report, or move it away\n";
    assert_eq!((again.status.code(), told(&again).as_str()), (Some(1), refused));
}

#[test]
fn weekly_bars_of_one_entity_go_from_csv_to_a_report() {
    let project = Project::new("start-weekly");
    let mut text = "day;value\n".to_owned();
    let first = plimsoll::day::Day::from_ymd(2010, 1, 8).expect("a Friday");
    let mut value = 100.0;
    for n in 0..300 {
        value *= 1.0 + 0.02 * (f64::from(n * n)).sin();
        let _ = writeln!(text, "{};{}", first.plus_days(7 * n), format!("{value:.2}").replace('.', ","));
    }
    project.write("in.csv", &text);
    let import = program(&project, &["import", &project.root.join("in.csv").display().to_string(), "--table", "index"]);
    assert_eq!(import.status.code(), Some(0), "{}", told(&import));
    let (new, _) = runs(&project, &["--prices", "data/index.parquet"]);
    assert!(new.contains("`value` the price, one entity") && new.contains("bars are weeks, days_per_year = 52"), "{new}");
}

#[test]
fn what_cannot_be_told_is_said_with_the_flag() {
    let project = Project::new("start-loans");
    copy(&repository().join("data/sample/loans.parquet"), &project.root.join("data/loans.parquet"));
    project.write("wide.csv", "date,AAA,BBB\n2020-01-02,1.5,2.5\n2020-01-03,1.6,2.6\n");
    let import = program(&project, &["import", "wide.csv", "--table", "wide"]);
    assert_eq!(import.status.code(), Some(0), "{}", told(&import));
    let wide = program(&project, &["new", "wide", "--prices", "data/wide.parquet"]);
    let refused = "error: data/wide.parquet: cannot tell which column is the closing price: `AAA`, `BBB`\n  hint: say --close COLUMN\n";
    assert_eq!((wide.status.code(), told(&wide).as_str()), (Some(1), refused));
    let loans = program(&project, &["new", "loans", "--loans", "data/loans.parquet"]);
    assert_eq!(loans.status.code(), Some(1));
    assert!(
        told(&loans).contains("cannot tell which column is the default, or its date") && told(&loans).contains("say --outcome COLUMN"),
        "{}",
        told(&loans)
    );
    assert!(!project.root.join("reports").exists() && !project.root.join("sql").exists());
}

#[test]
fn loans_with_a_day_of_default_start_a_report_that_runs() {
    let project = Project::new("start-defaults");
    let mut text = "loan_id,issued,amount,score,default_date,recoveries\n".to_owned();
    let first = plimsoll::day::Day::from_ymd(2010, 1, 1).expect("a date");
    for n in 0..1_800 {
        let issued = first.plus_days(n);
        // Any fixed pattern will do: the lowest scores default, after 100 days.
        let score = n * 7919 % 400;
        let default = if score < 40 || n % 31 == 0 { issued.plus_days(100).to_string() } else { String::new() };
        let _ = writeln!(text, "L{n},{issued},{},{score},{default},{}", 1_000 + n % 900, n % 5);
    }
    project.write("in.csv", &text);
    let import = program(&project, &["import", "in.csv", "--table", "loans", "--key", "loan_id"]);
    assert_eq!(import.status.code(), Some(0), "{}", told(&import));
    let (new, _) = runs(&project, &["--loans", "data/loans.parquet"]);
    assert!(new.contains("`default_date` the day of its default; the target is default within 12 months"), "{new}");
    assert!(new.contains("features are `amount`, `score`") && new.contains("known later or they hold one value: `recoveries`"), "{new}");
}

#[test]
fn dates_that_are_text_are_read_and_files_without_dates_are_refused_in_words() {
    let project = Project::new("start-text");
    std::fs::write(project.root.join("data/bars.parquet"), Bars::new().parquet_with_text_dates()).expect("writable");
    runs(&project, &["--prices", "data/bars.parquet"]);
    project.write("in.csv", "id,amount,bad,purpose\n1,10,0,car\n2,20,1,boat\n");
    assert_eq!(program(&project, &["import", &project.root.join("in.csv").display().to_string(), "--table", "undated"]).status.code(), Some(0));
    let refused = program(&project, &["new", "undated", "--loans", "data/undated.parquet"]);
    let words = "error: data/undated.parquet: no column can be the date\n  hint: its columns are id, amount, bad, purpose\n";
    assert_eq!((refused.status.code(), told(&refused).as_str()), (Some(1), words));
}

#[test]
fn a_wrong_spacing_and_a_target_in_percent_are_told_by_check_and_on_the_page() {
    let project = Project::new("start-units");
    project.bars("data/bars.parquet", &Bars::new());
    let (_, honest) = runs(&project, &["--prices", "data/bars.parquet"]);
    assert!(!honest.contains("amber:"), "{honest}");
    let edit = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(project.root.join(path)).expect("just written");
        assert!(text.contains(from), "{text}");
        project.write(path, &text.replace(from, to));
    };
    edit("reports/first.toml", "days_per_year = 252", "days_per_year = 52");
    edit("reports/first.toml", "[risk]", "[book]\nkind = \"long_short\"\nmodels = [\"ridge\"]\n\n[risk]");
    edit("sql/first/bars.sql", "then moves.next_return end as target", "then 100 * moves.next_return end as target");
    let check = String::from_utf8_lossy(&program(&project, &["check", "reports/first.toml"]).stdout).into_owned();
    // 249 steps from 2018-01-16 to 2018-12-29, in 347 days of 365.25 a year: 262.1, and sqrt(262.1 / 52) = 2.245.
    let spacing = "and `risk.days_per_year` is 52: every Sharpe ratio and annual volatility is 2.2 times too small. Say days_per_year = 262.";
    let percent = "The target looks like a percentage: half of its";
    assert!(check.contains(spacing) && check.contains(percent), "{check}");
    let ran = program(&project, &["run", "reports/first.toml"]);
    let place = String::from_utf8_lossy(&ran.stdout).lines().next().unwrap_or_default().to_owned();
    let page = std::fs::read_to_string(std::path::Path::new(&place).with_file_name("summary.json")).unwrap_or_else(|_| panic!("{}", told(&ran)));
    assert!(page.contains("2.2 times too small") && page.contains(percent), "the page says nothing");
}
