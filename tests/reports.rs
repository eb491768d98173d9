//! What people read: the sample reports stand alone, say everything twice (page and sidecar), and verify.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::fixture::{Project, repository};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(repository()).output().expect("the program starts")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the README's command into a temporary folder; the report folders.
fn sample_runs(project: &Project) -> Vec<PathBuf> {
    let out = project.root.display().to_string();
    let ran = program(&["run", "reports", "--out", &out]);
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", words(&ran.stderr));
    words(&ran.stdout).lines().map(|line| Path::new(line).parent().expect("in a run folder").to_owned()).collect()
}

#[test]
fn the_sample_reports_stand_alone_and_verify() {
    let project = Project::new("sample-reports");
    let runs = sample_runs(&project);
    assert_eq!(runs.len(), 2, "{runs:?}");
    for run in &runs {
        let html = fs::read_to_string(run.join("report.html")).expect("a report");
        stands_alone(&html);
        anchors_are_whole(&html);
        says_everything_twice(run, &html);
        let verified = program(&["verify", &run.display().to_string()]);
        assert_eq!(verified.status.code(), Some(0), "{}", words(&verified.stderr));
        let same = program(&["diff", &run.display().to_string(), &run.display().to_string()]);
        assert_eq!(words(&same.stdout), "no number moved\n");
    }
    let index = fs::read_to_string(project.root.join("index.html")).expect("an index");
    for run in &runs {
        let link = run.join("report.html").strip_prefix(&project.root).expect("below out").display().to_string();
        assert!(index.contains(&format!("href=\"{link}\"")), "the index links {link}");
    }
    tampering_is_told(&runs[0]);
}

/// No request leaves the page, and it is small.
fn stands_alone(html: &str) {
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    let outside = ["<script", "<link", "<img", "<iframe", "src=", "@import", "url("];
    for word in outside {
        assert!(!html.contains(word), "the page holds {word}");
    }
    let addresses = html.matches("http").count() - html.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(addresses, 0, "the page names addresses");
    assert!(!html.contains("NaN") && !html.contains(">inf"), "a number that is none");
}

fn attribute<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!("{name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn anchors_are_whole(html: &str) {
    let ids = attribute(html, " id");
    let distinct: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands twice");
    for link in attribute(html, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(distinct.contains(&link), "#{link} leads nowhere");
    }
}

/// Every table of the page is in `summary.json`, with all its rows; every metric has a value or a reason.
fn says_everything_twice(run: &Path, html: &str) {
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a sidecar")).expect("JSON");
    let sections = summary["page"]["sections"].as_array().expect("sections");
    let tables: Vec<&serde_json::Value> =
        sections.iter().flat_map(|section| section["blocks"].as_array().expect("blocks")).filter(|block| block["kind"] == "table").collect();
    let on_page = html.matches("<figure class=\"table\"").count();
    assert_eq!(tables.len() + 1, on_page, "tables of the sidecar and the limits, and of the page");
    for table in &tables {
        let content = &table["content"];
        let id = content["id"].as_str().expect("an id");
        assert!(html.contains(&format!("id=\"{id}\"")), "table {id} is on the page");
        let n_columns = content["columns"].as_array().expect("columns").len();
        assert!(content["rows"].as_array().expect("rows").iter().all(|row| row.as_array().is_some_and(|row| row.len() == n_columns)), "{id}");
    }
    let metrics = summary["metrics"].as_object().expect("metrics");
    assert!(metrics.len() > 20, "{} metrics", metrics.len());
    for (name, metric) in metrics {
        let value = &metric["value"];
        assert!(value["value"].is_f64() || value["undefined"].is_string(), "{name} is {value}");
    }
}

fn tampering_is_told(run: &Path) {
    let report = run.join("report.html");
    let html = fs::read_to_string(&report).expect("a report");
    fs::write(&report, html.replacen("breached", "kept", 1)).expect("writable");
    let verified = program(&["verify", &run.display().to_string()]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(words(&verified.stderr).contains("report.html is not the file that the run wrote"), "{}", words(&verified.stderr));
}

#[test]
fn the_sample_is_written_byte_for_byte_as_committed() {
    let project = Project::new("sample");
    let folder = project.root.join("sample");
    let written = program(&["sample", &folder.display().to_string()]);
    assert_eq!(written.status.code(), Some(0), "{}", words(&written.stderr));
    let mut n_files = 0;
    for entry in fs::read_dir(&folder).expect("written").flatten() {
        let committed = repository().join("data/sample").join(entry.file_name());
        assert!(fs::read(entry.path()).expect("readable") == fs::read(&committed).expect("committed"), "{} differs", committed.display());
        n_files += 1;
    }
    assert_eq!(n_files, 5);
}
