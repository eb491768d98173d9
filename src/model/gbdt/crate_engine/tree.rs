//! A grown tree, read from the crate's own serialisation and cut back to leaves of enough rows.

use serde::Deserialize;

/// The part of the crate's serialised tree that is needed; its fields are private, its format is serde's.
#[derive(Deserialize)]
struct Grown {
    tree: GrownNodes,
}

#[derive(Deserialize)]
struct GrownNodes {
    tree: Vec<GrownNode>,
}

#[derive(Deserialize)]
struct GrownNode {
    value: GrownValue,
    left: usize,
    right: usize,
}

#[derive(Deserialize)]
struct GrownValue {
    feature_index: usize,
    feature_value: f32,
    pred: f32,
    is_leaf: bool,
}

/// One node: a leaf has no split.
#[derive(Debug, Clone, PartialEq)]
struct Node {
    split: Option<Split>,
    value: f64,
}

/// Bins below `threshold` go left.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Split {
    feature: usize,
    threshold: f32,
    left: usize,
    right: usize,
}

/// The rows a tree was grown on.
pub(super) struct Rows<'a> {
    /// Bins, row after row.
    pub(super) codes: &'a [u8],
    /// Features in a row.
    pub(super) n_features: usize,
    /// Weights.
    pub(super) weight: &'a [f64],
    /// What the tree was grown to fit.
    pub(super) target: &'a [f64],
}

/// A decision tree over bins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// What the training rows make of a node.
#[derive(Clone, Copy, Default)]
struct NodeSums {
    n_rows: usize,
    weight: f64,
    sum: f64,
}

impl NodeSums {
    /// The squared target explained by the node's mean.
    fn explained(self) -> f64 {
        if 0.0 < self.weight { self.sum * self.sum / self.weight } else { 0.0 }
    }
}

impl Tree {
    /// Reads a tree the crate has grown.
    ///
    /// `value`: the crate's tree as it serialises itself.
    pub(super) fn read(value: serde_json::Value) -> Self {
        let grown: Grown = serde_json::from_value(value).expect("gbdt 0.1.3 serialises a tree as its nodes, with finite numbers");
        let nodes = grown.tree.tree.into_iter().map(|node| {
            let GrownValue { feature_index: feature, feature_value: threshold, pred, is_leaf } = node.value;
            let split = Split { feature, threshold, left: node.left, right: node.right };
            Node { split: (!is_leaf).then_some(split), value: f64::from(pred) }
        });
        Self { nodes: nodes.collect() }
    }

    /// Undoes every split with a side of fewer than `min_rows` rows, and adds the squared error that the others removed to `gain`.
    ///
    /// The crate's `min_leaf_size` only keeps small nodes from being split; it lets a split cut off a single row.
    pub(super) fn prune(&mut self, rows: &Rows<'_>, min_rows: usize, gain: &mut [f64]) {
        let mut tallies = vec![NodeSums::default(); self.nodes.len()];
        for ((code, weight), target) in rows.codes.chunks_exact(rows.n_features).zip(rows.weight).zip(rows.target) {
            let mut idx = 0;
            loop {
                let tally = &mut tallies[idx];
                tally.n_rows += 1;
                tally.weight += weight;
                tally.sum += weight * target;
                let Some(split) = self.nodes[idx].split else { break };
                idx = split.child(code);
            }
        }
        let mut reached = vec![0];
        while let Some(idx) = reached.pop() {
            let Some(split) = self.nodes[idx].split else { continue };
            let (left, right) = (tallies[split.left], tallies[split.right]);
            if left.n_rows.min(right.n_rows) < min_rows {
                self.nodes[idx].split = None;
                continue;
            }
            gain[split.feature] += (left.explained() + right.explained() - tallies[idx].explained()).max(0.0);
            reached.extend([split.left, split.right]);
        }
    }

    /// Whether no split is left.
    pub(super) fn is_single_leaf(&self) -> bool {
        self.nodes[0].split.is_none()
    }

    /// The value of the leaf that a row of bins falls into.
    pub(super) fn value(&self, code: &[u8]) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(split) = node.split {
            node = &self.nodes[split.child(code)];
        }
        node.value
    }
}

impl Split {
    fn child(self, code: &[u8]) -> usize {
        if f32::from(code[self.feature]) < self.threshold { self.left } else { self.right }
    }
}
