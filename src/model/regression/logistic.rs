//! Logistic regression with an L1 and an L2 penalty.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};

use super::anchor::{self, Search};
use super::descent::{self, Penalty};
use super::fitted::Fitted;
use super::kernel::{Kernel, Products};
use super::memory::Solution;
use super::panel::Panels;
use super::prepare::{self, Design};
use crate::error::Result;
use crate::model::{Card, CoefficientScale, Learner, Model, Query, Train};
use crate::spec::LogisticParams;

/// A step that promises to lower the objective by less than this per unit of weight is the last: Newton's errors are squared
/// from step to step, and beyond it the objective's own rounding is near.
const CONVERGED: f64 = 1e-12;

/// A step that does not lower the objective is halved this often before the search ends where it is.
const MAX_HALVINGS: u32 = 40;

/// Forecasts stay this far from 0 and 1, so that a log loss exists.
const MARGIN: f64 = 1e-12;

/// The learner of `kind = "logistic"`: minimises sum w ln(1 + exp(-s (a + Z b))) / sum w + l1 |b|_1 + l2/2 |b|^2,
/// with s = 1 for target 1 and -1 for target 0, and Z the standardised features.
///
/// The intercept a is not penalised. In scikit-learn's terms C = 1 / ((l1 + l2) sum w) and l1_ratio = l1 / (l1 + l2). Newton's method
/// (iteratively reweighted least squares) with halved steps, each step's quadratic form minimised with its penalties by coordinate
/// descent (Friedman, Hastie and Tibshirani 2010, Journal of Statistical Software 33(1)). It starts where the anchor window's search
/// ended. The L2 penalty gives an optimum even where the classes are separated perfectly, which is noted, as is a search that did not
/// converge.
#[derive(Debug, Clone)]
pub(in crate::model) struct Logistic(pub(in crate::model) LogisticParams);

impl Learner for Logistic {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let solution = anchor::solve(train, self)?;
        let mut fitted = Fitted::new(solution.prepared.clone(), solution.coefficients[0].clone());
        fitted.notes.extend_from_slice(&solution.notes);
        Ok(Box::new(Probabilities(fitted)))
    }
}

impl Search for Logistic {
    fn words(&self) -> String {
        format!("logistic {:?} {:?} {}", self.0.l1, self.0.l2, self.0.max_iterations)
    }

    fn wanted(&self) -> &[String] {
        &self.0.features
    }

    fn run(&self, train: &Train<'_>, start: Option<&Solution>) -> Result<Solution> {
        let prepared = Design::new(train, &self.0.features)?.prepared;
        prepare::check_classes(train, (0..train.target().len()).filter(|&row| 0.0 < train.weight()[row]))?;
        let mut coefficients = match start {
            Some(start) => prepared.translate(&start.prepared, &start.coefficients[0]),
            None => vec![0.0; prepared.n_columns() + 1],
        };
        if start.is_none() {
            let ones: f64 = train.target().iter().zip(train.weight()).map(|(target, weight)| weight * target).sum();
            coefficients[0] = libm::log(ones / (prepared.sum_weight - ones));
        }
        let penalty = Penalty { l1: self.0.l1, l2: self.0.l2 };
        let mut newton = Newton::new(train, Panels::new(train, &prepared), penalty, coefficients);
        let (mut progress, mut n_steps) = (Progress::Moved, 0);
        while progress == Progress::Moved && n_steps < self.0.max_iterations {
            progress = newton.step();
            n_steps += 1;
        }
        let mut notes = vec![];
        if progress != Progress::Converged {
            notes.push(format!("not converged after {n_steps} Newton steps"));
        }
        if newton.here.highest_0 < newton.here.lowest_1 {
            notes.push("the classes are separated perfectly in training; only the penalty keeps the coefficients finite".into());
        }
        let coefficients = vec![newton.coefficients];
        Ok(Solution { prepared, coefficients, notes })
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

/// The loss per unit of weight around some coefficients.
struct Local {
    loss: f64,
    /// Negative gradient.
    slope: DVector<f64>,
    curvature: DMatrix<f64>,
    /// Highest score of a row of target 0.
    highest_0: f64,
    /// Lowest score of a row of target 1.
    lowest_1: f64,
}

/// Where the search stands.
struct Newton<'a> {
    train: &'a Train<'a>,
    panels: Panels<'a>,
    sum_weight: f64,
    penalties: Vec<Penalty>,
    coefficients: Vec<f64>,
    here: Local,
}

impl<'a> Newton<'a> {
    fn new(train: &'a Train<'a>, panels: Panels<'a>, penalty: Penalty, coefficients: Vec<f64>) -> Self {
        let sum_weight = train.weight().iter().sum();
        let penalties = std::iter::once(Penalty::NONE).chain((1..coefficients.len()).map(|_| penalty)).collect();
        let here = local(train, panels, sum_weight, &coefficients);
        Self { train, panels, sum_weight, penalties, coefficients, here }
    }

