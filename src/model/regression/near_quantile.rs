//! Where about is the quantile? A smoothed loss leads near it in a few looks at the rows.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::panel::Panels;
use crate::model::Train;

/// Newton steps at one bandwidth, and halvings of a step.
const MAX_STEPS: u32 = 10;
const MAX_HALVINGS: u32 = 3;

/// The rows of one quantile regression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) train: &'a Train<'a>,
    pub(super) panels: Panels<'a>,
    /// The standard deviation of each row's score, in any unit.
    pub(super) leverage: &'a [f64],
    pub(super) tail: f64,
}

impl Rows<'_> {
    /// Targets less scores.
    pub(super) fn residuals(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut residuals = self.panels.score(coefficients);
        residuals.iter_mut().zip(self.train.target()).for_each(|(residual, target)| *residual = target - *residual);
        residuals
    }

    /// The `rank`-th smallest size of a residual among rows of weight above 0.
    fn bandwidth(&self, residuals: &[f64], rank: usize) -> f64 {
        let weighty = residuals.iter().zip(self.train.weight()).filter(|(_, weight)| 0.0 < **weight);
        let mut sizes: Vec<f64> = weighty.map(|(residual, _)| residual.abs()).collect();
        *sizes.select_nth_unstable_by(rank, f64::total_cmp).1
    }
}

/// A smoothed loss around some coefficients.
struct Local {
    residuals: Vec<f64>,
    loss: f64,
    /// Negative gradient.
    slope: DVector<f64>,
    curvature: DMatrix<f64>,
    /// What the smoothing adds to the loss, about.
    blur: f64,
}

/// Coefficients near the minimum, from `start`, and their residuals.
///
/// The loss r (tail - [r < 0]) averaged over r + u, u uniform in [-h, h], is smooth with a curvature of 1/(2h) inside |r| < h, and Newton's
/// method finds its minimum (Fernandes, Guerre and Horta 2021, Journal of Business and Economic Statistics 39, 338-357). h is the residual
/// of a rank that falls by quarters from a quarter of `tail` of the rows down to `last_rank`, so that some dozens of rows per coefficient stay inside.
pub(super) fn approach(rows: Rows<'_>, start: &[f64], n_rows: usize, last_rank: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut coefficients, mut residuals) = (start.to_vec(), rows.residuals(start));
    let mut rank = ((n_rows as f64 * rows.tail / 4.0) as usize).max(last_rank);
    loop {
        let width = rows.bandwidth(&residuals, rank.min(n_rows - 1));
        if width <= 0.0 {
            return (coefficients, residuals);
        }
        let is_smooth;
        (coefficients, residuals, is_smooth) = descend(rows, coefficients, residuals, width);
        // Where a step must be halved often, the loss bends within it, and would all the more at a smaller bandwidth.
        if rank == last_rank || !is_smooth {
            return (coefficients, residuals);
        }
        rank = (rank / 4).max(last_rank);
    }
}

/// The coefficients reached, their residuals, and whether steps could be taken to the end.
fn descend(rows: Rows<'_>, mut coefficients: Vec<f64>, residuals: Vec<f64>, width: f64) -> (Vec<f64>, Vec<f64>, bool) {
    let mut here = local(rows, residuals, width);
    for _ in 0..MAX_STEPS {
        let Some(factor) = Cholesky::new(here.curvature.clone()) else { return (coefficients, here.residuals, false) };
        let step = factor.solve(&here.slope);
        let gain = here.slope.dot(&step);
        // What is left to gain is small beside what smoothing blurs; an exact method takes over anyway.
        if !gain.is_finite() || gain < 0.02 * here.blur {
            break;
        }
        let mut share = 1.0;
        let mut there = None;
        for _ in 0..MAX_HALVINGS {
            let tried: Vec<f64> = coefficients.iter().zip(&step).map(|(coefficient, step)| coefficient + share * step).collect();
            let at = local(rows, rows.residuals(&tried), width);
            if at.loss <= here.loss - 1e-4 * share * gain {
                there = Some((tried, at));
                break;
            }
            share /= 2.0;
        }
        let Some((tried, at)) = there else { return (coefficients, here.residuals, false) };
        (coefficients, here) = (tried, at);
    }
    (coefficients, here.residuals, true)
}

fn local(rows: Rows<'_>, residuals: Vec<f64>, width: f64) -> Local {
    let size = rows.panels.n_columns();
    let (mut loss, mut blur) = (0.0, 0.0);
    let (mut slope, mut curvature) = (DVector::zeros(size), DMatrix::zeros(size, size));
    let mut values = vec![];
    for (row, (&residual, &weight)) in residuals.iter().zip(rows.train.weight()).enumerate() {
        if width <= residual {
            loss += weight * rows.tail * residual;
            continue;
        }
        if weight <= 0.0 {
            continue;
        }
        rows.panels.row(row, &mut values);
        // Half of 1 - r/h is the chance that r + u falls below 0.
        let below = (0.5 - 0.5 * residual / width).min(1.0);
        slope.iter_mut().zip(&values).for_each(|(slope, value)| *slope -= weight * below * value);
        if -width < residual {
            loss += weight * ((rows.tail - 0.5) * residual + residual * residual / (4.0 * width) + width / 4.0);
            blur += weight * width / 12.0;
            for (column, value) in values.iter().enumerate() {
                let pull = weight * value / (2.0 * width);
                curvature.column_mut(column).iter_mut().zip(&values).for_each(|(sum, value)| *sum += pull * value);
            }
        } else {
            loss += weight * (rows.tail - 1.0) * residual;
        }
    }
    // Prepared columns have mean 0, so that `tail` of every row pulls at the intercept only.
    slope[0] += rows.tail * rows.train.weight().iter().sum::<f64>();
    let damp = 1e-9 * curvature.trace() / size as f64;
    (0..size).for_each(|idx| curvature[(idx, idx)] += damp);
    Local { residuals, loss, slope, curvature, blur }
}
