//! SQL files: one SELECT a file, the file's stem is the view's name, the first line states the grain.

use std::path::Path;

use crate::error::{Error, Result};
use crate::place;
use crate::spec::{Spec, without_mark};

/// One SQL file.
#[derive(Debug, Clone)]
pub(super) struct SqlFile {
    pub(super) path: String,
    pub(super) view: String,
    /// The file as it is, which is what is hashed.
    pub(super) text: String,
    pub(super) grain: Vec<String>,
}

impl SqlFile {
    /// The statement.
    pub(super) fn sql(&self) -> &str {
        without_mark(&self.text)
    }
}

pub(super) fn read(root: &Path, spec: &Spec) -> Result<Vec<SqlFile>> {
    spec.features.sql.iter().map(|path| read_one(root, path)).collect()
}

/// The name relative to the root, and the text, of the SQL file at `path`.
///
/// Errors when it lies outside the root and the folders that are allowed, or cannot be read.
pub fn text(root: &Path, path: &Path) -> Result<(String, String)> {
    let refuse = |problem: String| Error::sql(path.display(), problem);
    let found = place::find(root, path).map_err(|refused| {
        let (problem, hint) = refused.words("an SQL file");
        hint.iter().fold(refuse(problem), Error::hint)
    })?;
    if found.whole.extension().is_none_or(|extension| extension != "sql") {
        return Err(refuse("does not end in .sql".to_owned()).hint("an SQL file's name ends in .sql"));
    }
    let text = std::fs::read_to_string(&found.whole).map_err(|cause| refuse(format!("cannot be read: {cause}")))?;
    Ok((found.shown, text))
}

fn read_one(root: &Path, path: &str) -> Result<SqlFile> {
    let (_, text) = text(root, Path::new(path))?;
    let first = without_mark(&text).lines().next().unwrap_or_default();
    let grain = first.strip_prefix("-- grain:").ok_or_else(|| {
        Error::sql(format!("{path}:1"), format!("the first line is `{first}`, not the grain"))
            .hint("begin the file with the columns that identify a row, such as `-- grain: entity, as_of`")
    })?;
    let grain = grain.split(',').map(|column| column.trim().to_owned()).filter(|column| !column.is_empty()).collect();
    let stem = Path::new(path).file_stem().unwrap_or_default();
    Ok(SqlFile { path: path.to_owned(), view: stem.to_string_lossy().into_owned(), text, grain })
}
