//! A leaf as a conjunction: the questions on the way to it, merged into one condition per feature.

use super::tree::{Rule, Side, Tree};

/// Which present values a condition keeps.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Allowed {
    /// Values above the one bound and at most the other; `None` where there is no bound.
    Range { above: Option<f32>, at_most: Option<f32> },
    /// These categories, ascending.
    Among(Vec<u32>),
    /// Any category but these, ascending.
    Except(Vec<u32>),
}

/// What a leaf asks of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    /// Position in the model's list of features.
    pub(super) feature: u32,
    /// Which present values come through.
    pub(super) kept: Allowed,
    /// Whether a missing value comes through.
    pub(super) keeps_missing: bool,
    /// Share of the training rows' cover that this feature's questions let through: the product over them.
    pub(super) share: f64,
}

/// The way from the root to a leaf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    /// The leaf's position among the nodes.
    pub(super) leaf: usize,
    /// One condition per feature, in the order of the first question.
    pub(super) conditions: Vec<Condition>,
}

impl Condition {
    /// The condition of one question alone.
    pub(super) fn of(tree: &Tree, node: usize, side: Side) -> Option<Self> {
        let split = tree.nodes[node].split.as_ref()?;
        let child = match side {
            Side::Left => split.left,
            Side::Right => split.right,
        };
        let (whole, part) = (tree.nodes[node].cover, tree.nodes[child as usize].cover);
        // A node that no training row reached has no shares; halves keep the shares at a sum of 1.
        let share = if 0.0 < whole { part / whole } else { 0.5 };
        let kept = match (&split.rule, side) {
            (Rule::AtMost(threshold), Side::Left) => Allowed::Range { above: None, at_most: Some(*threshold) },
            (Rule::AtMost(threshold), Side::Right) => Allowed::Range { above: Some(*threshold), at_most: None },
            (Rule::OneOf(categories), Side::Left) => Allowed::Among(categories.clone()),
            (Rule::OneOf(categories), Side::Right) => Allowed::Except(categories.clone()),
        };
        Some(Self { feature: split.feature, kept, keeps_missing: split.missing == side, share })
    }

    /// Whether a value (NaN where missing) comes through.
    pub(super) fn keeps(&self, value: f32) -> bool {
        if value.is_nan() {
            return self.keeps_missing;
        }
        match &self.kept {
            Allowed::Range { above, at_most } => above.is_none_or(|above| above < value) && at_most.is_none_or(|at_most| value <= at_most),
            Allowed::Among(categories) => categories.binary_search(&(value as u32)).is_ok(),
            Allowed::Except(categories) => categories.binary_search(&(value as u32)).is_err(),
        }
    }

    /// Both conditions on the same feature at once.
    fn and(&mut self, other: Self) {
        self.share *= other.share;
        self.keeps_missing &= other.keeps_missing;
        self.kept = match (std::mem::replace(&mut self.kept, Allowed::Among(vec![])), other.kept) {
            (Allowed::Range { above, at_most }, Allowed::Range { above: a, at_most: b }) => {
                Allowed::Range { above: above.into_iter().chain(a).reduce(f32::max), at_most: at_most.into_iter().chain(b).reduce(f32::min) }
            }
            (Allowed::Among(mut kept), Allowed::Among(others)) => {
                kept.retain(|code| others.binary_search(code).is_ok());
                Allowed::Among(kept)
            }
            (Allowed::Among(mut kept), Allowed::Except(gone)) | (Allowed::Except(gone), Allowed::Among(mut kept)) => {
                kept.retain(|code| gone.binary_search(code).is_err());
                Allowed::Among(kept)
            }
            (Allowed::Except(mut gone), Allowed::Except(others)) => {
                gone.extend(others);
                gone.sort_unstable();
                gone.dedup();
                Allowed::Except(gone)
            }
            (Allowed::Range { .. }, Allowed::Among(_) | Allowed::Except(_)) | (Allowed::Among(_) | Allowed::Except(_), Allowed::Range { .. }) => {
                unreachable!("a feature is numeric or categorical throughout an ensemble")
            }
        };
    }
}

/// The ways to all leaves of a tree, from left to right.
pub(super) fn paths(tree: &Tree) -> Vec<Path> {
    let mut found = vec![];
    let mut open = vec![Path { leaf: 0, conditions: vec![] }];
    while let Some(path) = open.pop() {
        let Some(split) = &tree.nodes[path.leaf].split else {
            found.push(path);
            continue;
        };
        // The right one goes below on the stack, so that the left comes first.
        for (side, child) in [(Side::Right, split.right), (Side::Left, split.left)] {
            let mut conditions = path.conditions.clone();
            let condition = Condition::of(tree, path.leaf, side).expect("the node has a split");
            match conditions.iter_mut().find(|known| known.feature == condition.feature) {
                Some(known) => known.and(condition),
                None => conditions.push(condition),
            }
            open.push(Path { leaf: child as usize, conditions });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::twin;
    use super::*;

    #[test]
    fn exactly_the_leaf_of_a_row_keeps_all_its_values() {
        let ensemble = twin::ensemble(1, 30);
        for (row, tree) in twin::Sample::draw(&ensemble, 200, 2).rows.iter().flat_map(|row| ensemble.trees.iter().map(move |tree| (row, tree))) {
            let holds = |path: &Path| path.conditions.iter().all(|condition| condition.keeps(row[condition.feature as usize]));
            let leaves: Vec<usize> = paths(tree).iter().filter(|path| holds(path)).map(|path| path.leaf).collect();
            assert_eq!(leaves, [tree.leaf(|feature| row[feature])], "{row:?}");
        }
    }

    #[test]
    fn the_shares_of_a_trees_leaves_sum_to_one() {
        for tree in &twin::ensemble(3, 30).trees {
            let sum: f64 = paths(tree).iter().map(|path| path.conditions.iter().map(|condition| condition.share).product::<f64>()).sum();
            assert!((sum - 1.0).abs() < 1e-14, "{sum}");
        }
    }
}
