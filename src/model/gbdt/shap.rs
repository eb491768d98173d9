//! How much each feature moved each forecast: exact Shapley values of trees.

use rayon::prelude::*;

use super::block::{self, Block, Table};
use super::ensemble::Ensemble;
use super::path::{self, Allowed, Condition};

/// Paths of at most this many features keep the answers of the patterns they met; longer ones have too many patterns.
const WIDEST_KEPT: usize = 12;

/// Shapley values of many rows; for each, `base` and its contributions sum to the raw score.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contributions {
    /// The mean score over the training rows, by the covers of the nodes.
    pub(crate) base: f64,
    n_features: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl Contributions {
    /// What each feature added to the score of a row, in the order of the model's features.
    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.n_features..(row + 1) * self.n_features]
    }

    /// Mean absolute contribution of each feature over the rows: its importance in units of the score. `None` without rows.
    pub(crate) fn mean_absolute(&self) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; self.n_features];
        // Without features there are no values, and no rows of width 0 to cut them into.
        let rows = self.values.chunks_exact(self.n_features.max(1));
        let n_rows = rows.len();
        for row in rows {
            sums.iter_mut().zip(row).for_each(|(sum, phi)| *sum += phi.abs());
        }
        (0 < n_rows).then(|| sums.into_iter().map(|sum| sum / n_rows as f64).collect())
    }
}

/// What did each feature add to the score of each row?
///
/// The Shapley value of feature i is the mean, over all orders in which features may become known, of what knowing i changes;
/// with the features in S known, a tree's value is the mean over the leaves that the known values allow, where a question about
/// an unknown one sends a row both ways by the children's cover (path-dependent TreeSHAP).
///
/// A leaf of value v whose path asks d features, each with o = 1 where the row's value comes through (else 0) and z the share of
/// cover that does, adds v (o_i - z_i) times the mean over S of prod o (in S) prod z (not in S) to feature i: algorithm 2's sum, leaf
/// by leaf. The weights of the mean are Beta integrals, so that the sum is the integral over t in (0, 1) of the product over j != i
/// of t o_j + (1 - t) z_j, a polynomial. Gauss-Legendre quadrature with d / 2 points (rounded up) is exact for it, in O(d^2) for all
/// features of a leaf, and nothing cancels on the way, as it may in algorithm 2's UNWIND.
///
/// Source: Lundberg, Erion and Lee (2018), arXiv:1802.03888; leaf by leaf as in Mitchell, Frank and Holmes (2022), PeerJ CS 8:e880.
pub(crate) fn contributions(ensemble: &Ensemble, table: &Table<'_>) -> Contributions {
    let leaves = Leaf::all(ensemble);
    let n_features = ensemble.features.len();
    let blocks = block::blocks(table);
    let parts: Vec<Vec<f64>> = blocks.into_par_iter().map(|rows| explain(&leaves, &Block::read(&ensemble.features, table, rows))).collect();
    Contributions { base: base(ensemble, &leaves), n_features, values: parts.concat() }
}

/// The worst difference between a row's raw score and the sum of its base and contributions; it must be below 1e-10.
pub(crate) fn additivity_gap(ensemble: &Ensemble, table: &Table<'_>, contributions: &Contributions) -> f64 {
    let gap = |rows: std::ops::Range<usize>| {
        let block = Block::read(&ensemble.features, table, rows.clone());
        let gaps = rows
            .enumerate()
            .map(|(idx, row)| (block.score(ensemble, idx) - contributions.row(row).iter().fold(contributions.base, |sum, phi| sum + phi)).abs());
        gaps.fold(0.0, f64::max)
    };
    block::blocks(table).into_par_iter().map(gap).collect::<Vec<f64>>().into_iter().fold(0.0, f64::max)
}

fn base(ensemble: &Ensemble, leaves: &[Leaf]) -> f64 {
    leaves.iter().fold(ensemble.base, |base, leaf| base + leaf.value * leaf.conditions.iter().map(|condition| condition.share).product::<f64>())
}

