//! Least squares with an L1 and an L2 penalty.

use super::descent::{self, Penalty};
use super::fitted::Fitted;
use super::prepare::Design;
use crate::error::Result;
use crate::model::{Learner, Model, Train};
use crate::spec::ElasticNetParams;

/// The learner of `kind = "elastic_net"`: minimises sum w (target - a - Z b)^2 / (2 sum w) + l1 |b|_1 + l2/2 |b|^2, with Z the
/// standardised features.
///
/// The intercept a is not penalised. Because both penalties grow with the rows, they mean the same in every window; `l2` is that of
/// `ridge`, and `l1` is in units of the target. In scikit-learn's terms l1 = alpha * l1_ratio and l2 = alpha * (1 - l1_ratio), with the
/// weights scaled to sum up to the rows, as it does. Zou and Hastie (2005), Journal of the Royal Statistical Society B 67, 301-320.
#[derive(Debug, Clone)]
pub(in crate::model) struct ElasticNet(pub(in crate::model) ElasticNetParams);

impl Learner for ElasticNet {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let design = Design::new(train, &self.0.features)?;
        Ok(Box::new(fit(&design, Penalty { l1: self.0.l1, l2: self.0.l2 })))
    }
}

/// Halves l1 from where every coefficient is 0 down to the asked one; each solution starts the next search.
pub(super) fn fit(design: &Design, penalty: Penalty) -> Fitted {
    let n_columns = design.prepared.n_columns();
    let highest = design.moment.amax();
    let mut slopes = vec![0.0; n_columns];
    let mut l1 = highest / 2.0;
    while penalty.l1 < l1 && 0.0 < penalty.l1 {
        descent::minimize(&design.correlation, &design.moment, &vec![Penalty { l1, ..penalty }; n_columns], &mut slopes);
        l1 /= 2.0;
    }
    let is_found = descent::minimize(&design.correlation, &design.moment, &vec![penalty; n_columns], &mut slopes);
    let n_zero = slopes.iter().filter(|&&slope| slope == 0.0).count();
    let mut fitted = Fitted::new(design.prepared.clone(), std::iter::once(design.target_mean).chain(slopes).collect());
    if 0 < n_zero {
        fitted.notes.push(format!("{n_zero} of {n_columns} coefficients are 0; all are from l1 = {highest:.3e} on"));
    }
    if !is_found {
        fitted.notes.push("coordinate descent has not converged".into());
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, golden};
    use super::*;

    #[test]
    fn elastic_net_agrees_with_scikit_learn_on_weighted_rows_with_missing_values() {
        // scikit-learn 1.9.1, tests/golden/regression_penalty.py.
        let golden_numbers = [
            ((0.05, 0.1), [0.676_302_083_333_333_3, 0.346_864_927_822_436, 0.0, -0.261_417_981_386_49]),
            ((0.01, 0.5), [0.676_302_083_333_333_3, 0.276_535_346_907_49, -0.006_615_478_825_338, -0.212_307_644_967_844]),
            ((0.2, 0.02), [0.676_302_083_333_333_3, 0.209_097_633_224_14, 0.0, -0.117_691_676_506_972]),
        ];
        for ((l1, l2), expected) in golden_numbers {
            let params = ElasticNetParams { l1, l2, features: vec![] };
            let model = golden().train(|train| ElasticNet(params).fit(train)).expect("60 rows");
            let calculated: Vec<f64> = model.card().coefficients.into_iter().map(|(_, coefficient)| coefficient).collect();
            assert!(distance(&calculated, &expected) < 1e-12, "{l1} {l2}: calculated {calculated:?}, expected {expected:?}");
        }
    }
}
