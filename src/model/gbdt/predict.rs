//! Fast scoring: nodes flattened into one array, rows in blocks that stay in the innermost cache, eight rows walking down a tree at a time.

use rayon::prelude::*;

use super::block::forecast;
use super::ensemble::{Ensemble, FeatureKind, ModelFeature};
use super::tree::{Rule, Side, Tree};
use crate::feature::Matrix;

/// Rows of a block.
const BLOCK: usize = 256;

/// Rows that walk down a tree together: while one waits for memory, the others go on.
const ABREAST: usize = 8;

/// A node without a set of categories.
const NO_SET: u32 = u32::MAX;

/// A node; a leaf leads to itself.
#[derive(Debug, Clone, Copy)]
struct FlatNode {
    /// Values above go right.
    threshold: f32,
    /// Position among the features that any split uses.
    slot: u32,
    /// The left child; the right one follows it.
    left: u32,
    /// 1 where a missing value goes right.
    missing_right: u32,
    /// Position of the set of categories that go left.
    set: u32,
}

/// A feature that some split uses.
#[derive(Debug, Clone)]
struct Slot {
    column: usize,
    /// Categories seen in training, ascending; `None` for a number.
    categories: Option<Vec<u32>>,
}

/// Trees made ready for scoring many rows.
#[derive(Debug, Clone)]
pub(crate) struct Scorer {
    nodes: Vec<FlatNode>,
    values: Vec<f64>,
    roots: Vec<u32>,
    slots: Vec<Slot>,
    /// For each set a flag per category of its feature: whether it goes left.
    sets: Vec<Vec<bool>>,
}

impl Scorer {
    /// Flattens trees; `columns` are the positions of their features in the matrices to come.
    pub(crate) fn new(trees: &[Tree], features: &[ModelFeature], columns: &[usize]) -> Self {
        let mut scorer = Self { nodes: vec![], values: vec![], roots: vec![], slots: vec![], sets: vec![] };
        let mut slot_of = vec![None; features.len()];
        for split in trees.iter().flat_map(|tree| &tree.nodes).filter_map(|node| node.split.as_ref()) {
            let feature = split.feature as usize;
            slot_of[feature].get_or_insert_with(|| {
                let categories = match &features[feature].kind {
                    FeatureKind::Numeric => None,
                    FeatureKind::Categorical(categories) => Some(categories.clone()),
                };
                scorer.slots.push(Slot { column: columns[feature], categories });
                scorer.slots.len() as u32 - 1
            });
        }
        for tree in trees {
            scorer.flatten(tree, &slot_of);
        }
        scorer
    }

    /// Lays the nodes of a tree out breadth first, so that siblings lie beside each other.
    fn flatten(&mut self, tree: &Tree, slot_of: &[Option<u32>]) {
        let root = self.nodes.len() as u32;
        self.roots.push(root);
        let mut order = vec![0_usize];
        let mut next = 0;
        while next < order.len() {
            let node = &tree.nodes[order[next]];
            let mut flat = FlatNode { threshold: f32::INFINITY, slot: 0, left: root + next as u32, missing_right: 0, set: NO_SET };
            if let Some(split) = &node.split {
                flat.left = root + order.len() as u32;
                flat.slot = slot_of[split.feature as usize].expect("every feature of a split has a slot");
                flat.missing_right = u32::from(split.missing == Side::Right);
                match &split.rule {
                    Rule::AtMost(threshold) => flat.threshold = *threshold,
                    Rule::OneOf(chosen) => {
                        let categories = self.slots[flat.slot as usize].categories.as_deref().unwrap_or_default();
                        flat.set = self.sets.len() as u32;
                        self.sets.push(categories.iter().map(|category| chosen.binary_search(category).is_ok()).collect());
                    }
                }
                order.extend([split.left as usize, split.right as usize]);
            }
            self.nodes.push(flat);
            self.values.push(node.value);
            next += 1;
        }
    }

    /// `start` plus the sum of the leaf values, one per row of `rows`, added tree by tree.
    pub(crate) fn scores(&self, matrix: &Matrix, rows: &[u32], start: f64, cores: usize) -> Vec<f64> {
        let mut scores = vec![start; rows.len()];
        let fill = |(rows, scores): (&[u32], &mut [f64])| self.walk(matrix, rows, |_, row, value| scores[row] += value);
        each_block(rows, &mut scores, 1, cores, fill);
        scores
    }

    /// The leaf value of every tree, row by row: one row's values lie beside each other.
    pub(crate) fn leaf_values(&self, matrix: &Matrix, rows: &[u32], cores: usize) -> Vec<f64> {
        let n_trees = self.roots.len();
        let mut values = vec![0.0; rows.len() * n_trees];
        let fill = |(rows, values): (&[u32], &mut [f64])| self.walk(matrix, rows, |tree, row, value| values[row * n_trees + tree] = value);
        if 0 < n_trees {
            each_block(rows, &mut values, n_trees, cores, fill);
        }
        values
    }

