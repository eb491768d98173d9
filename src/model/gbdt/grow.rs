//! Growing trees on the codes of a window's rows: the entry point of boosting and forests.

use rayon::prelude::*;

use super::bin::Binned;
use super::column::sample_features;
use super::fixed::{Cell, Scale, Sum, count_bits, round, step};
use super::grown::Grown;
use super::growth::Growth;
use super::histogram::{RowIndex, Source};
use super::node_search::TreeContext;
use super::settings::{Threshold, TreeSettings};
use super::split::Limits;

/// Rows that one thread rounds or sends down a tree at a time.
const CHUNK: usize = 1 << 14;

/// Bytes that a copy of the training rows' codes may take.
const OWN_BYTES: usize = 256 << 20;

/// Memory for the histograms of leaves that wait to be split.
const HISTOGRAM_BYTES: usize = 512 << 20;

/// Share of the features per node below which a node's sums are not kept for its children.
const FEW_COLUMNS: f64 = 0.5;

/// What a tree is fitted to: one number per training row, already multiplied by the row's weight.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gradients<'a> {
    /// The hessian is the row's weight: squared error.
    Constant {
        /// First derivatives of the objective.
        gradient: &'a [f32],
    },
    /// Any loss.
    General {
        /// First derivatives of the objective.
        gradient: &'a [f32],
        /// Second derivatives, at least 0.
        hessian: &'a [f32],
    },
}

/// Grows trees on one window's rows; buffers are kept from tree to tree.
#[derive(Debug)]
pub(crate) struct Grower<'a> {
    binned: &'a Binned,
    /// The training rows alone, where they do not follow each other in the table: a copy costs once, an index list at each step.
    own: Option<Binned>,
    rows: &'a [u32],
    weight: Option<&'a [f32]>,
    settings: &'a TreeSettings,
    cores: usize,
    pub(super) histogram_bytes: usize,
    counted: Buffers<i64>,
    general: Buffers<[i64; 2]>,
    spare: Vec<u32>,
    order: Vec<u32>,
}

/// Rounded gradients, and histograms that are not in use.
#[derive(Debug)]
struct Buffers<C: Cell> {
    rows: Vec<C::Row>,
    histograms: Vec<Vec<C>>,
}

impl<C: Cell> Default for Buffers<C> {
    fn default() -> Self {
        Self { rows: vec![], histograms: vec![] }
    }
}

impl<'a> Grower<'a> {
    /// A grower on these rows of the table.
    ///
    /// * `rows`: ascending numbers of rows, all of them coded in `binned`; `weight`: one per training row, at least 0.
    /// * `cores`: threads at most; 1 never touches the thread pool. The trees are the same for any number.
    pub(crate) fn new(binned: &'a Binned, rows: &'a [u32], weight: Option<&'a [f32]>, settings: &'a TreeSettings, cores: usize) -> Self {
        let range = binned.rows();
        assert!(rows.first().is_none_or(|&first| range.start <= first) && rows.last().is_none_or(|&last| last < range.end), "rows are coded");
        let is_listed = matches!(RowIndex::of(rows, range.start), RowIndex::Listed(..));
        let own = (is_listed && rows.len() * binned.bytes_per_row() <= OWN_BYTES).then(|| binned.gather(rows));
        let (counted, general) = (Buffers::default(), Buffers::default());
        Self { binned, own, rows, weight, settings, cores, histogram_bytes: HISTOGRAM_BYTES, counted, general, spare: vec![], order: vec![] }
    }

    /// Grows a tree.
    ///
    /// * `gradients`: finite, one per training row; those of rows outside the sample are not read.
    /// * `sample`: positions, ascending, among the training rows of those that the tree is grown on; all without.
    /// * `seed`: another for each tree; decides the draws of columns and thresholds.
    pub(crate) fn grow(&mut self, gradients: Gradients<'_>, sample: Option<&[u32]>, seed: u64) -> Grown {
        if self.cores > 1 {
            // Inside the pool, so that no step of the growth has to be handed over from outside.
            return rayon::scope(|_| self.grow_inside(gradients, sample, seed));
        }
        self.grow_inside(gradients, sample, seed)
    }

