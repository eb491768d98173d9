//! Weighted least squares on prepared features, with or without an L2 penalty: what `linear` and `ridge` share.

use nalgebra::{Cholesky, DMatrix, Dyn};

use super::fitted::Fitted;
use super::prepare::Design;

/// Minimises sum w (target - a - Z b)^2 + l2 (sum w) |b|^2 by the normal equations of the standardised columns.
///
/// Columns that the earlier ones explain are dropped, in the order of the features, with a note. Also returns the factor of
/// Z'WZ / sum w + l2 I of the columns kept.
pub(super) fn fit(design: &Design, l2: f64) -> (Fitted, Cholesky<f64, Dyn>) {
    let (kept, note) = design.independent(l2);
    let mut penalized: DMatrix<f64> = design.correlation.select_rows(&kept).select_columns(&kept);
    penalized.fill_diagonal(1.0 + l2);
    let factor = Cholesky::new(penalized).expect("columns that passed the test of independence make a positive definite matrix");
    let mut coefficients = vec![0.0; design.prepared.n_columns() + 1];
    coefficients[0] = design.target_mean;
    for (&idx, &coefficient) in kept.iter().zip(&factor.solve(&design.moment.select_rows(&kept))) {
        coefficients[idx + 1] = coefficient;
    }
    let mut fitted = Fitted::new(design.prepared.clone(), coefficients);
    fitted.kept = std::iter::once(0).chain(kept.iter().map(|idx| idx + 1)).collect();
    fitted.notes.extend(note);
    (fitted, factor)
}
