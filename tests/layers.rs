//! Imports go one way only: a stage may use those before it, never those after it; heavy libraries stay in their stages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::repository;

/// The order of a run; each may import from those before it.
const ORDER: [&str; 31] = [
    "day", "acting", "digest", "stamp", "error", "leftover", "half", "disk", "scratch", "bound", "place", "spec", "source", "feature", "window",
    "score", "model", "walk", "book", "stat", "manifest", "evidence", "folder", "report", "sidecar", "night", "run", "sample", "import", "start",
    "cli",
];

/// The order inside `model`: what is shown to learners, the families, what is made of any of them, and the one file that knows all.
const MODEL: [&str; 17] = [
    "card",
    "extreme",
    "lesson",
    "past",
    "memo",
    "shared",
    "learner",
    "regression",
    "column",
    "ewma",
    "baseline",
    "classical",
    "gbdt",
    "tune",
    "select",
    "kind",
    "admit",
];
/// The order inside `report`: from a printed number to a page, and from a page to its files.
const REPORT: [&str; 22] = [
    "format",
    "cell",
    "page",
    "number",
    "chart",
    "previous",
    "material",
    "metric",
    "register",
    "framework",
    "section",
    "compose",
    "filter",
    "policy",
    "render",
    "told",
    "index",
    "list",
    "comparison",
    "markdown",
    "sidecar",
    "snapshot",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The top-level module a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(repository().join("src")).expect("below src");
    let first = inside.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn rank(name: &str) -> Option<usize> {
    ORDER.iter().position(|module| *module == name)
}

/// `crate::x` and the names in `use crate::{a, b}`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in text.split("crate::").skip(1) {
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split("};").next().unwrap_or_default();
            found.extend(group.split(',').map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()));
        } else {
            found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

#[test]
fn stages_import_only_what_comes_before_them() {
    let mut wrong = Vec::new();
    let mut n_imports = 0;
    for path in files(&repository().join("src")) {
        let home = module(&path);
        let Some(own) = rank(&home) else { continue };
        for import in imports(&fs::read_to_string(&path).expect("readable")) {
            let Some(other) = rank(&import) else { continue };
            n_imports += 1;
            if own < other {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(100 < n_imports, "only {n_imports} imports were seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Code that ships: without comments, and without tests at the bottom of the file.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("readable");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Names that stand directly behind `path`: one, or those of a group in braces.
fn names_after(code: &str, path: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices(path) {
        // `super::super::x` is not `super::x`.
        if code[..at].ends_with("::") || code[..at].ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let Some(group) = code[at + path.len()..].strip_prefix('{') else {
            found.push(word(&code[at + path.len()..]));
            continue;
        };
        let (mut depth, mut name) = (0, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => found.push(word(&std::mem::take(&mut name))),
                _ if depth == 0 => name.push(c),
                _ => {}
            }
        }
        found.push(word(&name));
    }
    found.retain(|name| !name.is_empty() && name != "super" && name != "self");
    found
}

/// Whether the module above declares a file for tests alone.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().expect("in a folder");
    let above = [folder.join("mod.rs"), folder.with_extension("rs")];
    let declares =
        |text: &str| text.split("#[cfg(test)]\n").skip(1).any(|rest| rest.lines().next().is_some_and(|line| line.ends_with(&format!("mod {name};"))));
    above.iter().filter_map(|above| fs::read_to_string(above).ok()).any(|text| declares(&text))
}

/// Imports of a stage's files from its own modules, as (file, module, module imported); what a stage's `mod.rs` re-exports counts as the
/// module it comes from.
fn inner_imports(stage: &str) -> Vec<(PathBuf, String, String)> {
    let root = repository().join("src").join(stage);
    let index = code(&root.join("mod.rs"));
    let reexported: BTreeMap<String, String> = index
        .split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next()?.split_once("::"))
        .flat_map(|(module, items)| {
            items.trim_matches(['{', '}']).split(',').map(|item| (item.trim().to_owned(), module.to_owned())).collect::<Vec<_>>()
        })
        .collect();
    let mut found = Vec::new();
    for path in files(&root) {
        let inside = path.strip_prefix(&root).expect("below the stage").with_extension("");
        let mut place: Vec<String> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if place == ["mod"] {
            continue;
        }
        place.retain(|part| part != "mod");
        if is_test(&path) {
            continue;
        }
        let text = code(&path);
        let up = "super::".repeat(place.len());
        for name in names_after(&text, &up).into_iter().chain(names_after(&text, &format!("crate::{stage}::"))) {
            let module = reexported.get(&name).cloned().unwrap_or(name);
            if module != place[0] {
                found.push((path.clone(), place[0].clone(), module));
            }
        }
    }
    found
}

#[test]
fn modules_of_model_and_report_import_only_what_comes_before_them() {
    for (stage, order) in [("model", &MODEL[..]), ("report", &REPORT[..])] {
        let rank = |name: &str| order.iter().position(|module| *module == name);
        let mut wrong = Vec::new();
        let imports = inner_imports(stage);
        assert!(50 < imports.len(), "only {} imports were seen in {stage}", imports.len());
        for (path, own, other) in &imports {
            match (rank(own), rank(other)) {
                (Some(own), Some(other)) if other < own => {}
                (Some(_), Some(_)) => wrong.push(format!("{} imports {other}, which comes after {own}", path.display())),
                (None, _) => wrong.push(format!("{own} has no place in the order of {stage}")),
                (_, None) => wrong.push(format!("{} imports {other}, which has no place in the order of {stage}", path.display())),
            }
        }
        wrong.dedup();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn imports_are_read_as_the_compiler_reads_them() {
    let code = "use super::{Card, tree::{Node, Rule}, split as cut};\nuse super::super::page;\nlet x = super::fold::alone(crate::model::kind);";
    assert_eq!(names_after(code, "super::"), ["Card", "tree", "split", "fold"]);
    assert_eq!(names_after(code, "super::super::"), ["page"]);
    assert_eq!(names_after(code, "crate::model::"), ["kind"]);
}

#[test]
fn heavy_libraries_stay_in_their_stages() {
    let homes: [(&str, &[&str]); 5] = [
        ("datafusion", &["source", "feature", "sidecar", "sample", "import"]),
        ("parquet::", &["source", "feature", "sidecar", "sample", "import"]),
        ("tera::", &["report"]),
        ("toml::", &["spec"]),
        ("nalgebra::", &["model", "walk"]),
    ];
    let mut wrong = Vec::new();
    for path in files(&repository().join("src")) {
        let text = fs::read_to_string(&path).expect("readable");
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for (library, allowed) in homes {
            let used = code.contains(&format!("use {library}")) || code.contains(&format!(" {library}"));
            if used && !allowed.contains(&module(&path).as_str()) {
                wrong.push(format!("{} uses {library}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
