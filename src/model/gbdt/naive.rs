//! A grower without histograms, bins, threads or thought of speed: the twin that grown trees are compared with. Tests only.

use std::sync::Arc;

use super::bin::Binned;
use super::cut::{CutSpec, Cuts};
use super::grow::{Gradients, Grower};
use super::grown::Grown;
use super::settings::{Threshold, TreeSettings};
use super::tree::{Rule, Side};
use crate::feature::Matrix;

/// Settings without any limit but those named.
pub(super) fn settings(leaves: u32, depth: u32, min_leaf_rows: u32) -> TreeSettings {
    TreeSettings {
        leaves,
        depth,
        min_leaf_rows,
        min_leaf_hessian: 0.0,
        l1: 0.0,
        l2: 0.0,
        min_gain: 0.0,
        column_share: 1.0,
        node_column_share: 1.0,
        monotone: vec![],
        interactions: vec![],
        threshold: Threshold::Best,
    }
}

/// Whole numbers that look random: the high bits of a multiplicative hash.
pub(super) fn hash(n: usize, stream: usize) -> u32 {
    let mixed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (stream as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
    (mixed.wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) as u32
}

/// A table, its codes (from all rows) and gradients that are whole numbers of 1/64, so that sums are exact in any order.
pub(super) struct TestTable {
    pub(super) matrix: Matrix,
    pub(super) rows: Vec<u32>,
    pub(super) binned: Binned,
    pub(super) gradient: Vec<f32>,
    pub(super) hessian: Vec<f32>,
}

/// A table of `n_rows`; columns take `levels` distinct values, and one value in `missing` is missing (0: none).
pub(super) fn table(n_rows: usize, n_columns: usize, levels: u32, missing: u32, categorical: Vec<u32>) -> TestTable {
    let column = |c: usize| -> Vec<f32> {
        let value = |r: usize| (hash(r, 2 * c) % levels) as f32;
        (0..n_rows).map(|r| if missing > 0 && hash(r, 2 * c + 1).is_multiple_of(missing) { f32::NAN } else { value(r) }).collect()
    };
    let matrix = Matrix::from_columns(n_rows, &(0..n_columns).map(column).collect::<Vec<_>>());
    let rows: Vec<u32> = (0..n_rows as u32).collect();
    let spec = CutSpec { columns: (0..n_columns as u32).collect(), categorical, max_bins: 255, min_bin_rows: 1 };
    let cuts = Arc::new(Cuts::learn(&matrix, &rows, &spec).unwrap());
    let binned = Binned::new(&matrix, 0..n_rows as u32, cuts);
    let signal = |r: usize| (0..n_columns.min(3)).map(|c| matrix.column(c)[r]).filter(|v| !v.is_nan()).sum::<f32>() / levels as f32;
    let gradient = (0..n_rows).map(|r| (hash(r, 1001) % 4001) as f32 / 64.0 - 31.25 + (16.0 * signal(r)).round()).collect();
    let hessian = (0..n_rows).map(|r| (1 + hash(r, 1002) % 8) as f32 / 4.0).collect();
    TestTable { matrix, rows, binned, gradient, hessian }
}

impl TestTable {
    /// Grows with a hessian of 1.
    pub(super) fn grow(&self, settings: &TreeSettings, cores: usize) -> Grown {
        Grower::new(&self.binned, &self.rows, None, settings, cores).grow(Gradients::Constant { gradient: &self.gradient }, None, 7)
    }

    /// Grows with the table's hessians.
    pub(super) fn grow_general(&self, settings: &TreeSettings, cores: usize) -> Grown {
        let gradients = Gradients::General { gradient: &self.gradient, hessian: &self.hessian };
        Grower::new(&self.binned, &self.rows, None, settings, cores).grow(gradients, None, 7)
    }
}

/// A tree as nested sets of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Nest {
    pub(super) rows: Vec<u32>,
    pub(super) value: f64,
    pub(super) split: Option<(u32, f64, Side, Box<[Nest; 2]>)>,
}

/// A grown tree as nested sets of rows.
pub(super) fn nested(grown: &Grown, node: usize) -> Nest {
    let mut rows = grown.leaf_rows(node).to_vec();
    rows.sort_unstable();
    let it = &grown.tree.nodes[node];
    assert_eq!(it.n_rows as usize, rows.len());
    let split = it.split.as_ref().map(|split| {
        let children = Box::new([nested(grown, split.left as usize), nested(grown, split.right as usize)]);
        (split.feature, split.gain, split.missing, children)
    });
    Nest { rows, value: it.value, split }
}

/// The twin: only numeric features, best first; the rule of ties is feature, threshold, missing values right.
pub(super) struct Naive<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) gradient: &'a [f32],
    pub(super) hessian: &'a [f32],
    pub(super) settings: &'a TreeSettings,
}

type Choice = (f64, u32, Side, Vec<u32>, Vec<u32>);

