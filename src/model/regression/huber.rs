//! Regression that outliers cannot pull far.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::anchor::{self, Search};
use super::fitted::Fitted;
use super::least_squares;
use super::memory::Solution;
use super::order::weighted_quantile;
use super::panel::Panels;
use super::prepare::Design;
use crate::error::{Error, Result};
use crate::model::{Learner, Model, Train};
use crate::spec::HuberParams;

/// Residuals count linearly beyond this many scales: 95 % of least squares' efficiency where errors are normal.
const TUNING: f64 = 1.345;

/// The median size of a standard normal value.
const NORMAL_MEDIAN: f64 = 0.674_489_750_196_081_7;

/// Steps at most.
const MAX_STEPS: u32 = 200;

/// A step shorter than this share of the scale is the last.
const CONVERGED: f64 = 1e-11;

/// The learner of `kind = "huber"`: solves sum w psi(r / s) z = 0 with psi(u) = max(-1.345, min(1.345, u)), r the residuals, s = median(|r|)
/// / 0.6745 and z the standardised features with a 1, as statsmodels' `RLM` with `HuberT` and `mad` does.
///
/// Huber (1981), Robust Statistics, sections 7.6 to 7.8. The scale is taken anew before each step, which is Newton's as long as steps shorten,
/// and one of iteratively reweighted least squares from then on. It starts where the anchor window's search ended.
#[derive(Debug, Clone)]
pub(in crate::model) struct Huber(pub(in crate::model) HuberParams);

impl Learner for Huber {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let solution = anchor::solve(train, self)?;
        let mut fitted = Fitted::new(solution.prepared.clone(), solution.coefficients[0].clone());
        fitted.notes.clone_from(&solution.notes);
        Ok(Box::new(fitted))
    }
}

impl Search for Huber {
    fn words(&self) -> String {
        "huber".into()
    }

    fn wanted(&self) -> &[String] {
        &self.0.features
    }

    fn run(&self, train: &Train<'_>, start: Option<&Solution>) -> Result<Solution> {
        let design = Design::new(train, &self.0.features)?;
        let (least, _) = least_squares::fit(&design, 0.0);
        if design.prepared.n_rows < least.kept.len() {
            let problem = format!("{} training rows cannot carry {} coefficients", design.prepared.n_rows, least.kept.len());
            return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or name fewer `features`"));
        }
        let mut notes = least.notes;
        let mut coefficients = match start {
            Some(start) => design.prepared.translate(&start.prepared, &start.coefficients[0]),
            None => least.coefficients,
        };
        // A column that is a linear combination here, but was none in the anchor window, has nothing to start from.
        (1..coefficients.len()).filter(|idx| !least.kept.contains(idx)).for_each(|idx| coefficients[idx] = 0.0);
        let rows = Rows { train, panels: Panels::new(train, &design.prepared), sum_weight: design.prepared.sum_weight };
        let (mut end, mut curve, mut shortest) = (Some("not converged".to_string()), Curve::Newton, f64::INFINITY);
        for _ in 0..MAX_STEPS {
            let Some(local) = rows.look(&coefficients, curve) else {
                end = Some("at least half of the training rows are met exactly; the scale of the others is 0".into());
                break;
            };
            let Some(factor) = Cholesky::new(local.curvature.select_rows(&least.kept).select_columns(&least.kept)) else {
                // Too few rows count in full; all of them do in the other matrix.
                if curve == Curve::Majorant {
                    break;
                }
                curve = Curve::Majorant;
                continue;
            };
            let step = factor.solve(&local.slope.select_rows(&least.kept));
            let length = step.amax() / local.scale;
            if shortest <= length {
                curve = Curve::Majorant;
            }
            shortest = shortest.min(length);
            least.kept.iter().zip(&step).for_each(|(&idx, step)| coefficients[idx] += step);
            if length <= CONVERGED {
                end = None;
                break;
            }
        }
        notes.extend(end);
        Ok(Solution { prepared: design.prepared, coefficients: vec![coefficients], notes })
    }
}

/// Which matrix a step divides by: Newton's counts the rows inside, and is fast near the end; the other counts those outside by s 1.345 / |r|,
/// as iteratively reweighted least squares does, and never overshoots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Curve {
    Newton,
    Majorant,
}