/// Contributions of a block's rows, row by row.
fn explain(leaves: &[Leaf], block: &Block) -> Vec<f64> {
    let n_features = block.n_features();
    let mut values = vec![0.0; block.n_rows() * n_features];
    let (mut patterns, mut kept) = (vec![], Answers::default());
    for leaf in leaves.iter().filter(|leaf| !leaf.conditions.is_empty()) {
        leaf.patterns(block, &mut patterns);
        kept.clear(leaf.conditions.len());
        for (row, &pattern) in values.chunks_exact_mut(n_features).zip(&patterns) {
            for (condition, phi) in leaf.conditions.iter().zip(kept.of(leaf, pattern)) {
                row[condition.feature as usize] += phi;
            }
        }
    }
    values
}

/// A leaf, ready for many rows.
struct Leaf {
    value: f64,
    conditions: Vec<Condition>,
    points: Vec<Point>,
}

/// A point of the quadrature on (0, 1).
#[derive(Debug, Clone, Copy)]
struct Point {
    at: f64,
    weight: f64,
}

impl Leaf {
    fn all(ensemble: &Ensemble) -> Vec<Self> {
        let mut rules: Vec<Vec<Point>> = vec![];
        let mut leaves = vec![];
        for tree in &ensemble.trees {
            for path in path::paths(tree) {
                let n_points = path.conditions.len().div_ceil(2);
                while rules.len() <= n_points {
                    rules.push(gauss_legendre(rules.len()));
                }
                leaves.push(Self { value: tree.nodes[path.leaf].value, conditions: path.conditions, points: rules[n_points].clone() });
            }
        }
        leaves
    }

    /// For every row the set of conditions that its values meet: bit i for condition i.
    fn patterns(&self, block: &Block, patterns: &mut Vec<u64>) {
        assert!(self.conditions.len() <= 64, "trees are at most 64 deep, and imported ones are checked");
        patterns.clear();
        patterns.resize(block.n_rows(), 0);
        for (bit, condition) in self.conditions.iter().enumerate() {
            let rows = patterns.iter_mut().zip(block.column(condition.feature as usize));
            if let Allowed::Range { above, at_most } = condition.kept {
                // Plain numbers in the loop let the compiler take many rows at a time.
                let (is_open, keeps_missing) = (above.is_none(), condition.keeps_missing);
                let (above, at_most) = (above.unwrap_or(f32::NEG_INFINITY), at_most.unwrap_or(f32::INFINITY));
                for (pattern, &value) in rows {
                    let is_kept = (is_open || above < value) && value <= at_most || keeps_missing && value.is_nan();
                    *pattern |= u64::from(is_kept) << bit;
                }
            } else {
                for (pattern, &value) in rows {
                    *pattern |= u64::from(condition.keeps(value)) << bit;
                }
            }
        }
    }

    /// The leaf's contribution to the feature of each condition.
    fn answer(&self, pattern: u64, phi: &mut Vec<f64>) {
        let start = phi.len();
        phi.resize(start + self.conditions.len(), 0.0);
        let phi = &mut phi[start..];
        let factor = |idx: usize, at: f64| (1.0 - at) * self.conditions[idx].share + if pattern >> idx & 1 == 1 { at } else { 0.0 };
        let mut before = [0.0; 64];
        for point in &self.points {
            let mut product = point.weight * self.value;
            for (idx, before) in before.iter_mut().enumerate().take(phi.len()) {
                *before = product;
                product *= factor(idx, point.at);
            }
            let mut behind = 1.0;
            for idx in (0..phi.len()).rev() {
                phi[idx] += before[idx] * behind;
                behind *= factor(idx, point.at);
            }
        }
        for (idx, phi) in phi.iter_mut().enumerate() {
            *phi *= (pattern >> idx & 1) as f64 - self.conditions[idx].share;
        }
    }
}

