//! What the commands that make reports are asked.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::day::Day;
use crate::source::Wait;
use crate::spec::Period;

/// What a breached limit does to the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Breach {
    /// It ends with 3.
    Fail,
    /// It ends with 0: the report says it, and the scheduler does not.
    Ok,
}

/// The arguments of `run`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Asked {
    /// Report files, or folders of them.
    #[arg(required = true)]
    pub(super) specs: Vec<PathBuf>,
    /// Read only data known before this day, whatever the spec says.
    #[arg(long)]
    pub(super) as_of: Option<Day>,
    #[command(flatten)]
    pub(super) manners: Manners,
}

/// The arguments of `backfill`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct BackfillAsked {
    /// Report file.
    pub(super) spec: PathBuf,
    /// The first as-of.
    #[arg(long, value_name = "DATE")]
    pub(super) from: Day,
    /// No as-of is later; one on this day is made.
    #[arg(long, value_name = "DATE")]
    pub(super) to: Day,
    /// From one as-of to the next: 1d, 1w, 1mo or 1y. Months are counted from `--from`, and one that lacks its day of the month has its last
    /// day instead: month ends are `--from 2020-01-31 --step 1mo`.
    #[arg(long, default_value = "1mo", value_parser = step)]
    pub(super) step: Period,
    /// Leave every as-of that has a whole run, whatever that was made from. Without this one that was made from other inputs, or by another
    /// program, is made again.
    #[arg(long)]
    pub(super) only_missing: bool,
    #[command(flatten)]
    pub(super) manners: Manners,
}

/// The arguments of `catch-up`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct CatchUpAsked {
    /// Report files, or folders of them.
    #[arg(required = true)]
    pub(super) specs: Vec<PathBuf>,
    /// From one as-of to the next, counted from the newest run: 1d, 1w, 1mo or 1y.
    #[arg(long, default_value = "1d", value_parser = step)]
    pub(super) step: Period,
    #[command(flatten)]
    pub(super) manners: Manners,
}

/// How reports are made, and who is told.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Manners {
    /// What a limit that is breached or could not be judged does to the exit code: `fail` ends with 3, `ok` with 0; the report says it either way.
    #[arg(long, value_enum, default_value_t = Breach::Fail)]
    pub(super) breach: Breach,
    /// A table whose newest row, by its `time`, is older than this day is not ready: nothing is made, and the exit code is that of `--skip-code`.
    /// DATE is of every table, TABLE=DATE of one; repeatable.
    #[arg(long, value_name = "[TABLE=]DATE")]
    pub(super) wait_for: Vec<Wait>,
    /// Exit code where inputs are not there yet: no file at a table's path, or a table that is not ready by `--wait-for`.
    #[arg(long, value_name = "N", default_value = "1", value_parser = skip_code)]
    pub(super) skip_code: u8,
    /// A file of metrics for Prometheus' textfile collector, such as plimsoll.prom: replaced whole after each report; what it tells of other
    /// reports stays.
    #[arg(long, value_name = "FILE")]
    pub(super) metrics: Option<PathBuf>,
    /// A file to which OpenLineage events are appended (START, COMPLETE, FAIL), such as lineage.ndjson.
    #[arg(long, value_name = "FILE")]
    pub(super) lineage: Option<PathBuf>,
    /// Say what would be read, computed and written; train and write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// A code that says nothing else: 2 and 3 are taken, and those from 126 on are the shell's.
fn skip_code(text: &str) -> Result<u8, String> {
    let code: Option<u8> = text.parse().ok();
    code.filter(|code| matches!(code, 0 | 1 | 4..=125)).ok_or_else(|| format!("`{text}` is not 0, 1 or a number from 4 to 125"))
}

/// A step that leads from one day to another.
fn step(text: &str) -> Result<Period, String> {
    match text.parse()? {
        Period::TradingDays(_) => Err(format!("`{text}` counts dates of the feature view, and a step is of the calendar; write 1d, 1w, 1mo or 1y")),
        Period::Months(0) | Period::Days(0) => Err(format!("`{text}` is no step; write 1d, 1w, 1mo or 1y")),
        period @ (Period::Months(_) | Period::Days(_)) => Ok(period),
    }
}
