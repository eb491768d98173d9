//! Finding: what stands against a model, as a run records it in `summary.json` and the next run reads it.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::spec::Gravity;

/// A finding of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its name, the same from run to run.
    pub id: String,
    /// How grave it is.
    pub severity: Gravity,
    /// What it is.
    pub text: String,
    /// Who answers for the remedy.
    pub owner: Option<String>,
    /// Day by which the remedy is due.
    pub due: Option<Day>,
    /// The remedy.
    pub action: Option<String>,
    /// Day it was raised, or the day of the run in which it first stood.
    pub opened: Day,
    /// Day it was closed; `None` while it is open.
    pub closed: Option<Day>,
    /// Who found it.
    pub origin: Origin,
}

/// Who found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The author of the spec.
    Stated,
    /// The program: a limit breached, a test that fails, an alarm.
    Draft,
}
