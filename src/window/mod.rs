//! Window: who may learn from what?

mod overlap;
mod plan;

pub use overlap::{dates_spanned, target_dates};
pub use plan::{plan, rows, tested};

use std::ops::Range;

use serde::Serialize;

use crate::day::Day;

/// Half-open range of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// First day.
    pub start: Day,
    /// Day after the last.
    pub end: Day,
}

/// One step of the walk. It trains on rows with `train.start <= as_of` and `known_on < test.start - embargo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Position in the walk, from 0.
    pub idx: u32,
    /// Days whose rows may train; ends where the test starts.
    pub train: Span,
    /// Days tested.
    pub test: Span,
    /// A training target must be known strictly before this day.
    pub known_before: Day,
    /// Rows that train, those of weight 0 among them: the learner is handed them all.
    pub n_train: usize,
    /// Rows of the train span left out because their target was not known yet (or lies inside the embargo, or never comes to be known).
    /// A row whose `known_on` has come without a target neither trains nor is purged.
    pub n_purged: usize,
    /// Rows tested, with or without a known target.
    pub n_test: usize,
}

/// The dataset rows of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRows {
    /// Rows that train, ascending, those of weight 0 among them.
    pub train: Vec<u32>,
    /// Rows tested.
    pub test: Range<u32>,
}