#[derive(Clone, Copy)]
struct Rows<'a> {
    train: &'a Train<'a>,
    panels: Panels<'a>,
    sum_weight: f64,
}

/// The equations around some coefficients, per unit of weight.
struct Local {
    scale: f64,
    /// Mean of s psi(r / s) z.
    slope: DVector<f64>,
    curvature: DMatrix<f64>,
}

impl Rows<'_> {
    /// `None` where the scale is 0.
    fn look(&self, coefficients: &[f64], curve: Curve) -> Option<Local> {
        let (target, weight, size) = (self.train.target(), self.train.weight(), coefficients.len());
        let mut residuals = self.panels.score(coefficients);
        residuals.iter_mut().zip(target).for_each(|(residual, target)| *residual = target - *residual);
        let sizes = residuals.iter().zip(weight).filter(|(_, weight)| 0.0 < **weight);
        let mut sizes: Vec<(f64, f64)> = sizes.map(|(residual, &weight)| (residual.abs(), weight)).collect();
        let scale = weighted_quantile(&mut sizes, 0.5) / NORMAL_MEDIAN;
        if scale <= 0.0 {
            return None;
        }
        let bound = TUNING * scale;
        let count = |residual: f64| match curve {
            Curve::Newton => f64::from(u8::from(residual.abs() < bound)),
            Curve::Majorant => bound / residual.abs().max(bound),
        };
        let chunks = self.panels.each(
            || (vec![0.0; size], vec![]),
            |kernel, rows, (sums, factor): &mut (Vec<f64>, Vec<f64>)| {
                factor.clear();
                factor.extend(rows.clone().map(|row| weight[row] * residuals[row].clamp(-bound, bound)));
                kernel.pull(factor, sums);
                factor.clear();
                factor.extend(rows.map(|row| weight[row] * count(residuals[row])));
                kernel.add(factor);
            },
        );
        let (mut slope, mut curvature) = (DVector::zeros(size), DMatrix::zeros(size, size));
        for (products, (sums, _)) in chunks {
            slope.iter_mut().zip(&sums).for_each(|(slope, sum)| *slope += sum / self.sum_weight);
            curvature += DMatrix::from_fn(size, size, |i, j| products.sum(i, j) / self.sum_weight);
        }
        Some(Local { scale, slope, curvature })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, distance, golden};
    use super::*;

    fn coefficients(train: &Train<'_>) -> (Vec<f64>, Vec<String>) {
        let card = Huber(HuberParams { features: vec![] }).fit(train).expect("enough rows").card();
        (card.coefficients.into_iter().map(|(_, value)| value).collect(), card.notes)
    }

    #[test]
    fn huber_agrees_with_statsmodels_on_repeated_rows_with_outliers() {
        // statsmodels 0.15.0, tests/golden/regression_robust.py: RLM, HuberT(1.345), scale by the median about 0.
        let mut case = golden();
        for row in [3, 23, 43] {
            case.lesson.target[row] += 10.0;
        }
        let (calculated, notes) = case.train(coefficients);
        let expected = [0.712_098_133_399_559, 0.414_802_293_417_465, -0.009_574_126_249_614, -0.301_758_841_122_962];
        assert!(distance(&calculated, &expected) < 1e-9, "calculated {calculated:?}, expected {expected:?}");
        assert_eq!(notes, ["missing values take the training mean: `b`"]);
    }

    #[test]
    fn huber_started_from_an_anchor_ends_where_a_cold_start_does() {
        let case = Case::panel(300, 20);
        let (early, late) = (case.part(0..3_000), case.part(1_500..6_000));
        let (warm, cold) = (late.train_from(&early.lesson, &case.shared(), coefficients), late.train(coefficients));
        assert!(distance(&warm.0, &cold.0) < 1e-9, "{warm:?} {cold:?}");
        assert_eq!((warm.1, cold.1), (vec![], vec![]));
    }

    #[test]
    fn rows_met_exactly_leave_no_scale_and_a_note() {
        let x: Vec<f32> = (0..9).map(|n| n as f32).collect();
        let target: Vec<f64> = x.iter().map(|x| 2.0 * f64::from(*x)).collect();
        let (_, notes) = Case::plain(&["x"], &[x], &target).targeted(|_| 1.0).train(coefficients);
        assert_eq!(notes, ["at least half of the training rows are met exactly; the scale of the others is 0"]);
    }
}
