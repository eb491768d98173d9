//! `plimsoll.prom` is what Prometheus reads, and says of each report what its run says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::fixture::Project;
use crate::night::{ended, project};

type Labels = BTreeMap<String, String>;

/// A strict reader of the text format 0.0.4: every family has its HELP and its TYPE, once, before its samples, which follow each other and
/// are told apart by their labels; names and escapes are those of the format; the last line ends.
///
/// Source: Prometheus documentation, Exposition formats, Text-based format.
fn parsed(text: &str) -> BTreeMap<String, BTreeMap<Labels, f64>> {
    assert!(text.ends_with('\n') && !text.contains('\r'), "the last line ends");
    let is_name = |name: &str| {
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    let mut families: BTreeMap<String, BTreeMap<Labels, f64>> = BTreeMap::new();
    let (mut helped, mut typed) = (BTreeSet::new(), BTreeSet::new());
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help has words");
            assert!(is_name(name) && !help.is_empty() && helped.insert(name.to_owned()), "{line}");
            name.clone_into(&mut current);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert!(name == current && kind == "gauge" && typed.insert(name.to_owned()) && !families.contains_key(name), "{line}");
        } else {
            let (name, mut rest) = line.split_once('{').unwrap_or_else(|| panic!("no labels: {line}"));
            assert!(name == current && typed.contains(name), "{line}");
            let mut labels = Labels::new();
            let value = loop {
                let (label, quoted) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
                assert!(is_name(label) && !label.contains(':') && !label.starts_with("__"), "{line}");
                let (mut value, mut letters) = (String::new(), quoted.chars());
                loop {
                    match letters.next().unwrap_or_else(|| panic!("a value does not end: {line}")) {
                        '"' => break,
                        '\\' => value.push(match letters.next() {
                            Some('\\') => '\\',
                            Some('"') => '"',
                            Some('n') => '\n',
                            other => panic!("\\{other:?}: {line}"),
                        }),
                        letter => value.push(letter),
                    }
                }
                assert!(labels.insert(label.to_owned(), value).is_none(), "a label twice: {line}");
                let after = letters.as_str();
                match after.strip_prefix(',') {
                    Some(more) => rest = more,
                    None => break after.strip_prefix("} ").unwrap_or_else(|| panic!("{line}")),
                }
            };
            // A number as strconv.ParseFloat takes it, and no timestamp behind it: the collector refuses those.
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(families.entry(name.to_owned()).or_default().insert(labels, value).is_none(), "a sample twice: {line}");
        }
    }
    assert_eq!(helped, typed);
    assert_eq!(typed, families.keys().cloned().collect(), "a family without samples");
    families
}

fn read(project: &Project) -> BTreeMap<String, BTreeMap<Labels, f64>> {
    parsed(&fs::read_to_string(project.root.join("plimsoll.prom")).expect("written"))
}

