//! What people read: the sample reports stand alone, say everything twice (page and sidecar), and verify.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::fixture::{Project, replace, repository};

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
    words(&ran.stdout)
        .lines()
        .filter(|line| Path::new(line).ends_with("report.html"))
        .map(|line| Path::new(line).parent().expect("in a run folder").to_owned())
        .collect()
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
        // The page's own command, with the run's `--out`.
        let below_out = run.strip_prefix(&project.root).expect("below out").display().to_string();
        assert!(html.contains(&format!("plimsoll verify {below_out}")), "{below_out}");
        let verified = program(&["verify", &below_out, "--out", &project.root.display().to_string()]);
        assert_eq!(verified.status.code(), Some(0), "{}", words(&verified.stderr));
        let same = program(&["diff", &run.display().to_string(), &run.display().to_string()]);
        assert_eq!(words(&same.stdout), "no number moved\n");
    }
    let index = fs::read_to_string(project.root.join("index.html")).expect("an index");
    for run in &runs {
        let link = run.join("report.html").strip_prefix(&project.root).expect("below out").display().to_string();
        assert!(index.contains(&format!("href=\"./{link}\"")), "the index links {link}");
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
    let addresses = html.matches("http:").count() + html.matches("https:").count() - html.matches("http://www.w3.org/2000/svg").count();
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

/// Every table and key number of the page is in `summary.json`, and the page prints the numbers that stand there.
fn says_everything_twice(run: &Path, html: &str) {
    let summary: Value = serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a sidecar")).expect("JSON");
    let sections = |part: &str| summary["page"][part].as_array().expect("sections");
    let blocks: Vec<&Value> =
        sections("sections").iter().chain(sections("record")).flat_map(|section| section["blocks"].as_array().expect("blocks")).collect();
    let mut tables: Vec<&Value> = blocks.iter().filter(|block| block["kind"] == "table").map(|block| &block["content"]).collect();
    tables.push(&summary["page"]["front"]["limits"]);
    assert_eq!(tables.len(), html.matches("<figure class=\"table").count(), "tables of the sidecar and of the page");
    let n_numbers: usize = tables.iter().map(|table| same_table(table, html)).sum();
    assert!(1_000 < n_numbers, "only {n_numbers} numbers were compared");
    let key = summary["page"]["front"]["tiles"].as_array().expect("tiles");
    let printed: Vec<String> = html.split("<dd class=\"value\">").skip(1).map(|rest| plain(rest.split("</dd>").next().unwrap_or_default())).collect();
    assert_eq!(key.len(), printed.len(), "key numbers of the sidecar and of the page");
    for (number, printed) in key.iter().zip(&printed) {
        assert!(is_printed_as(&number["value"], printed), "{number} is printed as {printed}");
    }
    let metrics = summary["metrics"].as_object().expect("metrics");
    assert!(metrics.len() > 20, "{} metrics", metrics.len());
    for (name, metric) in metrics {
        let value = &metric["value"];
        assert!(value["value"].is_f64() || value["undefined"].is_string(), "{name} is {value}");
    }
}

/// Holds every printed cell of a table against the sidecar's; how many were numbers.
fn same_table(table: &Value, html: &str) -> usize {
    let id = table["id"].as_str().expect("an id");
    let n_columns = table["columns"].as_array().expect("columns").len();
    let rows = table["rows"].as_array().expect("rows");
    let opened = |class: &str| html.split_once(&format!("<figure class=\"table {class}\" id=\"{id}\">"));
    let (_, drawn) = ["wide", "half", "cards"].into_iter().find_map(opened).unwrap_or_else(|| panic!("table {id} is on the page"));
    let drawn = drawn.split("</figure>").next().unwrap_or_default();
    let body = drawn.split_once("<tbody>").map_or("", |(_, rest)| rest.split("</tbody>").next().unwrap_or_default());
    let printed: Vec<Vec<String>> = body.split("<tr>").skip(1).map(cells).collect();
    let shown = (table["shown"].as_u64().expect("a count") as usize).min(rows.len());
    assert_eq!(printed.len(), shown, "rows of table {id}");
    let mut n_numbers = 0;
    for (at, row) in rows.iter().enumerate() {
        let row = row.as_array().expect("cells");
        assert_eq!(row.len(), n_columns, "cells of table {id}");
        for (cell, printed) in row.iter().zip(printed.get(at).into_iter().flatten()) {
            assert!(is_printed_as(cell, printed), "table {id}, row {}: {cell} is printed as {printed}", at + 1);
            n_numbers += usize::from(cell["value"].is_number());
        }
    }
    n_numbers
}

/// Words of the cells of a row.
fn cells(row: &str) -> Vec<String> {
    let row = row.replace("<th ", "<td ").replace("</th>", "</td>");
    row.split("<td ").skip(1).map(|cell| plain(cell.split_once('>').map_or("", |(_, rest)| rest.split("</td>").next().unwrap_or_default()))).collect()
}

/// Markup and footnote marks taken off.
fn plain(html: &str) -> String {
    let html = html.split("<sup>").next().unwrap_or_default();
    let mut words = String::new();
    for (at, part) in html.split('<').enumerate() {
        words.push_str(if at == 0 { part } else { part.split_once('>').map_or("", |(_, rest)| rest) });
    }
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#x2F;", "/"), ("\u{a0}", " "), ("&amp;", "&")];
    signs.iter().fold(words, |words, (sign, plain)| words.replace(sign, plain)).trim().to_owned()
}

/// Whether a cell of the sidecar reads so on the page.
fn is_printed_as(cell: &Value, printed: &str) -> bool {
    let value = &cell["value"];
    let number = |factor: f64| value.as_f64().is_some_and(|value| is_rounded(factor * value, printed));
    match cell["kind"].as_str().expect("a kind") {
        "count" | "number" | "money" => number(1.0),
        "percent" => number(100.0),
        // The bar is drawn; what is printed is a whole percentage, and one below 1 is told as such.
        "bar" => match printed {
            "< 1 %" => value.as_f64().is_some_and(|share| 0.0 < share && share < 0.01),
            "< 0 %" => value.as_f64().is_some_and(|share| -0.01 < share && share < 0.0),
            _ => number(100.0),
        },
        "basis_points" => number(10_000.0),
        "p_value" => match printed {
            "< 0.001" => value.as_f64().is_some_and(|value| value < 0.001),
            "> 0.999" => value.as_f64().is_some_and(|value| 0.999 < value),
            _ => number(1.0),
        },
        "date" => value.as_str().is_some_and(|iso| printed == long_date(iso)),
        "text" | "code" | "verdict" => value.as_str().is_some_and(|words| linked(&words.replace('`', "")) == linked(&printed.replace('`', ""))),
        "na" => printed == "n/a",
        "spark" => printed.is_empty(),
        other => panic!("an unknown kind of cell, {other}"),
    }
}

/// Whether `printed` is `value` rounded to as many decimals as it has.
fn is_rounded(value: f64, printed: &str) -> bool {
    let printed = printed.trim_end_matches(" %").trim_end_matches(" bp").replace(',', "").replace('\u{2212}', "-");
    let Ok(read) = printed.parse::<f64>() else { return false };
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((&printed, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
    let half = 0.5 * 10_f64.powi(exponent.parse::<i32>().unwrap_or(0) - decimals);
    (value - read).abs() <= half * (1.0 + 1e-6) + 1e-12 * value.abs()
}

/// "31 Dec 2019".
fn long_date(iso: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = iso.split('-').collect();
    let month = parts[1].parse::<usize>().expect("a month");
    format!("{} {} {}", parts[2].trim_start_matches('0'), MONTHS[month - 1], parts[0])
}

/// `[Table 3](#id)` as it is read: Table 3.
fn linked(words: &str) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        if let Some((label, tail)) = after.split_once("](#").and_then(|(label, tail)| Some((label, tail.split_once(')')?.1))) {
            (out, rest) = (out + label, tail);
        } else {
            (out, rest) = (out + "[", after);
        }
    }
    out + rest
}

#[test]
fn a_number_that_is_printed_wrongly_is_noticed() {
    let cell = |kind: &str, value: f64| serde_json::json!({"kind": kind, "value": value});
    assert!(is_printed_as(&cell("percent", 0.012_345), "1.23") && !is_printed_as(&cell("percent", 0.012_345), "1.24"));
    assert!(is_printed_as(&cell("number", -0.000_003_21), "\u{2212}3.21e\u{2212}6") && !is_printed_as(&cell("number", 3.21), "\u{2212}3.21"));
    assert!(is_printed_as(&cell("count", 141_361.0), "141,361") && !is_printed_as(&cell("count", 141_362.0), "141,361"));
    assert!(is_printed_as(&cell("p_value", 0.000_9), "< 0.001") && !is_printed_as(&cell("p_value", 0.001_2), "< 0.001"));
    assert_eq!(plain("<code>a&lt;b</code> <span class=\"d\">.5</span><sup>a</sup>"), "a<b .5");
}

fn tampering_is_told(run: &Path) {
    let report = run.join("report.html");
    let html = fs::read_to_string(&report).expect("a report");
    replace(&report, html.replacen("breached", "kept", 1));
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
