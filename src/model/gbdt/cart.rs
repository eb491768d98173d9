//! A single decision tree, pruned by its cost.

use super::booster::TrainingData;
use super::ensemble::{Ensemble, Link};
use super::forest::{self, ForestTarget};
use super::grow::Grower;
use super::leaf::grow_means;
use super::tree::{Node, Tree};
use crate::error::Result;

/// How a single tree is grown and cut back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CartSettings {
    /// What the leaves hold.
    pub(crate) target: ForestTarget,
    /// What a leaf costs, as a share of the squared error of the root, at least 0: a split stays only if its subtree lowers the error by
    /// more than this for each leaf that it adds (`cp` of R's rpart).
    pub(crate) complexity: f64,
    /// Pulls leaves to the tree's mean, in units of weight, at least 0.
    pub(crate) l2: f64,
}

/// Grows a tree to the limits of its grower and cuts it back to the subtree of least cost.
///
/// The cost of a subtree is its squared error plus `complexity` x the root's squared error per leaf; of subtrees of equal cost the
/// smallest is kept. For a 0/1 target the squared error is Gini's impurity. Source: Breiman, Friedman, Olshen and Stone (1984),
/// Classification and Regression Trees, chapter 3.
///
/// Errors where targets or weights cannot be learnt from: not finite, no row of weight, one class only.
pub(crate) fn cart(grower: &mut Grower<'_>, data: &TrainingData<'_>, settings: &CartSettings) -> Result<Ensemble> {
    forest::check(data, settings.target)?;
    let observed = data.observed;
    let weight: Vec<f64> = (0..observed.target.len()).map(|position| observed.weight_of(position)).collect();
    let positions: Vec<u32> = (0..weight.len() as u32).filter(|&position| 0.0 < weight[position as usize]).collect();
    let grown = grow_means(grower, observed.target, &weight, Some(&positions), (settings.l2, data.seed));
    let center = observed.mean();
    let mut sums = vec![Sums::default(); grown.tree.nodes.len()];
    for leaf in grown.tree.leaves() {
        for &position in grown.leaf_rows(leaf) {
            sums[leaf].add(weight[position as usize], observed.target[position as usize] - center);
        }
    }
    let tree = prune(&grown.tree, sums, settings.complexity);
    Ok(Ensemble { features: data.features.to_vec(), base: 0.0, link: Link::Identity, trees: vec![tree] })
}

/// Weight, weighted sum and weighted sum of squares of a node's targets.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    sum: f64,
    square: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, target: f64) {
        self.weight += weight;
        self.sum += weight * target;
        self.square += weight * target * target;
    }

    fn plus(self, other: Self) -> Self {
        Self { weight: self.weight + other.weight, sum: self.sum + other.sum, square: self.square + other.square }
    }

    /// Squared error around the node's mean.
    fn error(self) -> f64 {
        if self.weight <= 0.0 { 0.0 } else { (self.square - self.sum * self.sum / self.weight).max(0.0) }
    }
}

/// The subtree of least cost: a node's children go where it costs no more as a leaf than they do, from the leaves upwards. `sums` are
/// filled in for leaves.
fn prune(tree: &Tree, mut sums: Vec<Sums>, complexity: f64) -> Tree {
    for at in (0..tree.nodes.len()).rev() {
        if let Some(split) = &tree.nodes[at].split {
            sums[at] = sums[split.left as usize].plus(sums[split.right as usize]);
        }
    }
    let leaf_cost = complexity * sums[0].error();
    let mut cost: Vec<f64> = sums.iter().map(|sums| sums.error() + leaf_cost).collect();
    let mut is_leaf = vec![true; tree.nodes.len()];
    for at in (0..tree.nodes.len()).rev() {
        if let Some(split) = &tree.nodes[at].split {
            let below = cost[split.left as usize] + cost[split.right as usize];
            if below < cost[at] {
                (cost[at], is_leaf[at]) = (below, false);
            }
        }
    }
    compact(tree, &is_leaf)
}

