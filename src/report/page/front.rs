//! Front: page one, which a committee reads alone.

use serde::Serialize;

use super::{Figure, Table};
use crate::report::cell::Cell;

/// What stands between the verdict and the signatures on page one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Front {
    /// What was tested, whether it can be believed, where it failed, what changed.
    pub cells: Vec<FrontCell>,
    /// Limits and failed tests, failures first.
    pub limits: Table,
    /// Two figures side by side; fewer where there is less to draw.
    pub figures: Vec<Figure>,
    /// The numbers that matter, large.
    pub tiles: Vec<Tile>,
    /// Findings whose remedy is overdue.
    pub overdue: Vec<String>,
    /// The gravest limitations.
    pub limitations: Vec<String>,
    /// The author's recommendation, or that there is none.
    pub recommendation: String,
}

/// One question of page one, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrontCell {
    /// The question: "Can it be believed".
    pub title: String,
    /// Its answer, a line a fact.
    pub lines: Vec<String>,
}

/// A number that matters, with what it is read against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number.
    pub value: Cell,
    /// The baseline, the limit and the previous run.
    pub comparison: String,
    /// Observations behind it.
    pub n: Option<u64>,
    /// Whether its limit is kept, in colour and a word; `None` without a limit.
    pub mark: Option<Cell>,
}