    fn grow_inside(&mut self, gradients: Gradients<'_>, sample: Option<&[u32]>, seed: u64) -> Grown {
        let count_bits = count_bits(sample.map_or(self.rows.len(), <[u32]>::len));
        let fine = |values: &[f32]| step(values, sample, self.cores);
        match (gradients, self.weight) {
            (Gradients::Constant { gradient }, None) => {
                let scale = Scale { count_bits, row: 1 << count_bits, gradient: fine(gradient), hessian: 1.0 };
                let mut buffers = std::mem::take(&mut self.counted);
                let per_step = scale.gradient.recip();
                fill(&mut buffers.rows, gradient.len(), self.cores, |row| round(gradient[row], per_step));
                let grown = self.grow_with(&mut buffers, scale, sample, seed);
                self.counted = buffers;
                grown
            }
            (Gradients::Constant { gradient }, Some(hessian)) | (Gradients::General { gradient, hessian }, _) => {
                let scale = Scale { count_bits, row: 1 << count_bits, gradient: fine(gradient), hessian: fine(hessian) };
                let mut buffers = std::mem::take(&mut self.general);
                let (per_gradient, per_hessian) = (scale.gradient.recip(), scale.hessian.recip());
                fill(&mut buffers.rows, gradient.len(), self.cores, |row| [round(gradient[row], per_gradient), round(hessian[row], per_hessian)]);
                let grown = self.grow_with(&mut buffers, scale, sample, seed);
                self.general = buffers;
                grown
            }
        }
    }

    fn grow_with<C: Cell>(&mut self, buffers: &mut Buffers<C>, scale: Scale, sample: Option<&[u32]>, seed: u64) -> Grown {
        let n_features = self.binned.cuts().n_features();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        match sample {
            None => order.extend(0..self.rows.len() as u32),
            Some(sample) => order.extend_from_slice(sample),
        }
        let mut spare = std::mem::take(&mut self.spare);
        spare.resize(order.len(), 0);
        let wanted = (self.settings.column_share < 1.0).then(|| {
            let mut wanted = vec![true; n_features];
            sample_features(&mut wanted, self.settings.column_share, seed, 0);
            wanted
        });
        let total = total::<C>(&buffers.rows, &order, scale);
        let source = Source { binned: self.table(), row_index: self.row_index(), rows: &buffers.rows, scale };
        let context = TreeContext {
            source,
            limits: Limits::of(self.settings),
            monotone: &self.settings.monotone,
            wanted: wanted.as_deref(),
            is_kept: FEW_COLUMNS <= self.settings.node_column_share,
            draws: match self.settings.threshold {
                Threshold::Best => None,
                Threshold::Drawn => Some(seed),
            },
            cores: self.cores,
        };
        let histograms = std::mem::take(&mut buffers.histograms);
        let grown = Grown { order, ..Grown::default() };
        let mut growth = Growth { context, settings: self.settings, seed, grown, histogram_bytes: self.histogram_bytes, spare, histograms };
        growth.run(total);
        let Growth { mut grown, spare, histograms, .. } = growth;
        (self.spare, buffers.histograms) = (spare, histograms);
        self.cover(&mut grown);
        grown
    }

    /// Weights of each node's rows, from the leaves upwards.
    fn cover(&self, grown: &mut Grown) {
        let Some(weight) = self.weight else { return };
        for node in (0..grown.tree.nodes.len()).rev() {
            let cover = match &grown.tree.nodes[node].split {
                Some(split) => grown.tree.nodes[split.left as usize].cover + grown.tree.nodes[split.right as usize].cover,
                None => grown.leaf_rows(node).iter().map(|&row| f64::from(weight[row as usize])).sum(),
            };
            grown.tree.nodes[node].cover = cover;
        }
    }

