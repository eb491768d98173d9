//! The examples of `docs/operate/` are what they claim to be, and every command in them is one that the program takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::fixture::repository;

fn read(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"))
}

/// Block YAML as the examples are written: maps, lists, quoted and plain scalars, lists in brackets on a line; a panic on all else.
fn yaml(text: &str) -> Value {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .filter(|line| !line.trim_start().is_empty() && !line.trim_start().starts_with('#'))
        .map(|line| (line.len() - line.trim_start().len(), line.trim()))
        .collect();
    assert!(!text.contains('\t') && !text.contains("---"));
    let mut at = 0;
    let value = block(&lines, &mut at, 0, 0);
    assert_eq!(at, lines.len(), "line {:?} is of no block", lines.get(at));
    value
}

/// The block at `indent`; its first line begins `skipped` letters later, behind the dash of a list.
fn block(lines: &[(usize, &str)], at: &mut usize, indent: usize, skipped: usize) -> Value {
    let first = &lines[*at].1[skipped..];
    if first.starts_with("- ") {
        let mut items = Vec::new();
        while let Some((found, text)) = lines.get(*at).filter(|(found, text)| *found == indent && text.starts_with("- ")) {
            // What stands behind the dash is a block of its own, two letters further in.
            let is_map = text[2..].split_once(':').is_some_and(|(key, rest)| !key.contains('"') && (rest.is_empty() || rest.starts_with(' ')));
            items.push(if is_map { block(lines, at, found + 2, 2) } else { scalar(&text[2..]) });
            *at += usize::from(!is_map);
        }
        return Value::Array(items);
    }
    let mut map = serde_json::Map::new();
    let mut skipped = skipped;
    while let Some((found, text)) = lines.get(*at) {
        let here = found + skipped;
        if here != indent || (skipped == 0 && text.starts_with("- ")) {
            assert!(here <= indent, "{text} is further in than its block");
            break;
        }
        let (key, rest) = text[skipped..].split_once(':').unwrap_or_else(|| panic!("no key: {text}"));
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric()) && !map.contains_key(key), "{text}");
        *at += 1;
        skipped = 0;
        let value = match (rest.trim(), lines.get(*at)) {
            ("", Some((inner, text))) if indent < *inner || (indent == *inner && text.starts_with("- ")) => block(lines, at, *inner, 0),
            ("", _) => Value::Null,
            (rest, _) => scalar(rest),
        };
        map.insert(key.to_owned(), value);
    }
    Value::Object(map)
}

fn scalar(text: &str) -> Value {
    if text.starts_with(['"', '[']) || text.parse::<i64>().is_ok() {
        // Strings in double quotes, lists in brackets and numbers are JSON.
        return serde_json::from_str(text).unwrap_or_else(|cause| panic!("{text}: {cause}"));
    }
    assert!(!text.contains(": ") && !text.contains(" #") && !text.starts_with(['\'', '{', '&', '*', '|', '>', '%', '@', '`']), "{text}");
    match text {
        "true" | "false" => (text == "true").into(),
        text => text.into(),
    }
}

/// `[Section]`, `Key=value`, comments.
fn unit(text: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut sections: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            assert!(sections.insert(name.to_owned(), Vec::new()).is_none(), "{line}");
            current = Some(name.to_owned());
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            assert!(key.chars().all(char::is_alphanumeric) && !value.is_empty() && value.trim() == value, "{line}");
            sections.get_mut(current.as_ref().expect("in a section")).expect("known").push((key.to_owned(), value.to_owned()));
        }
    }
    sections
}

fn of<'a>(section: &'a [(String, String)], key: &str) -> &'a str {
    section.iter().find(|(name, _)| name == key).map_or_else(|| panic!("no {key}"), |(_, value)| value.as_str())
}

#[test]
fn the_crontab_has_five_fields_of_time_in_their_ranges() {
    let mut n_jobs = 0;
    for line in read("operate/crontab").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase())) {
            continue;
        }
        let fields: Vec<&str> = line.splitn(6, ' ').collect();
        let ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
        for (field, (low, high)) in fields[..5].iter().zip(ranges) {
            let is_in = |text: &str| text.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n));
            assert!(*field == "*" || field.split(',').all(|part| part.split('-').all(is_in)), "{field}: {line}");
        }
        // cron makes a line break of a per cent sign.
        assert!(fields[5].contains("plimsoll run") && !fields[5].contains('%'), "{line}");
        n_jobs += 1;
    }
    assert_eq!(n_jobs, 1);
}

#[test]
fn the_unit_and_its_timer_are_units() {
    let service = unit(&read("operate/plimsoll.service"));
    let section = &service["Service"];
    assert_eq!((of(section, "Type"), of(section, "SuccessExitStatus")), ("oneshot", "3 99"));
    assert!(of(section, "ExecStart").starts_with("/usr/local/bin/plimsoll run ") && of(section, "ExecStart").contains("--skip-code 99"));
    let timer = unit(&read("operate/plimsoll.timer"));
    assert_eq!(of(&timer["Timer"], "OnCalendar"), "Tue..Sat *-*-* 01:30:00");
    assert_eq!(of(&timer["Install"], "WantedBy"), "timers.target");
}

