//! Imports go one way only: a stage may use those before it, never those after it; heavy libraries stay in their stages.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::repository;

/// The order of a run; each may import from those before it.
const ORDER: [&str; 19] = [
    "day", "digest", "error", "spec", "source", "feature", "window", "score", "model", "walk", "book", "stat", "manifest", "folder", "report",
    "sidecar", "run", "sample", "cli",
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

#[test]
fn heavy_libraries_stay_in_their_stages() {
    let homes: [(&str, &[&str]); 6] = [
        ("datafusion", &["source", "feature", "sidecar", "sample"]),
        ("parquet::", &["source", "feature", "sidecar", "sample"]),
        ("tera::", &["report"]),
        ("plotters::", &["report"]),
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
