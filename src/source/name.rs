//! What a table's file is called in outputs: no absolute path, and so no user or machine, reaches one.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Parts of the path of a file outside the root that are told; more where two files would have one name.
const PARTS: usize = 2;

/// A name for every file: relative to the root where the path is or leads there, else its last parts.
pub(super) fn names(root: &Path, files: &[PathBuf]) -> Vec<String> {
    let below: Vec<Result<String, PathBuf>> = files.iter().map(|file| relative(root, file)).collect();
    let mut n_parts = PARTS;
    loop {
        let names: Vec<String> = below.iter().map(|file| file.clone().unwrap_or_else(|outside| last_parts(&outside, n_parts))).collect();
        let mut first: BTreeMap<&str, &Path> = BTreeMap::new();
        let is_told_apart = names.iter().zip(files).all(|(name, file)| *first.entry(name).or_insert(file) == file);
        let longest = files.iter().map(|file| file.components().count()).max().unwrap_or(0);
        if is_told_apart || longest < n_parts {
            return numbered(names, files);
        }
        n_parts += 1;
    }
}

/// The path below the root, or the path of a file that lies elsewhere.
fn relative(root: &Path, file: &Path) -> Result<String, PathBuf> {
    let own = |path: &Path| Some(path.strip_prefix(root).ok().filter(|below| below.is_relative())?.display().to_string());
    // `./x` is `x`.
    let given = own(file).map(|below| below.trim_start_matches("./").to_owned()).filter(|below| Path::new(below).is_relative());
    if let Some(given) = given {
        return Ok(given);
    }
    let whole = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let top = if root.as_os_str().is_empty() { Path::new(".") } else { root }.canonicalize();
    match top.ok().and_then(|top| Some(whole.strip_prefix(top).ok()?.display().to_string())) {
        Some(below) => Ok(below),
        None => Err(file.to_owned()),
    }
}

/// The last parts of a path; never a folder in which users have their own, nor the user's name.
fn last_parts(path: &Path, n_parts: usize) -> String {
    let parts: Vec<_> =
        path.components().filter(|part| matches!(part, Component::Normal(_))).map(|part| part.as_os_str().to_string_lossy()).collect();
    let n_hidden = match parts.first().map(AsRef::as_ref) {
        Some("home" | "Users") => 2,
        Some("root") => 1,
        _ => 0,
    };
    // The first part would make the whole path of it.
    let first = n_hidden.max(1).min(parts.len().saturating_sub(1));
    parts[parts.len().saturating_sub(n_parts).max(first)..].join("/")
}

/// Files that cannot be told apart by their path are counted.
fn numbered(names: Vec<String>, files: &[PathBuf]) -> Vec<String> {
    let mut seen: BTreeMap<String, Vec<&Path>> = BTreeMap::new();
    let mut told = Vec::new();
    for (name, file) in names.into_iter().zip(files) {
        let same = seen.entry(name.clone()).or_default();
        if !same.contains(&file.as_path()) {
            same.push(file);
        }
        let at = same.iter().position(|other| *other == file).expect("just put there");
        told.push(if at == 0 { name } else { format!("{name} ({})", at + 1) });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(files: &[&str]) -> Vec<String> {
        names(Path::new("/project"), &files.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_file_outside_is_named_by_as_few_parts_as_tell_it_apart() {
        assert_eq!(named(&["/project/data/a.parquet", "/project/../lake/b.parquet"]), ["data/a.parquet", "../lake/b.parquet"]);
        assert_eq!(named(&["/mnt/lake/prices/a.parquet", "/mnt/lake/loans/a.parquet"]), ["prices/a.parquet", "loans/a.parquet"]);
        assert_eq!(named(&["/mnt/old/prices/a.parquet", "/mnt/new/prices/a.parquet"]), ["old/prices/a.parquet", "new/prices/a.parquet"]);
    }

    #[test]
    fn no_user_and_no_whole_path_is_told() {
        assert_eq!(named(&["/home/ada/a.parquet", "/root/a.parquet"]), ["a.parquet", "a.parquet (2)"]);
        assert_eq!(named(&["/home/ada/lake/a.parquet", "/data/a.parquet", "/data/a.parquet"]), ["lake/a.parquet", "a.parquet", "a.parquet"]);
    }
}