#[test]
fn the_kubernetes_jobs_are_jobs() {
    let cron = yaml(&read("operate/cronjob.yaml"));
    assert_eq!((&cron["apiVersion"], &cron["kind"], &cron["spec"]["concurrencyPolicy"]), (&json!("batch/v1"), &json!("CronJob"), &json!("Forbid")));
    let job = &cron["spec"]["jobTemplate"]["spec"];
    // A failure policy wants pods that are not restarted in their place.
    assert_eq!(job["template"]["spec"]["restartPolicy"], "Never");
    assert_eq!(job["podFailurePolicy"]["rules"][0]["onExitCodes"], json!({ "containerName": "plimsoll", "operator": "In", "values": [2, 3] }));
    let by_hand = yaml(&read("operate/job.yaml"));
    assert_eq!(by_hand["kind"], "Job");
    for pod in [&job["template"]["spec"], &by_hand["spec"]["template"]["spec"]] {
        let names = |value: &Value| {
            value.as_array().expect("a list").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<BTreeSet<_>>()
        };
        let container = &pod["containers"][0];
        assert_eq!(names(&pod["volumes"]), names(&container["volumeMounts"]), "every volume is mounted");
        assert_eq!((&container["name"], &container["resources"]["limits"]["memory"]), (&json!("plimsoll"), &json!("8Gi")));
        let arguments: Vec<&str> = container["args"].as_array().expect("a list").iter().map(|one| one.as_str().expect("text")).collect();
        accepts(&arguments);
    }
}

#[test]
fn the_yaml_reader_reads_yaml_and_refuses_what_it_does_not_know() {
    let text = "a: 1\nb:\n  - c: \"x\"\n    d:\n      e: [1, 2]\n  - f: g h\nh:\n- i\n- j: k\n";
    assert_eq!(yaml(text), json!({ "a": 1, "b": [{ "c": "x", "d": { "e": [1, 2] } }, { "f": "g h" }], "h": ["i", { "j": "k" }] }));
    for bad in ["a: 1\na: 2\n", "a: 1\n  b: 2\n", "a: |\n  text\n", "a: {b: 1}\n", "a\n"] {
        assert!(std::panic::catch_unwind(|| yaml(bad)).is_err(), "{bad}");
    }
}

#[test]
fn the_airflow_file_is_python_where_there_is_one() {
    let path = repository().join("docs/operate/plimsoll_dag.py");
    let script = "import ast, sys\ncalls = [n for n in ast.walk(ast.parse(open(sys.argv[1]).read())) if isinstance(n, ast.Call) and getattr(n.func, 'id', '') == 'BashOperator']\nprint([k.value.value for c in calls for k in c.keywords if k.arg == 'skip_on_exit_code'])";
    // A machine without Python cannot tell.
    let Ok(output) = Command::new("python3").args(["-c", script]).arg(&path).output() else { return };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[99]\n", "{}", String::from_utf8_lossy(&output.stderr));
}

/// The program refuses an argument that it does not know before it tells of its help.
fn accepts(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).arg("--help").output().expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_in_the_examples_and_in_the_document_is_taken() {
    let mut n_commands = 0;
    for name in ["operate.md", "operate/crontab", "operate/plimsoll.service"] {
        for line in read(name).lines().filter(|line| !line.trim_start().starts_with('#')) {
            // In code: behind a back-tick, at the indent of a block, or in the line of a job.
            for (at, _) in line.match_indices("plimsoll ") {
                let is_code = line[..at].ends_with(['`', '/', ' ']) && !line[at + 9..].starts_with(['-', '(']);
                let commands = ["run", "backfill", "catch-up", "man", "completions", "schema"];
                let rest = line[at + 9..].split(['`', '|', '>']).next().unwrap_or_default();
                let words: Vec<&str> = rest.split_whitespace().collect();
                if is_code && words.first().is_some_and(|first| commands.contains(first)) {
                    accepts(&words);
                    n_commands += 1;
                }
            }
        }
    }
    assert!(10 <= n_commands, "{n_commands}");
    let known = std::panic::catch_unwind(|| accepts(&["run", "reports", "--wait-until", "2020-01-01"]));
    assert!(known.is_err(), "an unknown option is seen");
}

#[test]
fn the_document_tells_of_every_metric() {
    let source = fs::read_to_string(repository().join("src/night/prom.rs")).expect("readable");
    let document = read("operate.md");
    let names: BTreeSet<&str> = source.split('"').filter(|text| text.starts_with("plimsoll_")).collect();
    assert!(15 < names.len());
    for name in names {
        assert!(document.contains(&format!("`{name}`")) || document.contains(&format!("`{name}{{")), "{name}");
    }
}