/// The tree above the new leaves.
fn compact(tree: &Tree, is_leaf: &[bool]) -> Tree {
    let mut nodes: Vec<Node> = vec![tree.nodes[0].clone()];
    let mut old = vec![0_usize];
    let mut at = 0;
    while at < nodes.len() {
        if is_leaf[old[at]] {
            nodes[at].split = None;
        } else if let Some(split) = nodes[at].split.as_mut() {
            let children = [split.left as usize, split.right as usize];
            (split.left, split.right) = (old.len() as u32, old.len() as u32 + 1);
            old.extend(children);
            nodes.extend(children.map(|child| tree.nodes[child].clone()));
        }
        at += 1;
    }
    Tree { nodes }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, settings, signal};
    use super::super::loss::Loss;
    use super::super::settings::TreeSettings;
    use super::*;

    fn fit(table: &Table, target: &[f64], complexity: f64) -> Result<Ensemble> {
        let tree = TreeSettings { leaves: 64, min_leaf_rows: 5, min_leaf_hessian: 0.0, l2: 0.0, ..settings(Loss::Squared, 1).tree };
        let settings = CartSettings { target: ForestTarget::Mean, complexity, l2: 0.0 };
        let data = table.data(target, None, 1);
        table.grow(&tree, None, 1, |grower| cart(grower, &data, &settings))
    }

    /// Squared error of a tree's subtree at `at` on rows, and its leaves.
    fn cost(tree: &Tree, at: usize, table: &Table, rows: &[usize], target: &[f64]) -> (f64, f64) {
        match &tree.nodes[at].split {
            None => (rows.iter().map(|&row| (target[row] - tree.nodes[at].value).powi(2)).sum(), 1.0),
            Some(split) => {
                let goes = |row: usize| split.child(table.matrix.column(split.feature as usize)[row]) == split.left as usize;
                let (left, right): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&&row| goes(row));
                let (a, b) = (cost(tree, split.left as usize, table, &left, target), cost(tree, split.right as usize, table, &right, target));
                (a.0 + b.0, a.1 + b.1)
            }
        }
    }

    #[test]
    fn the_pruned_tree_costs_least_of_all_that_weakest_link_cutting_passes() {
        let table = Table::golden(500, 500);
        let target: Vec<f64> = (0..500).map(signal).map(|(signal, noise)| signal + noise).collect();
        let rows: Vec<usize> = (0..500).collect();
        let full = fit(&table, &target, 0.0).expect("any target").trees.remove(0);
        let root = {
            let mean = target.iter().sum::<f64>() / 500.0;
            target.iter().map(|target| (target - mean).powi(2)).sum::<f64>()
        };
        let mut n_leaves = vec![full.leaves().count()];
        for complexity in [0.001, 0.003, 0.01, 0.03, 0.1, 2.0] {
            // Weakest link: again and again the node whose subtree lowers the error least for each leaf goes, while that is at most the price.
            let mut tree = full.clone();
            loop {
                let links = (0..tree.nodes.len()).filter(|&at| tree.nodes[at].split.is_some()).map(|at| {
                    let below: Vec<usize> = rows.iter().copied().filter(|&row| passes(&tree, &table, row, at)).collect();
                    let (error, leaves) = cost(&tree, at, &table, &below, &target);
                    let mean = below.iter().map(|&row| target[row]).sum::<f64>() / below.len() as f64;
                    let alone: f64 = below.iter().map(|&row| (target[row] - mean).powi(2)).sum();
                    ((alone - error) / (leaves - 1.0), at)
                });
                let Some((gain, at)) = links.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
                if complexity * root < gain {
                    break;
                }
                let is_leaf: Vec<bool> = (0..tree.nodes.len()).map(|node| node == at || tree.nodes[node].split.is_none()).collect();
                tree = compact(&tree, &is_leaf);
            }
            let pruned = fit(&table, &target, complexity).expect("any target").trees.remove(0);
            assert_eq!(pruned, tree, "complexity {complexity}");
            n_leaves.push(pruned.leaves().count());
        }
        assert!(n_leaves.is_sorted_by(|a, b| a >= b) && n_leaves[0] == 64 && n_leaves[6] == 1, "{n_leaves:?}");
    }

    fn passes(tree: &Tree, table: &Table, row: usize, wanted: usize) -> bool {
        let mut at = 0;
        while at != wanted {
            let Some(split) = &tree.nodes[at].split else { return false };
            at = split.child(table.matrix.column(split.feature as usize)[row]);
        }
        true
    }

    #[test]
    fn a_step_is_learnt_by_one_split_and_a_constant_by_none() {
        let table = Table::golden(300, 300);
        let step: Vec<f64> = (0..300_u32).map(|row| if row * 37 % 101 <= 40 { 1.0 } else { 3.0 }).collect();
        let tree = fit(&table, &step, 0.01).expect("any target").trees.remove(0);
        assert_eq!(tree.nodes.iter().map(|node| node.value).skip(1).collect::<Vec<_>>(), [1.0, 3.0]);
        assert_eq!(fit(&table, &[4.0; 300], 0.0).expect("a constant is a target").trees[0].nodes.len(), 1);
        assert!(fit(&Table::golden(10, 0), &[4.0; 10], 0.0).is_err(), "no row");
    }
}
