//! Logistic regression with an L2 penalty.

use nalgebra::{Cholesky, DVector};

use super::gram::{self, Gram};
use super::prepare::{self, Preparation};
use super::{Card, Learner, Model, Query, Train};
use crate::error::Result;
use crate::feature::Matrix;
use crate::spec::{LogisticParams, Quantity};

/// A step that promises to lower the objective by less than this share of the sum of weights is the last: Newton's errors are squared
/// from step to step, and beyond it the objective's own rounding is near.
const CONVERGED: f64 = 1e-12;

/// A step that does not lower the objective is halved this often before the search ends where it is.
const MAX_HALVINGS: u32 = 40;

/// Forecasts stay this far from 0 and 1, so that a log loss exists.
const MARGIN: f64 = 1e-12;

/// The learner of `kind = "logistic"`: minimises sum w ln(1 + exp(-s (a + Z b))) + l2/2 (sum w) |b|^2,
/// with s = 1 for target 1 and -1 for target 0, and Z the standardised features.
///
/// The intercept a is not penalised. Newton's method (iteratively reweighted least squares) with halved steps. The penalty gives an
/// optimum even where the classes are separated perfectly, which is noted, as is a search that did not converge.
#[derive(Debug, Clone)]
pub(super) struct Logistic(pub(super) LogisticParams);

impl Learner for Logistic {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = Preparation::fit(train, &self.0.features)?;
        prepare::check_classes(train, (0..train.target().len()).filter(|&row| 0.0 < train.weight()[row]))?;
        let mut search = Search::start(train, &prepared, self.0.l2);
        let mut notes = prepared.notes.clone();
        let (mut progress, mut n_steps) = (Progress::Moved, 0);
        while progress == Progress::Moved && n_steps < self.0.max_iterations {
            progress = search.step();
            n_steps += 1;
        }
        if progress != Progress::Converged {
            notes.push(format!("not converged after {n_steps} Newton steps"));
        }
        if search.separates() {
            notes.push("the classes are separated perfectly in training; only the penalty keeps the coefficients finite".into());
        }
        let coefficients = search.coefficients;
        Ok(Box::new(Fitted { prepared, coefficients, notes }))
    }
}

/// What a Newton step achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The objective went down.
    Moved,
    /// There is nothing left to gain.
    Converged,
    /// No step lowers the objective.
    Stuck,
}

/// Where the search stands.
struct Search<'a> {
    train: &'a Train<'a>,
    features: Matrix,
    prepared: &'a Preparation,
    /// Penalty of half a squared coefficient.
    penalty: f64,
    coefficients: Vec<f64>,
    scores: Vec<f64>,
    objective: f64,
}

impl<'a> Search<'a> {
    /// Starts at the rate of ones, with every slope at 0.
    fn start(train: &'a Train<'a>, prepared: &'a Preparation, l2: f64) -> Self {
        let ones: f64 = train.target().iter().zip(train.weight()).map(|(target, weight)| weight * target).sum();
        let mut coefficients = vec![0.0; prepared.n_columns() + 1];
        coefficients[0] = libm::log(ones / (prepared.sum_weight - ones));
        let features = train.features.gather();
        let scores = prepared.score(&features, &coefficients);
        let mut search = Self { train, features, prepared, penalty: l2 * prepared.sum_weight, coefficients, scores, objective: 0.0 };
        search.objective = search.objective_at(&search.coefficients, &search.scores);
        search
    }

    fn step(&mut self) -> Progress {
        let (gram, slope) = self.curvature_and_slope();
        // Without a factor the curvature has vanished in f64: every row is forecast as 0 or 1, and no step can be taken.
        let Some(factor) = Cholesky::new(gram.cross) else { return Progress::Stuck };
        let step = factor.solve(&slope);
        let mut gain = slope.dot(&step) / 2.0;
        if gain <= CONVERGED * self.prepared.sum_weight {
            self.coefficients.iter_mut().zip(&step).for_each(|(coefficient, change)| *coefficient += change);
            self.scores = self.prepared.score(&self.features, &self.coefficients);
            return Progress::Converged;
        }
        let mut share = 1.0;
        for _ in 0..MAX_HALVINGS {
            let tried: Vec<f64> = self.coefficients.iter().zip(&step).map(|(coefficient, change)| coefficient + share * change).collect();
            let scores = self.prepared.score(&self.features, &tried);
            let objective = self.objective_at(&tried, &scores);
            // Armijo's rule, with the customary small share of the promised gain.
            if objective <= self.objective - 1e-4 * gain {
                (self.coefficients, self.scores, self.objective) = (tried, scores, objective);
                return Progress::Moved;
            }
            share /= 2.0;
            gain /= 2.0;
        }
        Progress::Stuck
    }

