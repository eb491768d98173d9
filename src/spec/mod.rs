//! Spec: what was asked? A `Spec` cannot be wrong, because only [`load`] makes one.
//!
//! `raw` mirrors the TOML, `check` turns it into these types in one place, `key` documents every key.

mod check;
mod framework;
mod governance;
mod key;
mod model;
mod near;
mod period;
mod quantity;
mod raw;
mod reader;
mod select;
mod target;
mod tune;
mod view;

pub use check::load;
#[cfg(test)]
pub(crate) use check::tests::parsed;
pub use framework::{Answers, Condition, Framework, Requirement};
pub use governance::{DataOrigin, Governance, Gravity, Overlay, StatedFinding};
pub use key::explain;
pub use model::{
    AdaBoostParams, BaselineParams, BoostError, ColumnParams, ComponentParams, DecisionTreeParams, EarlyStopSpec, ElasticNetParams, EnsembleParams,
    EnsembleWeights, EwmaParams, ForestDraw, ForestParams, GbdtEngine, GbdtParams, History, HuberParams, ImportFormat, ImportParams, ImportanceKind,
    LassoParams, Learning, LinearParams, LogisticParams, MeanLoss, Mention, ModelKind, ModelSpec, NaiveBayesParams, NeighbourWeights,
    NeighboursParams, QuantileParams, RidgeParams, Role, StandardErrors, SvmKernel, SvmParams, ThresholdChoice, TreeLimits, TreeRows,
};
pub use period::Period;
pub use quantity::Quantity;
pub use select::{Measure, SelectSpec};
pub use target::{TargetSpec, TargetUnit};
pub use tune::{Search, Trial, TuneSpec};

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// A text without the byte order mark that some editors begin files with; its hash is the whole file's all the same.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// One report, as asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Spec {
    /// The file's stem; names the folder of its runs.
    pub name: String,
    /// The spec's path relative to the root, for messages and the manifest.
    pub file: PathBuf,
    /// The TOML itself, hashed into the manifest.
    #[serde(skip)]
    pub text: String,
    /// Heading of the report.
    pub title: String,
    /// The book or portfolio judged, in words.
    pub portfolio: String,
    /// Which page is rendered.
    pub kind: Kind,
    /// Data of this day and later is not read; `None`: all there is.
    pub as_of: Option<Day>,
    /// Seed of everything random.
    pub seed: u64,
    /// Parquet tables in the order of the file.
    pub tables: Vec<TableSpec>,
    /// The SQL and its contract.
    pub features: FeatureSpec,
    /// What the target is.
    pub target: TargetSpec,
    /// The walk-forward scheme.
    pub window: WindowSpec,
    /// Models in the order of the file.
    pub models: Vec<ModelSpec>,
    /// What is held on the forecasts.
    pub book: Option<BookSpec>,
    /// How risk is judged.
    pub risk: RiskSpec,
    /// Limits that colour the report and set the exit code.
    pub limits: Vec<Limit>,
    /// Known limitations, in the author's words.
    pub limitations: Vec<String>,
    /// Names for the sign-off block.
    pub sign_off: SignOff,
    /// Who answers for the model, and what stands against it.
    pub governance: Governance,
}

/// The kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Returns, VaR and a traded book.
    Market,
    /// Default, loss and a loan book.
    Credit,
}

/// A Parquet table.
#[derive(Debug, Clone, Serialize)]
pub struct TableSpec {
    /// Name in SQL.
    pub name: String,
    /// File, folder or glob, relative to the project root.
    pub path: String,
    /// SQL expression (usually one column) for the day a row became known.
    pub time: String,
    /// Columns the files are sorted by, ascending, NULL last; declared, so that no sort is done, and checked row by row.
    pub sorted_by: Vec<String>,
    /// Columns that identify a row; empty: not checked.
    pub key: Vec<String>,
    /// Columns known only later than the row: NULL where their day has not come before the run's, and in a cut of the truncation test.
    pub outcomes: Vec<String>,
    /// Column with the day the outcomes became known; `None`: a cut hides them all, a run reads what the file holds.
    pub outcomes_known: Option<String>,
    /// Data-quality checks.
    pub quality: QualitySpec,
}

impl TableSpec {
    /// The scheme of a path on a remote store, such as `s3`, which this build does not read; `None` for a path on a disk.
    #[must_use]
    pub fn remote_scheme(path: &str) -> Option<&str> {
        path.split_once("://").map(|(scheme, _)| scheme)
    }

    /// A file that no spec names, for a query on its own: no time, no checks.
    #[must_use]
    pub fn bare(name: &str, path: &str, sorted_by: &[String]) -> Self {
        let quality = QualitySpec {
            entity: None,
            price: None,
            high: None,
            low: None,
            volume: None,
            max_return: f64::INFINITY,
            max_gap_days: u32::MAX,
            stale_days: u32::MAX,
            max_null_share: 1.0,
            severity: BTreeMap::new(),
        };
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            time: String::new(),
            sorted_by: sorted_by.to_vec(),
            key: Vec::new(),
            outcomes: Vec::new(),
            outcomes_known: None,
            quality,
        }
    }
}