/// Answers of one leaf to the patterns it met; most rows meet few patterns.
#[derive(Default)]
struct Answers {
    n_conditions: usize,
    /// One past the place of a pattern's answer; 0 where it was not met yet.
    places: Vec<u32>,
    phi: Vec<f64>,
}

impl Answers {
    fn clear(&mut self, n_conditions: usize) {
        self.n_conditions = n_conditions;
        self.phi.clear();
        self.places.clear();
        if n_conditions <= WIDEST_KEPT {
            self.places.resize(1 << n_conditions, 0);
        }
    }

    fn of(&mut self, leaf: &Leaf, pattern: u64) -> &[f64] {
        if self.places.is_empty() {
            self.phi.clear();
            leaf.answer(pattern, &mut self.phi);
            return &self.phi;
        }
        let place = &mut self.places[pattern as usize];
        if *place == 0 {
            leaf.answer(pattern, &mut self.phi);
            *place = (self.phi.len() / self.n_conditions) as u32;
        }
        let end = *place as usize * self.n_conditions;
        &self.phi[end - self.n_conditions..end]
    }
}

/// Points and weights of Gauss-Legendre quadrature on (0, 1): exact for polynomials of degree 2 n - 1.
///
/// Newton's method on the Legendre polynomial from Tricomi's guess. Source: Press et al., Numerical Recipes, 4.6.
fn gauss_legendre(n: usize) -> Vec<Point> {
    let root = |idx: usize| {
        let mut x = libm::cos(std::f64::consts::PI * (idx as f64 + 0.75) / (n as f64 + 0.5));
        let mut slope = 1.0;
        // From this guess the steps square the error; six reach the last bit for any n.
        for _ in 0..6 {
            let (mut value, mut previous) = (1.0, 0.0);
            for degree in 0..n {
                let degree = degree as f64;
                (value, previous) = (((2.0 * degree + 1.0) * x * value - degree * previous) / (degree + 1.0), value);
            }
            slope = n as f64 * (x * value - previous) / (x * x - 1.0);
            x -= value / slope;
        }
        Point { at: f64::midpoint(1.0, x), weight: 1.0 / ((1.0 - x * x) * slope * slope) }
    };
    (0..n).map(root).collect()
}

#[cfg(test)]
mod tests {
    use super::super::ensemble::{FeatureKind, Link, ModelFeature};
    use super::super::tree::{Node, Rule, Side, Split, Tree};
    use super::super::twin::{self, Sample};
    use super::*;

    /// A tree's value where the features of the set are known.
    fn known(tree: &Tree, at: usize, row: &[f32], set: u32) -> f64 {
        let Some(split) = &tree.nodes[at].split else { return tree.nodes[at].value };
        if set >> split.feature & 1 == 1 {
            return known(tree, split.child(row[split.feature as usize]), row, set);
        }
        let mean = [split.left, split.right].map(|child| tree.nodes[child as usize].cover * known(tree, child as usize, row, set));
        mean.iter().sum::<f64>() / tree.nodes[at].cover
    }

    /// Shapley's sum over all subsets.
    fn naive(ensemble: &Ensemble, row: &[f32]) -> Vec<f64> {
        let n = ensemble.features.len() as u32;
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let value = |set: u32| ensemble.trees.iter().map(|tree| known(tree, 0, row, set)).sum::<f64>();
        let gain = |feature: u32, set: u32| {
            let size = set.count_ones();
            factorial(size) * factorial(n - size - 1) / factorial(n) * (value(set | 1 << feature) - value(set))
        };
        (0..n).map(|feature| (0..1 << n).filter(|set| set >> feature & 1 == 0).map(|set| gain(feature, set)).sum()).collect()
    }

