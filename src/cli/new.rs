//! `plimsoll new`: a first report from the columns of a file.

use std::path::Path;

use super::{Exit, escape, say};
use crate::error::Result;
use crate::start::{self, Holds, Said};

/// What is asked of a new report.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Asked {
    /// Name of the report: reports/REPORT.toml and sql/REPORT/ are written, and neither may be there.
    report: String,
    /// A Parquet file (or folder) of prices, a row an entity and date; relative to the root.
    #[arg(long, value_name = "FILE", required_unless_present = "loans", conflicts_with = "loans")]
    prices: Option<String>,
    /// A Parquet file (or folder) of loans, a row each.
    #[arg(long, value_name = "FILE")]
    loans: Option<String>,
    /// Column that says whose history a row belongs to.
    #[arg(long, value_name = "COLUMN")]
    entity: Option<String>,
    /// Column of the date; of loans, of origination.
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Column of the price.
    #[arg(long, value_name = "COLUMN")]
    close: Option<String>,
    /// Column of the volume.
    #[arg(long, value_name = "COLUMN")]
    volume: Option<String>,
    /// Column that says whether, or on which day, a loan defaulted.
    #[arg(long, value_name = "COLUMN")]
    outcome: Option<String>,
    /// Months after origination when a loan's outcome is known.
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=480))]
    known_after: Option<u32>,
}

pub(super) fn new(root: &Path, asked: &Asked) -> Result<Exit> {
    let (file, holds) = match (&asked.prices, &asked.loans) {
        (None, Some(file)) => (file, Holds::Loans),
        (Some(file), _) => (file, Holds::Prices),
        (None, None) => return Err(crate::error::Error::spec("new", "wants --prices FILE or --loans FILE")),
    };
    let said = Said {
        entity: asked.entity.clone(),
        time: asked.time.clone(),
        close: asked.close.clone(),
        volume: asked.volume.clone(),
        outcome: asked.outcome.clone(),
        known_after: asked.known_after,
    };
    let started = start::start(root, &asked.report, file, holds, &said)?;
    say(&started.spec)?;
    say(&started.sql)?;
    for line in &started.assumed {
        say(&escape::value(&format!("  assumed: {line}")))?;
    }
    say(&format!("  next: plimsoll run {}", started.spec))?;
    Ok(Exit::Good)
}
