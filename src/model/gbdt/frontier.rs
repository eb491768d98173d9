//! Summing and searching nodes: the part of growth that threads share.

use std::ops::Range;

use rayon::prelude::*;

use super::column::uniform;
use super::cut::Bins;
use super::fixed::{Cell, Sum};
use super::histogram::{CODES, Piece, Source, pieces, subtract};
use super::scan::Search;
use super::split::{Bounds, Found, Limits, keep_better};

/// A node to be searched.
#[derive(Debug, Clone)]
pub(super) struct View {
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
pub(super) struct Job<C> {
    /// Rows of the node, in the order of the tree's rows.
    pub(super) rows: Range<usize>,
    /// Room for its sums.
    pub(super) histogram: Vec<C>,
    /// What to search the node for; nothing if it will be a leaf.
    pub(super) view: Option<View>,
    /// The parent's sums, which become the sibling's, and what to search those for.
    pub(super) sibling: Option<(Vec<C>, View)>,
}

/// What was found for a job's node and its sibling.
pub(super) type Answer = (Option<Found>, Option<Found>);

/// What is the same for all nodes of a tree.
pub(super) struct Scene<'a, C: Cell> {
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

struct Task<'a, C> {
    job: usize,
    piece: &'a Piece,
    rows: &'a [u32],
    histogram: &'a mut [C],
    view: Option<&'a View>,
    sibling: Option<(&'a mut [C], &'a View)>,
}

impl<C: Cell> Scene<'_, C> {
    /// Sums and searches these nodes; the answers are in the jobs' order.
    pub(super) fn work(&self, jobs: &mut [Job<C>], order: &[u32]) -> Vec<Answer> {
        let pieces = pieces(self.source.binned, self.cores > 1 && jobs.len() < 2 * self.cores);
        let mut tasks = Vec::with_capacity(jobs.len() * pieces.len());
        for (idx, job) in jobs.iter_mut().enumerate() {
            let mut own = job.histogram.as_mut_slice();
            let mut parent = job.sibling.as_mut().map(|(histogram, view)| (histogram.as_mut_slice(), &*view));
            for piece in &pieces {
                let size = piece.features.len() * CODES;
                let (histogram, rest) = own.split_at_mut(size);
                own = rest;
                let sibling = parent.take().map(|(histogram, view)| {
                    let (sibling, rest) = histogram.split_at_mut(size);
                    parent = Some((rest, view));
                    (sibling, view)
                });
                tasks.push(Task { job: idx, piece, rows: &order[job.rows.clone()], histogram, view: job.view.as_ref(), sibling });
            }
        }
        let run = |task: Task<'_, C>| (task.job, self.run(task));
        let found: Vec<(usize, Answer)> =
            if self.cores > 1 { tasks.into_par_iter().with_max_len(1).map(run).collect() } else { tasks.into_iter().map(run).collect() };
        let mut answers = vec![(None, None); jobs.len()];
        for (job, (own, sibling)) in found {
            keep_better(&mut answers[job].0, own);
            keep_better(&mut answers[job].1, sibling);
        }
        answers
    }

    fn run(&self, task: Task<'_, C>) -> Answer {
        let wanted = match task.view {
            Some(view) if !self.is_kept => view.allowed.as_deref(),
            _ => self.wanted,
        };
        self.source.fill(task.piece, wanted, task.rows, task.histogram);
        let (mut own, mut other) = (None, None);
        if let Some((parent, view)) = task.sibling {
            for feature in task.piece.features.clone().filter(|&feature| is_in(wanted, feature)) {
                let start = (feature - task.piece.features.start) * CODES;
                let range = start..=start + self.source.binned.cuts().n_bins(feature);
                subtract(&mut parent[range.clone()], &task.histogram[range]);
            }
            other = self.search(view, task.piece, parent);
        }
        if let Some(view) = task.view {
            own = self.search(view, task.piece, task.histogram);
        }
        (own, other)
    }

    /// The best split by the features of a piece.
    fn search(&self, view: &View, piece: &Piece, histogram: &[C]) -> Option<Found> {
        let mut best = None;
        let cuts = self.source.binned.cuts();
        for feature in piece.features.clone().filter(|&feature| is_in(self.wanted, feature) && is_in(view.allowed.as_deref(), feature)) {
            let start = (feature - piece.features.start) * CODES;
            let (bins, missing) = histogram[start..=start + cuts.n_bins(feature)].split_at(cuts.n_bins(feature));
            let search = Search {
                total: view.total,
                bounds: view.bounds,
                limits: self.limits,
                scale: self.source.scale,
                feature,
                sign: self.monotone.get(feature).copied().unwrap_or(0),
                draw: self.draws.map(|seed| uniform(seed, view.node as u64, feature)),
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
