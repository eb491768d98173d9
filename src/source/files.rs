//! From a path in a spec to Parquet files and their hashes.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::digest::sha256_file;
use crate::error::{Error, Result};

/// A Parquet file that a run reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// Path as the spec leads to it.
    pub path: String,
    /// Size.
    pub n_bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
    /// Where it lies, for this run alone.
    #[serde(skip)]
    pub place: PathBuf,
}

/// The files a table's `path` (a file, a folder or a glob) stands for, sorted by path.
pub(super) fn find(root: &Path, table: &str, path: &str) -> Result<Vec<PathBuf>> {
    let whole = root.join(path);
    let mut found = if whole.is_dir() {
        below(&whole).map_err(|cause| Error::machine(path, cause))?
    } else if path.contains(['*', '?']) {
        globbed(&whole).map_err(|cause| Error::machine(path, cause))?
    } else if whole.is_file() {
        vec![whole]
    } else {
        return Err(Error::data(path, format!("no such file (table `{table}`)")).hint(format!("paths are relative to {}", shown(root))));
    };
    found.sort();
    if found.is_empty() {
        return Err(Error::data(path, format!("no Parquet file matches (table `{table}`)"))
            .hint("a folder is searched for *.parquet; in a glob, * stands for any part of a name and ? for one character"));
    }
    Ok(found)
}

fn shown(root: &Path) -> String {
    if root.as_os_str().is_empty() || root == Path::new(".") { "the working folder".to_owned() } else { root.display().to_string() }
}

/// Hashes a file after a look at its first and last bytes, which tell a Parquet file that is whole.
pub(super) fn inspect(root: &Path, path: &Path) -> Result<SourceFile> {
    let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
    let refuse = |cause: std::io::Error| Error::machine(&shown, format!("cannot be read: {cause}"));
    let mut file = fs::File::open(path).map_err(refuse)?;
    let n_bytes = file.metadata().map_err(refuse)?.len();
    let mut magic = [0; 4];
    let starts = n_bytes >= 4 && file.read_exact(&mut magic).map_err(refuse).map(|()| &magic == b"PAR1")?;
    if !starts {
        return Err(Error::data(&shown, format!("is not a Parquet file ({n_bytes} bytes that do not begin with PAR1)"))
            .hint("convert it to Parquet, or point the table's `path` elsewhere"));
    }
    file.seek(SeekFrom::End(-4)).map_err(refuse)?;
    file.read_exact(&mut magic).map_err(refuse)?;
    if n_bytes < 12 || &magic != b"PAR1" {
        return Err(Error::data(&shown, format!("is a truncated Parquet file ({n_bytes} bytes that do not end with PAR1)"))
            .hint("copy it again, or wait until its writer has finished"));
    }
    let sha256 = sha256_file(path).map_err(refuse)?;
    Ok(SourceFile { path: shown, n_bytes, sha256, place: path.to_owned() })
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
                if matches(name.as_bytes(), file_name.to_string_lossy().as_bytes()) {
                    next.push(folder.join(file_name));
                }
            }
        }
        found = next;
    }
    found.retain(|path| path.is_file());
    Ok(found)
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|taken| matches(rest, &name[taken..])),
        Some((b'?', rest)) => name.split_first().is_some_and(|(_, tail)| matches(rest, tail)),
        Some((letter, rest)) => name.split_first().is_some_and(|(first, tail)| first == letter && matches(rest, tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_a_name_and_a_question_mark_for_one_letter() {
        assert!(matches(b"prices_*.parquet", b"prices_2010.parquet"));
        assert!(matches(b"*", b""));
        assert!(matches(b"q?.parquet", b"q4.parquet"));
        assert!(!matches(b"q?.parquet", b"q10.parquet"));
        assert!(!matches(b"prices_*.parquet", b"loans_2010.parquet"));
    }
}
