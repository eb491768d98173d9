//! How much each member counts, learnt from its past forecasts.

use nalgebra::{DMatrix, DVector};

use super::history::History;
use super::simplex;
use crate::score::{log_loss, pinball};

/// Added to the diagonal of every quadratic, as a share of its mean: members that forecast the same share their weight equally.
const RIDGE: f64 = 1e-8;

/// Probabilities are pooled as if at least this far from 0 and 1: the curvature of the log loss, 1 / p^2, must not drown the other rows.
const MARGIN: f64 = 1e-12;

/// Passes over the history after which the search for the least pinball loss ends.
const MAX_PASSES: i32 = 60;

/// What is forecast, which decides what an error is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Family {
    /// Squared error.
    Mean,
    /// Squared error of a probability (Brier) to weigh by; log loss to stack by.
    Probability,
    /// Squared error of the variance against the squared target, the proxy that ranks without bias (Patton 2011).
    Volatility,
    /// Pinball loss, added over these tails: one set of weights for all, so that quantiles cross only where the members' do.
    Tails(Vec<f64>),
}

/// Weights in proportion to 1 / mean past error; members without an error share everything.
///
/// Source: Bates and Granger (1969), Operational Research Quarterly 20(4), 451-468, their first scheme, without correlations.
pub(super) fn inverse_error(family: &Family, history: &History) -> Vec<f64> {
    let losses: Vec<f64> = (0..history.forecasts[0].len()).map(|member| past_loss(family, history, member)).collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let inverse: Vec<f64> = losses.iter().map(|&loss| if loss <= lowest { 1.0 } else { lowest / loss }).collect();
    let sum: f64 = inverse.iter().sum();
    inverse.iter().map(|weight| weight / sum).collect()
}

fn past_loss(family: &Family, history: &History, member: usize) -> f64 {
    match family {
        Family::Mean | Family::Probability | Family::Volatility => history.mean(|row| error(family, history, member, row).powi(2)),
        Family::Tails(tails) => {
            let quantiles = history.forecasts.iter().zip(tails);
            quantiles.map(|(forecasts, &tail)| history.mean(|row| pinball(history.target[row], forecasts[member][row], tail))).sum()
        }
    }
}

/// What came less what was forecast, on the scale in which forecasts are added up.
fn error(family: &Family, history: &History, member: usize, row: usize) -> f64 {
    let (target, forecast) = (history.target[row], history.forecasts[0][member][row]);
    if matches!(family, Family::Volatility) { target * target - forecast * forecast } else { target - forecast }
}

/// The weights, at least 0 and summing to 1, that would have been best on the past; `None` where no loss is defined
/// (a probability of a target that is not 0 or 1).
///
/// Without an intercept and with the sum held, because past forecasts are few and members alike: free coefficients of near-collinear
/// forecasts follow noise. Source: Breiman (1996), Stacked regressions, Machine Learning 24, 49-64.
pub(super) fn stack(family: &Family, history: &History) -> Option<Vec<f64>> {
    let weights = match family {
        Family::Mean | Family::Volatility => least_squares(family, history),
        Family::Probability => {
            if history.target.iter().any(|&target| target != 0.0 && target != 1.0) {
                return None;
            }
            least_log_loss(history)
        }
        Family::Tails(tails) => least_pinball(tails, history),
    };
    Some(weights.iter().copied().collect())
}

fn equal(count: usize) -> DVector<f64> {
    DVector::from_element(count, 1.0 / count as f64)
}

/// Weighted second moments of the members' `value`s, row weights times `scale`.
fn moments(count: usize, history: &History, value: impl Fn(usize, usize) -> f64, scale: impl Fn(usize) -> f64) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(count, count);
    let mut values = vec![0.0; count];
    for (row, weight) in history.weight.iter().enumerate() {
        values.iter_mut().enumerate().for_each(|(member, slot)| *slot = value(member, row));
        let weight = weight * scale(row);
        for i in 0..count {
            for j in 0..=i {
                sums[(i, j)] += weight * values[i] * values[j];
            }
        }
    }
    sums.fill_upper_triangle_with_lower_triangle();
    sums
}

