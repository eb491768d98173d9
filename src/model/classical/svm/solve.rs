//! The two problems of a support vector machine, solved by sequential minimal optimisation.
//!
//! The solver is LIBSVM's (Fan, Chen and Lin 2005, JMLR 6, 1889-1918) in the pure Rust of `libsvm-rs`; what it minimises stands here.

use super::kernel::Kernel;
use super::libsvm;
use crate::model::classical::table::Table;

/// A scoring function: offset + sum over the kept rows of coefficient x K(row, x).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Machine {
    pub(super) kernel: Kernel,
    /// The support vectors.
    pub(super) rows: Table,
    /// One per support vector.
    pub(super) coefficients: Vec<f64>,
    pub(super) offset: f64,
    /// False where the solver stopped before it converged.
    pub(super) is_solved: bool,
}

/// What both problems share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) table: &'a Table,
    pub(super) kernel: Kernel,
    pub(super) tolerance: f64,
}

impl Problem<'_> {
    /// Tells class 1 from class 0: minimises |f|^2 / 2 + sum of cost x max(0, 1 - s f), with s = 1 for class 1 and -1 for class 0.
    ///
    /// Both classes are present. `cost`: of a row of class 0 and of class 1.
    pub(super) fn classify(&self, class: &[usize], cost: [f64; 2]) -> Machine {
        let sign: Vec<i8> = class.iter().map(|&class| if class == 1 { 1 } else { -1 }).collect();
        let (alpha, offset, is_solved) = libsvm::solve(self, &vec![-1.0; sign.len()], &sign, cost);
        let coefficients: Vec<f64> = alpha.iter().zip(&sign).map(|(alpha, &sign)| alpha * f64::from(sign)).collect();
        self.machine(&coefficients, offset, is_solved)
    }

    /// Minimises |f|^2 / 2 + cost x sum of max(0, |target - f| - epsilon).
    pub(super) fn regress(&self, target: &[f64], epsilon: f64, cost: f64) -> Machine {
        let n_rows = target.len();
        let linear: Vec<f64> = target.iter().map(|target| epsilon - target).chain(target.iter().map(|target| epsilon + target)).collect();
        let sign: Vec<i8> = (0..2 * n_rows).map(|variable| if variable < n_rows { 1 } else { -1 }).collect();
        let (alpha, offset, is_solved) = libsvm::solve(self, &linear, &sign, [cost; 2]);
        let coefficients: Vec<f64> = (0..n_rows).map(|row| alpha[row] - alpha[row + n_rows]).collect();
        self.machine(&coefficients, offset, is_solved)
    }

    fn machine(&self, coefficients: &[f64], offset: f64, is_solved: bool) -> Machine {
        let support: Vec<u32> = (0..coefficients.len() as u32).filter(|&row| coefficients[row as usize] != 0.0).collect();
        let coefficients = support.iter().map(|&row| coefficients[row as usize]).collect();
        Machine { kernel: self.kernel, rows: self.table.rows(&support), coefficients, offset, is_solved }
    }
}

impl Machine {
    /// The score of every row.
    pub(super) fn score(&self, table: &Table) -> Vec<f64> {
        let mut scores = vec![self.offset; table.n_rows()];
        if self.kernel == Kernel::Linear {
            for (idx, slope) in self.slopes(table.n_columns()).into_iter().enumerate() {
                scores.iter_mut().zip(table.column(idx)).for_each(|(score, value)| *score += slope * value);
            }
            return scores;
        }
        let mut alike = vec![0.0; self.coefficients.len()];
        for (row, score) in scores.iter_mut().enumerate() {
            let values: Vec<f64> = table.row(row).collect();
            if !alike.is_empty() {
                self.kernel.fill(&self.rows, &values, &mut alike);
            }
            *score += alike.iter().zip(&self.coefficients).map(|(alike, coefficient)| alike * coefficient).sum::<f64>();
        }
        scores
    }

    /// The slopes of a linear machine, one per column; 0 where no row supports it.
    pub(super) fn slopes(&self, n_columns: usize) -> Vec<f64> {
        let slope = |idx| self.rows.column(idx).iter().zip(&self.coefficients).map(|(value, coefficient)| value * coefficient).sum();
        (0..n_columns).map(|idx| if self.coefficients.is_empty() { 0.0 } else { slope(idx) }).collect()
    }
}
