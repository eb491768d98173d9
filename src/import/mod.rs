//! Import: a CSV file to typed, sorted Parquet. Types are decided over the whole file, and every row that does not keep to them is named.

mod cell;
mod column;
mod table;
mod write;

pub use cell::{DateOrder, Decimal};

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use column::Column;
use table::Table;

/// How a file is to be read where it does not say itself.
#[derive(Debug, Clone)]
pub struct Request {
    /// The CSV file.
    pub file: PathBuf,
    /// The Parquet file to write; replaced in one step.
    pub place: PathBuf,
    /// Order of day and month where a file can be read either way; `None`: such a file is refused.
    pub dates: Option<DateOrder>,
    /// The decimal mark where a file can be read either way; `None`: such a file is refused.
    pub decimal: Option<Decimal>,
    /// Columns that identify a row; empty: not checked.
    pub key: Vec<String>,
    /// Columns that stay text whatever they hold.
    pub text: Vec<String>,
    /// What becomes of bad rows.
    pub bad: OnBad,
}

/// What becomes of bad rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnBad {
    /// Nothing is written.
    Refuse,
    /// They are left out, and named.
    Skip,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// The column to blame; empty where it is the row as a whole.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.problem),
            column => write!(f, "line {}, column `{column}`: `{}` {}", self.line, self.value, self.problem),
        }
    }
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Rows written; `None` where bad rows refused the import and nothing was.
    pub n_rows: Option<usize>,
    /// Columns: name and type in words.
    pub columns: Vec<(String, String)>,
    /// Columns by which the rows are sorted.
    pub sorted_by: Vec<String>,
    /// The first column of dates.
    pub time: Option<String>,
    /// Every bad row, by line.
    pub bad: Vec<BadRow>,
    /// What was taken for granted, or should be known, in words.
    pub notes: Vec<String>,
}

/// Reads a CSV file and writes it as Parquet, unless it has bad rows that nobody said to skip.
///
/// Errors where the file is none, has no rows, names a column twice, or can be read in two ways; the message names the flag that decides.
pub fn import(request: &Request) -> Result<Imported> {
    let shown = request.file.display().to_string();
    let mut table = Table::read(&request.file)?;
    for (flag, name) in request.key.iter().map(|name| ("--key", name)).chain(request.text.iter().map(|name| ("--text", name))) {
        if !table.names.contains(name) {
            return Err(
                Error::data(&shown, format!("no column `{name}`, which {flag} names")).hint(format!("its columns are {}", table.names.join(", ")))
            );
        }
    }
    let mut notes = std::mem::take(&mut table.notes);
    let decimal = column::decimal(&table, request)?;
    if decimal == Decimal::Comma {
        notes.push("numbers are read with decimal commas".to_owned());
    }
    let kinds = (0..table.names.len()).map(|at| column::kind(&table, at, decimal, request)).collect::<Result<Vec<_>>>()?;
    let mut bad = std::mem::take(&mut table.bad);
    bad.extend(table.keep_readable(&kinds, decimal));
    let columns: Vec<Column> = kinds.into_iter().enumerate().map(|(at, kind)| Column::of(&table, at, kind, decimal)).collect();
    notes.extend(columns.iter().flat_map(|column| column.notes.clone()));
    let (sorted_by, order) = write::order(&columns, &request.key);
    let order = write::without_duplicates(&columns, &request.key, order, &table, &mut bad);
    bad.sort_by_key(|row| row.line);
    let is_refused = request.bad == OnBad::Refuse && !bad.is_empty();
    if !is_refused {
        if order.is_empty() {
            return Err(Error::data(&shown, "has no row that can be read").hint("nothing was written; see the bad rows"));
        }
        write::parquet(&request.place, &columns, &order)?;
    }
    let time = columns.iter().find(|column| column.is_dated()).map(|column| column.name.clone());
    let told = columns.iter().map(|column| (column.name.clone(), column.kind_name().to_owned())).collect();
    Ok(Imported { n_rows: (!is_refused).then_some(order.len()), columns: told, sorted_by, time, bad, notes })
}

/// Where a table of this name is written: `data/T.parquet`.
#[must_use]
pub fn place(root: &Path, table: &str) -> PathBuf {
    root.join("data").join(format!("{table}.parquet"))
}
