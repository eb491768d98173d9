//! The index lists reports, believes its folders and not its memory, and stays small; runs are compared and written as Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll::day::Day;
use plimsoll::digest::sha256;
use plimsoll::evidence::attestation;
use plimsoll::manifest::{Ended, Inputs, Manifest, SCHEMA};
use plimsoll::report::write_index;
use plimsoll::stat::Colour;
use serde_json::json;

use crate::fixture::{Project, repository};

/// A made-up run: a limit at 0.05 on `coverage.m.p`, whose value is `p`, and one on `book.turnover`, kept at 0.8 of 1.
struct Sketch<'a> {
    name: &'a str,
    title: &'a str,
    owner: &'a str,
    day: Day,
    p: f64,
}

fn day(n: i32) -> Day {
    Day::from_ymd(2020, 1, 1).expect("a date").plus_days(n)
}

fn sketch(name: &str, n: i32, p: f64) -> Sketch<'_> {
    Sketch { name, title: "A report", owner: "Rates desk", day: day(n), p }
}

impl Sketch<'_> {
    /// Writes the folder of the run as a run writes it; `n_bytes` of its page and of its summary are filling.
    fn write(&self, reports: &Path, n_bytes: usize) -> PathBuf {
        let folder = reports.join(self.name).join(self.day.to_string());
        let is_kept = 0.05 <= self.p;
        let (colour, standing) = if is_kept { (Colour::Green, "kept") } else { (Colour::Red, "breached") };
        let headline = if is_kept { "All 2 limits are kept" } else { "1 of 2 limits breached" };
        let worst = if is_kept { vec![] } else { vec![format!("`coverage.m.p` is {}, limit: 0.050 or more.", self.p)] };
        let metric = |value: f64, unit: &str| json!({ "value": { "value": value }, "unit": unit, "n": 250 });
        let inputs = Inputs { version: "0.1.0".into(), as_of: self.day.to_string(), ..Inputs::default() };
        let table = json!({
            "id": "filling", "number": "1.1", "title": "T | <b>", "note": "", "shown": 20, "reasons": [],
            "columns": [{ "name": "Words", "unit": "", "align": "left" }, { "name": "Share", "unit": "%", "align": "right" }],
            "rows": [[{ "kind": "text", "value": "=1+1" }, { "kind": "percent", "value": 0.0123 }]],
        });
        let head = json!({
            "title": self.title, "owner": self.owner, "as_of": self.day,
            "verdict": { "state": colour, "headline": headline, "sentences": worst },
        });
        let blocks = json!([{ "kind": "table", "content": table }, { "kind": "text", "content": "x".repeat(n_bytes) }]);
        let summary = json!({
            "schema": 1, "name": self.name, "as_of": self.day, "inputs_sha256": inputs.sha256(),
            "limits": [
                { "limit": { "metric": "coverage.m.p", "min": 0.05, "max": null }, "metric": metric(self.p, "p_value"), "standing": standing },
                { "limit": { "metric": "book.turnover", "min": null, "max": 1.0 }, "metric": metric(0.8, "number"), "standing": "kept" },
            ],
            "metrics": { "coverage.m.p": metric(self.p, "p_value"), "book.turnover": metric(0.8, "number") },
            "page": { "head": head, "sections": [{ "id": "s", "number": "1", "title": "Section", "blocks": blocks }] },
        });
        let summary = serde_json::to_vec_pretty(&summary).expect("JSON");
        let page = format!("<!DOCTYPE html>\n{}", "x".repeat(n_bytes));
        let outputs = [("summary.json", summary.as_slice()), ("report.html", page.as_bytes())];
        let manifest = Manifest {
            schema: SCHEMA,
            name: self.name.into(),
            title: self.title.into(),
            as_of: self.day.to_string(),
            spec_file: format!("reports/{}.toml", self.name),
            inputs_sha256: inputs.sha256(),
            inputs,
            ended: Ended { headline: headline.into(), colour, n_breached: usize::from(!is_kept), n_not_judged: 0, n_limits: 2 },
            outputs: outputs.iter().map(|(name, bytes)| ((*name).to_owned(), sha256(bytes))).collect::<BTreeMap<_, _>>(),
            ..Manifest::default()
        };
        fs::create_dir_all(&folder).expect("writable");
        for (name, bytes) in outputs {
            fs::write(folder.join(name), bytes).expect("writable");
        }
        fs::write(folder.join("run.json"), manifest.json()).expect("writable");
        fs::write(folder.join("attestation.json"), attestation(&manifest, &summary, None).expect("a summary")).expect("writable");
        folder
    }
}

/// The index of the runs below `reports`, made now.
fn index(reports: &Path) -> String {
    write_index(Path::new("/nonexistent"), reports).expect("an index");
    fs::read_to_string(reports.join("index.html")).expect("a page")
}

