//! From a path in a spec to files.

use std::fs;
use std::path::{Path, PathBuf};

use super::pattern;
use crate::error::{Error, Result};

/// The files a table's `path` (a file, a folder or a glob) stands for, sorted by path; they need not be regular files.
pub(super) fn find(root: &Path, table: &str, path: &str) -> Result<Vec<PathBuf>> {
    let whole = root.join(path);
    let mut found = if whole.is_dir() {
        below(&whole).map_err(|cause| Error::machine(path, cause))?
    } else if path.contains(['*', '?']) {
        globbed(&whole).map_err(|cause| Error::machine(path, cause))?
    } else if whole.exists() {
        vec![whole]
    } else {
        return Err(Error::awaited(path, format!("no such file (table `{table}`)")).hint(format!("paths are relative to {}", shown(root))));
    };
    found.sort();
    if found.is_empty() {
        return Err(Error::awaited(path, format!("no Parquet file matches (table `{table}`)"))
            .hint("a folder is searched for *.parquet; in a glob, * stands for any part of a name and ? for one character"));
    }
    Ok(found)
}

fn shown(root: &Path) -> String {
    if root.as_os_str().is_empty() || root == Path::new(".") { "the working folder".to_owned() } else { root.display().to_string() }
}

fn below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Files whose path matches `pattern` part by part.
fn globbed(pattern: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str().to_string_lossy();
        if !name.contains(['*', '?']) {
            for path in &mut found {
                path.push(part);
            }
            continue;
        }
        let mut next = Vec::new();
        for folder in found.iter().filter(|folder| folder.is_dir() || folder.as_os_str().is_empty()) {
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder.as_path() };
            for entry in fs::read_dir(here)? {
                let file_name = entry?.file_name();
                if pattern::matches(&name, &file_name.to_string_lossy()) {
                    next.push(folder.join(file_name));
                }
            }
        }
        found = next;
    }
    found.retain(|path| !path.is_dir());
    Ok(found)
}
