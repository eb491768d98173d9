//! A loss of one score per row, summed over rows in blocks.

use rayon::prelude::*;

/// Rows of a block; sums are taken per block and then over blocks, so that they do not depend on the number of threads.
const BLOCK: usize = 8192;

/// Gradients and hessians stay within f32, whatever the score.
const LARGEST: f64 = 1e30;

/// What was observed, by position of the row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed<'a> {
    /// Targets.
    pub(crate) target: &'a [f64],
    /// Weights; `None` where all are 1.
    pub(crate) weight: Option<&'a [f64]>,
}

impl Observed<'_> {
    /// Weight of a row.
    pub(crate) fn weight_of(&self, position: usize) -> f64 {
        self.weight.map_or(1.0, |weight| weight[position])
    }

    /// Sum of the weights.
    pub(crate) fn sum_weight(&self) -> f64 {
        self.weight.map_or(self.target.len() as f64, |weight| weight.iter().sum())
    }

    /// Targets and weights at these positions.
    pub(crate) fn part(&self, positions: &[u32]) -> (Vec<f64>, Option<Vec<f64>>) {
        let of = |values: &[f64]| positions.iter().map(|&position| values[position as usize]).collect();
        (of(self.target), self.weight.map(of))
    }

    /// Weighted mean of the target.
    pub(crate) fn mean(&self) -> f64 {
        let sum: f64 = self.target.iter().enumerate().map(|(position, target)| self.weight_of(position) * target).sum();
        sum / self.sum_weight()
    }
}

/// How a leaf's value is found once the tree stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Renewal {
    /// It stays the Newton step, -sum of gradients / sum of hessians.
    Newton,
    /// The quantile of the residuals (target less score) of the leaf's rows, weighted: the exact minimiser of the pinball loss, whose
    /// hessian has no information.
    Quantile(f64),
}

/// A loss of a target and a score.
pub(crate) trait RowLoss: Sync {
    /// The loss.
    fn value(&self, target: f64, score: f64) -> f64;

    /// Gradient and hessian in the score, or an upper bound of the hessian where the loss has kinks.
    fn slopes(&self, target: f64, score: f64) -> (f64, f64);