    /// Tells the leaf value of every tree and row of a block.
    fn walk(&self, matrix: &Matrix, rows: &[u32], tell: impl FnMut(usize, usize, f64)) {
        let values = self.read(matrix, rows);
        if self.sets.is_empty() { self.descend::<false>(&values, rows.len(), tell) } else { self.descend::<true>(&values, rows.len(), tell) }
    }

    /// The used features of a block's rows, row by row: categories as positions among those seen in training.
    fn read(&self, matrix: &Matrix, rows: &[u32]) -> Vec<f32> {
        let width = self.slots.len();
        let mut values = vec![0.0; width * rows.len()];
        for (slot_idx, slot) in self.slots.iter().enumerate() {
            let column = matrix.column(slot.column);
            let cells = values[slot_idx..].iter_mut().step_by(width);
            match &slot.categories {
                None => cells.zip(rows).for_each(|(cell, &row)| *cell = column[row as usize]),
                Some(categories) => cells.zip(rows).for_each(|(cell, &row)| *cell = position(categories, column[row as usize])),
            }
        }
        values
    }

    fn descend<const HAS_SETS: bool>(&self, values: &[f32], n_rows: usize, mut tell: impl FnMut(usize, usize, f64)) {
        let width = self.slots.len();
        for (tree, &root) in self.roots.iter().enumerate() {
            for first in (0..n_rows).step_by(ABREAST) {
                let n = ABREAST.min(n_rows - first);
                let mut at = [root; ABREAST];
                // A tree without a split asks for no value, and there may be none.
                let mut moved = u32::from(0 < width);
                while moved != 0 {
                    moved = 0;
                    for (idx, at) in at.iter_mut().take(n).enumerate() {
                        let node = self.nodes[*at as usize];
                        let value = values[(first + idx) * width + node.slot as usize];
                        let next = node.left + self.goes_right::<HAS_SETS>(node, value);
                        moved |= next ^ *at;
                        *at = next;
                    }
                }
                for (idx, &at) in at.iter().take(n).enumerate() {
                    tell(tree, first + idx, self.values[at as usize]);
                }
            }
        }
    }

    /// 1 where a value goes right; never at a leaf.
    #[inline]
    fn goes_right<const HAS_SETS: bool>(&self, node: FlatNode, value: f32) -> u32 {
        if HAS_SETS && node.set != NO_SET && !value.is_nan() {
            return u32::from(!self.sets[node.set as usize][value as usize]);
        }
        u32::from(node.threshold < value) | (u32::from(value.is_nan()) & node.missing_right)
    }
}

/// Forecasts of an ensemble for rows of a matrix whose `columns` are its features.
pub(crate) fn forecasts(ensemble: &Ensemble, matrix: &Matrix, columns: &[usize], rows: &[u32], cores: usize) -> Vec<f64> {
    let scorer = Scorer::new(&ensemble.trees, &ensemble.features, columns);
    scorer.scores(matrix, rows, ensemble.base, cores).into_iter().map(|score| forecast(ensemble.link, score)).collect()
}

/// Calls `fill` with each block of rows and its part of `out`, which has `width` numbers per row.
fn each_block(rows: &[u32], out: &mut [f64], width: usize, cores: usize, fill: impl Fn((&[u32], &mut [f64])) + Send + Sync) {
    if cores <= 1 {
        rows.chunks(BLOCK).zip(out.chunks_mut(BLOCK * width)).for_each(fill);
    } else {
        rows.par_chunks(BLOCK).zip(out.par_chunks_mut(BLOCK * width)).for_each(fill);
    }
}

/// Position of a category among those seen in training, NaN for any other.
fn position(categories: &[u32], value: f32) -> f32 {
    let code = value as u32;
    // The cast rounds towards zero and clips: only a whole number comes back as itself.
    if code as f32 != value {
        return f32::NAN;
    }
    categories.binary_search(&code).map_or(f32::NAN, |position| position as f32)
}

#[cfg(test)]
mod tests {
    use super::super::ensemble::Link;
    use super::super::tree::{Node, Split};
    use super::*;
    use crate::model::gbdt::sample::mix;

