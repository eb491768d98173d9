//! Start: a first report from the columns of a file: a short spec and the SQL that it needs, which run as they are.

mod facts;
mod loans;
mod prices;

use std::path::Path;

use crate::disk;
use crate::error::{Error, Result};
use facts::Facts;

/// What a column was said to be; `None`: it is looked for by its name and its rows.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Whose history a row belongs to; of loans, the loan.
    pub entity: Option<String>,
    /// The day of a row; of loans, of origination.
    pub time: Option<String>,
    /// The price.
    pub close: Option<String>,
    /// The volume.
    pub volume: Option<String>,
    /// Whether, or when, a loan defaulted.
    pub outcome: Option<String>,
    /// Months after origination when an outcome is known.
    pub known_after: Option<u32>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Bars of prices, a row an entity and date.
    Prices,
    /// Loans, a row each.
    Loans,
}

/// A report that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Path of the spec below the root.
    pub spec: String,
    /// Path of the SQL below the root.
    pub sql: String,
    /// What was assumed, in words.
    pub assumed: Vec<String>,
}

/// A spec and its SQL, before they are written.
struct Draft {
    spec: String,
    sql: String,
    assumed: Vec<String>,
}

/// Writes `reports/<report>.toml` and the SQL that it names, from the Parquet file (or folder) at `file`.
///
/// Errors where one of the two files stands already, where a column cannot be told (the message names the candidates and the flag), and where
/// the rows are too few.
pub fn start(root: &Path, report: &str, file: &str, holds: Holds, said: &Said) -> Result<Started> {
    let is_name = report.starts_with(|c: char| c.is_ascii_alphanumeric()) && report.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if !is_name {
        return Err(Error::spec("REPORT", format!("is `{report}`")).hint("letters, digits, _ and -: it names files and a folder"));
    }
    let view = match holds {
        Holds::Prices => "bars",
        Holds::Loans => "first_loans",
    };
    let (spec, sql) = (format!("reports/{report}.toml"), format!("sql/{report}/{view}.sql"));
    for path in [&spec, &sql] {
        if root.join(path).exists() {
            return Err(Error::machine(path, "is there already, and is not replaced").hint("name another report, or move it away"));
        }
    }
    let facts = Facts::of(root, file, holds)?;
    let draft = match holds {
        Holds::Prices => prices::draft(report, &sql, &facts, said)?,
        Holds::Loans => loans::draft(report, &sql, &facts, said)?,
    };
    for (path, text) in [(&sql, &draft.sql), (&spec, &draft.spec)] {
        let whole = root.join(path);
        if let Some(folder) = whole.parent() {
            std::fs::create_dir_all(folder).map_err(|cause| disk::unwritable(folder, &cause))?;
        }
        disk::write_whole(&whole, text.as_bytes())?;
    }
    Ok(Started { spec, sql, assumed: draft.assumed })
}