fn labels(of: &[(&str, &str)]) -> Labels {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_file_says_of_each_report_what_its_run_says() {
    let project = project("prom");
    let run = |reports: &[&str]| ended(&project, &[&["run"], reports, &["--metrics", "plimsoll.prom", "--json", "--quiet"]].concat());
    let (code, stdout, stderr) = run(&["kept.toml", "breached.toml"]);
    assert_eq!(code, Some(3), "{stderr}");
    let line: serde_json::Value = serde_json::from_str(stdout.lines().last().expect("two lines")).expect("JSON");
    let found = read(&project);
    let of = |family: &str, more: &[(&str, &str)]| found[family][&labels(&[&[("report", "breached")], more].concat())];
    assert_eq!((of("plimsoll_exit_code", &[]), found["plimsoll_exit_code"][&labels(&[("report", "kept")])]), (3.0, 0.0));
    assert_eq!((of("plimsoll_limits", &[]), of("plimsoll_limits_breached", &[]), of("plimsoll_limits_not_judged", &[])), (1.0, 1.0, 0.0));
    let metric = [("metric", "data.entities")];
    assert_eq!(
        (of("plimsoll_limited_metric", &metric), of("plimsoll_limit_min", &metric), of("plimsoll_limit_breached", &metric)),
        (8.0, 1000.0, 1.0)
    );
    assert!(!found.contains_key("plimsoll_limit_max"), "none is set");
    // The day 2018-12-29 is 17,894 days after 1970-01-01.
    assert_eq!(of("plimsoll_as_of_timestamp_seconds", &[]), 17_894.0 * 86_400.0);
    // Its numbers are those of run.json.
    let manifest = fs::read(project.root.join(line["folder"].as_str().expect("a path")).join("run.json")).expect("a whole run");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let machine = &manifest["machine"];
    assert_eq!(Some(of("plimsoll_run_seconds", &[])), machine["seconds_total"].as_f64());
    assert_eq!(Some(of("plimsoll_peak_memory_bytes", &[])), machine["peak_memory_bytes"].as_f64());
    for (stage, seconds) in machine["seconds"].as_object().expect("stages") {
        assert_eq!(Some(of("plimsoll_stage_seconds", &[("stage", stage)])), seconds.as_f64(), "{stage}");
    }
    let rows = of("plimsoll_rows", &[]);
    assert!(0.0 < rows && rows <= 8.0 * 260.0, "{rows}");
    let (success, ran) = (of("plimsoll_last_success_timestamp_seconds", &[]), of("plimsoll_last_run_timestamp_seconds", &[]));
    assert!(success <= ran && 1_700_000_000.0 < success, "{success} {ran}");
}

#[test]
fn a_report_that_fails_keeps_the_last_success_and_other_reports_stay() {
    let project = project("prom-fails");
    let run = |reports: &[&str]| ended(&project, &[&["run", "--metrics", "plimsoll.prom", "--quiet", "--skip-code", "99"], reports].concat()).0;
    assert_eq!((run(&["kept.toml"]), run(&["breached.toml"])), (Some(0), Some(3)));
    let before = read(&project);
    project.write("kept.toml", "title = 1");
    assert_eq!(run(&["kept.toml", "absent.toml"]), Some(1));
    let after = read(&project);
    for (family, samples) in &after {
        for (labels, value) in samples {
            let may_move = ["plimsoll_exit_code", "plimsoll_last_run_timestamp_seconds"].contains(&family.as_str());
            match (labels["report"].as_str(), before.get(family).and_then(|samples| samples.get(labels))) {
                ("absent", None) if may_move => {}
                ("breached", Some(was)) => assert_eq!(value, was, "{family} {labels:?}"),
                ("kept", Some(was)) => assert!(value == was || may_move, "{family} {labels:?}"),
                other => panic!("{family} {labels:?}: {other:?}"),
            }
        }
    }
    let codes: Vec<f64> = after["plimsoll_exit_code"].values().copied().collect();
    assert_eq!(codes, [99.0, 3.0, 1.0], "absent, breached, kept");
    assert_eq!(before["plimsoll_run_seconds"].len(), after["plimsoll_run_seconds"].len());
}

#[test]
fn a_file_of_somebody_else_is_not_written_over_and_nothing_is_made() {
    let project = project("prom-foreign");
    project.write("plimsoll.prom", "up 1\n");
    let (code, _, stderr) = ended(&project, &["run", "kept.toml", "--metrics", "plimsoll.prom"]);
    assert_eq!(code, Some(1));
    assert_eq!(stderr, "error: plimsoll.prom:1: is no line that Plimsoll wrote; nothing was written over\n  hint: name a file of its own\n");
    assert_eq!(fs::read_to_string(project.root.join("plimsoll.prom")).expect("there"), "up 1\n");
    let (code, _, stderr) = ended(&project, &["run", "kept.toml", "--metrics", "nowhere/plimsoll.prom"]);
    assert!(code == Some(1) && stderr.starts_with("error: nowhere/plimsoll.prom: the folder of the metrics does not exist"), "{stderr}");
    assert!(!project.root.join("reports").exists());
}

#[test]
fn the_strict_reader_is_strict() {
    let good = "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 2\n";
    assert_eq!(parsed(good)["a"].len(), 1);
    for bad in [
        "a{x=\"1\"} 2\n",
        "# HELP a b\na{x=\"1\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 2\na{x=\"1\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"\\d\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 2 3\n",
        "# HELP a b\n# TYPE a gauge\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 2",
        "# HELP a b\n# TYPE a gauge\na{1x=\"1\"} 2\n",
    ] {
        assert!(std::panic::catch_unwind(|| parsed(bad)).is_err(), "{bad}");
    }
}