fn ridged(mut quadratic: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let mean = quadratic.trace() / quadratic.nrows() as f64;
    for idx in 0..quadratic.nrows() {
        quadratic[(idx, idx)] += RIDGE * mean;
    }
    (0.0 < mean && mean.is_finite()).then_some(quadratic)
}

/// With weights that sum to 1, the error of the combination is the combination of the errors.
fn least_squares(family: &Family, history: &History) -> DVector<f64> {
    let count = history.forecasts[0].len();
    let errors = moments(count, history, |member, row| error(family, history, member, row), |_| 1.0);
    // Members without any error, or with errors beyond f64, cannot be told apart.
    ridged(errors).map_or_else(|| equal(count), |errors| simplex::least(&errors, &DVector::zeros(count)))
}

/// Newton's method with halved steps on the mean log loss of the weighted probability, which is convex in the weights.
///
/// Source of the pool: Hall and Mitchell (2007), International Journal of Forecasting 23(1), 1-13.
fn least_log_loss(history: &History) -> DVector<f64> {
    let forecasts = &history.forecasts[0];
    let count = forecasts.len();
    let likelihood = |member: usize, row: usize| {
        let probability: f64 = forecasts[member][row].clamp(MARGIN, 1.0 - MARGIN);
        if 0.5 < history.target[row] { probability } else { 1.0 - probability }
    };
    let total: f64 = history.weight.iter().sum();
    let pooled = |weights: &DVector<f64>| -> Vec<f64> {
        (0..history.n_rows()).map(|row| (0..count).map(|member| weights[member] * likelihood(member, row)).sum()).collect()
    };
    let loss = |pool: &[f64]| history.mean(|row| log_loss(1.0, pool[row]));
    let mut weights = equal(count);
    let mut pool = pooled(&weights);
    let mut lowest = loss(&pool);
    for _ in 0..100 {
        let slope = DVector::from_fn(count, |member, _| -history.mean(|row| likelihood(member, row) / pool[row]));
        let Some(curvature) = ridged(moments(count, history, likelihood, |row| 1.0 / (total * pool[row] * pool[row]))) else { break };
        let step = simplex::least(&curvature, &(&slope - &curvature * &weights)) - &weights;
        let gain = -slope.dot(&step);
        if gain <= 1e-12 {
            break;
        }
        let tried = (0..30).map(|halvings| &weights + &step * 0.5_f64.powi(halvings));
        let better = tried.map(|weights| (pooled(&weights), weights)).find(|(pool, _)| loss(pool) < lowest);
        let Some((pool_now, weights_now)) = better else { break };
        (pool, weights) = (pool_now, weights_now);
        lowest = loss(&pool);
    }
    weights
}

