//! Random trees and rows that the fast code is checked on; what they are checked against are slow loops beside each test.

use rand_core::RngCore;
use rand_pcg::Pcg64;

use super::block::Table;
use super::ensemble::{Ensemble, FeatureKind, Link, ModelFeature};
use super::tree::{Node, Rule, Side, Split, Tree};
use crate::feature::Matrix;

/// A number in 0..n.
pub(super) fn below(generator: &mut Pcg64, n: u32) -> u32 {
    ((u64::from(generator.next_u32()) * u64::from(n)) >> 32) as u32
}

fn uniform(generator: &mut Pcg64) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Trees of 1 to 25 leaves over four quantities and a category of the codes 0, 2, 3, 5 and 9; many meet a feature twice on a path.
pub(super) fn ensemble(seed: u64, n_trees: usize) -> Ensemble {
    let mut generator = Pcg64::new(u128::from(seed), 1);
    let mut features: Vec<ModelFeature> = (0..4).map(|idx| ModelFeature { name: format!("x{idx}"), kind: FeatureKind::Numeric }).collect();
    features.insert(2, ModelFeature { name: "purpose".to_owned(), kind: FeatureKind::Categorical(vec![0, 2, 3, 5, 9]) });
    let trees = (0..n_trees).map(|idx| tree(&mut generator, idx as u32 % 25)).collect();
    Ensemble { features, base: 0.3, link: Link::Logistic, trees }
}

/// Rows by value, and as a matrix whose columns are the features in reverse.
pub(super) struct Sample {
    pub(super) rows: Vec<Vec<f32>>,
    pub(super) matrix: Matrix,
    columns: Vec<usize>,
    positions: Vec<u32>,
}

impl Sample {
    /// Values around the thresholds, some missing, some infinite.
    pub(super) fn draw(ensemble: &Ensemble, n: usize, seed: u64) -> Self {
        let mut generator = Pcg64::new(u128::from(seed), 2);
        let mut value = |feature: &ModelFeature| match (&feature.kind, below(&mut generator, 12)) {
            (_, 0 | 1) => f32::NAN,
            (FeatureKind::Numeric, 2) => f32::NEG_INFINITY,
            (FeatureKind::Numeric, 3) => f32::INFINITY,
            (FeatureKind::Numeric, draw) => draw as f32 - 7.5,
            (FeatureKind::Categorical(codes), draw) => codes[draw as usize % codes.len()] as f32,
        };
        Self::new((0..n).map(|_| ensemble.features.iter().map(&mut value).collect()).collect(), ensemble.features.len())
    }

    pub(super) fn new(rows: Vec<Vec<f32>>, n_features: usize) -> Self {
        let columns: Vec<Vec<f32>> = (0..n_features).rev().map(|feature| rows.iter().map(|row| row[feature]).collect()).collect();
        let matrix = Matrix::from_columns(rows.len(), &columns);
        Self { positions: (0..rows.len() as u32).collect(), rows, matrix, columns: (0..n_features).rev().collect() }
    }

    /// All rows.
    pub(super) fn table(&self) -> Table<'_> {
        self.some(&self.positions)
    }

    /// Some rows.
    pub(super) fn some<'a>(&'a self, rows: &'a [u32]) -> Table<'a> {
        Table { matrix: &self.matrix, columns: &self.columns, rows }
    }
}

fn tree(generator: &mut Pcg64, n_splits: u32) -> Tree {
    let mut nodes = vec![leaf(generator, 1000)];
    for _ in 0..n_splits {
        let leaves: Vec<usize> = (0..nodes.len()).filter(|&at| nodes[at].split.is_none() && 1 < nodes[at].n_rows).collect();
        let at = leaves[below(generator, leaves.len() as u32) as usize];
        let feature = below(generator, 5);
        let rule = if feature == 2 {
            Rule::OneOf([0, 2, 3, 5, 9].into_iter().filter(|_| below(generator, 2) == 0).collect())
        } else {
            Rule::AtMost(below(generator, 8) as f32 - 3.5)
        };
        let missing = if below(generator, 2) == 0 { Side::Left } else { Side::Right };
        let n_left = 1 + u64::from(below(generator, nodes[at].n_rows as u32 - 1));
        let (left, n_right) = (nodes.len() as u32, nodes[at].n_rows - n_left);
        nodes[at].split = Some(Split { feature, rule, missing, left, right: left + 1, gain: uniform(generator) });
        nodes.extend([leaf(generator, n_left), leaf(generator, n_right)]);
    }
    Tree { nodes }
}

fn leaf(generator: &mut Pcg64, n_rows: u64) -> Node {
    Node { split: None, value: uniform(generator) - 0.5, n_rows, cover: n_rows as f64 * 0.25 }
}

/// Rows that another program scored: a CSV whose empty cells are missing.
pub(super) struct Golden {
    names: Vec<String>,
    rows: Vec<Vec<Option<f64>>>,
}

impl Golden {
    pub(super) fn read(text: &str) -> Self {
        let mut lines = text.lines().map(|line| line.split(','));
        let names = lines.next().expect("a header").map(str::to_owned).collect();
        let cell = |cell: &str| (!cell.is_empty()).then(|| cell.parse().expect("a number"));
        Self { names, rows: lines.map(|line| line.map(cell).collect()).collect() }
    }

    fn idx(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).expect("the CSV has the column")
    }

    /// The columns of the model's features.
    pub(super) fn sample(&self, ensemble: &Ensemble) -> Sample {
        let value = |row: &[Option<f64>], feature: &ModelFeature| row[self.idx(&feature.name)].map_or(f32::NAN, |value| value as f32);
        let row = |row: &Vec<Option<f64>>| ensemble.features.iter().map(|feature| value(row, feature)).collect();
        Sample::new(self.rows.iter().map(row).collect(), ensemble.features.len())
    }

    /// Worst difference from a column, which has a number for each of `found` and for no row more; relative where the number is above 1.
    pub(super) fn worst(&self, name: &str, found: &[f64]) -> f64 {
        let idx = self.idx(name);
        let expected: Vec<f64> = self.rows.iter().map_while(|row| row[idx]).collect();
        assert_eq!(expected.len(), found.len(), "{name}");
        let gaps = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs() / expected.abs().max(1.0));
        gaps.fold(0.0, |worst: f64, gap| if gap <= worst { worst } else { gap })
    }
}