fn ledger(reports: &Path) -> String {
    fs::read_to_string(reports.join("index.jsonl")).expect("a ledger")
}

/// The row of a report.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("data-name=\"{name}\"")).unwrap_or_else(|| panic!("{name} has no row"));
    rest.split("<tr class=\"past\">").next().unwrap_or_default()
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "{} holds no {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("writable");
}

#[test]
fn a_row_is_a_report_and_the_gravest_stands_first() {
    let project = Project::new("index-rows");
    let reports = &project.root;
    for (n, p) in [(0, 0.2), (31, 0.01), (60, 0.02)] {
        sketch("breached", n, p).write(reports, 0);
    }
    for (n, p) in [(0, 0.01), (50, 0.06)] {
        sketch("again", n, p).write(reports, 0);
    }
    sketch("calm", 60, 0.4).write(reports, 0);
    let page = index(reports);
    let place = |name: &str| page.find(&format!("data-name=\"{name}\"")).expect("a row");
    assert!(place("breached") < place("again") && place("again") < place("calm"));
    assert_eq!(page.matches("<tbody data-rank").count(), 3);

    let breached = row(&page, "breached");
    assert!(breached.contains("still red, same breach<span class=\"since\">since 1\u{a0}Feb\u{a0}2020"), "{breached}");
    assert!(breached.contains("<code>coverage.m.p</code> is 0.02, limit: 0.050 or more."), "{breached}");
    let letters: Vec<&str> = breached.split("title=\"").skip(1).filter_map(|rest| rest.split_once("\">")?.1.get(..1)).collect();
    assert_eq!(letters, ["G", "R", "R"]);
    // 0.8 of 1: a fifth is left; of 0.06 a sixth is above 0.05, of 0.4 seven eighths.
    assert!(breached.contains("<code>book.turnover</code> 0.8000, limit: 1.000 or less; headroom 20\u{a0}%"), "{breached}");
    let again = row(&page, "again");
    assert!(again.contains("red to green, 1 limit crossed: <code>coverage.m.p</code> no longer breached"), "{again}");
    assert!(again.contains("10 days older") && breached.contains("newest"), "{again}");
    assert!(again.contains("not signed") && again.contains("Rates desk"), "{again}");
    assert!(row(&page, "calm").contains("first run"));
    assert_eq!(ledger(reports).lines().count(), 6, "a line a run");
    assert_eq!(index(reports), page, "the same bytes from lines and from folders");
    assert_eq!(ledger(reports).lines().count(), 6, "nothing is told twice");
}

#[test]
fn the_ledger_is_believed_only_where_the_folders_agree() {
    let project = Project::new("index-forged");
    let reports = &project.root;
    let folders: Vec<PathBuf> = [(0, 0.2), (31, 0.01), (60, 0.02)].iter().map(|&(n, p)| sketch("r", n, p).write(reports, 0)).collect();
    let page = index(reports);
    let path = reports.join("index.jsonl");
    let honest = ledger(reports);

    // A verdict that only the ledger tells, of an earlier run and of the latest.
    for n_breached in [1, 2] {
        let forged: Vec<String> = honest
            .lines()
            .enumerate()
            .map(|(at, line)| {
                if at == n_breached {
                    line.replace("1 of 2 limits breached", "All 2 limits are kept").replace("\"red\"", "\"green\"")
                } else {
                    line.to_owned()
                }
            })
            .collect();
        fs::write(&path, forged.join("\n") + "\n").expect("writable");
        assert_eq!(index(reports), page, "line {n_breached}");
        // The truth is written again.
        assert!(ledger(reports).lines().last().is_some_and(|line| line.contains("1 of 2 limits breached")));
    }
    // A sentence of the latest run.
    fs::write(&path, honest.replace("is 0.02, limit", "is fine, limit")).expect("writable");
    assert_eq!(index(reports), page);

    // A line that a killed run tore, and what is no line.
    fs::write(&path, format!("no line\n{honest}{}", &honest[..100])).expect("writable");
    assert_eq!(index(reports), page);
    fs::write(&path, format!("{honest}{}", &honest[..100])).expect("writable");
    assert_eq!(index(reports), page);
    sketch("r", 61, 0.03).write(reports, 0);
    index(reports);
    assert_eq!(ledger(reports).lines().count(), 4, "{}", ledger(reports));
    assert!(ledger(reports).starts_with(&honest), "the torn line is cut off, and whole ones stay");
    // Gone altogether, it is made again.
    fs::remove_file(&path).expect("writable");
    index(reports);
    assert_eq!(ledger(reports).lines().count(), 4);
    // What stands in its place is not written through.
    fs::remove_file(&path).expect("writable");
    std::os::unix::fs::symlink(project.root.join("elsewhere"), &path).expect("writable");
    let refused = write_index(Path::new("/nonexistent"), reports).expect_err("a link");
    assert!(refused.fault().problem.contains("it is no plain file"), "{refused}");
    fs::remove_file(&path).expect("writable");
    index(reports);

    // Every file that the row speaks of, of a run that is not the latest.
    for (name, from, to) in
        [("summary.json", "breached", "kept"), ("report.html", "DOCTYPE", "DOCTYPES"), ("run.json", "\"n_breached\": 1", "\"n_breached\": 0")]
    {
        let file = folders[1].join(name);
        let bytes = fs::read(&file).expect("readable");
        edit(&file, from, to);
        let page = index(reports);
        let row = row(&page, "r");
        assert!(row.contains("not to be believed: ") && row.contains(name), "{name}: {row}");
        assert!(page.contains("data-rank=\"0\"") && page.contains(">X<"), "{name}");
        fs::write(&file, bytes).expect("writable");
        assert!(!index(reports).contains("to be believed: "), "{name} was put back");
    }
    // What is laid beside as a signature.
    fs::create_dir_all(folders[1].join("signatures/reviewed-1")).expect("writable");
    fs::write(folders[1].join("signatures/reviewed-1/sign-off.json"), "{}").expect("writable");
    assert!(index(reports).contains("signatures/reviewed-1/sign-off.json"));

    // A run that is deleted is told, and so is one that was made again until it pleased.
    fs::remove_dir_all(&folders[0]).expect("writable");
    let page = index(reports);
    assert!(row(&page, "r").contains("The folder of 1 run is gone") && page.contains("All 2 limits are kept; the folder is gone"), "{page}");
    sketch("r", 61, 0.3).write(reports, 0);
    let page = index(reports);
    assert!(row(&page, "r").contains("Run of 2020-03-02: made again; was red: 1 of 2 limits breached"), "{}", row(&page, "r"));
    fs::remove_dir_all(reports.join("r")).expect("writable");
    assert!(row(&index(reports), "r").contains("Its folder is gone"));
}

