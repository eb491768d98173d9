//! Prepared features as the classical learners read them: f64, column by column.

use crate::feature::Matrix;
use crate::model::regression::Preparation;

/// Rows x columns of filled and standardised features, column-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    n_rows: usize,
    values: Vec<f64>,
}

impl Table {
    /// The prepared columns of all rows of `features`.
    pub(super) fn new(prepared: &Preparation, features: &Matrix) -> Self {
        let n_rows = features.n_rows();
        let mut values = vec![0.0; n_rows * prepared.n_columns()];
        for (idx, column) in values.chunks_exact_mut(n_rows.max(1)).enumerate() {
            prepared.write(features, idx, column);
        }
        Self { n_rows, values }
    }

    /// Number of rows.
    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns; 0 without rows.
    pub(super) fn n_columns(&self) -> usize {
        self.values.len().checked_div(self.n_rows).unwrap_or(0)
    }

    /// Column `idx`.
    pub(super) fn column(&self, idx: usize) -> &[f64] {
        &self.values[idx * self.n_rows..(idx + 1) * self.n_rows]
    }

    /// Values of one row.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = f64> {
        (0..self.n_columns()).map(move |idx| self.column(idx)[row])
    }

    /// The named rows, in their order.
    pub(super) fn rows(&self, rows: &[u32]) -> Self {
        let columns = (0..self.n_columns()).map(|idx| self.column(idx));
        let values = columns.flat_map(|column| rows.iter().map(|&row| column[row as usize])).collect();
        Self { n_rows: rows.len(), values }
    }
}
