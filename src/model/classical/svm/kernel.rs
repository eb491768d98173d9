//! The similarity of two rows.

use crate::model::classical::table::Table;

/// The similarity of two rows of standardised features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kernel {
    /// x'z
    Linear,
    /// exp(-gamma |x - z|^2)
    Rbf {
        /// Width, above 0.
        gamma: f64,
    },
}

impl Kernel {
    /// Similarity of every row of `table` to `row`, into `out`.
    pub(super) fn fill(self, table: &Table, row: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (idx, &value) in row.iter().enumerate() {
            let column = out.iter_mut().zip(table.column(idx));
            match self {
                Self::Linear => column.for_each(|(sum, other)| *sum += value * other),
                Self::Rbf { .. } => column.for_each(|(sum, other)| *sum += (value - other) * (value - other)),
            }
        }
        if let Self::Rbf { gamma } = self {
            for square in out.iter_mut() {
                *square = libm::exp(-gamma * *square);
            }
        }
    }
}
