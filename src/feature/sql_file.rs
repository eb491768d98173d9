//! SQL files: one SELECT a file, the file's stem is the view's name, the first line states the grain.

use std::path::Path;

use crate::error::{Error, Result};
use crate::spec::Spec;

/// One SQL file.
#[derive(Debug, Clone)]
pub(super) struct SqlFile {
    pub(super) path: String,
    pub(super) view: String,
    pub(super) text: String,
    pub(super) grain: Vec<String>,
}

pub(super) fn read(root: &Path, spec: &Spec) -> Result<Vec<SqlFile>> {
    spec.features.sql.iter().map(|path| read_one(root, path)).collect()
}

fn read_one(root: &Path, path: &str) -> Result<SqlFile> {
    let text = std::fs::read_to_string(root.join(path)).map_err(|cause| Error::sql(path, format!("cannot be read: {cause}")))?;
    let first = text.lines().next().unwrap_or_default();
    let grain = first.strip_prefix("-- grain:").ok_or_else(|| {
        Error::sql(format!("{path}:1"), format!("the first line is `{first}`, not the grain"))
            .hint("begin the file with the columns that identify a row, such as `-- grain: entity, as_of`")
    })?;
    let grain = grain.split(',').map(|column| column.trim().to_owned()).filter(|column| !column.is_empty()).collect();
    let stem = Path::new(path).file_stem().unwrap_or_default();
    Ok(SqlFile { path: path.to_owned(), view: stem.to_string_lossy().into_owned(), text, grain })
}