/// Data-quality checks of one table; a check whose column is not named is not run.
#[derive(Debug, Clone, Serialize)]
pub struct QualitySpec {
    /// Whose history a row belongs to (for gaps, stale runs and returns).
    pub entity: Option<String>,
    /// Price column.
    pub price: Option<String>,
    /// High column.
    pub high: Option<String>,
    /// Low column.
    pub low: Option<String>,
    /// Volume column.
    pub volume: Option<String>,
    /// Absolute return beyond which a price is suspect, in decimals.
    pub max_return: f64,
    /// Calendar days between two rows of an entity beyond which there is a gap.
    pub max_gap_days: u32,
    /// Number of unchanged prices in a row that make a stale run.
    pub stale_days: u32,
    /// Share of NULLs in a column beyond which it is a finding, in decimals.
    pub max_null_share: f64,
    /// Severity by check: `null_share`, `duplicates`, `gaps`, `stale`, `returns`, `level_shifts`, `ended`, `high_low`, `zero_volume`, `not_finite`.
    pub severity: BTreeMap<String, Severity>,
}

/// What a finding means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Not looked for.
    Ignore,
    /// Reported.
    Note,
    /// Reported in amber.
    Warn,
    /// The run stops.
    Stop,
}

/// The SQL that builds features and the contract its last view keeps.
#[derive(Debug, Clone, Serialize)]
pub struct FeatureSpec {
    /// SQL files in order; the file's stem is the view's name.
    pub sql: Vec<String>,
    /// Columns carried to the book and the segments, never shown to a model.
    pub carry: Vec<String>,
    /// Carried text column by which errors are also broken down.
    pub segment: Option<String>,
    /// Dates tried by the truncation (no look-ahead) test.
    pub truncation_dates: u32,
}

/// The walk-forward scheme.
#[derive(Debug, Clone, Serialize)]
pub struct WindowSpec {
    /// How train spans move.
    pub scheme: Scheme,
    /// Length of the train span (`rolling`), or the shortest one (`expanding`); `None` for `split`.
    pub train: Option<Period>,
    /// Length of a test span; `None` for `split`.
    pub test: Option<Period>,
    /// Gap between what is known and the test's start.
    pub embargo: Period,
    /// First day tested; `None`: as early as the train span allows.
    pub first_test: Option<Day>,
    /// Day after the last day tested; `None`: the end of the data.
    pub last_test: Option<Day>,
}

/// How train spans move.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// A train span of fixed length rolls forward.
    Rolling,
    /// The train span starts at the first row and grows.
    Expanding,
    /// One cut of the dates: this share (in (0, 1)) of the dates trains.
    Split(f64),
}

/// What is held on the forecasts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum BookSpec {
    /// Long the highest mean forecasts, short the lowest.
    LongShort(LongShortSpec),
    /// Loans approved below a cut-off, with expected loss = PD x LGD x exposure.
    Loans(LoansSpec),
}

/// A long-short book by quantile of the mean forecast.
#[derive(Debug, Clone, Serialize)]
pub struct LongShortSpec {
    /// Models traded, one book each; every one asks for `mean`.
    pub models: Vec<String>,
    /// Share of the names on each side, in (0, 0.5].
    pub share: f64,
    /// How a side is weighted.
    pub weights: Weights,
    /// How often weights are set.
    pub rebalance: Rebalance,
    /// Cost per unit of turnover, in basis points.
    pub cost_bps: f64,
    /// Trading days between the decision and the first return earned.
    pub delay_days: u32,
    /// Return of a name held when its rows end, in [-1, 1].
    pub delisting_return: f64,
}

/// How a side of a long-short book is weighted; either side sums to 1 in absolute value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// The same for every name.
    Equal,
    /// By distance of the rank from the side's inner edge.
    Rank,
}

/// How often a book is rebalanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rebalance {
    /// Every date with forecasts.
    Daily,
    /// The first date of an ISO week.
    Weekly,
    /// The first date of a calendar month.
    Monthly,
}

/// A loan book.
#[derive(Debug, Clone, Serialize)]
pub struct LoansSpec {
    /// Models judged, one book each; every one asks for `probability`.
    pub models: Vec<String>,
    /// Given loss given default, in [0, 1].
    pub lgd: f64,
    /// Carried column with the exposure, in currency.
    pub exposure: String,
    /// Carried column with the realised loss, in currency; `None`: lgd x exposure x default.
    pub realized_loss: Option<String>,
    /// Loans with a PD strictly below this are approved, in (0, 1).
    pub cutoff: f64,
}

/// How risk is judged.
#[derive(Debug, Clone, Serialize)]
pub struct RiskSpec {
    /// The entity whose VaR is the headline; not traded, and left out of cross-sectional errors.
    pub entity: Option<String>,
    /// Other entities whose VaR and ES are tested one by one: desks, funds, names.
    pub entities: Vec<String>,
    /// Trading days a year.
    pub days_per_year: f64,
    /// Level of the tests' decisions, e.g. 0.05.
    pub significance: f64,
    /// The model others are compared with.
    pub baseline: Option<String>,
}

impl RiskSpec {
    /// Code of the entity whose VaR is the headline: the one named, or the only one there is.
    #[must_use]
    pub fn headline(&self, entities: &[String]) -> Option<u32> {
        let named = self.entity.as_ref().and_then(|name| entities.iter().position(|entity| entity == name));
        named.map(|code| code as u32).or((entities.len() == 1).then_some(0))
    }
}

/// A limit on a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limit {
    /// Name of the metric in `summary.json`.
    pub metric: String,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
}

/// Names for the sign-off block; blank lines where not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SignOff {
    /// Who prepared the report.
    pub prepared: Option<String>,
    /// Who reviewed it.
    pub reviewed: Option<String>,
    /// Who approved it.
    pub approved: Option<String>,
}
