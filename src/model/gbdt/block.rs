//! A block of rows as the trees see it, for everything that asks an ensemble about whole tables.

use std::ops::Range;

use super::ensemble::{Ensemble, FeatureKind, Link, ModelFeature};
use crate::feature::Matrix;

/// Rows of a block. It fixes the order of floating-point sums over rows, so it must not depend on the machine.
const N_ROWS: usize = 1024;

/// Rows of a matrix that a model is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    /// Feature values; NaN where missing.
    pub(crate) matrix: &'a Matrix,
    /// Columns of the model's features, in the model's order.
    pub(crate) columns: &'a [usize],
    /// Positions of the rows.
    pub(crate) rows: &'a [u32],
}

/// Rows that follow each other in a table, column by column: NaN where a value is missing or a category that training did not see.
pub(super) struct Block {
    columns: Vec<Vec<f32>>,
    n_rows: usize,
}

impl Block {
    /// Reads some of a table's rows.
    pub(super) fn read(features: &[ModelFeature], table: &Table<'_>, rows: Range<usize>) -> Self {
        assert_eq!(features.len(), table.columns.len(), "the table has a column for each feature of the model");
        let rows = &table.rows[rows];
        let read = |(feature, &column): (&ModelFeature, &usize)| {
            let column = table.matrix.column(column);
            let values = rows.iter().map(|&row| column[row as usize]);
            match &feature.kind {
                FeatureKind::Numeric => values.collect(),
                FeatureKind::Categorical(codes) => values.map(|value| seen(codes, value)).collect(),
            }
        };
        Self { columns: features.iter().zip(table.columns).map(read).collect(), n_rows: rows.len() }
    }

    /// Number of rows.
    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of features.
    pub(super) fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// Values of a feature.
    pub(super) fn column(&self, feature: usize) -> &[f32] {
        &self.columns[feature]
    }

    /// The raw score of a row: base and trees, in their order.
    pub(super) fn score(&self, ensemble: &Ensemble, row: usize) -> f64 {
        let leaves = ensemble.trees.iter().map(|tree| tree.nodes[tree.leaf(|feature| self.columns[feature][row])].value);
        leaves.fold(ensemble.base, |score, value| score + value)
    }
}

/// The blocks of a table, in order.
pub(super) fn blocks(table: &Table<'_>) -> Vec<Range<usize>> {
    let n_rows = table.rows.len();
    (0..n_rows).step_by(N_ROWS).map(|start| start..(start + N_ROWS).min(n_rows)).collect()
}

/// From the score to the forecast.
pub(super) fn forecast(link: Link, score: f64) -> f64 {
    match link {
        Link::Identity => score,
        Link::Logistic => 1.0 / (1.0 + libm::exp(-score)),
        Link::Log => libm::exp(score),
    }
}

fn seen(codes: &[u32], value: f32) -> f32 {
    let code = value as u32;
    // The cast rounds towards zero and clips: only a whole number comes back as itself.
    if code as f32 == value && codes.binary_search(&code).is_ok() { value } else { f32::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_categories_seen_in_training_are_values() {
        let values = [2.0, 0.0, -1.0, 2.5, f32::NAN, 7.0, f32::INFINITY].map(|value| seen(&[0, 2], value).to_string());
        assert_eq!(values, ["2", "0", "NaN", "NaN", "NaN", "NaN", "NaN"]);
    }

    #[test]
    fn blocks_cover_the_table_once() {
        let matrix = Matrix::from_columns(1, &[]);
        let cut = |n: usize| blocks(&Table { matrix: &matrix, columns: &[], rows: &vec![0; n] });
        assert_eq!(cut(2500), [0..1024, 1024..2048, 2048..2500]);
        assert!(cut(0).is_empty());
    }
}
