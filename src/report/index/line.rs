//! One line of `index.jsonl`: what the index needs of a run, and the stamps by which it is seen whether the run's files are the ones read.
//!
//! | field | what |
//! |---|---|
//! | `schema` | 1; a line of another layout is not read |
//! | `run` | the folder below `reports`: `equity_var/2020-01-01` |
//! | `digest` | SHA-256 of its `run.json` |
//! | `name`, `title`, `as_of` | of the report; the run's day |
//! | `made_on` | the day on which it was made, where that is more than two days from `as_of`; absent otherwise |
//! | `ended` | headline, colour, counts of limits, as in `run.json` |
//! | `owner` | who owns the model; empty where none is stated |
//! | `worst` | the first sentence of the verdict; empty where there is none |
//! | `limits` | metric, bounds, value (`null` where undefined), unit, standing |
//! | `signed` | who signed it and what does not hold of it, in words |
//! | `seal` | stamps of the files read: inode, size, times |

use serde::{Deserialize, Serialize};

use super::seal::Seal;
use crate::day::Day;
use crate::manifest::Ended;
use crate::spec::Limit;
use crate::stat::{Judged, Metric, Outcome, Standing, Unit};

/// Layout of a line.
pub(super) const SCHEMA: u32 = 1;

/// What the index needs of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Layout of the line.
    pub(super) schema: u32,
    /// Its folder below the folder of the runs.
    pub(super) run: String,
    /// SHA-256 of its `run.json`.
    pub(super) digest: String,
    /// The report's name.
    pub(super) name: String,
    /// The report's title.
    pub(super) title: String,
    /// The run's day.
    pub(super) as_of: Day,
    /// The day on which it was made, where that is more than two days from its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made_on: Option<Day>,
    /// How it ended.
    pub(super) ended: Ended,
    /// Who owns the model; empty where none is stated.
    pub(super) owner: String,
    /// The gravest sentence of the verdict; empty where there is none.
    pub(super) worst: String,
    /// Its limits, in the order of the spec.
    pub(super) limits: Vec<LimitLine>,
    /// Who signed it, in words.
    pub(super) signed: Vec<String>,
    /// What its files were when they were read.
    pub(super) seal: Seal,
}

/// A limit and the value that was held against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitLine {
    /// The metric.
    pub(super) metric: String,
    /// Smallest value allowed.
    pub(super) min: Option<f64>,
    /// Largest value allowed.
    pub(super) max: Option<f64>,
    /// The value; `None` where undefined.
    pub(super) value: Option<f64>,
    /// How it is read.
    pub(super) unit: Unit,
    /// How it fared.
    pub(super) standing: Standing,
}

impl LimitLine {
    /// Of a limit that was judged.
    pub(super) fn of(judged: &Judged) -> Self {
        Self {
            metric: judged.limit.metric.clone(),
            min: judged.limit.min,
            max: judged.limit.max,
            value: judged.metric.value.value().copied(),
            unit: judged.metric.unit,
            standing: judged.standing,
        }
    }

    /// As the statistics know it.
    pub(super) fn judged(&self) -> Judged {
        let value = self.value.map_or_else(|| Outcome::undefined("not defined"), Outcome::Value);
        Judged {
            limit: Limit { metric: self.metric.clone(), min: self.min, max: self.max },
            metric: Metric { value, unit: self.unit, n: 0 },
            standing: self.standing,
        }
    }
}

impl Line {
    /// As it stands in the file, without its end.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("a line is made of plain values")
    }
}
