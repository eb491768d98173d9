//! Searches that start where the anchor window's search ended.

use std::sync::Arc;

use super::identity::Identity;
use super::memory::{Solution, SolutionKey, solutions};
use super::prepare::select;
use crate::error::Result;
use crate::model::Train;

/// A search for coefficients: from another window's solution, or from nothing.
pub(super) trait Search {
    /// The kind and its settings in words, one text for each different search.
    fn words(&self) -> String;

    /// Features used; empty: all.
    fn wanted(&self) -> &[String];

    /// Runs the search.
    fn run(&self, train: &Train<'_>, start: Option<&Solution>) -> Result<Solution>;
}

/// The solution on the rows of `train`, searched for from the solution on the anchor's rows, which is kept.
///
/// The anchor's own search starts from nothing. So a window's result is a function of its rows and its anchor's, and does not depend on
/// which windows were done before. Where the anchor's rows cannot carry the model, the search starts from nothing.
pub(super) fn solve(train: &Train<'_>, search: &impl Search) -> Result<Arc<Solution>> {
    let anchor = train.anchor;
    let columns = select(train, search.wanted())?.into();
    let key = SolutionKey { identity: Identity::of(anchor.lesson), columns, model: search.words() };
    let is_anchor = key.identity == Identity::of(train.lesson);
    let of_anchor = Train { features: anchor.features, lesson: anchor.lesson, ..*train };
    let start = solutions(train.shared).get(&key, || search.run(&of_anchor, None));
    match start {
        found if is_anchor => found,
        found => Ok(Arc::new(search.run(train, found.ok().as_deref())?)),
    }
}
