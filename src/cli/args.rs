//! The arguments.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::asked::{Asked, BackfillAsked, CatchUpAsked};
use super::shell::{Completes, Schema};
use crate::bound::Bytes;
use crate::day::Day;
use crate::evidence::Role;
use crate::import::{self, DateOrder, Decimal, OnBad, Request};

/// Walk-forward backtests and risk reports a reviewer can believe.
///
/// Exit codes: 0 good, 1 you can fix it, 2 a bug of ours, 3 the report was made and a limit is breached or could not be judged (0 with --breach ok), 130 interrupted (SIGINT), 143 terminated (SIGTERM); of inputs that are not there yet, 1 or what --skip-code says.
#[derive(Debug, Clone, Parser)]
#[command(version, about, long_about = None, after_help = "Exit codes: 0 good, 1 you can fix it, 2 a bug of ours, 3 the report was made and a limit is breached or could not be judged (0 with --breach ok), 130 interrupted (SIGINT), 143 terminated (SIGTERM); of inputs that are not there yet, 1 or what --skip-code says.")]
pub(super) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    /// Project root: paths in a spec, sql/ and templates/ are relative to it.
    #[arg(long, global = true, default_value = ".")]
    pub(super) root: PathBuf,
    /// Folder of the runs; default: reports/ under the root. Of `diff --html` and `report`, the file to write; default: stdout.
    #[arg(long, global = true)]
    pub(super) out: Option<PathBuf>,
    /// Threads; the results do not depend on it.
    #[arg(long, global = true)]
    pub(super) threads: Option<NonZeroUsize>,
    /// Memory that may be held, such as 2GB or 512MB; what does not fit ends with exit code 1. Default: 90 % of what the machine or its cgroup
    /// has. The results do not depend on it.
    #[arg(long, global = true, value_name = "SIZE")]
    pub(super) memory: Option<Bytes>,
    /// A folder outside the root in which specs, SQL, templates and imported models may lie too; repeatable. Tables may lie anywhere.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) allow_outside: Vec<PathBuf>,
    /// One JSON object per line, for schedulers: on stderr what is going on, and on stdout how each report of `run`, `backfill` and `catch-up` ended, and what `prune` made of each run.
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Nothing on stderr but errors.
    #[arg(long, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Make reports: read, build features, walk forward, write the report.
    Run(Asked),
    /// Make a report as of several days, from the earliest on, each in its folder and as a run of that day makes it.
    Backfill(BackfillAsked),
    /// Make what was missed: a report as of each day since its newest run on which the tables have new rows.
    CatchUp(CatchUpAsked),
    /// Say what a spec means, check its tables and SQL, and run the no-look-ahead test; nothing is trained.
    Check {
        /// Report files, or folders of them.
        #[arg(required_unless_present = "explain")]
        specs: Vec<PathBuf>,
        /// Explain every key of a spec.
        #[arg(long)]
        explain: bool,
        /// List every metric that the report will have, for limits: its name, its unit and what it answers.
        #[arg(long)]
        metrics: bool,
    },
    /// List the features: definition, coverage, distribution, drift, strength.
    Features {
        /// Report file.
        spec: PathBuf,
        /// Also write the list to this Parquet file, with every quantile.
        #[arg(long)]
        catalogue: Option<PathBuf>,
        /// Write the rows of the last view to this Parquet file instead, as the SQL made them (f64, before models see f32), sorted by
        /// (as_of, entity). They stream through a bounded memory, so that there may be more of them than it holds; what sorts put on
        /// disk lies in the system's temporary folder (TMPDIR) meanwhile.
        #[arg(long)]
        rows: Option<PathBuf>,
    },
    /// Run one SQL file with the functions that feature SQL has, and print its rows.
    Query {
        /// SQL file.
        sql: PathBuf,
        /// A Parquet file to query, such as prices=data/prices.parquet, with the columns it is sorted by after a colon:
        /// prices=data/prices.parquet:symbol,date.
        #[arg(long = "table")]
        tables: Vec<String>,
        /// Run it this many times and print the seconds of each, not the rows.
        #[arg(long)]
        times: Option<NonZeroUsize>,
    },
    /// List the windows: who learns from what.
    Windows {
        /// Report file.
        spec: PathBuf,
    },
    /// Make a run again from scratch and compare every byte.
    Verify {
        /// Run folder, such as reports/equity_var/2020-01-01; or equity_var/2020-01-01, with the `--out` of the run where it had one.
        run: PathBuf,
        /// Also check who signed the run, by this OpenSSH allowed_signers file.
        #[arg(long)]
        signers: Option<PathBuf>,
        /// Day on which keys must be valid; default: now.
        #[arg(long, requires = "signers")]
        at: Option<Day>,
        /// A role in which somebody must have signed; may be given several times.
        #[arg(long, value_name = "ROLE", requires = "signers")]
        require: Vec<Role>,
    },
    /// Sign a run, below signatures/ in its folder; the report itself does not change.
    Sign {
        /// Run folder, as for verify.
        run: PathBuf,
        /// In what capacity: prepared, reviewed or approved.
        #[arg(long = "as", value_name = "ROLE")]
        role: Role,
        /// SSH key that signs: a private key, or the .pub of one that an agent or a device holds.
        #[arg(long)]
        key: PathBuf,
        /// What there is to say.
        #[arg(long, default_value = "")]
        remark: String,
    },
    /// List the numbers that moved between two runs, or write a page that compares them.
    Diff {
        /// Write a page: verdicts, limits crossed, numbers that moved by size, inputs that changed.
        #[arg(long)]
        html: bool,
        /// Run folder before.
        before: PathBuf,
        /// Run folder after.
        after: PathBuf,
    },
    /// Write the page of a run as Markdown, and its tables as CSV.
    Report {
        /// Run folder, such as reports/equity_var/2020-01-01; or equity_var/2020-01-01.
        run: PathBuf,
        /// Write the page as Markdown, to `--out` or to stdout.
        #[arg(long, required_unless_present = "csv")]
        markdown: bool,
        /// Write every table to this folder, a CSV file each, named by its anchor.
        #[arg(long, value_name = "FOLDER")]
        csv: Option<PathBuf>,
    },
    /// Delete old runs of a report, and say of each run why it is kept or how many bytes its end frees.
    Prune(super::prune::Asked),
    /// Write a report of your own: a spec and the SQL that it needs, from the columns of a Parquet file.
    New(super::new::Asked),
    /// Write a CSV file as typed, sorted Parquet, to data/TABLE.parquet; bad rows are named, by line, column and value.
    Import(ImportArgs),
    /// Write the synthetic sample data.
    Sample {
        /// Folder to write to.
        #[arg(default_value = "data/sample")]
        folder: PathBuf,
        /// Seed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Print the script that completes commands and options in a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Completes,
    },
    /// Print the manual page: `plimsoll man | man -l -`.
    Man {
        /// A command, for the page of its own.
        command: Option<String>,
    },
    /// Print the JSON Schema (2020-12) of a file that a run leaves.
    Schema {
        /// The file: summary.json or run.json.
        #[arg(value_enum)]
        of: Schema,
    },
}

