//! What regressions keep between windows.

use std::sync::Arc;

use super::identity::Identity;
use super::moments::{self, Blocks};
use super::prepare::Preparation;
use crate::feature::Matrix;
use crate::model::Memo;

/// Searches kept: those of some dozens of models at their latest anchors.
const SOLUTIONS: usize = 256;

/// Months summed up, and where searches ended on anchor windows.
#[derive(Debug)]
pub(in crate::model) struct Memory {
    pub(super) blocks: Blocks,
    pub(super) solutions: Memo<SolutionKey, Solution>,
}

impl Memory {
    /// Nothing is kept yet.
    pub(in crate::model) fn new(features: &Matrix) -> Self {
        Self { blocks: moments::blocks(features.n_columns()), solutions: Memo::new(SOLUTIONS) }
    }
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