/// Text that acts where it is not escaped.
const HOSTILE: &str = "<script>alert(1)</script> {{ rows }} \"quoted\" 'x' \u{1b}[2J `tick | [a](http://e.org)";

#[test]
fn hostile_text_prints_as_text() {
    let project = Project::new("index-hostile");
    let reports = &project.root.join("reports");
    for n in [0, 1] {
        Sketch { title: HOSTILE, owner: HOSTILE, ..sketch("r", n, 0.01) }.write(reports, 0);
    }
    let list = index(reports);
    let compared = program(&project, &["diff", "--html", "r/2020-01-01", "r/2020-01-02"]);
    assert_eq!(compared.status.code(), Some(0), "{}", words(&compared));
    for (what, page, n_scripts) in [("index", list, 1), ("diff", String::from_utf8_lossy(&compared.stdout).into_owned(), 0)] {
        assert_eq!(page.matches("<script").count(), n_scripts, "{what}");
        assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("{{ rows }}"), "{what}");
        assert_eq!(page.matches("script-src 'sha256-").count(), n_scripts, "{what}");
        assert!(!page.contains("src=") && !page.contains("<a href=\"http"), "{what}");
    }
    let made = program(&project, &["report", "r/2020-01-01", "--markdown"]);
    assert_eq!(made.status.code(), Some(0), "{}", words(&made));
    let made = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(
        made.starts_with(
            "# \\<script\\>alert(1)\\</script\\> \\{\\{ rows \\}\\} \"quoted\" 'x' \\\\u\\{1b\\}\\[2J \\`tick \\| \\[a\\](http\\://e.org)\n"
        ),
        "{made}"
    );
}

