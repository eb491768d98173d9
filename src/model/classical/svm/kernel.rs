//! The similarity of two rows, and the rows of a kernel matrix as the solver asks for them.

use std::cell::Cell;

use libsvm_rs::cache::Cache;
use libsvm_rs::qmatrix::QMatrix;

use crate::model::classical::table::Table;

/// Memory for rows of the kernel matrix: all of them for 6,000 training rows.
const CACHE_BYTES: usize = 144 << 20;

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

/// Rows of Q with Q[i][j] = s_i s_j K(row of i, row of j): a variable per row to tell classes apart, two per row for a regression.
///
/// Kernel rows are kept in the order of the table whatever the solver swaps, because a regression's two variables share one.
pub(super) struct Similarity<'a> {
    table: &'a Table,
    kernel: Kernel,
    cache: Cache,
    sign: Vec<i8>,
    row: Vec<u32>,
    diagonal: Vec<f64>,
    full: Vec<f64>,
    signed: Vec<f32>,
    /// Rows asked for, from which a search that was cut short is known.
    n_asked: &'a Cell<u64>,
}

impl<'a> Similarity<'a> {
    /// A variable for each sign; variable t belongs to row t, or to row t less the number of rows.
    pub(super) fn new(table: &'a Table, kernel: Kernel, sign: Vec<i8>, n_asked: &'a Cell<u64>) -> Self {
        let n_rows = table.n_rows();
        let of_itself = |row: usize| match kernel {
            Kernel::Linear => table.row(row).map(|value| value * value).sum(),
            Kernel::Rbf { .. } => 1.0,
        };
        let own: Vec<f64> = (0..n_rows).map(of_itself).collect();
        let row: Vec<u32> = (0..sign.len()).map(|variable| (variable % n_rows) as u32).collect();
        let diagonal = row.iter().map(|&row| own[row as usize]).collect();
        let (full, signed) = (vec![0.0; n_rows], vec![0.0; sign.len()]);
        Self { table, kernel, cache: Cache::new(n_rows, CACHE_BYTES), sign, row, diagonal, full, signed, n_asked }
    }
}

impl QMatrix for Similarity<'_> {
    fn get_q(&mut self, i: usize, len: usize) -> &[f32] {
        self.n_asked.set(self.n_asked.get() + 1);
        let row = self.row[i] as usize;
        let (kept, first_new) = self.cache.get_data(row, self.table.n_rows());
        if first_new < kept.len() {
            let values: Vec<f64> = self.table.row(row).collect();
            self.kernel.fill(self.table, &values, &mut self.full);
            for (kept, value) in kept.iter_mut().zip(&self.full) {
                *kept = *value as f32;
            }
        }
        let sign = f32::from(self.sign[i]);
        let others = self.sign.iter().zip(&self.row);
        for (out, (&other, &row)) in self.signed[..len].iter_mut().zip(others) {
            *out = sign * f32::from(other) * kept[row as usize];
        }
        &self.signed[..len]
    }

    fn get_qd(&self) -> &[f64] {
        &self.diagonal
    }

    fn swap_index(&mut self, i: usize, j: usize) {
        self.sign.swap(i, j);
        self.row.swap(i, j);
        self.diagonal.swap(i, j);
    }
}