    #[test]
    fn contributions_equal_shapleys_sum_over_all_subsets() {
        for seed in 0..4 {
            let ensemble = twin::ensemble(seed, 25);
            let sample = Sample::draw(&ensemble, 60, seed);
            let found = contributions(&ensemble, &sample.table());
            for (idx, row) in sample.rows.iter().enumerate() {
                for (found, expected) in found.row(idx).iter().zip(naive(&ensemble, row)) {
                    assert!((found - expected).abs() < 1e-13, "row {idx}: calculated {found}, expected {expected}, tolerance 1e-13");
                }
            }
        }
    }

    #[test]
    fn contributions_sum_to_the_score_and_do_not_depend_on_the_other_rows() {
        let ensemble = twin::ensemble(9, 400);
        let sample = Sample::draw(&ensemble, 3000, 5);
        let all = contributions(&ensemble, &sample.table());
        let gap = additivity_gap(&ensemble, &sample.table(), &all);
        assert!(gap < 1e-12, "{gap:e}");
        let some = contributions(&ensemble, &sample.some(&[2999, 17]));
        assert_eq!((some.row(0), some.row(1)), (all.row(2999), all.row(17)));
        // A broken contribution is noticed.
        let mut broken = all.clone();
        broken.values[7] += 1e-9;
        assert!(1e-10 < additivity_gap(&ensemble, &sample.table(), &broken));
    }

    #[test]
    fn one_thread_and_four_give_the_same_bits() {
        let ensemble = twin::ensemble(4, 50);
        let sample = Sample::draw(&ensemble, 5000, 6);
        let run = |n: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
            pool.install(|| contributions(&ensemble, &sample.table()))
        };
        let (one, four) = (run(1), run(4));
        assert!(one == four);
        let mean = |feature: usize| (0..5000).map(|row| one.row(row)[feature].abs()).sum::<f64>() / 5000.0;
        for (feature, found) in one.mean_absolute().expect("there are rows").into_iter().enumerate() {
            assert!((found - mean(feature)).abs() < 1e-13, "calculated {found}, expected {}", mean(feature));
        }
    }

    #[test]
    fn a_path_of_64_features_is_explained_without_loss() {
        // A chain: feature i alone decides at depth i. Every score is met to 1e-12 although the leaf has 2^64 patterns.
        let mut nodes = vec![];
        for idx in 0..64_u32 {
            let split = Split { feature: idx, rule: Rule::AtMost(0.0), missing: Side::Left, left: 2 * idx + 1, right: 2 * idx + 2, gain: 1.0 };
            let cover = 1000.0 * 0.75_f64.powi(idx as i32);
            nodes.push(Node { split: Some(split), value: 0.0, n_rows: 0, cover });
            nodes.push(Node { split: None, value: f64::from(idx), n_rows: 0, cover: 0.25 * cover });
        }
        nodes.push(Node { split: None, value: -500.0, n_rows: 0, cover: 1000.0 * 0.75_f64.powi(64) });
        let features = (0..64).map(|idx| ModelFeature { name: format!("x{idx}"), kind: FeatureKind::Numeric });
        let ensemble = Ensemble { features: features.collect(), base: 0.0, link: Link::Identity, trees: vec![Tree { nodes }] };
        let rows = vec![vec![1.0; 64], (0..64).map(|idx| if idx == 40 { -1.0 } else { 1.0 }).collect()];
        let sample = Sample::new(rows, 64);
        let gap = additivity_gap(&ensemble, &sample.table(), &contributions(&ensemble, &sample.table()));
        assert!(gap < 1e-10, "{gap:e}");
    }

    #[test]
    fn an_empty_table_has_no_mean_and_a_stump_no_contributions() {
        let ensemble = twin::ensemble(1, 1);
        let sample = Sample::new(vec![vec![1.0; 5]], 5);
        let none = contributions(&ensemble, &sample.some(&[]));
        assert_eq!((none.mean_absolute(), none.values.len()), (None, 0));
        let one = contributions(&ensemble, &sample.table());
        assert_eq!((one.row(0), one.base), ([0.0; 5].as_slice(), 0.3 + ensemble.trees[0].nodes[0].value));
    }
}
