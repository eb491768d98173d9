//! A tree just grown, with the training rows of each node.

use std::ops::Range;

use super::bin::Binned;
use super::histogram::RowIndex;
use super::partition::partition;
use super::split::{Bounds, Cut};
use super::tree::{Side, Tree};

/// A tree and the rows it was grown on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grown {
    /// The tree; its values are Newton steps, not shrunk.
    pub(crate) tree: Tree,
    /// Positions of rows, ordered so that every node's rows lie together.
    pub(super) order: Vec<u32>,
    /// Each node's rows in `order`.
    pub(super) ranges: Vec<Range<usize>>,
    /// Each inner node's split in codes.
    pub(super) cuts: Vec<Option<(Cut, Side)>>,
    /// What each node's value must lie between.
    pub(super) bounds: Vec<Bounds>,
}

impl Grown {
    /// Positions, among the training rows, of the rows that the tree was grown on and that are in this node; ascending for a leaf.
    pub(crate) fn leaf_rows(&self, node: usize) -> &[u32] {
        &self.order[self.ranges[node].clone()]
    }

    /// What a node's value must lie between (lower, upper), so that monotone constraints hold; infinite where free.
    pub(crate) fn bounds(&self, node: usize) -> (f64, f64) {
        (self.bounds[node].lower, self.bounds[node].upper)
    }

    /// Sends positions down the tree and passes each leaf's to `tell`.
    pub(super) fn route(&self, binned: &Binned, row_index: RowIndex<'_>, rows: &mut [u32], tell: &mut impl FnMut(usize, &[u32])) {
        let mut spare = vec![0; rows.len()];
        let mut pending = vec![(0, 0..rows.len())];
        while let Some((node, range)) = pending.pop() {
            let (Some(split), Some((cut, missing))) = (&self.tree.nodes[node].split, &self.cuts[node]) else {
                tell(node, &rows[range]);
                continue;
            };
            if range.is_empty() {
                continue;
            }
            let feature = split.feature as usize;
            let goes_left = cut.goes_left(binned.cuts().n_bins(feature), *missing);
            let middle = range.start + partition(&mut rows[range.clone()], &mut spare, binned.column(feature), row_index, &goes_left);
            pending.push((split.right as usize, middle..range.end));
            pending.push((split.left as usize, range.start..middle));
        }
    }
}
