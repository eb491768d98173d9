//! Least squares with an L2 penalty.

use super::least_squares;
use super::prepare::Design;
use crate::error::Result;
use crate::model::{Learner, Model, Train};
use crate::spec::RidgeParams;

/// The learner of `kind = "ridge"`: minimises sum w (target - a - Z b)^2 + l2 (sum w) |b|^2, with Z the standardised features.
///
/// The intercept a is not penalised. Because the penalty grows with the rows, one `l2` means the same in every window: scikit-learn's
/// `alpha` is l2 sum w. With l2 = 0 it is least squares, and collinear features are dropped as `linear` does.
#[derive(Debug, Clone)]
pub(in crate::model) struct Ridge(pub(in crate::model) RidgeParams);

impl Learner for Ridge {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let design = Design::new(train, &self.0.features)?;
        Ok(Box::new(least_squares::fit(&design, self.0.l2).0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, golden};
    use super::*;

    #[test]
    fn ridge_agrees_with_scikit_learn_on_weighted_rows_with_missing_values() {
        // scikit-learn 1.9.1, tests/golden/penalized_regression.py: l2 = 0.1 and 2.
        let golden_numbers = [
            (0.1, [0.676_302_083_333_333_3, 0.397_710_196_547_504, -0.007_533_948_396_649, -0.312_585_911_823_914]),
            (2.0, [0.676_302_083_333_333_3, 0.136_878_522_414_301, -0.011_057_369_430_586, -0.103_533_775_929_964]),
        ];
        for (l2, expected) in golden_numbers {
            let model = golden().train(|train| Ridge(RidgeParams { l2, features: vec![] }).fit(train)).expect("60 rows");
            let calculated: Vec<f64> = model.card().coefficients.into_iter().map(|(_, coefficient)| coefficient).collect();
            assert!(distance(&calculated, &expected) < 1e-12, "l2 {l2}: calculated {calculated:?}, expected {expected:?}");
        }
    }
}
