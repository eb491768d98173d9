//! What the windows of a walk share: the table's features, and work on them that more than one window needs.

use super::Memo;
use super::gbdt::{BinKey, Binned, Ensemble};
use super::regression::Memory;
use crate::feature::Matrix;

/// The features of the whole table, and the memory of work on them.
///
/// Learners reach the features through `Train::features` and `Anchor::features`, which show their rows and no others. What is kept
/// here is a function of such rows, so that a window's result does not depend on which window asked first.
#[derive(Debug)]
pub struct Shared<'a> {
    features: &'a Matrix,
    /// Codes of rows for trees.
    pub(super) binned: Memo<BinKey, Binned>,
    /// Trees of earlier windows to go on from, by window and settings.
    pub(super) warm: Memo<(u32, String), Ensemble>,
    regressions: Memory,
}

impl<'a> Shared<'a> {
    /// Nothing is kept yet; at most so much that `n_fits` fits side by side are served.
    #[must_use]
    pub fn new(features: &'a Matrix, n_fits: usize) -> Self {
        // One more, so that the fit that moves on to a later refresh does not push out what its neighbours still use.
        Self { features, binned: Memo::new(n_fits + 1), warm: Memo::new(n_fits + 1), regressions: Memory::new(features) }
    }

    /// Sums and solutions of regressions.
    pub(super) fn regressions(&self) -> &Memory {
        &self.regressions
    }

    /// The features of the whole table, of which a learner reads the rows it is shown.
    pub(super) fn features(&self) -> &'a Matrix {
        self.features
    }
}
