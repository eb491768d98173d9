//! Leaf values of losses whose hessian has no information: quantiles of residuals, in the target's own units.

use rayon::prelude::*;

use super::booster::average_inner_nodes;
use super::grown::Grown;
use super::loss::{Observed, even_quantile, weighted_quantile};
use super::split::Bounds;
use super::tree::Rule;

/// What leaves are renewed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Residuals<'a> {
    /// Targets and weights of the training rows.
    pub(super) observed: Observed<'a>,
    /// Scores before the tree joins.
    pub(super) scores: &'a [f64],
    /// Weights that sampling has changed; empty where it has not.
    pub(super) hessian: &'a [f32],
    /// Which quantile.
    pub(super) tail: f64,
    /// Threads.
    pub(super) cores: usize,
}

impl Residuals<'_> {
    /// Sets leaves to the weighted quantile of their rows' residuals (target less score), and inner nodes to the mean of their leaves.
    ///
    /// * `monotone`: one sign per feature, as in `TreeSettings`; empty where all are free.
    ///
    /// Where a split is on a monotone feature, a bound parts the values of its two sides: the middle between the sides' own quantiles, or,
    /// where those are in the wrong order, the quantile of both sides' rows together. The bounds that the tree was grown within are not
    /// used: they are in units of the gradient, which are not the target's.
    pub(super) fn renew(&self, grown: &mut Grown, monotone: &[i8]) {
        let bounds = self.bounds(grown, monotone);
        let leaves: Vec<usize> = grown.tree.leaves().collect();
        let value = |&leaf: &usize| bounds[leaf].clamp(self.quantile(grown.leaf_rows(leaf)));
        let values: Vec<f64> = if self.cores <= 1 { leaves.iter().map(value).collect() } else { leaves.par_iter().map(value).collect() };
        for (leaf, value) in leaves.into_iter().zip(values) {
            grown.tree.nodes[leaf].value = value;
        }
        average_inner_nodes(&mut grown.tree);
    }

    /// What each node's leaves must lie between.
    fn bounds(&self, grown: &Grown, monotone: &[i8]) -> Vec<Bounds> {
        let mut bounds = vec![Bounds::FREE; grown.tree.nodes.len()];
        if monotone.is_empty() {
            return bounds;
        }
        // Children lie behind their parent, whose bounds are therefore settled before theirs.
        for (at, node) in grown.tree.nodes.iter().enumerate() {
            let Some(split) = &node.split else { continue };
            let (left, right) = (split.left as usize, split.right as usize);
            let sign = if matches!(split.rule, Rule::AtMost(_)) { monotone[split.feature as usize] } else { 0 };
            let own = bounds[at];
            let (below, above) = match sign {
                0 => {
                    (bounds[left], bounds[right]) = (own, own);
                    continue;
                }
                1 => (left, right),
                _ => (right, left),
            };
            let [low, high] = [below, above].map(|child| own.clamp(self.quantile(grown.leaf_rows(child))));
            let parting = if low <= high { f64::midpoint(low, high) } else { own.clamp(self.quantile(grown.leaf_rows(at))) };
            bounds[below] = Bounds { upper: parting, ..own };
            bounds[above] = Bounds { lower: parting, ..own };
        }
        bounds
    }

    fn quantile(&self, rows: &[u32]) -> f64 {
        let residual = |&position: &u32| self.observed.target[position as usize] - self.scores[position as usize];
        if self.hessian.is_empty() && self.observed.weight.is_none() {
            return even_quantile(&mut rows.iter().map(residual).collect::<Vec<_>>(), self.tail);
        }
        let weight = |&position: &u32| match self.hessian.get(position as usize) {
            Some(&hessian) => f64::from(hessian),
            None => self.observed.weight_of(position as usize),
        };
        weighted_quantile(&mut rows.iter().map(|row| (residual(row), weight(row))).collect::<Vec<_>>(), self.tail)
    }
}
