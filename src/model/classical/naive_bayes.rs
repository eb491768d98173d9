//! Gaussian naive Bayes.

use super::table::Table;
use crate::error::Result;
use crate::model::regression::probability;
use crate::model::regression::{self as prepare, Preparation};
use crate::model::{Card, Learner, Model, Query, Train};
use crate::spec::NaiveBayesParams;

/// A class in which a feature's variance (of 1 over all rows) is below this is forecast with near certainty by that feature alone.
const NARROW: f64 = 1e-6;

/// The learner of `kind = "naive_bayes"`: features are normal and independent within each class.
///
/// ln P(1 | x) / P(0 | x) = ln W1 / W0 + sum over features of [ln N(x; m1, v1) - ln N(x; m0, v0)], with W the classes' sums of weights
/// and m, v their weighted means and variances (divided by the sum of weights) of the filled, standardised features. `smoothing` is
/// added to every variance, which on standardised features is scikit-learn's `var_smoothing`.
#[derive(Debug, Clone)]
pub(in crate::model) struct NaiveBayes(pub(in crate::model) NaiveBayesParams);

impl Learner for NaiveBayes {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = Preparation::fit(train, &self.0.features)?;
        let (target, weight) = (train.target(), train.weight());
        prepare::check_classes(train, (0..target.len()).filter(|&row| 0.0 < weight[row]))?;
        let table = Table::new(&prepared, &train.features.gather());
        let mut sums = [0.0; 2];
        for (target, weight) in target.iter().zip(weight) {
            sums[class(*target)] += weight;
        }
        let mut features = Vec::with_capacity(prepared.n_columns());
        let mut narrow = Vec::new();
        for idx in 0..prepared.n_columns() {
            let bells = Bell::fit(table.column(idx), (target, weight), sums);
            if bells.iter().any(|bell| bell.variance < NARROW) {
                narrow.push(prepared.name(idx));
            }
            features.push(bells.map(|bell| Bell { variance: bell.variance + self.0.smoothing, ..bell }));
        }
        let mut notes = prepared.notes.clone();
        if !narrow.is_empty() {
            notes.push(format!("constant or nearly constant within a class, and therefore decisive alone: {}", prepare::quote(narrow)));
        }
        Ok(Box::new(Fitted { prepared, prior: libm::log(sums[1] / sums[0]), features, notes }))
    }
}

/// The class of a checked target.
fn class(target: f64) -> usize {
    usize::from(0.5 < target)
}

/// A normal distribution.
#[derive(Debug, Clone, Copy)]
struct Bell {
    mean: f64,
    variance: f64,
}

impl Bell {
    /// Of both classes.
    fn fit(column: &[f64], (target, weight): (&[f64], &[f64]), sums: [f64; 2]) -> [Self; 2] {
        let mut bells = [Self { mean: 0.0, variance: 0.0 }; 2];
        let rows = || column.iter().zip(target).zip(weight).map(|((value, target), weight)| (value, class(*target), weight));
        for (value, class, weight) in rows() {
            bells[class].mean += weight * value / sums[class];
        }
        for (value, class, weight) in rows() {
            bells[class].variance += weight * (value - bells[class].mean).powi(2) / sums[class];
        }
        bells
    }

    /// ln of the density, but for a constant.
    fn log_density(self, value: f64) -> f64 {
        -0.5 * (libm::log(self.variance) + (value - self.mean).powi(2) / self.variance)
    }
}

struct Fitted {
    prepared: Preparation,
    prior: f64,
    features: Vec<[Bell; 2]>,
    notes: Vec<String>,
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let table = Table::new(&self.prepared, query.features);
        let mut scores = vec![self.prior; table.n_rows()];
        for (idx, bells) in self.features.iter().enumerate().filter(|_| 0 < table.n_rows()) {
            for (score, &value) in scores.iter_mut().zip(table.column(idx)) {
                *score += bells[1].log_density(value) - bells[0].log_density(value);
            }
        }
        vec![scores.into_iter().map(|score| Some(probability(score))).collect()]
    }

    fn card(&self) -> Card {
        Card { n_rows: self.prepared.n_rows, notes: self.notes.clone(), ..Card::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::classical::golden::{N_ROWS, assert_close, columns, fit, forecast, refusal, targets};

    fn learner() -> NaiveBayes {
        NaiveBayes(NaiveBayesParams { smoothing: 1e-9, features: vec![] })
    }

    #[test]
    fn naive_bayes_agrees_with_scikit_learn_plain_and_weighted() {
        // scikit-learn 1.9.1, tests/golden/classical_neighbours.py, whose smoothing is a share of the unweighted variance in either case.
        let weight = (0..N_ROWS).map(|i| (1 + i % 3) as f64).collect::<Vec<_>>();
        let golden = [
            (
                vec![1.0; N_ROWS],
                [
                    0.000_670_511_339_310_335_4,
                    0.609_467_733_184_224_1,
                    0.020_463_529_515_299_92,
                    0.882_483_774_057_451_2,
                    0.215_830_698_299_992_38,
                    0.002_024_168_617_879_151_3,
                ],
            ),
            (
                weight,
                [
                    0.000_945_033_857_517_799_5,
                    0.598_090_918_190_683_2,
                    0.024_088_096_357_732_455,
                    0.849_327_483_679_697_2,
                    0.234_998_395_051_329_44,
                    0.002_727_947_204_076_696_6,
                ],
            ),
        ];
        for (weight, expected) in golden {
            let model = fit(&learner(), &columns(), &targets().1, &weight).expect("both classes");
            assert_close(&forecast(&*model, &columns(), 6), &expected, 1e-11);
        }
    }

    #[test]
    fn a_feature_that_is_constant_in_a_class_is_decisive_and_said_to_be() {
        let columns = [vec![0.0, 0.0, 0.0, 1.0, 0.0], vec![1.0, 2.0, 3.0, 4.0, 5.0]];
        let model = fit(&learner(), &columns, &[0.0, 0.0, 0.0, 1.0, 1.0], &[1.0; 5]).expect("both classes");
        assert_eq!(model.card().notes, ["constant or nearly constant within a class, and therefore decisive alone: `a`"]);
        let far = forecast(&*model, &[vec![1e30, f32::MAX, 0.0], vec![0.0, -1e30, 1.0]], 3);
        assert!(far.iter().all(|p| 0.0 < *p && *p < 1.0) && 0.99 < far[0], "{far:?}");
    }

    #[test]
    fn one_class_and_no_rows_are_errors_that_say_so() {
        let place = "model `m` in window 3: ";
        assert_eq!(refusal(&learner(), 30, 1.0, 1.0), format!("{place}all 30 training rows have target 1 and none has 0; a probability needs both"));
        assert_eq!(refusal(&learner(), 0, 1.0, 1.0), format!("{place}no training row has a weight above 0 (0 rows)"));
        assert_eq!(refusal(&learner(), 1, 1.0, 1.0), format!("{place}no feature is left: dropped, constant in training: `a`, `b`, `c`"));
    }
}
