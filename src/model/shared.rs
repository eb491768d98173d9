//! What the windows of a walk share: the table's features, and work on them that more than one window needs.

use crate::feature::Matrix;

/// The features of the whole table, and the memory of work on them.
///
/// Learners reach the features through `Train::features` and `Anchor::features`, which show their rows and no others. What is kept
/// here is a function of such rows, so that a window's result does not depend on which window asked first.
#[derive(Debug)]
pub struct Shared<'a> {
    features: &'a Matrix,
}

impl<'a> Shared<'a> {
    /// Nothing is kept yet; at most so much that `threads` windows side by side are served.
    #[must_use]
    pub fn new(features: &'a Matrix, threads: usize) -> Self {
        let _ = threads;
        Self { features }
    }

    /// The features of the whole table, of which a learner reads the rows it is shown.
    pub(super) fn features(&self) -> &'a Matrix {
        self.features
    }
}
