//! The only file that knows `libsvm-rs`: its solver, and the rows of a kernel matrix as it asks for them.
//!
//! The crate has one author and no limit of steps, so that nothing of it is seen elsewhere and the steps are counted here.

use std::cell::Cell;

use libsvm_rs::cache::Cache;
use libsvm_rs::qmatrix::QMatrix;
use libsvm_rs::solver::{Solver, SolverVariant};

use super::kernel::Kernel;
use super::solve::Problem;
use crate::model::classical::table::Table;

/// Memory for rows of the kernel matrix: all of them for 6,000 training rows.
const CACHE_BYTES: usize = 144 << 20;

/// Steps after which the solver stops, each of which needs three rows.
const MAX_STEPS: u64 = 10_000_000;

/// The multiplier of every variable, the offset, and whether the solver converged.
///
/// Minimises alpha' Q alpha / 2 + linear' alpha with 0 <= alpha <= cost of its sign (of -1 and of 1) and sum of sign x alpha = 0.
pub(super) fn solve(problem: &Problem<'_>, linear: &[f64], sign: &[i8], cost: [f64; 2]) -> (Vec<f64>, f64, bool) {
    // The crate would print its progress.
    libsvm_rs::set_quiet(true);
    let n_asked = Cell::new(0);
    let similarity = Box::new(Similarity::new(problem.table, problem.kernel, sign.to_vec(), &n_asked));
    let mut alpha = vec![0.0; sign.len()];
    let variant = SolverVariant::Standard;
    let found = Solver::solve(variant, sign.len(), similarity, linear, sign, &mut alpha, cost[1], cost[0], problem.tolerance, true);
    (alpha, -found.rho, n_asked.get() < 3 * MAX_STEPS)
}

/// Rows of Q with Q[i][j] = s_i s_j K(row of i, row of j): a variable per row to tell classes apart, two per row for a regression.
///
/// Kernel rows are kept in the order of the table whatever the solver swaps, because a regression's two variables share one.
struct Similarity<'a> {
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
    fn new(table: &'a Table, kernel: Kernel, sign: Vec<i8>, n_asked: &'a Cell<u64>) -> Self {
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