/// Least squares again and again, each row divided by its last absolute error: every pinball loss lies below such a parabola.
///
/// The parabola's bottom is rounded off by `soft`, which halves from a tenth of the mean absolute error to a 100,000th as the search
/// comes near. The best weights met are kept. Source: Hunter and Lange (2000), Quantile regression via an MM algorithm, Journal of
/// Computational and Graphical Statistics 9(1), 60-77, here on weights that sum to 1.
fn least_pinball(tails: &[f64], history: &History) -> DVector<f64> {
    let count = history.forecasts[0].len();
    let total: f64 = history.weight.iter().sum();
    let errors: Vec<Vec<f64>> = history.forecasts.iter().map(|members| errors_by_row(members, &history.target)).collect();
    let mut linear = DVector::zeros(count);
    let mut size = 0.0;
    for (errors, tail) in errors.iter().zip(tails) {
        for (errors, weight) in errors.chunks_exact(count).zip(&history.weight) {
            for (slope, error) in linear.iter_mut().zip(errors) {
                *slope += (tail - 0.5) * weight * error / total;
                size += weight * error.abs() / total;
            }
        }
    }
    size /= (count * tails.len()) as f64;
    let mut weights = equal(count);
    let (mut best, mut lowest) = (weights.clone(), f64::INFINITY);
    for step in 0..MAX_PASSES {
        let soft = size * (0.1 * 0.5_f64.powi(step)).max(1e-5);
        let (mut quadratic, mut loss) = (DMatrix::zeros(count, count), 0.0);
        for (errors, tail) in errors.iter().zip(tails) {
            loss += parabola(&mut quadratic, errors, &history.weight, (&weights, *tail, soft));
        }
        if loss < lowest {
            (lowest, best) = (loss, weights.clone());
        }
        let Some(quadratic) = ridged(quadratic / total) else { break };
        let moved = simplex::least(&quadratic, &linear);
        let change = (&moved - &weights).amax();
        weights = moved;
        if change < 1e-5 && 14 < step {
            break;
        }
    }
    best
}

/// Errors of all members, row by row.
fn errors_by_row(members: &[Vec<f64>], target: &[f64]) -> Vec<f64> {
    target.iter().enumerate().flat_map(|(row, target)| members.iter().map(move |forecasts| target - forecasts[row])).collect()
}

