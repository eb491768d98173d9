//! What the windows of a walk share: the table's features, and work on them that more than one window needs.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::Memo;
use crate::feature::Matrix;

/// The features of the whole table, and the memories of work on them.
///
/// Learners reach the features through `Train::features` and `Anchor::features`, which show their rows and no others. What is kept
/// here is a function of such rows, so that a window's result does not depend on which window asked first.
#[derive(Debug)]
pub struct Shared<'a> {
    features: &'a Matrix,
    n_fits: usize,
    /// One memory per kind of work, by the types of its key and value: a family of models keeps what it likes, and is not named here.
    memos: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl<'a> Shared<'a> {
    /// Nothing is kept yet; at most so much that `n_fits` fits side by side are served.
    #[must_use]
    pub fn new(features: &'a Matrix, n_fits: usize) -> Self {
        Self { features, n_fits, memos: Mutex::new(BTreeMap::new()) }
    }

    /// The memory of a kind of work, that of its key and value; it holds nothing yet when it is first asked for, and `capacity` values at most.
    pub(super) fn memo<K, V>(&self, capacity: usize) -> Arc<Memo<K, V>>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let mut memos = self.memos.lock().expect("no thread panics while it holds the memories");
        let memo = memos.entry(TypeId::of::<Memo<K, V>>()).or_insert_with(|| Arc::new(Memo::<K, V>::new(capacity)));
        Arc::clone(memo).downcast().expect("a memory is kept under its own type")
    }

    /// Values that serve all fits side by side.
    pub(super) fn one_a_fit(&self) -> usize {
        // One more, so that the fit that moves on to a later refresh does not push out what its neighbours still use.
        self.n_fits + 1
    }

    /// The features of the whole table, of which a learner reads the rows it is shown.
    pub(super) fn features(&self) -> &'a Matrix {
        self.features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_work_finds_its_own_memory_again_and_no_other() {
        let features = Matrix::default();
        let shared = Shared::new(&features, 1);
        let kept = |key: u32, value: &str| shared.memo::<u32, String>(shared.one_a_fit()).get(&key, || Ok::<_, ()>(value.to_owned())).expect("made");
        assert_eq!(*kept(1, "made"), "made");
        assert_eq!(*kept(1, "made again"), "made");
        let other = shared.memo::<u32, u64>(9).get(&1, || Ok::<_, ()>(7)).expect("made");
        assert_eq!(*other, 7);
    }
}
