//! Least squares on the few directions of the features that go with the target.

use nalgebra::{DMatrix, DVector};

use super::fitted::Fitted;
use super::prepare::Design;
use crate::error::Result;
use crate::model::{Learner, Model, Train};
use crate::spec::ComponentParams;

/// A direction with less than this share of the first one's covariance with the target is rounding.
const EXHAUSTED: f64 = 1e-10;

/// The learner of `kind = "pls"`: the target is regressed on `n_components` directions of the standardised features, each the one of largest
/// covariance with what the earlier ones leave of the target.
///
/// PLS1 from the features' correlations R and their covariances m with the target: w = m / |m|, r = w less the earlier r_j times p_j'w,
/// t = r'Rr, p = Rr / t, q = r'm / t, and m becomes m - p q t; the coefficients are the sum of r q. Dayal and MacGregor (1997), Journal of
/// Chemometrics 11, 73-85, kernel algorithm 2.
#[derive(Debug, Clone)]
pub(in crate::model) struct PartialLeastSquares(pub(in crate::model) ComponentParams);

impl Learner for PartialLeastSquares {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let design = Design::new(train, &self.0.features)?;
        let (slopes, n_components) = solve(&design.correlation, &design.moment, self.0.n_components as usize);
        let mut fitted = Fitted::new(design.prepared, std::iter::once(design.target_mean).chain(slopes).collect());
        if n_components < self.0.n_components as usize {
            fitted.notes.push(format!("{n_components} components explain all that {} could", self.0.n_components));
        }
        Ok(Box::new(fitted))
    }
}

/// Coefficients and components used.
fn solve(correlation: &DMatrix<f64>, moment: &DVector<f64>, n_components: usize) -> (Vec<f64>, usize) {
    let mut left = moment.clone();
    let mut slopes: DVector<f64> = DVector::zeros(moment.len());
    // Directions r, and loadings p.
    let mut earlier: Vec<(DVector<f64>, DVector<f64>)> = vec![];
    while earlier.len() < n_components.min(moment.len()) {
        let size = left.norm();
        if size <= EXHAUSTED * moment.norm() {
            break;
        }
        let weights = &left / size;
        let mut direction = weights.clone();
        for (of, loading) in &earlier {
            direction.axpy(-loading.dot(&weights), of, 1.0);
        }
        let pulled = correlation * &direction;
        let variance = direction.dot(&pulled);
        if variance <= EXHAUSTED {
            break;
        }
        let share = direction.dot(&left) / variance;
        slopes.axpy(share, &direction, 1.0);
        left.axpy(-share, &pulled, 1.0);
        earlier.push((direction, pulled / variance));
    }
    (slopes.iter().copied().collect(), earlier.len())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, golden};
    use super::*;

    #[test]
    fn partial_least_squares_agrees_with_scikit_learn_on_repeated_rows() {
        // scikit-learn 1.9.1, tests/golden/regression_robust.py: PLSRegression without scaling, with the outliers of that script.
        let golden_numbers = [
            (1, [1.176_302_083_333_333_3, 0.188_003_117_949_212, -0.146_306_208_125_42, 0.324_485_198_848_906]),
            (2, [1.176_302_083_333_333_3, 0.152_408_625_571_938, -0.158_109_435_220_91, 0.344_063_229_995_498]),
            (3, [1.176_302_083_333_333_3, 0.152_432_759_804_758, -0.158_605_002_960_921, 0.343_826_658_909_769]),
        ];
        let mut case = golden();
        for row in [3, 23, 43] {
            case.lesson.target[row] += 10.0;
        }
        for (n_components, expected) in golden_numbers {
            let learner = PartialLeastSquares(ComponentParams { n_components, features: vec![] });
            let card = case.train(|train| learner.fit(train)).expect("60 rows").card();
            let calculated: Vec<f64> = card.coefficients.into_iter().map(|(_, value)| value).collect();
            assert!(distance(&calculated, &expected) < 1e-12, "{n_components}: calculated {calculated:?}, expected {expected:?}");
        }
    }

    #[test]
    fn more_components_than_directions_stop_where_nothing_is_left() {
        let (slopes, n_components) = solve(&DMatrix::from_element(3, 3, 1.0), &DVector::from_element(3, 0.6), 3);
        assert_eq!(n_components, 1);
        assert!(distance(&slopes, &[0.2; 3]) < 1e-14, "{slopes:?}");
        assert_eq!(solve(&DMatrix::identity(2, 2), &DVector::zeros(2), 2), (vec![0.0; 2], 0));
    }
}