/// Adds the parabola above the pinball loss at these weights to `quadratic`, and gives the loss back; both are sums over rows.
fn parabola(quadratic: &mut DMatrix<f64>, errors: &[f64], row_weights: &[f64], at: (&DVector<f64>, f64, f64)) -> f64 {
    let (weights, tail, soft) = at;
    let count = weights.len();
    let mut loss = 0.0;
    for (errors, row_weight) in errors.chunks_exact(count).zip(row_weights) {
        let pooled: f64 = errors.iter().zip(weights.iter()).map(|(error, weight)| error * weight).sum();
        loss += row_weight * pinball(pooled, 0.0, tail);
        let steep = row_weight * 0.5 / (soft + pooled.abs());
        for i in 0..count {
            for j in i..count {
                quadratic[(j, i)] += steep * errors[i] * errors[j];
            }
        }
    }
    quadratic.fill_upper_triangle_with_lower_triangle();
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 200 rows and three members of `tests/golden/classical_ensemble.py`, row weights 1 or 2.
    fn golden(shifts: &[f64], of: impl Fn(f64) -> f64) -> History {
        let rows = || 0..200_usize;
        let share = |row: usize, by: usize, modulus: usize, over: f64| (row * by % modulus) as f64 / over;
        let signal = |row: usize| share(row, 37, 101, 100.0);
        let members: Vec<Vec<f64>> = vec![
            rows().map(|row| 0.8 * signal(row) + share(row, 13, 29, 100.0)).collect(),
            rows().map(|row| 0.5 * signal(row) + 0.25 + share(row, 17, 31, 150.0)).collect(),
            rows().map(|row| share(row, 11, 47, 47.0)).collect(),
        ];
        let shifted = |shift: f64| members.iter().map(|member| member.iter().map(|&value| of(value) + shift).collect()).collect();
        History {
            target: rows().map(|row| signal(row) + share(row, 53, 43, 86.0) - 0.25).collect(),
            weight: rows().map(|row| (1 + row % 2) as f64).collect(),
            forecasts: shifts.iter().map(|&shift| shifted(shift)).collect(),
        }
    }

    fn assert_weights(calculated: &[f64], expected: [f64; 3], tolerance: f64) {
        for (calculated, expected) in calculated.iter().zip(expected) {
            assert!((calculated - expected).abs() < tolerance, "calculated {calculated}, expected {expected}");
        }
    }

    #[test]
    fn inverse_errors_and_least_squares_agree_with_numpy_and_scipy() {
        // scipy 1.17.1, tests/golden/classical_ensemble.py: SLSQP with a tolerance of 1e-15. The ridge moves the seventh decimal.
        let history = golden(&[0.0], |value| value);
        let inverse = [0.557_778_990_942_905_2, 0.333_881_665_438_178_65, 0.108_339_343_618_916_06];
        assert_weights(&inverse_error(&Family::Mean, &history), inverse, 1e-14);
        let stacked = stack(&Family::Mean, &history).expect("squared errors are always defined");
        assert_weights(&stacked, [0.947_404_871_193_010_5, 0.0, 0.052_595_128_806_989_51], 1e-7);
    }

    #[test]
    fn probabilities_are_stacked_by_log_loss() {
        // The same script; SLSQP's own optimum is good to about 1e-7.
        let mut history = golden(&[0.05], |value| 0.9 * value.clamp(0.0, 1.0));
        let members = &history.forecasts[0];
        let rate = |row: usize| 0.5 * members[0][row] + 0.5 * members[2][row];
        history.target = (0..200).map(|row| f64::from(u8::from(rate(row) > (row * 71 % 97) as f64 / 97.0))).collect();
        let stacked = stack(&Family::Probability, &history).expect("targets are 0 and 1");
        assert_weights(&stacked, [0.021_134_889, 0.188_863_478, 0.790_001_633], 1e-5);
        let loss = -history.mean(|row| {
            let pool: f64 = (0..3).map(|member| stacked[member] * history.forecasts[0][member][row]).sum();
            if 0.5 < history.target[row] { pool.ln() } else { (1.0 - pool).ln() }
        });
        assert!((loss - 0.634_456_363_495_884_3).abs() < 1e-11, "{loss}");
    }

    #[test]
    fn quantiles_of_two_tails_are_stacked_to_the_least_pinball_loss() {
        // The same script: linprog's optimum 0.077162356; the best single member has 0.079096899.
        let (tails, history) = ([0.05, 0.25], golden(&[-0.33, -0.25], |value| value));
        let stacked = stack(&Family::Tails(tails.to_vec()), &history).expect("pinball losses are always defined");
        let pool = |tail: usize, row: usize| -> f64 { (0..3).map(|member| stacked[member] * history.forecasts[tail][member][row]).sum() };
        let loss: f64 = (0..2).map(|idx| history.mean(|row| pinball(history.target[row], pool(idx, row), tails[idx]))).sum();
        assert!((loss - 0.077_162_356_043_853_46).abs() < 1e-7, "{loss} {stacked:?}");
        let inverse = inverse_error(&Family::Tails(tails.to_vec()), &history);
        let losses = [0.079_096_899_224_806_2, 0.096_528_255_813_953_5, 0.187_617_623_288_800_9_f64];
        let sum: f64 = losses.iter().map(|loss| 1.0 / loss).sum();
        assert_weights(&inverse, losses.map(|loss| 1.0 / loss / sum), 1e-14);
    }

    #[test]
    fn twins_share_their_weight_and_perfection_is_equal_or_takes_all() {
        let mut history = golden(&[0.0], |value| value);
        history.forecasts[0][1] = history.forecasts[0][0].clone();
        let stacked = stack(&Family::Mean, &history).expect("defined");
        assert!((stacked[0] - stacked[1]).abs() < 1e-6 && 0.1 < stacked[0], "{stacked:?}");
        history.forecasts[0][2] = history.target.clone();
        assert_eq!(inverse_error(&Family::Mean, &history), [0.0, 0.0, 1.0]);
        assert_weights(&stack(&Family::Mean, &history).expect("defined"), [0.0, 0.0, 1.0], 1e-6);
        history.forecasts[0] = vec![history.target.clone(); 3];
        assert_weights(&stack(&Family::Mean, &history).expect("defined"), [1.0 / 3.0; 3], 1e-15);
        assert_weights(&inverse_error(&Family::Mean, &history), [1.0 / 3.0; 3], 1e-15);
    }
}
