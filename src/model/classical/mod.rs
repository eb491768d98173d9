//! Learners from before trees and boosting: support vectors, nearest neighbours, naive Bayes.

mod draw;
#[cfg(test)]
mod golden;
mod naive_bayes;
mod neighbours;
mod svm;
mod table;

pub(super) use naive_bayes::NaiveBayes;
pub(super) use neighbours::Neighbours;
pub(super) use svm::Svm;

#[cfg(test)]
mod tests {
    use rand_core::RngCore;
    use rand_pcg::Pcg64;

    use super::golden::{fit, forecast};
    use super::*;
    use crate::model::Learner;
    use crate::spec::{NaiveBayesParams, NeighbourWeights, NeighboursParams, Quantity, SvmKernel, SvmParams};

    fn learners() -> Vec<(Quantity, Box<dyn Learner>)> {
        let mut learners: Vec<(Quantity, Box<dyn Learner>)> = vec![];
        for ask in [Quantity::Mean, Quantity::Probability] {
            for (kernel, weights) in [(SvmKernel::Linear, NeighbourWeights::Uniform), (SvmKernel::Rbf, NeighbourWeights::Distance)] {
                let params = SvmParams { kernel, cost: 1.0, gamma: None, epsilon: 0.1, tolerance: 1e-3, max_rows: 20, features: vec![] };
                learners.push((ask, Box::new(Svm { params, ask: vec![ask] })));
                let params = NeighboursParams { neighbours: 3, weights, max_rows: 20, features: vec![] };
                learners.push((ask, Box::new(Neighbours { params, ask: vec![ask] })));
            }
        }
        learners.push((Quantity::Probability, Box::new(NaiveBayes(NaiveBayesParams { smoothing: 1e-9, features: vec![] }))));
        learners
    }

    #[test]
    fn any_shape_is_fitted_with_finite_forecasts_or_refused_by_name() {
        let mut generator = Pcg64::new(11, 7);
        let mut below = |n: u64| generator.next_u64() % n;
        let (mut n_fitted, mut n_refused) = (0, 0);
        for _ in 0..300 {
            let (n_rows, n_columns, odd) = (below(40) as usize, 1 + below(3) as usize, below(4));
            let mut value = || match below(20) {
                0 => f32::NAN,
                1 if odd == 0 => f32::MAX,
                2 if odd == 1 => -1e-30,
                other => other as f32 - 9.0,
            };
            let columns: Vec<Vec<f32>> = (0..n_columns).map(|_| (0..n_rows).map(|_| value()).collect()).collect();
            let weight: Vec<f64> = (0..n_rows).map(|_| if odd == 2 { 1.0 } else { below(4) as f64 }).collect();
            let class: Vec<f64> = (0..n_rows).map(|_| f64::from(u8::from(below(6) == 0))).collect();
            let scale = [1.0, 1e-200, 1e150, 0.0][below(4) as usize];
            let target: Vec<f64> = (0..n_rows).map(|_| below(100) as f64 * scale).collect();
            for (ask, learner) in learners() {
                let target = if ask == Quantity::Mean { &target } else { &class };
                match fit(&*learner, &columns, target, &weight) {
                    Ok(model) => {
                        n_fitted += 1;
                        let forecasts = forecast(&*model, &columns, n_rows);
                        assert!(forecasts.iter().all(|value| value.is_finite()), "{ask} {:?} {forecasts:?}", model.card());
                        let is_inside = |value: &f64| 0.0 < *value && *value < 1.0;
                        assert!(ask == Quantity::Mean || forecasts.iter().all(is_inside), "{:?} {forecasts:?}", model.card());
                    }
                    Err(error) => {
                        n_refused += 1;
                        assert!(error.to_string().starts_with("model `m` in window 3: "), "{error}");
                    }
                }
            }
        }
        assert!(1000 < n_fitted && 100 < n_refused, "{n_fitted} {n_refused}");
    }
}
