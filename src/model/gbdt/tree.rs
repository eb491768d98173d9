//! A grown tree: what was learnt, in the features' own units.

use serde::{Deserialize, Serialize};

/// A side of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The left child.
    Left,
    /// The right child.
    Right,
}

/// Which values of a feature go left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// Values at most this one.
    AtMost(f32),
    /// These categories, ascending.
    OneOf(Vec<u32>),
}

/// An inner node's split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Split {
    /// Position in the model's list of features.
    pub(crate) feature: u32,
    /// Which values go left.
    pub(crate) rule: Rule,
    /// Where a missing value goes; also a category that was not seen in training.
    pub(crate) missing: Side,
    /// Left child; both children lie behind their parent.
    pub(crate) left: u32,
    /// Right child.
    pub(crate) right: u32,
    /// How much the split lowered the training objective.
    pub(crate) gain: f64,
}

/// A node; a leaf has no split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Node {
    /// The split, `None` for a leaf.
    pub(crate) split: Option<Split>,
    /// What the node adds to the score as a leaf, shrinkage included; what it would add, for an inner node.
    pub(crate) value: f64,
    /// Training rows that reached it.
    pub(crate) n_rows: u64,
    /// Their weight.
    pub(crate) cover: f64,
}

/// A decision tree; the root is node 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tree {
    /// The nodes, every child behind its parent.
    pub(crate) nodes: Vec<Node>,
}

impl Split {
    /// Whether a value (NaN where missing or not seen in training) goes left.
    pub(crate) fn side(&self, value: f32) -> Side {
        let goes_left = match &self.rule {
            _ if value.is_nan() => return self.missing,
            Rule::AtMost(threshold) => value <= *threshold,
            Rule::OneOf(categories) => categories.binary_search(&(value as u32)).is_ok(),
        };
        if goes_left { Side::Left } else { Side::Right }
    }

    /// The child that a value goes to.
    pub(crate) fn child(&self, value: f32) -> usize {
        match self.side(value) {
            Side::Left => self.left as usize,
            Side::Right => self.right as usize,
        }
    }
}

impl Tree {
    /// The leaf of a row, `value` gives a feature's value by its position.
    pub(crate) fn leaf(&self, value: impl Fn(usize) -> f32) -> usize {
        let mut at = 0;
        while let Some(split) = &self.nodes[at].split {
            at = split.child(value(split.feature as usize));
        }
        at
    }

    /// Leaves of the tree, as positions of nodes.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&at| self.nodes[at].split.is_none())
    }
}
