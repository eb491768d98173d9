//! What regressions keep between windows.

use std::sync::Arc;

use super::identity::Identity;
use super::prepare::Preparation;
use crate::model::{Memo, Shared};

/// Searches kept: those of some dozens of models at their latest anchors.
const SOLUTIONS: usize = 256;

/// Where searches ended on anchor windows.
pub(super) fn solutions(shared: &Shared<'_>) -> Arc<Memo<SolutionKey, Solution>> {
    shared.memo(SOLUTIONS)
}

/// What determines where a search ends: the rows, the columns, and the model with its settings in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SolutionKey {
    pub(super) identity: Identity,
    pub(super) columns: Arc<[usize]>,
    pub(super) model: String,
}

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub(super) prepared: Preparation,
    /// Intercept first; one list for each thing searched for.
    pub(super) coefficients: Vec<Vec<f64>>,
    pub(super) notes: Vec<String>,
}
