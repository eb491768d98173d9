//! How wrong are the forecasts?

use serde::Serialize;

use super::Outcome;
use super::distribution::student_two_sided;
use super::rank::average_ranks;
use super::sample::{deviation, is_constant, mean, reject};
use super::var::assert_tail;
use crate::score;

/// Forecast errors, predicted minus realised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Errors {
    /// Forecasts.
    pub n: usize,
    /// Mean error; positive when forecasts are too high.
    pub bias: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Mean squared error.
    pub mse: f64,
    /// Square root of the mean squared error.
    pub rmse: f64,
    /// How often the sign is right.
    pub hit_rate: Outcome<HitRate>,
}

/// How often the sign is right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HitRate {
    /// Rows where neither predicted nor realised is zero.
    pub n: usize,
    /// Share of them where the signs agree.
    pub rate: f64,
}

/// The rank correlation of one date's cross-section.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DateIc {
    /// The date, as given.
    pub date_idx: u32,
    /// Rows of the date.
    pub n: usize,
    /// Spearman's correlation.
    pub ic: f64,
}

/// Rank correlations by date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankIc {
    /// Dates with a correlation.
    pub n: usize,
    /// Dates without one: fewer than three rows, or all predicted or realised values the same.
    pub n_skipped: usize,
    /// Mean over the dates.
    pub mean: f64,
    /// Standard deviation over the dates, n - 1.
    pub sd: Outcome<f64>,
    /// Mean over standard deviation, not annualised.
    pub icir: Outcome<f64>,
    /// t statistic of the mean, ICIR times the root of n; dates taken as independent.
    pub t_statistic: Outcome<f64>,
    /// Two-sided p-value of the t statistic, n - 1 degrees of freedom.
    pub p_value: Outcome<f64>,
    /// The correlations, dates ascending.
    pub by_date: Vec<DateIc>,
}

/// Bias, mean absolute and squared errors, correlations and hit rate of forecasts against what came.
///
/// Undefined without forecasts or with one that is not finite. A correlation is undefined when either side is constant.
pub fn errors(predicted: &[f64], realized: &[f64]) -> Outcome<Errors> {
    if let Some(reason) = unusable(predicted, realized) {
        return Outcome::undefined(reason);
    }
    let n = predicted.len();
    let (mut error, mut absolute, mut squared) = (0.0, 0.0, 0.0);
    for (&forecast, &came) in predicted.iter().zip(realized) {
        error += forecast - came;
        absolute += score::absolute(came, forecast);
        squared += score::squared(came, forecast);
    }
    let mse = squared / n as f64;
    Outcome::Value(Errors { n, bias: error / n as f64, mae: absolute / n as f64, mse, rmse: mse.sqrt(), hit_rate: hit_rate(predicted, realized) })
}

/// R2 out of sample: by which share do `predicted` lower the squared error of `benchmark`?
///
/// R2 = 1 - sum (realised - predicted)^2 / sum (realised - benchmark)^2; negative when the benchmark is better. The
/// benchmark is a forecast made beforehand, not the mean of what came. Undefined without forecasts, or when the
/// benchmark is never wrong. Source: Campbell and Thompson (2008), Review of Financial Studies 21(4), 1509-1531.
pub fn r2_out_of_sample(predicted: &[f64], realized: &[f64], benchmark: &[f64]) -> Outcome<f64> {
    if let Some(reason) = unusable(predicted, realized).or_else(|| unusable(benchmark, realized)) {
        return Outcome::undefined(reason);
    }
    let squares = |forecast: &[f64]| forecast.iter().zip(realized).map(|(&f, &r)| score::squared(r, f)).sum::<f64>();
    let base = squares(benchmark);
    if base == 0.0 {
        return Outcome::undefined("the benchmark is never wrong");
    }
    Outcome::Value(1.0 - squares(predicted) / base)
}

/// Pearson's correlation. Undefined with fewer than two pairs or a constant side.
pub fn pearson(a: &[f64], b: &[f64]) -> Outcome<f64> {
    if let Some(reason) = unusable(a, b) {
        return Outcome::undefined(reason);
    }
    if is_constant(a) || is_constant(b) {
        return Outcome::undefined("a correlation needs two values that differ on either side");
    }
    let (centre_a, centre_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - centre_a, y - centre_b);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if aa == 0.0 || bb == 0.0 {
        return Outcome::undefined("the values differ by less than can be squared");
    }
    Outcome::Value((ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0))
}