    fn penalty(&self, coefficients: &[f64]) -> f64 {
        self.penalties.iter().zip(coefficients).map(|(penalty, &coefficient)| penalty.of(coefficient)).sum()
    }

    fn step(&mut self) -> Progress {
        let mut target = self.coefficients.clone();
        let pull = &self.here.slope + &self.here.curvature * DVector::from_column_slice(&self.coefficients);
        descent::minimize(&self.here.curvature, &pull, &self.penalties, &mut target);
        let step: Vec<f64> = target.iter().zip(&self.coefficients).map(|(target, coefficient)| target - coefficient).collect();
        let own = self.penalty(&self.coefficients);
        // What a straight line promises; the quadratic form promises at least half of it.
        let gain = |share: f64, tried: &[f64]| {
            share * step.iter().zip(&self.here.slope).map(|(step, slope)| step * slope).sum::<f64>() - (self.penalty(tried) - own)
        };
        if !gain(1.0, &target).is_finite() {
            return Progress::Stuck;
        }
        if gain(1.0, &target) <= 2.0 * CONVERGED {
            self.coefficients = target;
            return Progress::Converged;
        }
        let mut share = 1.0;
        for _ in 0..MAX_HALVINGS {
            let tried: Vec<f64> = self.coefficients.iter().zip(&step).map(|(coefficient, step)| coefficient + share * step).collect();
            let there = local(self.train, self.panels, self.sum_weight, &tried);
            // Armijo's rule, with the customary small share of the promised gain.
            if there.loss + self.penalty(&tried) <= self.here.loss + own - 1e-4 * gain(share, &tried) {
                (self.coefficients, self.here) = (tried, there);
                return Progress::Moved;
            }
            share /= 2.0;
        }
        Progress::Stuck
    }
}

/// Sums of one chunk of rows.
struct Sums {
    loss: f64,
    slope: Vec<f64>,
    highest_0: f64,
    lowest_1: f64,
    pull: Vec<f64>,
    curvature: Vec<f64>,
}

impl Sums {
    fn look(&mut self, train: &Train<'_>, coefficients: &[f64], kernel: &mut Kernel, rows: Range<usize>) {
        self.pull.resize(rows.len(), 0.0);
        self.curvature.clear();
        kernel.score(coefficients, &mut self.pull);
        let (target, weight) = (&train.target()[rows.clone()], &train.weight()[rows]);
        for ((pull, &target), &weight) in self.pull.iter_mut().zip(target).zip(weight) {
            let (score, is_one) = (*pull, 0.5 < target);
            // ln(1 + exp(-m)) and 1 / (1 + exp(-m)), m the score in the direction of the target, from one exponential without overflow.
            let margin = if is_one { score } else { -score };
            let small = libm::exp(-margin.abs());
            let miss = if 0.0 < margin { small } else { 1.0 } / (1.0 + small);
            self.loss += weight * ((-margin).max(0.0) + libm::log1p(small));
            self.curvature.push(weight * small / ((1.0 + small) * (1.0 + small)));
            *pull = if is_one { weight * miss } else { -weight * miss };
            if 0.0 < weight {
                if is_one { self.lowest_1 = self.lowest_1.min(score) } else { self.highest_0 = self.highest_0.max(score) }
            }
        }
        kernel.pull(&self.pull, &mut self.slope);
        kernel.add(&self.curvature);
    }
}

fn local(train: &Train<'_>, panels: Panels<'_>, sum_weight: f64, coefficients: &[f64]) -> Local {
    let size = coefficients.len();
    let start = || Sums { loss: 0.0, slope: vec![0.0; size], highest_0: f64::NEG_INFINITY, lowest_1: f64::INFINITY, pull: vec![], curvature: vec![] };
    let chunks = panels.each(start, |kernel, rows, sums: &mut Sums| sums.look(train, coefficients, kernel, rows));
    let mut whole: Option<Products> = None;
    let mut local = Local {
        loss: 0.0,
        slope: DVector::zeros(size),
        curvature: DMatrix::zeros(size, size),
        highest_0: f64::NEG_INFINITY,
        lowest_1: f64::INFINITY,
    };
    for (products, sums) in chunks {
        local.loss += sums.loss;
        local.slope.iter_mut().zip(&sums.slope).for_each(|(slope, sum)| *slope += sum);
        (local.highest_0, local.lowest_1) = (local.highest_0.max(sums.highest_0), local.lowest_1.min(sums.lowest_1));
        match &mut whole {
            Some(whole) => whole.add(&products),
            None => whole = Some(products),
        }
    }
    let whole = whole.expect("there are rows");
    local.curvature = DMatrix::from_fn(size, size, |i, j| whole.sum(i, j) / sum_weight);
    local.slope /= sum_weight;
    local.loss /= sum_weight;
    local
}

/// The logistic function, from libm so that machines agree to the last bit.
pub(in crate::model) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}

/// The logistic function, kept strictly inside (0, 1).
pub(in crate::model) fn probability(score: f64) -> f64 {
    sigmoid(score).clamp(MARGIN, 1.0 - MARGIN)
}