    /// A tree of random questions to two numbers and a category.
    fn tree(seed: u64, n_splits: u32) -> Tree {
        let leaf = |value: f64| Node { split: None, value, n_rows: 1, cover: 1.0 };
        let mut nodes = vec![leaf(0.5)];
        for idx in 0..u64::from(n_splits) {
            let draw = |n: u64, salt: u64| mix(mix(seed, idx), salt) % n;
            let leaves: Vec<usize> = (0..nodes.len()).filter(|&at| nodes[at].split.is_none()).collect();
            let at = leaves[draw(leaves.len() as u64, 0) as usize];
            let feature = draw(3, 1) as u32;
            let rule = match feature {
                2 => Rule::OneOf([1, 4, 9].into_iter().filter(|category| draw(2, 10 + u64::from(*category)) == 0).collect()),
                _ => Rule::AtMost(draw(8, 2) as f32),
            };
            let missing = if draw(2, 3) == 0 { Side::Left } else { Side::Right };
            let n = nodes.len() as u32;
            nodes[at].split = Some(Split { feature, rule, missing, left: n, right: n + 1, gain: 1.0 });
            nodes.extend([leaf(draw(1000, 4) as f64 / 64.0), leaf(draw(1000, 5) as f64 / 64.0)]);
        }
        Tree { nodes }
    }

    fn ensemble(n_trees: u64) -> Ensemble {
        let feature = |name: &str, kind: FeatureKind| ModelFeature { name: name.into(), kind };
        let features =
            vec![feature("a", FeatureKind::Numeric), feature("b", FeatureKind::Numeric), feature("c", FeatureKind::Categorical(vec![1, 3, 4, 9]))];
        let trees = (0..n_trees).map(|idx| tree(idx, (idx * 3 % 20) as u32)).collect();
        Ensemble { features, base: -0.25, link: Link::Identity, trees }
    }

    #[test]
    fn scores_are_those_of_walking_each_tree_row_by_row() {
        let n = 1000;
        let value = |row: u64, column: u64| match mix(row, column) % 11 {
            10 => f32::NAN,
            value => value as f32,
        };
        // The model's features lie in columns 3, 0 and 2; category 3 is in no set, 0, 2 and 5 were not seen.
        let columns: Vec<Vec<f32>> = (0..4).map(|column| (0..n).map(|row| value(row, column)).collect()).collect();
        let matrix = Matrix::from_columns(n as usize, &columns);
        let rows: Vec<u32> = (0..n as u32).filter(|row| row % 7 != 3).collect();
        let ensemble = ensemble(23);
        let scored = forecasts(&ensemble, &matrix, &[3, 0, 2], &rows, 1);
        let each = Scorer::new(&ensemble.trees, &ensemble.features, &[3, 0, 2]).leaf_values(&matrix, &rows, 1);
        for (idx, &row) in rows.iter().enumerate() {
            let value = |feature: usize| {
                let value = columns[[3, 0, 2][feature]][row as usize];
                if feature == 2 && ![1.0, 3.0, 4.0, 9.0].contains(&value) { f32::NAN } else { value }
            };
            let leaves: Vec<f64> = ensemble.trees.iter().map(|tree| tree.nodes[tree.leaf(value)].value).collect();
            assert_eq!(scored[idx], leaves.iter().fold(-0.25, |sum, leaf| sum + leaf));
            assert_eq!(each[idx * 23..(idx + 1) * 23], leaves);
        }
        let wide: Vec<u32> = (0..n as u32).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("four threads");
        let alone = forecasts(&ensemble, &matrix, &[3, 0, 2], &wide, 1);
        assert_eq!(pool.install(|| forecasts(&ensemble, &matrix, &[3, 0, 2], &wide, 4)), alone);
    }

    #[test]
    fn an_ensemble_without_splits_or_rows_forecasts_its_base() {
        let matrix = Matrix::from_columns(3, &[]);
        let mut ensemble = ensemble(1);
        assert_eq!(forecasts(&ensemble, &matrix, &[0, 0, 0], &[0, 2], 1), [0.25, 0.25]);
        ensemble.trees.clear();
        assert_eq!(forecasts(&ensemble, &matrix, &[0, 0, 0], &[1], 1), [-0.25]);
        assert!(forecasts(&ensemble, &matrix, &[0, 0, 0], &[], 1).is_empty());
    }

    #[test]
    fn an_infinite_value_goes_right_of_every_threshold_and_stays_at_its_leaf() {
        let ensemble = Ensemble { trees: vec![tree(3, 9)], ..ensemble(0) };
        let matrix = Matrix::from_columns(2, &[vec![f32::INFINITY, f32::NEG_INFINITY], vec![f32::INFINITY; 2], vec![1.0; 2]]);
        let scored = forecasts(&ensemble, &matrix, &[0, 1, 2], &[0, 1], 1);
        for (row, scored) in scored.into_iter().enumerate() {
            let leaf = ensemble.trees[0].leaf(|feature| matrix.column(feature)[row]);
            assert_eq!(scored, -0.25 + ensemble.trees[0].nodes[leaf].value);
        }
    }
}