/// Spearman's correlation: Pearson's of the ranks, ties at their average rank. Undefined as [`pearson`] is.
pub fn spearman(a: &[f64], b: &[f64]) -> Outcome<f64> {
    match unusable(a, b) {
        Some(reason) => Outcome::undefined(reason),
        None => pearson(&average_ranks(a), &average_ranks(b)),
    }
}

/// Rank IC: how well do forecasts order the cross-section of a date?
///
/// * `date_idx`: the date of each row; rows of a date need not be neighbours.
///
/// Undefined when no date has a correlation. Dates with fewer than three rows have none: two rows correlate perfectly.
pub fn rank_ic(date_idx: &[u32], predicted: &[f64], realized: &[f64]) -> Outcome<RankIc> {
    assert_eq!(date_idx.len(), predicted.len(), "one date per forecast");
    if let Some(reason) = unusable(predicted, realized) {
        return Outcome::undefined(reason);
    }
    let mut order: Vec<usize> = (0..date_idx.len()).collect();
    order.sort_by_key(|&row| date_idx[row]);
    let mut by_date = Vec::new();
    let mut n_skipped = 0;
    for rows in order.chunk_by(|&a, &b| date_idx[a] == date_idx[b]) {
        let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<_>>();
        match spearman(&pick(predicted), &pick(realized)) {
            Outcome::Value(ic) if 3 <= rows.len() => by_date.push(DateIc { date_idx: date_idx[rows[0]], n: rows.len(), ic }),
            Outcome::Value(_) | Outcome::Undefined(_) => n_skipped += 1,
        }
    }
    summarize_ic(by_date, n_skipped)
}

/// Mean pinball (tick) loss of a quantile forecast, in units of the return; smaller is better.
///
/// Mean of [`score::pinball`], with `quantile` in the sign of the return. Undefined without forecasts.
pub fn pinball_loss(quantile: &[f64], realized: &[f64], tail: f64) -> Outcome<f64> {
    assert_tail(tail);
    if let Some(reason) = unusable(quantile, realized) {
        return Outcome::undefined(reason);
    }
    let loss = |(&q, &r): (&f64, &f64)| score::pinball(r, q, tail);
    Outcome::Value(mean(&quantile.iter().zip(realized).map(loss).collect::<Vec<_>>()))
}

fn unusable(predicted: &[f64], realized: &[f64]) -> Option<String> {
    assert_eq!(predicted.len(), realized.len(), "one outcome per forecast");
    reject(predicted, 1, "forecasts").or_else(|| reject(realized, 1, "outcomes"))
}

fn hit_rate(predicted: &[f64], realized: &[f64]) -> Outcome<HitRate> {
    let (mut n, mut n_hits) = (0, 0);
    for (&forecast, &came) in predicted.iter().zip(realized) {
        let is_signed = forecast != 0.0 && came != 0.0;
        n += usize::from(is_signed);
        n_hits += usize::from(is_signed && (0.0 < forecast) == (0.0 < came));
    }
    match n {
        0 => Outcome::undefined("no row has a forecast and an outcome other than zero"),
        n => Outcome::Value(HitRate { n, rate: n_hits as f64 / n as f64 }),
    }
}