impl Command {
    /// Its name on the command line.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Backfill(_) => "backfill",
            Self::CatchUp(_) => "catch-up",
            Self::Check { .. } => "check",
            Self::Features { .. } => "features",
            Self::Query { .. } => "query",
            Self::Windows { .. } => "windows",
            Self::Verify { .. } => "verify",
            Self::Diff { .. } => "diff",
            Self::Report { .. } => "report",
            Self::Sign { .. } => "sign",
            Self::Sample { .. } => "sample",
            Self::Prune(_) => "prune",
            Self::New(_) => "new",
            Self::Import(_) => "import",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Schema { .. } => "schema",
        }
    }
}

impl Args {
    /// The folder of the runs.
    pub(super) fn runs(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.root.join("reports"))
    }
}

/// Arguments of `import`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ImportArgs {
    /// CSV file: fields between commas, semicolons, tabs or bars; the first line names the columns.
    file: PathBuf,
    /// Name of the table.
    #[arg(long)]
    pub(super) table: String,
    /// Columns that identify a row, such as ticker,date; a row whose key stands before it is bad.
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS")]
    key: Vec<String>,
    /// Columns that stay text whatever they hold.
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS")]
    text: Vec<String>,
    /// What 03/04/2020 means, where no date of the column decides it.
    #[arg(long, value_parser = ["dmy", "mdy"])]
    dates: Option<String>,
    /// What 1,234 means, where no number of the file decides it.
    #[arg(long, value_parser = ["point", "comma"])]
    decimal: Option<String>,
    /// Leave bad rows out, which are counted and named all the same.
    #[arg(long)]
    skip_bad: bool,
}

impl ImportArgs {
    pub(super) fn request(&self, root: &std::path::Path) -> Request {
        Request {
            file: root.join(&self.file),
            place: import::place(root, &self.table),
            dates: self.dates.as_ref().map(|order| if order == "dmy" { DateOrder::Dmy } else { DateOrder::Mdy }),
            decimal: self.decimal.as_ref().map(|mark| if mark == "point" { Decimal::Point } else { Decimal::Comma }),
            key: self.key.clone(),
            text: self.text.clone(),
            bad: if self.skip_bad { OnBad::Skip } else { OnBad::Refuse },
        }
    }
}