impl Naive<'_> {
    fn sums(&self, rows: &[u32]) -> (f64, f64) {
        rows.iter().fold((0.0, 0.0), |sum, &r| (sum.0 + f64::from(self.gradient[r as usize]), sum.1 + f64::from(self.hessian[r as usize])))
    }

    fn value(&self, rows: &[u32]) -> f64 {
        let (g, h) = self.sums(rows);
        let pull = if g.abs() <= self.settings.l1 { 0.0 } else { g - self.settings.l1 * g.signum() };
        if rows.is_empty() { 0.0 } else { -pull / (h + self.settings.l2) }
    }

    fn objective(&self, rows: &[u32]) -> f64 {
        let ((g, h), w) = (self.sums(rows), self.value(rows));
        g * w + 0.5 * h * w * w + self.settings.l1 * w.abs() + 0.5 * self.settings.l2 * w * w
    }

    fn best(&self, rows: &[u32]) -> Option<Choice> {
        let mut best: Option<Choice> = None;
        for feature in 0..self.matrix.n_columns() {
            let column = self.matrix.column(feature);
            let mut values: Vec<f32> = rows.iter().map(|&r| column[r as usize]).filter(|v| !v.is_nan()).collect();
            values.sort_by(f32::total_cmp);
            values.dedup();
            let has_missing = rows.iter().any(|&r| column[r as usize].is_nan());
            for &value in &values {
                for side in if has_missing { vec![Side::Right, Side::Left] } else { vec![Side::Right] } {
                    let goes_left = |&&r: &&u32| if column[r as usize].is_nan() { side == Side::Left } else { column[r as usize] <= value };
                    let (left, right): (Vec<u32>, Vec<u32>) = rows.iter().partition(goes_left);
                    let is_allowed = [&left, &right]
                        .into_iter()
                        .all(|part| part.len() >= self.settings.min_leaf_rows as usize && self.sums(part).1 >= self.settings.min_leaf_hessian);
                    let gain = self.objective(rows) - self.objective(&left) - self.objective(&right);
                    if is_allowed && gain > self.settings.min_gain.max(1e-9) && best.as_ref().is_none_or(|best| best.0 + 1e-9 < gain) {
                        let usual = if left.len() >= right.len() { Side::Left } else { Side::Right };
                        best = Some((gain, feature as u32, if has_missing { side } else { usual }, left, right));
                    }
                }
            }
        }
        best
    }

    /// The tree on these rows.
    pub(super) fn tree(&self, rows: Vec<u32>) -> Nest {
        let mut root = Nest { value: self.value(&rows), rows, split: None };
        for _ in 1..self.settings.leaves {
            let mut best = None;
            self.best_leaf(&mut root, 0, &mut best);
            let Some((path, choice)) = best else { break };
            let leaf = path.iter().fold(&mut root, |nest, &side: &usize| &mut nest.split.as_mut().unwrap().3[side]);
            let (gain, feature, missing, left, right) = choice;
            let child = |rows: Vec<u32>| Nest { value: self.value(&rows), rows, split: None };
            leaf.split = Some((feature, gain, missing, Box::new([child(left), child(right)])));
        }
        root
    }

    fn best_leaf(&self, root: &mut Nest, depth: u32, best: &mut Option<(Vec<usize>, Choice)>) {
        let mut pending = vec![(&*root, vec![], depth)];
        while let Some((nest, path, depth)) = pending.pop() {
            match &nest.split {
                Some((_, _, _, children)) => {
                    for side in [1, 0] {
                        pending.push((&children[side], [path.clone(), vec![side]].concat(), depth + 1));
                    }
                }
                None if depth < self.settings.depth => {
                    if let Some(choice) = self.best(&nest.rows)
                        && best.as_ref().is_none_or(|best| best.1.0 < choice.0)
                    {
                        *best = Some((path, choice));
                    }
                }
                None => {}
            }
        }
    }
}

/// Fails unless both trees part the same rows by the same features, and values and gains agree to 1e-9.
pub(super) fn assert_same(fast: &Nest, naive: &Nest) {
    assert_eq!(fast.rows, naive.rows);
    assert!((fast.value - naive.value).abs() <= 1e-9 * (1.0 + naive.value.abs()), "{} {}", fast.value, naive.value);
    match (&fast.split, &naive.split) {
        (None, None) => {}
        (Some((feature, gain, missing, children)), Some((naive_feature, naive_gain, naive_missing, naive_children))) => {
            assert_eq!((feature, missing), (naive_feature, naive_missing));
            assert!((gain - naive_gain).abs() <= 1e-9 * (1.0 + naive_gain.abs()), "{gain} {naive_gain}");
            children.iter().zip(naive_children.iter()).for_each(|(fast, naive)| assert_same(fast, naive));
        }
        (fast, naive) => panic!("{fast:?} against {naive:?}"),
    }
}

/// Fails unless every row's leaf by values is its leaf by codes.
pub(super) fn assert_routed(table: &TestTable, grown: &Grown) {
    for leaf in grown.tree.leaves() {
        for &row in grown.leaf_rows(leaf) {
            assert_eq!(grown.tree.leaf(|feature| table.matrix.column(feature)[row as usize]), leaf);
        }
    }
    for split in grown.tree.nodes.iter().filter_map(|node| node.split.as_ref()) {
        if let Rule::AtMost(threshold) = split.rule {
            assert!(threshold.is_finite());
        }
    }
}
