//! Leaves that hold means: trees of forests, and single ones.

use super::booster::average_inner_nodes;
use super::grow::{Gradients, Grower};
use super::grown::Grown;

/// Grows a tree for the weighted mean of a target by squared error; for a 0/1 target that is Gini's impurity, and leaves hold the share
/// of ones.
///
/// `sample` are the positions that count, ascending; `weight` is read there only. The means are exact, not the grower's own in fixed point.
/// `l2` shrinks the means of leaves towards the mean of the tree, in units of weight.
pub(super) fn grow_means(grower: &mut Grower<'_>, target: &[f64], weight: &[f64], sample: Option<&[u32]>, settings: (f64, u64)) -> Grown {
    let (l2, seed) = settings;
    let weigh = |sums: (f64, f64), position: usize| (sums.0 + weight[position], sums.1 + weight[position] * target[position]);
    let (sum_weight, sum) = match sample {
        Some(sample) => sample.iter().fold((0.0, 0.0), |sums, &position| weigh(sums, position as usize)),
        None => (0..target.len()).fold((0.0, 0.0), weigh),
    };
    let mean = if 0.0 < sum_weight { sum / sum_weight } else { 0.0 };
    let gradient: Vec<f32> = target.iter().zip(weight).map(|(target, weight)| (weight * (mean - target)) as f32).collect();
    let hessian: Vec<f32> = weight.iter().map(|&weight| weight as f32).collect();
    let mut grown = grower.grow(Gradients::General { gradient: &gradient, hessian: &hessian }, sample, seed);
    for leaf in grown.tree.leaves().collect::<Vec<_>>() {
        let (sum_weight, sum) = grown.leaf_rows(leaf).iter().fold((0.0, 0.0), |sums, &position| weigh(sums, position as usize));
        let (lower, upper) = grown.bounds(leaf);
        let value = if 0.0 < sum_weight { (sum + l2 * mean) / (sum_weight + l2) } else { mean };
        grown.tree.nodes[leaf].value = value.max(mean + lower).min(mean + upper);
    }
    average_inner_nodes(&mut grown.tree);
    grown
}
