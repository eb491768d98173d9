//! Least squares with an L1 penalty.

use super::descent::Penalty;
use super::elastic_net;
use super::prepare::Design;
use crate::error::Result;
use crate::model::{Learner, Model, Train};
use crate::spec::LassoParams;

/// The learner of `kind = "lasso"`: minimises sum w (target - a - Z b)^2 / (2 sum w) + l1 |b|_1, with Z the standardised features.
///
/// The elastic net with l2 = 0; `l1` is scikit-learn's `alpha`. Tibshirani (1996), Journal of the Royal Statistical Society B 58, 267-288.
#[derive(Debug, Clone)]
pub(in crate::model) struct Lasso(pub(in crate::model) LassoParams);

impl Learner for Lasso {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let design = Design::new(train, &self.0.features)?;
        Ok(Box::new(elastic_net::fit(&design, Penalty { l1: self.0.l1, l2: 0.0 })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, golden};
    use super::*;

    #[test]
    fn lasso_agrees_with_scikit_learn_and_names_the_penalty_from_which_nothing_is_left() {
        // scikit-learn 1.9.1, tests/golden/regression_penalty.py.
        let golden_numbers = [
            (0.05, [0.676_302_083_333_333_3, 0.385_499_213_526_397, 0.0, -0.292_471_331_960_495]),
            (0.005, [0.676_302_083_333_333_3, 0.437_053_245_129_664, 0.0, -0.344_025_363_563_763]),
            (0.25, [0.676_302_083_333_333_3, 0.156_370_184_178_54, 0.0, -0.063_342_302_612_638]),
            (0.5, [0.676_302_083_333_333_3, 0.0, 0.0, 0.0]),
        ];
        for (l1, expected) in golden_numbers {
            let model = golden().train(|train| Lasso(LassoParams { l1, features: vec![] }).fit(train)).expect("60 rows");
            let n_zero = expected.iter().filter(|&&coefficient| coefficient == 0.0).count();
            assert_eq!(model.card().notes[1], format!("{n_zero} of 3 coefficients are 0; all are from l1 = 3.983e-1 on"));
            let calculated: Vec<f64> = model.card().coefficients.into_iter().map(|(_, coefficient)| coefficient).collect();
            assert!(distance(&calculated, &expected) < 1e-12, "{l1}: calculated {calculated:?}, expected {expected:?}");
        }
    }
}
