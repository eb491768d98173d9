//! Least squares with an L2 penalty.

use super::least_squares::LeastSquares;
use super::prepare::Preparation;
use super::{Learner, Model, Train};
use crate::error::Result;
use crate::spec::RidgeParams;

/// The learner of `kind = "ridge"`: minimises sum w (target - a - Z b)^2 + l2 (sum w) |b|^2, with Z the standardised features.
///
/// The intercept a is not penalised. Because the penalty grows with the rows, one `l2` means the same in every window. With l2 = 0 it
/// is least squares, and collinear features are dropped as `linear` does.
#[derive(Debug, Clone)]
pub(super) struct Ridge(pub(super) RidgeParams);

impl Learner for Ridge {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = Preparation::fit(train, &self.0.features)?;
        Ok(Box::new(LeastSquares::fit(train, prepared, self.0.l2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Matrix;
    use crate::model::learner::teach;

    /// The data of `tests/golden/penalized_regression.py`.
    fn golden(l2: f64) -> Vec<f64> {
        let n = 0..60_u16;
        let mut columns = [
            n.clone().map(|i| f32::from(i * 7 % 13) / 4.0).collect::<Vec<f32>>(),
            n.clone().map(|i| f32::from(i * i % 17) / 8.0).collect(),
            n.clone().map(|i| f32::from(i * 3 % 5) + f32::from(i * 7 % 13) / 8.0).collect(),
        ];
        let target: Vec<f64> = n
            .clone()
            .map(|i| 0.5 * f64::from(columns[0][usize::from(i)]) - 0.25 * f64::from(columns[2][usize::from(i)]) + f64::from(i * 29 % 11) / 8.0)
            .collect();
        for row in [5, 17, 41] {
            columns[1][row] = f32::NAN;
        }
        let weight: Vec<f64> = n.map(|i| f64::from(1 + i % 3)).collect();
        let (names, features) = (["a".to_string(), "b".into(), "c".into()], Matrix::from_columns(60, &columns));
        let ridge = Ridge(RidgeParams { l2, features: vec![] });
        let model = teach("m", &names, &features, (&target, &weight), |train| ridge.fit(train)).expect("60 rows");
        model.card().coefficients.into_iter().map(|(_, coefficient)| coefficient).collect()
    }

    #[test]
    fn ridge_agrees_with_scikit_learn_on_weighted_rows_with_missing_values() {
        // scikit-learn 1.9.1, tests/golden/penalized_regression.py: l2 = 0.1 and 2.
        let golden_numbers = [
            (0.1, [0.676_302_083_333_333_3, 0.397_710_196_547_504, -0.007_533_948_396_649, -0.312_585_911_823_914]),
            (2.0, [0.676_302_083_333_333_3, 0.136_878_522_414_301, -0.011_057_369_430_586, -0.103_533_775_929_964]),
        ];
        for (l2, expected) in golden_numbers {
            for (calculated, expected) in golden(l2).iter().zip(expected) {
                assert!((calculated - expected).abs() < 1e-12, "l2 {l2}: calculated {calculated}, expected {expected}");
            }
        }
    }
}