    /// The best constant score.
    fn base(&self, observed: Observed<'_>) -> f64;

    /// How leaf values are found.
    fn renewal(&self) -> Renewal {
        Renewal::Newton
    }

    /// Whether every row's hessian is 1 at any score.
    fn hessian_is_one(&self) -> bool {
        false
    }

    /// Writes weighted gradients, and hessians where asked, of a block of rows. Behind `dyn` it is called once per block.
    fn write_block(&self, observed: Observed<'_>, score: &[f64], gradient: &mut [f32], hessian: &mut [f32]) {
        let narrow = |value: f64| value.clamp(-LARGEST, LARGEST) as f32;
        let rows = observed.target.iter().zip(score).zip(gradient);
        match (observed.weight, hessian.is_empty()) {
            (None, true) => rows.for_each(|((&target, &score), gradient)| *gradient = narrow(self.slopes(target, score).0)),
            (None, false) => {
                for (((&target, &score), gradient), hessian) in rows.zip(hessian) {
                    let slopes = self.slopes(target, score);
                    (*gradient, *hessian) = (narrow(slopes.0), narrow(slopes.1));
                }
            }
            (Some(weight), true) => {
                rows.zip(weight).for_each(|(((&target, &score), gradient), weight)| *gradient = narrow(weight * self.slopes(target, score).0));
            }
            (Some(weight), false) => {
                for ((((&target, &score), gradient), hessian), weight) in rows.zip(hessian).zip(weight) {
                    let slopes = self.slopes(target, score);
                    (*gradient, *hessian) = (narrow(weight * slopes.0), narrow(weight * slopes.1));
                }
            }
        }
    }

    /// Sum of the weighted losses of a block of rows.
    fn sum_block(&self, observed: Observed<'_>, score: &[f64]) -> f64 {
        let losses = observed.target.iter().zip(score).map(|(&target, &score)| self.value(target, score));
        match observed.weight {
            None => losses.sum(),
            Some(weight) => losses.zip(weight).map(|(loss, weight)| weight * loss).sum(),
        }
    }
}

/// Writes the weighted gradients of all rows, and their hessians unless `hessian` is empty, with up to `cores` threads.
pub(crate) fn write_slopes(loss: &dyn RowLoss, observed: Observed<'_>, score: &[f64], out: (&mut [f32], &mut [f32]), cores: usize) {
    let (gradient, hessian) = out;
    let alone = |(idx, gradient): (usize, &mut [f32])| loss.write_block(block(observed, idx), nth(score, idx), gradient, &mut []);
    let both = |(idx, (gradient, hessian)): (usize, (&mut [f32], &mut [f32]))| {
        loss.write_block(block(observed, idx), nth(score, idx), gradient, hessian);
    };
    match (hessian.is_empty(), cores <= 1) {
        (true, true) => gradient.chunks_mut(BLOCK).enumerate().for_each(alone),
        (true, false) => gradient.par_chunks_mut(BLOCK).enumerate().for_each(alone),
        (false, true) => gradient.chunks_mut(BLOCK).zip(hessian.chunks_mut(BLOCK)).enumerate().for_each(both),
        (false, false) => gradient.par_chunks_mut(BLOCK).zip(hessian.par_chunks_mut(BLOCK)).enumerate().for_each(both),
    }
}

/// The weighted mean loss of rows at their scores, with up to `cores` threads.
pub(crate) fn mean_value(loss: &dyn RowLoss, observed: Observed<'_>, score: &[f64], cores: usize) -> f64 {
    let n_blocks = score.len().div_ceil(BLOCK);
    let sum = |idx| loss.sum_block(block(observed, idx), nth(score, idx));
    let sums: Vec<f64> = if cores <= 1 { (0..n_blocks).map(sum).collect() } else { (0..n_blocks).into_par_iter().map(sum).collect() };
    sums.iter().sum::<f64>() / observed.sum_weight()
}

fn block(observed: Observed<'_>, idx: usize) -> Observed<'_> {
    Observed { target: nth(observed.target, idx), weight: observed.weight.map(|weight| nth(weight, idx)) }
}

fn nth(values: &[f64], idx: usize) -> &[f64] {
    &values[idx * BLOCK..values.len().min((idx + 1) * BLOCK)]
}

#[cfg(test)]
mod tests {
    use super::super::Loss;
    use super::*;

    #[test]
    fn blocks_add_up_to_the_naive_sums_with_and_without_weights() {
        let n = 2 * BLOCK + 17;
        let target: Vec<f64> = (0..n).map(|row| (row * 37 % 11) as f64).collect();
        let score: Vec<f64> = (0..n).map(|row| (row * 53 % 7) as f64 / 7.0).collect();
        let weight: Vec<f64> = (0..n).map(|row| (row % 3) as f64).collect();
        let loss = Loss::Poisson.row_loss();
        for weight in [None, Some(&weight[..])] {
            let observed = Observed { target: &target, weight };
            let (mut gradient, mut alone, mut hessian) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
            write_slopes(&*loss, observed, &score, (&mut gradient, &mut hessian), 1);
            write_slopes(&*loss, observed, &score, (&mut alone, &mut []), 4);
            let mut sum = 0.0;
            for row in 0..n {
                let (slope, curvature) = loss.slopes(target[row], score[row]);
                assert_eq!(gradient[row], (observed.weight_of(row) * slope) as f32);
                assert_eq!((hessian[row], alone[row]), ((observed.weight_of(row) * curvature) as f32, gradient[row]));
                sum += observed.weight_of(row) * loss.value(target[row], score[row]);
            }
            assert!((mean_value(&*loss, observed, &score, 4) - sum / observed.sum_weight()).abs() < 1e-10);
        }
    }

    #[test]
    fn a_wild_score_leaves_gradients_finite() {
        let (mut gradient, mut hessian) = ([0.0], [0.0]);
        for loss in [Loss::Poisson, Loss::Gamma, Loss::Tweedie { power: 1.5 }, Loss::Logistic, Loss::Squared] {
            for score in [-1e4, 1e4] {
                let observed = Observed { target: &[1.0], weight: None };
                write_slopes(&*loss.row_loss(), observed, &[score], (&mut gradient, &mut hessian), 1);
                assert!(gradient[0].is_finite() && hessian[0].is_finite() && 0.0 <= hessian[0], "{loss:?} at {score}: {gradient:?} {hessian:?}");
            }
        }
    }
}