struct Probabilities(Fitted);

impl Model for Probabilities {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let scores = self.0.prepared.score(query.features, &self.0.coefficients);
        vec![scores.into_iter().map(|score| Some(probability(score))).collect()]
    }

    fn card(&self) -> Card {
        Card { coefficient_scale: CoefficientScale::LogOdds, ..self.0.card() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, distance, forecast, golden};
    use super::*;
    use crate::feature::Matrix;

    fn fit(case: &Case, params: LogisticParams) -> Box<dyn Model> {
        case.train(|train| Logistic(params).fit(train)).expect("both classes")
    }

    fn params(l2: f64, max_iterations: u32) -> LogisticParams {
        LogisticParams { l1: 0.0, l2, max_iterations, features: vec![] }
    }

    fn probabilities(model: &dyn Model, features: &Matrix) -> Vec<f64> {
        forecast(model, features).remove(0)
    }

    fn coefficients(model: &dyn Model) -> Vec<f64> {
        model.card().coefficients.into_iter().map(|(_, value)| value).collect()
    }

    /// The data of `tests/golden/penalized_regression.py`.
    fn classes() -> Case {
        let mut case = golden();
        case.lesson.target = (0..60).map(|i: u16| f64::from(u8::from(f32::from(i * 5 % 9) + 3.0 * case.columns[0][usize::from(i)] > 9.0))).collect();
        case
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
        for (l2, expected, first) in golden_numbers {
            let model = fit(&classes(), params(l2, 50));
            assert_eq!(model.card().notes, ["missing values take the training mean: `b`"]);
            assert!(distance(&coefficients(&*model), &expected) < 1e-11, "l2 {l2}: {:?}", model.card());
            assert!(distance(&probabilities(&*model, &classes().features)[..3], &first) < 1e-11);
        }
    }

    #[test]
    fn logistic_with_both_penalties_agrees_with_scikit_learn() {
        // scikit-learn 1.9.1, tests/golden/regression_penalty.py (saga, so to about 1e-10).
        let golden_numbers = [
            ((0.01, 0.01), [-0.191_379_541_145_428, 1.398_535_129_071_745, -0.372_638_557_227_873, 0.094_360_786_818_463]),
            ((0.05, 0.02), [-0.167_290_906_704_686, 1.059_459_144_828_846, -0.143_543_542_140_658, 0.0]),
            ((0.1, 0.001), [-0.159_065_686_286_784, 0.890_867_160_433_708, 0.0, 0.0]),
        ];
        for ((l1, l2), expected) in golden_numbers {
            let model = fit(&classes(), LogisticParams { l1, ..params(l2, 50) });
            assert!(distance(&coefficients(&*model), &expected) < 1e-8, "{l1} {l2}: {:?}", model.card());
        }
    }

    #[test]
    fn logistic_stays_finite_and_inside_0_and_1_under_perfect_separation_and_says_so() {
        let values: Vec<f32> = (0..40).map(|n| n as f32).collect();
        let target: Vec<f64> = (0..40).map(|n| f64::from(u8::from(20 <= n))).collect();
        for l2 in [1e-2, 1e-6, 1e-10] {
            let model = fit(&Case::plain(&["a"], std::slice::from_ref(&values), &target), params(l2, 100));
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
        let model = fit(&Case::plain(&["a"], &[values], &target), params(0.01, 50));
        assert_eq!(model.card().notes, [""; 0]);
        assert!(distance(&coefficients(&*model), &[-3.009_053_120_352_478, 0.830_345_591_858_977]) < 1e-9, "{:?}", model.card());
    }

    #[test]
    fn logistic_stopped_early_says_that_it_has_not_converged() {
        let notes = fit(&classes(), params(0.01, 1)).card().notes;
        assert_eq!(notes[1..], ["not converged after 1 Newton steps"]);
    }

    #[test]
    fn logistic_started_from_an_anchor_ends_where_a_cold_start_does_whoever_asked_first() {
        let case = Case::panel(200, 20).targeted(|target| f64::from(u8::from(0.7 < target)));
        let (early, late) = (case.part(0..2_000), case.part(600..3_600));
        let fit = |train: &Train<'_>| coefficients(&*Logistic(LogisticParams { l1: 0.002, ..params(1e-4, 50) }).fit(train).expect("both classes"));
        let shared = case.shared();
        let cold = late.train(fit);
        let warm = late.train_from(&early.lesson, &shared, fit);
        assert!(distance(&warm, &cold) < 1e-9, "{warm:?} {cold:?}");
        // The anchor's own solution is now kept; another memory and more threads change no bit.
        assert_eq!(late.train_from(&early.lesson, &case.shared(), |train| fit(&Train { cores: 2, ..*train })), warm);
        assert_eq!(late.train_from(&early.lesson, &shared, fit), warm);
        assert_eq!(early.train_with(&shared, fit), early.train(fit));
    }
}
