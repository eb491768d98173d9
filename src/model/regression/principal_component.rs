//! Least squares on the principal components of the features.

use nalgebra::{DMatrix, DVector};

use super::fitted::Fitted;
use super::prepare::Design;
use crate::error::Result;
use crate::model::{Learner, Model, Train};
use crate::spec::ComponentParams;

/// A component with less than this share of the largest one's variance is rounding.
const RANK: f64 = 1e-10;

/// The learner of `kind = "pcr"`: the target is regressed on the `n_components` directions in which the standardised features vary most.
///
/// With v_k the eigenvectors of the features' correlations R, eigenvalues e_1 >= e_2 >= ..., and m the features' covariances with the
/// target, the coefficients are sum_k v_k (v_k'm) / e_k. Massy (1965), Journal of the American Statistical Association 60, 234-256.
#[derive(Debug, Clone)]
pub(in crate::model) struct PrincipalComponent(pub(in crate::model) ComponentParams);

impl Learner for PrincipalComponent {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let design = Design::new(train, &self.0.features)?;
        let (slopes, n_components, share) = solve(&design.correlation, &design.moment, self.0.n_components as usize);
        let mut fitted = Fitted::new(design.prepared, std::iter::once(design.target_mean).chain(slopes).collect());
        fitted.notes.push(format!("{n_components} components hold {:.1} % of the features' variance", 100.0 * share));
        if n_components < self.0.n_components as usize {
            fitted.notes.push(format!("there are {n_components} components, not {}", self.0.n_components));
        }
        Ok(Box::new(fitted))
    }
}

/// Coefficients, components used and their share of the variance.
fn solve(correlation: &DMatrix<f64>, moment: &DVector<f64>, n_components: usize) -> (Vec<f64>, usize, f64) {
    let eigen = correlation.clone().symmetric_eigen();
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let least = RANK * eigen.eigenvalues[order[0]];
    order.retain(|&at| least < eigen.eigenvalues[at]);
    order.truncate(n_components);
    let mut slopes: DVector<f64> = DVector::zeros(moment.len());
    for &at in &order {
        let direction = eigen.eigenvectors.column(at);
        slopes.axpy(direction.dot(moment) / eigen.eigenvalues[at], &direction, 1.0);
    }
    let variance: f64 = order.iter().map(|&at| eigen.eigenvalues[at]).sum();
    (slopes.iter().copied().collect(), order.len(), variance / correlation.trace())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, golden};
    use super::*;

    #[test]
    fn components_agree_with_scikit_learn_on_repeated_rows() {
        // scikit-learn 1.9.1, tests/golden/regression_robust.py: PCA and least squares on its scores, with the outliers of that script.
        let golden_numbers = [
            (1, [1.176_302_083_333_333_3, 0.269_919_985_383_674, -0.109_375_875_214_049, 0.228_715_807_979_793]),
            (2, [1.176_302_083_333_333_3, 0.267_976_912_675_155, -0.088_014_446_797_819, 0.241_224_340_342_291]),
            (3, [1.176_302_083_333_333_3, 0.152_432_759_804_758, -0.158_605_002_960_921, 0.343_826_658_909_769]),
        ];
        let mut case = golden();
        for row in [3, 23, 43] {
            case.lesson.target[row] += 10.0;
        }
        for (n_components, expected) in golden_numbers {
            let learner = PrincipalComponent(ComponentParams { n_components, features: vec![] });
            let card = case.train(|train| learner.fit(train)).expect("60 rows").card();
            let calculated: Vec<f64> = card.coefficients.into_iter().map(|(_, value)| value).collect();
            assert!(distance(&calculated, &expected) < 1e-12, "{n_components}: calculated {calculated:?}, expected {expected:?}");
        }
    }

    #[test]
    fn equal_features_are_one_component() {
        let (slopes, n_components, share) = solve(&DMatrix::from_element(3, 3, 1.0), &DVector::from_element(3, 0.6), 3);
        assert_eq!(n_components, 1);
        assert!(distance(&slopes, &[0.2; 3]) < 1e-14 && (share - 1.0).abs() < 1e-14, "{slopes:?} {share}");
    }
}
