//! Weighted cross-products of prepared columns, the one heavy sum behind least squares and logistic regression.

use nalgebra::{DMatrix, DVector};

use super::prepare::Preparation;
use crate::feature::Matrix;

/// Rows whose prepared values are held at once: two blocks of 30 columns stay within a core's cache.
const BLOCK_ROWS: usize = 256;

/// With Z the prepared columns and a first column of ones: Z' diag(weight) Z and Z' pull.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    /// Z' diag(weight) Z, the intercept at index 0.
    pub(super) cross: DMatrix<f64>,
    /// Z' pull.
    pub(super) moment: DVector<f64>,
}

/// Accumulates both products, in f64 and in an order that depends on nothing but the rows.
pub(super) fn accumulate(prepared: &Preparation, features: &Matrix, weight: &[f64], pull: &[f64]) -> Gram {
    let size = prepared.n_columns() + 1;
    let mut gram = Gram { cross: DMatrix::zeros(size, size), moment: DVector::zeros(size) };
    let mut plain = vec![1.0; size * BLOCK_ROWS];
    let mut weighted = vec![0.0; BLOCK_ROWS];
    for start in (0..weight.len()).step_by(BLOCK_ROWS) {
        let rows = start..(start + BLOCK_ROWS).min(weight.len());
        let len = rows.len();
        for idx in 1..size {
            prepared.write(features, idx - 1, rows.clone(), &mut plain[idx * BLOCK_ROWS..][..len]);
        }
        for i in 0..size {
            let column = &plain[i * BLOCK_ROWS..][..len];
            for ((product, value), weight) in weighted.iter_mut().zip(column).zip(&weight[rows.clone()]) {
                *product = value * weight;
            }
            for j in 0..=i {
                gram.cross[(i, j)] += dot(&weighted[..len], &plain[j * BLOCK_ROWS..][..len]);
            }
            gram.moment[i] += dot(column, &pull[rows.clone()]);
        }
    }
    gram.cross.fill_upper_triangle_with_lower_triangle();
    gram
}

/// Eight sums at once: a single one would wait for each addition, and the compiler may not reorder it.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::learner::teach;

    #[test]
    fn blocks_add_up_to_the_plain_triple_loop() {
        // 700 rows: two full blocks and a part of one, with missing values and rows of weight 0. No period divides a block.
        let value = |row: usize, k: usize| ((row * (k + 3) * 37 + row * row) % 101) as f32 / 10.0;
        let n_rows = 700;
        let mut columns: Vec<Vec<f32>> = (0..3).map(|k| (0..n_rows).map(|row| value(row, k)).collect()).collect();
        columns[1][13] = f32::NAN;
        let features = Matrix::from_columns(n_rows, &columns);
        let weight: Vec<f64> = (0..n_rows).map(|row| (row % 7) as f64).collect();
        let pull: Vec<f64> = (0..n_rows).map(|row| (row % 11) as f64 - 3.0).collect();
        let names = ["a".to_string(), "b".into(), "c".into()];
        let prepared = teach("m", &names, &features, (&pull, &weight), |train| Preparation::fit(train, &[])).expect("columns vary");
        let gram = accumulate(&prepared, &features, &weight, &pull);
        let mut z = vec![vec![1.0; n_rows]; 4];
        for idx in 0..3 {
            prepared.write(&features, idx, 0..n_rows, &mut z[idx + 1]);
        }
        for i in 0..4 {
            for j in 0..4 {
                let naive: f64 = (0..n_rows).map(|row| z[i][row] * weight[row] * z[j][row]).sum();
                assert!((gram.cross[(i, j)] - naive).abs() < 1e-9, "{i} {j}: {} {naive}", gram.cross[(i, j)]);
            }
            let naive: f64 = (0..n_rows).map(|row| z[i][row] * pull[row]).sum();
            assert!((gram.moment[i] - naive).abs() < 1e-9, "{i}: {} {naive}", gram.moment[i]);
        }
    }
}