    fn row_index(&self) -> RowIndex<'a> {
        if self.own.is_some() { RowIndex::From(0) } else { RowIndex::of(self.rows, self.binned.rows().start) }
    }

    /// The table that `row_index` refers to.
    fn table(&self) -> &Binned {
        self.own.as_ref().unwrap_or(self.binned)
    }

    /// Adds each training row's leaf value to its score, rows outside the sample included.
    ///
    /// * `values`: one per node; only leaves' are read.
    pub(crate) fn add(&self, grown: &Grown, values: &[f64], scores: &mut [f64]) {
        let n_rows = self.rows.len();
        assert_eq!(scores.len(), n_rows, "a score per training row");
        if grown.order.len() < n_rows {
            let mut is_in = vec![false; n_rows];
            grown.order.iter().for_each(|&row| is_in[row as usize] = true);
            let others: Vec<u32> = (0..n_rows as u32).filter(|&row| !is_in[row as usize]).collect();
            self.add_routed(grown, values, (self.table(), self.row_index()), &others, scores);
        }
        let leaves: Vec<usize> = grown.tree.leaves().collect();
        let size = n_rows.div_ceil(self.cores).max(CHUNK);
        let add = |(chunk, scores): (usize, &mut [f64])| add_leaves(grown, &leaves, values, (chunk * size) as u32, scores);
        if self.cores > 1 {
            scores.par_chunks_mut(size).enumerate().for_each(add);
        } else {
            scores.chunks_mut(size).enumerate().for_each(add);
        }
    }

    /// Adds the leaf value of other rows of the table to their scores.
    ///
    /// * `rows`: ascending numbers of rows that are coded; `scores`: one per entry.
    pub(crate) fn add_held_out(&self, grown: &Grown, values: &[f64], rows: &[u32], scores: &mut [f64]) {
        assert_eq!(scores.len(), rows.len(), "a score per row");
        let positions: Vec<u32> = (0..rows.len() as u32).collect();
        self.add_routed(grown, values, (self.binned, RowIndex::of(rows, self.binned.rows().start)), &positions, scores);
    }

    fn add_routed(&self, grown: &Grown, values: &[f64], (table, row_index): (&Binned, RowIndex<'_>), positions: &[u32], scores: &mut [f64]) {
        let leaf_values = |positions: &[u32]| {
            let mut rows = positions.to_vec();
            let mut told = Vec::with_capacity(rows.len());
            grown.route(table, row_index, &mut rows, &mut |leaf, rows| told.extend(rows.iter().map(|&row| (row, values[leaf]))));
            told
        };
        let told: Vec<Vec<(u32, f64)>> =
            if self.cores > 1 { positions.par_chunks(CHUNK).map(leaf_values).collect() } else { positions.chunks(CHUNK).map(leaf_values).collect() };
        for (row, value) in told.into_iter().flatten() {
            scores[row as usize] += value;
        }
    }

    /// Takes back the buffers of a tree that is no longer needed.
    pub(crate) fn recycle(&mut self, grown: Grown) {
        self.order = grown.order;
    }
}

/// Adds leaf values to the scores of the positions from `first` on; a few at a time, so that they stay in the cache while the leaves are visited.
fn add_leaves(grown: &Grown, leaves: &[usize], values: &[f64], first: u32, scores: &mut [f64]) {
    let mut left: Vec<&[u32]> = leaves.iter().map(|&leaf| grown.leaf_rows(leaf)).collect();
    for rows in &mut left {
        *rows = &rows[rows.partition_point(|&row| row < first)..];
    }
    for (chunk, scores) in scores.chunks_mut(CHUNK).enumerate() {
        let first = first + (chunk * CHUNK) as u32;
        for (rows, &leaf) in left.iter_mut().zip(leaves) {
            let (value, mut n_done) = (values[leaf], 0);
            for &row in *rows {
                let Some(score) = scores.get_mut((row - first) as usize) else { break };
                *score += value;
                n_done += 1;
            }
            *rows = &rows[n_done..];
        }
    }
}

/// Sums of all rows of the tree.
fn total<C: Cell>(rows: &[C::Row], order: &[u32], scale: Scale) -> Sum {
    if order.len() == rows.len() {
        return rows.iter().fold(C::default(), |sum, &row| sum.plus(C::of(row, scale))).sum(scale);
    }
    order.iter().fold(C::default(), |sum, &row| sum.plus(C::of(rows[row as usize], scale))).sum(scale)
}

/// Computes each row's entry.
fn fill<T: Copy + Default + Send>(entries: &mut Vec<T>, n_rows: usize, cores: usize, entry: impl Fn(usize) -> T + Sync) {
    entries.resize(n_rows, T::default());
    let write = |(chunk, entries): (usize, &mut [T])| {
        for (idx, place) in entries.iter_mut().enumerate() {
            *place = entry(chunk * CHUNK + idx);
        }
    };
    if cores > 1 {
        entries.par_chunks_mut(CHUNK).enumerate().for_each(write);
    } else {
        entries.chunks_mut(CHUNK).enumerate().for_each(write);
    }
}