    /// The Hessian and the negative gradient at the current coefficients, penalty included.
    fn curvature_and_slope(&self) -> (Gram, DVector<f64>) {
        let (mut curvature, mut pull) = (Vec::with_capacity(self.scores.len()), Vec::with_capacity(self.scores.len()));
        for ((score, target), weight) in self.scores.iter().zip(self.train.target()).zip(self.train.weight()) {
            let probability = sigmoid(*score);
            curvature.push(weight * probability * (1.0 - probability));
            pull.push(weight * (target - probability));
        }
        let mut gram = gram::accumulate(self.prepared, &self.features, &curvature, &pull);
        let mut slope = gram.moment.clone();
        for idx in 1..self.coefficients.len() {
            gram.cross[(idx, idx)] += self.penalty;
            slope[idx] -= self.penalty * self.coefficients[idx];
        }
        (gram, slope)
    }

    fn objective_at(&self, coefficients: &[f64], scores: &[f64]) -> f64 {
        let mut loss = 0.0;
        for ((score, target), weight) in scores.iter().zip(self.train.target()).zip(self.train.weight()) {
            // ln(1 + exp(-m)) with m the score in the direction of the target, without overflow.
            let margin = if 0.5 < *target { *score } else { -score };
            loss += weight * ((-margin).max(0.0) + libm::log1p(libm::exp(-margin.abs())));
        }
        loss + self.penalty / 2.0 * coefficients[1..].iter().map(|slope| slope * slope).sum::<f64>()
    }

    /// Whether one cut of the score tells the classes apart without an error.
    fn separates(&self) -> bool {
        let (mut highest_0, mut lowest_1) = (f64::NEG_INFINITY, f64::INFINITY);
        for ((score, target), _) in self.scores.iter().zip(self.train.target()).zip(self.train.weight()).filter(|(_, weight)| 0.0 < **weight) {
            if 0.5 < *target { lowest_1 = lowest_1.min(*score) } else { highest_0 = highest_0.max(*score) }
        }
        highest_0 < lowest_1
    }
}

/// The logistic function, from libm so that machines agree to the last bit.
pub(super) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}

/// The logistic function, kept strictly inside (0, 1).
pub(super) fn probability(score: f64) -> f64 {
    sigmoid(score).clamp(MARGIN, 1.0 - MARGIN)
}

struct Fitted {
    prepared: Preparation,
    /// Intercept first.
    coefficients: Vec<f64>,
    notes: Vec<String>,
}

