//! Summing and searching nodes: the part of growth that threads share.

use std::ops::Range;

use rayon::prelude::*;

use super::column::uniform;
use super::cut::Bins;
use super::fixed::{Cell, Sum};
use super::histogram::{CODES, FeatureBlock, Source, blocks, subtract};
use super::scan::Search;
use super::split::{Bounds, Limits, SplitCandidate, keep_better};

/// A node to be searched.
#[derive(Debug, Clone)]
pub(super) struct NodeQuery {
    /// Its place in the tree.
    pub(super) node: usize,
    /// Its sums.
    pub(super) total: Sum,
    /// What its children's values must lie between.
    pub(super) bounds: Bounds,
    /// The features it may be split by; all without.
    pub(super) allowed: Option<Vec<bool>>,
}

/// A node to be summed, and perhaps its sibling, whose sums are what remains of the parent's.
pub(super) struct NodeTask<C> {
    /// Rows of the node, in the order of the tree's rows.
    pub(super) rows: Range<usize>,
    /// Room for its sums.
    pub(super) histogram: Vec<C>,
    /// What to search the node for; nothing if it will be a leaf.
    pub(super) query: Option<NodeQuery>,
    /// The parent's sums, which become the sibling's, and what to search those for.
    pub(super) sibling: Option<(Vec<C>, NodeQuery)>,
}

/// The best splits of a task's node and its sibling.
pub(super) type BestSplits = (Option<SplitCandidate>, Option<SplitCandidate>);

/// What all nodes of a tree share.
pub(super) struct TreeContext<'a, C: Cell> {
    /// Where sums come from.
    pub(super) source: Source<'a, C>,
    /// Limits of the tree.
    pub(super) limits: Limits,
    /// Signs of monotone constraints; empty: none.
    pub(super) monotone: &'a [i8],
    /// The tree's features; all without.
    pub(super) wanted: Option<&'a [bool]>,
    /// Whether a node's sums are kept for its children, so that all features of the tree are summed, not only those the node may use.
    pub(super) is_kept: bool,
    /// The tree's seed, where thresholds are drawn.
    pub(super) draws: Option<u64>,
    /// Threads.
    pub(super) cores: usize,
}

struct BlockTask<'a, C> {
    node_task: usize,
    block: &'a FeatureBlock,
    rows: &'a [u32],
    histogram: &'a mut [C],
    query: Option<&'a NodeQuery>,
    sibling: Option<(&'a mut [C], &'a NodeQuery)>,
}

impl<C: Cell> TreeContext<'_, C> {
    /// Sums and searches these nodes; the results are in the tasks' order.
    pub(super) fn work(&self, node_tasks: &mut [NodeTask<C>], order: &[u32]) -> Vec<BestSplits> {
        let blocks = blocks(self.source.binned, self.cores > 1 && node_tasks.len() < 2 * self.cores);
        let mut tasks = Vec::with_capacity(node_tasks.len() * blocks.len());
        for (idx, node_task) in node_tasks.iter_mut().enumerate() {
            let mut own = node_task.histogram.as_mut_slice();
            let mut parent = node_task.sibling.as_mut().map(|(histogram, query)| (histogram.as_mut_slice(), &*query));
            for block in &blocks {
                let size = block.features.len() * CODES;
                let (histogram, rest) = own.split_at_mut(size);
                own = rest;
                let sibling = parent.take().map(|(histogram, query)| {
                    let (sibling, rest) = histogram.split_at_mut(size);
                    parent = Some((rest, query));
                    (sibling, query)
                });
                tasks.push(BlockTask {
                    node_task: idx,
                    block,
                    rows: &order[node_task.rows.clone()],
                    histogram,
                    query: node_task.query.as_ref(),
                    sibling,
                });
            }
        }
        let run = |task: BlockTask<'_, C>| (task.node_task, self.run(task));
        let found: Vec<(usize, BestSplits)> =
            if self.cores > 1 { tasks.into_par_iter().with_max_len(1).map(run).collect() } else { tasks.into_iter().map(run).collect() };
        let mut answers = vec![(None, None); node_tasks.len()];
        for (node_task, (own, sibling)) in found {
            keep_better(&mut answers[node_task].0, own);
            keep_better(&mut answers[node_task].1, sibling);
        }
        answers
    }

    fn run(&self, task: BlockTask<'_, C>) -> BestSplits {
        let wanted = match task.query {
            Some(query) if !self.is_kept => query.allowed.as_deref(),
            _ => self.wanted,
        };
        self.source.fill(task.block, wanted, task.rows, task.histogram);
        let (mut own, mut other) = (None, None);
        if let Some((parent, query)) = task.sibling {
            for feature in task.block.features.clone().filter(|&feature| is_in(wanted, feature)) {
                let start = (feature - task.block.features.start) * CODES;
                let range = start..=start + self.source.binned.cuts().n_bins(feature);
                subtract(&mut parent[range.clone()], &task.histogram[range]);
            }
            other = self.search(query, task.block, parent);
        }
        if let Some(query) = task.query {
            own = self.search(query, task.block, task.histogram);
        }
        (own, other)
    }

    /// The best split by a block's features.
    fn search(&self, query: &NodeQuery, block: &FeatureBlock, histogram: &[C]) -> Option<SplitCandidate> {
        let mut best = None;
        let cuts = self.source.binned.cuts();
        for feature in block.features.clone().filter(|&feature| is_in(self.wanted, feature) && is_in(query.allowed.as_deref(), feature)) {
            let start = (feature - block.features.start) * CODES;
            let (bins, missing) = histogram[start..=start + cuts.n_bins(feature)].split_at(cuts.n_bins(feature));
            let search = Search {
                total: query.total,
                bounds: query.bounds,
                limits: self.limits,
                scale: self.source.scale,
                feature,
                sign: self.monotone.get(feature).copied().unwrap_or(0),
                draw: self.draws.map(|seed| uniform(seed, query.node as u64, feature)),
            };
            keep_better(
                &mut best,
                match cuts.bins(feature) {
                    Bins::Numeric(_) => search.best_threshold(bins, missing[0]),
                    Bins::Categorical { .. } => search.best_categories(bins, missing[0]),
                },
            );
        }
        best
    }
}

fn is_in(features: Option<&[bool]>, feature: usize) -> bool {
    features.is_none_or(|features| features[feature])
}
