//! A file before it is a table: regular, Parquet, whole, and its hash.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use serde::Serialize;

use super::footer;
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

/// A file that a table is read from.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// Its name in messages.
    pub(super) shown: String,
}

/// What is known of a file before its rows are read.
pub(super) struct Opened {
    pub(super) n_bytes: u64,
    pub(super) metadata: ArrowReaderMetadata,
}

impl Place {
    pub(super) fn new(root: &Path, path: &Path) -> Self {
        Self { path: path.to_owned(), shown: path.strip_prefix(root).unwrap_or(path).display().to_string() }
    }

    /// Opens the file and reads its footer.
    ///
    /// Errors when it is no regular file, which is told before it is opened: a pipe would wait for ever.
    pub(super) fn open(&self) -> Result<Opened> {
        let refuse = |cause: std::io::Error| Error::machine(&self.shown, format!("cannot be read: {cause}"));
        let facts = fs::metadata(&self.path).map_err(refuse)?;
        let whole = self.path.canonicalize().map_err(refuse)?;
        if !facts.is_file() || ["/proc", "/sys"].iter().any(|kernels| whole.starts_with(kernels)) {
            return Err(Error::data(&self.shown, "is no regular file but a pipe, a device, a socket or a file of the kernel")
                .hint("copy what it yields to a Parquet file on a disk, and name that"));
        }
        let file = File::open(&self.path).map_err(refuse)?;
        let n_bytes = file.metadata().map_err(refuse)?.len();
        let metadata = footer::read(&file, n_bytes, &self.shown)?;
        Ok(Opened { n_bytes, metadata })
    }

    /// Hashes the file after a look at its ends and its footer, which tell a Parquet file that is whole.
    pub(super) fn inspect(&self) -> Result<SourceFile> {
        let n_bytes = self.open()?.n_bytes;
        let sha256 = sha256_file(&self.path).map_err(|cause| Error::machine(&self.shown, format!("cannot be read: {cause}")))?;
        Ok(SourceFile { path: self.shown.clone(), n_bytes, sha256, place: self.path.clone() })
    }
}