fn program(project: &Project, arguments: &[&str]) -> Output {
    let root = project.root.display().to_string();
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).args(["--root", &root]).output().expect("the program starts")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn two_runs_are_compared_and_one_is_written_as_markdown() {
    let project = Project::new("index-compared");
    let reports = &project.root.join("reports");
    let folder = sketch("a", 0, 0.01).write(reports, 0);
    sketch("b", 31, 0.06).write(reports, 0);
    let file = project.root.join("compared.html").display().to_string();
    let made = program(&project, &["diff", "--html", "a/2020-01-01", "b/2020-02-01", "--out", &file]);
    assert_eq!((made.status.code(), words(&made)), (Some(0), format!("{file}\n")));
    let page = fs::read_to_string(&file).expect("a page");
    for part in [
        "From red to green; 1 limit crossed, 1 of 2 numbers moved",
        "<td>crossed</td>",
        "<code>coverage.m.p</code>",
        "<td class=\"right\">0.05000</td>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }

    let tables = project.root.join("tables").display().to_string();
    let made = program(&project, &["report", "a/2020-01-01", "--csv", &tables]);
    assert_eq!((made.status.code(), words(&made)), (Some(0), format!("{tables}\n")));
    let table = fs::read_to_string(project.root.join("tables/filling.csv")).expect("a table");
    assert_eq!(table, "Words,\"Share, %\"\r\n'=1+1,1.23\r\n");
    let file = project.root.join("page.md").display().to_string();
    assert_eq!(program(&project, &["report", "a/2020-01-01", "--markdown", "--out", &file]).status.code(), Some(0));
    let page = fs::read_to_string(&file).expect("a page");
    assert!(page.contains("## 1 Section\n\n**Table 1.1** T \\| \\<b\\>\n\n| Words | Share, % |\n| --- | ---: |\n| \\=1+1 | 1.23 |\n"), "{page}");

    // Nothing is laid into a run, nothing over a folder, and nothing is made of what was edited.
    let inside = folder.join("page.md").display().to_string();
    for (arguments, expected) in [
        (["report", "a/2020-01-01", "--markdown", "--out", inside.as_str()], "lies in a run folder"),
        (["report", "a/2020-01-01", "--markdown", "--out", tables.as_str()], "is a folder"),
        (["report", "a/2020-01-02", "--markdown", "--out", file.as_str()], "cannot be read"),
    ] {
        let refused = program(&project, &arguments);
        assert!(refused.status.code() == Some(1) && words(&refused).contains(expected), "{expected}: {}", words(&refused));
    }
    assert!(!folder.join("page.md").exists());
    fs::remove_file(&file).expect("writable");
    edit(&folder.join("report.html"), "DOCTYPE", "DOCTYPES");
    let refused = program(&project, &["report", "a/2020-01-01", "--markdown", "--out", &file]);
    assert!(refused.status.code() == Some(1) && words(&refused).contains("report.html is not the file that the run wrote"), "{}", words(&refused));
    assert!(!Path::new(&file).exists());
}

/// Reports x runs each, of a summary and a page of so many bytes.
fn many(project: &Project, n_reports: usize, n_runs: i32, n_bytes: usize) {
    for report in 0..n_reports {
        for run in 0..n_runs {
            // Every seventh run breaches its limit.
            let p = if (run + report as i32) % 7 == 0 { 0.01 } else { 0.06 + f64::from(run % 10) / 100.0 };
            sketch(&format!("report_{report:03}"), 7 * run, p).write(&project.root, n_bytes);
        }
    }
}

#[test]
fn two_thousand_runs_make_a_small_page_that_is_the_same_when_remembered() {
    for (n_reports, n_runs) in [(40, 50), (1, 2_000)] {
        let project = Project::new("index-many");
        many(&project, n_reports, n_runs, 20_000);
        // Read from the folders, then told from the ledger.
        let (first, page) = (index(&project.root), index(&project.root));
        assert_eq!(first, page);
        assert!(page.len() < 2_000_000, "{} bytes", page.len());
    }
}

#[test]
#[cfg_attr(not(chromium), ignore = "Chromium is missing")]
fn filters_and_order_work_in_a_browser_and_nothing_is_refused() {
    let project = Project::new("index-browser");
    many(&project, 8, 3, 0);
    let reports = &project.root;
    index(reports);
    let page = reports.join("index.html");
    let shown = |page: &Path| {
        let mut command = Command::new("chromium");
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr"]);
        command.arg(format!("--user-data-dir={}", reports.join("profile").display())).args(["--virtual-time-budget=3000", "--dump-dom"]);
        let output = command.arg(format!("file://{}", page.display())).output().expect("it starts");
        let said: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
        assert!(said.is_empty(), "{said:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let dom = shown(&page);
    // The script ran under the policy: it says how many rows are shown.
    assert!(dom.contains("<output>8 of 8</output>") && dom.contains("<div class=\"filters\">"), "{}", &dom[..4_000.min(dom.len())]);

    // A click and a choice: without the policy, which would stop a second script.
    let html = fs::read_to_string(&page).expect("a page");
    let (before, rest) = html.split_once("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
    let (_, after) = rest.split_once('>').expect("it ends");
    let clicks = "<script>document.querySelector('.filters input[value=red]').click(); const order = document.querySelector('.filters select'); order.value = 'name'; order.dispatchEvent(new Event('change'));</script></body>";
    let altered = reports.join("altered.html");
    fs::write(&altered, format!("{before}{}", after.replace("</body>", clicks))).expect("writable");
    let dom = shown(&altered);
    let n_red = html.matches("data-colour=\"red\"").count();
    assert!(0 < n_red && dom.contains(&format!("<output>{} of 8</output>", 8 - n_red)), "{n_red} are red");
    let names: Vec<&str> = dom.split("data-name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.is_sorted() && names.len() == 8, "{names:?}");
    assert!(repository().is_dir());
}