/// Dates with a correlation, dates ascending, and the number of those without one.
pub(super) fn summarize_ic(by_date: Vec<DateIc>, n_skipped: usize) -> Outcome<RankIc> {
    if by_date.is_empty() {
        return Outcome::undefined(format!("none of {n_skipped} dates has three rows with different forecasts and outcomes"));
    }
    let values: Vec<f64> = by_date.iter().map(|date| date.ic).collect();
    let n = values.len();
    let centre = mean(&values);
    let sd = deviation(&values);
    let icir = sd
        .as_ref()
        .and_then(|&sd| if sd == 0.0 { Outcome::undefined("the correlation is the same on every date") } else { Outcome::Value(centre / sd) });
    let t_statistic = icir.as_ref().map(|icir| icir * (n as f64).sqrt());
    let p_value = t_statistic.as_ref().map(|&t| student_two_sided(t, n - 1));
    Outcome::Value(RankIc { n, n_skipped, mean: centre, sd, icir, t_statistic, p_value, by_date })
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    const PREDICTED: [f64; 8] = [0.5, 0.2, 0.2, -0.1, 0.4, -0.3, 0.0, 0.1];
    const REALIZED: [f64; 8] = [0.7, 0.1, -0.2, -0.2, 0.1, -0.4, 0.2, 0.0];

    #[test]
    fn errors_and_correlations_agree_with_numpy_and_scipy() {
        // numpy, scipy.stats.pearsonr and spearmanr on the eight pairs above.
        let errors = errors(&PREDICTED, &REALIZED).value().expect("eight pairs").clone();
        assert_close(errors.bias, 0.0875, 1e-12);
        assert_close(errors.mae, 0.1875, 1e-12);
        assert_close(errors.mse, 0.04625, 1e-12);
        assert_close(errors.rmse, 0.215_058_131_676_065_7, 1e-12);
        assert_close(*pearson(&PREDICTED, &REALIZED).value().expect("varied"), 0.776_883_644_012_107_1, 1e-12);
        assert_close(*spearman(&PREDICTED, &REALIZED).value().expect("varied"), 0.666_678_910_652_574_9, 1e-12);
        // Six rows without a zero; only the third has opposite signs.
        assert_eq!(errors.hit_rate, Outcome::Value(HitRate { n: 6, rate: 5.0 / 6.0 }));
    }

    #[test]
    fn r2_compares_with_the_benchmark_and_may_be_negative() {
        // By hand: squared errors 1 + 1 = 2 against 4 + 4 = 8, and the other way round.
        let (good, bad, realized) = ([1.0, 3.0], [4.0, 4.0], [2.0, 2.0]);
        assert_close(*r2_out_of_sample(&good, &realized, &bad).value().expect("wrong benchmark"), 0.75, 1e-12);
        assert_close(*r2_out_of_sample(&bad, &realized, &good).value().expect("wrong benchmark"), -3.0, 1e-12);
        assert!(r2_out_of_sample(&good, &realized, &realized).value().is_none());
    }

    #[test]
    fn rank_ic_by_date_equals_spearman_of_each_date() {
        // Dates 0 and 2 are perfect and reversed, 1 swaps two neighbours of three (rho 0.5), 3 has two rows, 4 a constant forecast.
        let dates = [2, 0, 0, 0, 2, 2, 1, 1, 1, 3, 3, 4, 4, 4];
        let predicted = [1.0, 1.0, 2.0, 3.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 0.1, 0.1, 0.1];
        let realized = [9.0, 5.0, 6.0, 7.0, 8.0, 7.0, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0];
        let ic = rank_ic(&dates, &predicted, &realized).value().expect("three dates").clone();
        assert_eq!((ic.n, ic.n_skipped), (3, 2));
        for (date, expected) in ic.by_date.iter().zip([1.0, 0.5, -1.0]) {
            assert_close(date.ic, expected, 1e-12);
        }
        // numpy: mean 1/6, std(ddof=1) 1.0408329997, scipy ttest_1samp t 0.2773500981, p 0.8075499103.
        assert_close(ic.mean, 1.0 / 6.0, 1e-12);
        assert_close(*ic.sd.value().expect("three dates"), 1.040_832_999_733_066_3, 1e-12);
        assert_close(*ic.icir.value().expect("varied"), 0.160_128_153_805_087_1, 1e-12);
        assert_close(*ic.t_statistic.value().expect("varied"), 0.277_350_098_112_614_5, 1e-12);
        assert_close(*ic.p_value.value().expect("varied"), 0.807_549_910_270_124_8, 1e-12);
    }

    #[test]
    fn pinball_weighs_the_tail_and_is_zero_at_the_outcome() {
        // (1 - .1) * 2 for a return 2 below, .1 * 3 for one 3 above, 0: mean (1.8 + .3) / 3.
        assert_close(*pinball_loss(&[-1.0; 3], &[-3.0, 2.0, -1.0], 0.1).value().expect("three"), 0.7, 1e-12);
    }

    #[test]
    fn a_constant_forecast_has_errors_but_no_correlation() {
        // Ten times 0.1: its mean is a rounding error off, and a naive correlation is noise.
        let errors = errors(&[0.1; 10], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]).value().expect("ten pairs").clone();
        assert!(pearson(&[0.1; 3], &[1.0, 2.0, 3.0]).value().is_none() && spearman(&[0.1; 3], &[1.0, 2.0, 3.0]).value().is_none());
        assert_close(errors.bias, -5.4, 1e-12);
        assert_eq!(super::errors(&[], &[]), Outcome::undefined("there are no forecasts"));
        assert_eq!(super::errors(&[f64::NAN], &[1.0]), Outcome::undefined("number 1 of the forecasts is NaN"));
    }
}