impl Fitted {
    fn probabilities(&self, features: &Matrix) -> Vec<Option<f64>> {
        self.prepared.score(features, &self.coefficients).into_iter().map(|score| Some(probability(score))).collect()
    }
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>, ask: &[Quantity]) -> Vec<Vec<Option<f64>>> {
        let answer = |quantity: &Quantity| match quantity {
            Quantity::Probability => self.probabilities(query.features),
            Quantity::Mean | Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_) => {
                unreachable!("a spec cannot ask logistic for {quantity}")
            }
        };
        ask.iter().map(answer).collect()
    }

    fn card(&self) -> Card {
        let slopes = (1..self.coefficients.len()).map(|idx| (self.prepared.name(idx - 1).clone(), self.coefficients[idx]));
        let coefficients = std::iter::once(("intercept".into(), self.coefficients[0])).chain(slopes).collect();
        Card { n_rows: self.prepared.n_rows, coefficients, importance: vec![], notes: self.notes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::feature::Dataset;
    use crate::model::Past;
    use crate::model::learner::teach;

    fn fit(features: &Matrix, target: &[f64], weight: &[f64], params: LogisticParams) -> Box<dyn Model> {
        let names: Vec<String> = ["a", "b", "c"][..features.n_columns()].iter().map(ToString::to_string).collect();
        teach("m", &names, features, (target, weight), |train| Logistic(params).fit(train)).expect("both classes")
    }

    fn params(l2: f64, max_iterations: u32) -> LogisticParams {
        LogisticParams { l2, max_iterations, features: vec![] }
    }

    fn probabilities(model: &dyn Model, features: &Matrix) -> Vec<f64> {
        let past = Past::new(&Dataset::default());
        let n_rows = features.n_rows();
        let query = Query { features, entity: &vec![0; n_rows], as_of: &vec![Day(1); n_rows], past: &past, benchmarks: &[] };
        model.forecast(&query, &[Quantity::Probability])[0].iter().map(|p| p.expect("every row")).collect()
    }

    /// The data of `tests/golden/penalized_regression.py`.
    fn golden() -> (Matrix, Vec<f64>, Vec<f64>) {
        let n = 0..60_u16;
        let mut columns = [
            n.clone().map(|i| f32::from(i * 7 % 13) / 4.0).collect::<Vec<f32>>(),
            n.clone().map(|i| f32::from(i * i % 17) / 8.0).collect(),
            n.clone().map(|i| f32::from(i * 3 % 5) + f32::from(i * 7 % 13) / 8.0).collect(),
        ];
        let target = n.clone().map(|i| f64::from(u8::from(f32::from(i * 5 % 9) + 3.0 * columns[0][usize::from(i)] > 9.0))).collect();
        for row in [5, 17, 41] {
            columns[1][row] = f32::NAN;
        }
        (Matrix::from_columns(60, &columns), target, n.map(|i| f64::from(1 + i % 3)).collect())
    }

    #[test]
    fn logistic_agrees_with_scikit_learn_on_weighted_rows_with_missing_values() {
        // scikit-learn 1.9.1, tests/golden/penalized_regression.py: coefficients, and probabilities of the first three rows.
        let golden_numbers = [
            (
                0.01,
                [-0.199_086_390_941_403, 1.481_612_625_437_651, -0.437_711_007_423_695, 0.145_032_171_739_288],
                [0.102_645_806_281_281, 0.715_022_615_052_259, 0.121_161_705_859_205],
            ),
            (
                0.5,
                [-0.139_433_457_371_838, 0.399_048_339_065_37, -0.123_059_583_511_617, 0.072_142_658_540_712],
                [0.325_856_182_990_178, 0.548_756_844_469_182, 0.342_116_777_083_177],
            ),
        ];
        let (features, target, weight) = golden();
        for (l2, coefficients, first) in golden_numbers {
            let model = fit(&features, &target, &weight, params(l2, 50));
            assert_eq!(model.card().notes, ["missing values take the training mean: `b`"]);
            let calculated = model.card().coefficients.into_iter().map(|(_, value)| value).chain(probabilities(&*model, &features));
            for (calculated, expected) in calculated.zip(coefficients.into_iter().chain(first)) {
                assert!((calculated - expected).abs() < 1e-11, "l2 {l2}: calculated {calculated}, expected {expected}");
            }
        }
    }

    #[test]
    fn logistic_stays_finite_and_inside_0_and_1_under_perfect_separation_and_says_so() {
        let values: Vec<f32> = (0..40).map(|n| n as f32).collect();
        let target: Vec<f64> = (0..40).map(|n| f64::from(u8::from(20 <= n))).collect();
        let features = Matrix::from_columns(40, &[values]);
        for l2 in [1e-2, 1e-6, 1e-10] {
            let model = fit(&features, &target, &[1.0; 40], params(l2, 100));
            assert_eq!(
                model.card().notes,
                ["the classes are separated perfectly in training; only the penalty keeps the coefficients finite"],
                "l2 {l2}"
            );
            let far = probabilities(&*model, &Matrix::from_columns(2, &[vec![-1e6, 1e6]]));
            assert!(0.0 < far[0] && far[0] < 1e-9 && 1.0 - 1e-9 < far[1] && far[1] < 1.0, "{far:?}");
        }
    }

    #[test]
    fn logistic_halves_steps_where_plain_newton_climbs() {
        // One far value with target 1: plain Newton's objective goes 11.3, 9.38, 11.4, 9.90, 11.5. Expected: scikit-learn 1.9.1,
        // tests/golden/penalized_regression.py, newton-cholesky, with lbfgs the same to 2e-10.
        let mut values: Vec<f32> = (0..50).map(|n| (n % 7) as f32).collect();
        values[0] = 1000.0;
        let target: Vec<f64> = (0..50).map(|n| f64::from(u8::from([0, 10, 11].contains(&n)))).collect();
        let card = fit(&Matrix::from_columns(50, &[values]), &target, &[1.0; 50], params(0.01, 50)).card();
        assert_eq!(card.notes, [""; 0]);
        for ((_, calculated), expected) in card.coefficients.iter().zip([-3.009_053_120_352_478, 0.830_345_591_858_977]) {
            assert!((calculated - expected).abs() < 1e-9, "calculated {calculated}, expected {expected}");
        }
    }

    #[test]
    fn logistic_stopped_early_says_that_it_has_not_converged() {
        let (features, target, weight) = golden();
        let notes = fit(&features, &target, &weight, params(0.01, 1)).card().notes;
        assert_eq!(notes[1..], ["not converged after 1 Newton steps"]);
    }

    #[test]
    fn logistic_gives_the_same_bits_again() {
        let (features, target, weight) = golden();
        let again = || probabilities(&*fit(&features, &target, &weight, params(0.01, 50)), &features);
        assert!(again().iter().zip(again()).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}
