//! Is one forecast better than another, or is the difference chance?

use serde::Serialize;

use super::Outcome;
use super::distribution::{Interval, student_two_sided};
use super::draw::Draw;
use super::measure::{About, Answer, Direction, Form, Measure, Overlap, Test};
use super::sample::{is_constant, mean, quantile, reject};

/// A model's losses against the baseline's, date by date.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The model compared with.
    pub baseline: String,
    /// Dates a target spans.
    pub horizon: usize,
    /// Diebold-Mariano on the mean loss difference of each date; below 0: the model is better.
    pub test: Outcome<Test>,
    /// Mean loss difference with a block-bootstrap interval.
    pub difference: Outcome<MeanDifference>,
    /// The order of the forecasts against the baseline's, above 0: the model orders better. Of means the dates' rank ICs, of default
    /// probabilities the AUC.
    pub ranking: Outcome<Test>,
}

/// The mean loss difference.
pub const LOSS_DIFFERENCE: Measure<Comparison> = Measure {
    about: About {
        key: "loss_difference",
        name: "Loss difference",
        question: "By how much do squared errors differ from the baseline's?",
        formula: "Mean over dates of the date's mean squared error, model less baseline, on the rows that both forecast",
        convention: "Negative: the model is closer. Interval: stationary bootstrap, 2,000 resamples, mean block the cube root of the dates and no shorter than the target's span",
        source: "Politis and Romano (1994), JASA 89(428)",
        unit: super::measure::Unit::TargetSquared,
        ..About::NUMBER
    },
    take: |case| case.difference.as_ref().map(|difference| Answer::Number(difference.mean)),
};

/// Diebold and Mariano's test.
pub const DIEBOLD_MARIANO: Measure<Comparison> = Measure {
    about: About {
        key: "dm",
        name: "Diebold-Mariano",
        question: "Are squared errors larger or smaller than the baseline's?",
        formula: "Mean of the dates' loss differences / its standard error, with h - 1 autocovariances where a target spans h dates, corrected for small samples",
        convention: "Two-sided, Student's t with dates - 1 degrees of freedom",
        source: "Diebold and Mariano (1995), JBES 13(3); Harvey, Leybourne and Newbold (1997)",
        null: "Both are equally accurate",
        form: Form::Test("DM"),
        overlap: Overlap::Allowed,
        says: |direction| match direction {
            Direction::Below => "better",
            Direction::Above => "worse",
            Direction::Neither => "different",
        },
        ..About::NUMBER
    },
    take: |case| case.test.clone().map(Answer::Test),
};

/// Every measure of a comparison with the baseline.
pub const COMPARISON: &[&Measure<Comparison>] = &[&LOSS_DIFFERENCE, &DIEBOLD_MARIANO];

/// The paired test of the rank ICs.
pub const RANKING_DIFFERENCE: Measure<Comparison> = Measure {
    about: About {
        key: "rank_ic_difference_t",
        name: "Rank IC against the baseline",
        question: "Does the model rank names better or worse than the baseline?",
        formula: "Diebold-Mariano on the dates' differences of rank ICs, model less baseline",
        convention: "Two-sided, Student's t with dates - 1 degrees of freedom; a book holds ranks, not levels",
        source: "Diebold and Mariano (1995), JBES 13(3)",
        null: "Both rank equally well",
        form: Form::Test("t"),
        says: |direction| match direction {
            Direction::Above => "ranks better",
            Direction::Below => "ranks worse",
            Direction::Neither => "different",
        },
        ..About::NUMBER
    },
    take: |case| case.ranking.clone().map(Answer::Test),
};

/// Comparisons that only forecasts of a mean have: what a book uses is the order of the names.
pub const RANKING: &[&Measure<Comparison>] = &[&RANKING_DIFFERENCE];

/// A mean loss difference and its bootstrap interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanDifference {
    /// Loss differences.
    pub n: usize,
    /// Mean loss of the first less that of the second; negative: the first is better.
    pub mean: f64,
    /// Percentile interval of the stationary bootstrap; undefined where too few blocks make up the dates.
    pub interval: Outcome<Interval>,
    /// Mean length of a block, in dates.
    pub block_length: usize,
    /// Samples drawn.
    pub n_resampled: usize,
}

/// Samples a bootstrap interval is drawn with.
pub const N_RESAMPLED: usize = 2_000;

/// Spans of a target, or blocks, that dates must hold. With fewer the long-run variance is hardly known: at 4.5 spans a test at 5 % rejects
/// one true null in six, and an interval of 95 % covers two thirds.
const MIN_SPANS: usize = 10;

fn few_spans(n: usize, span: usize) -> String {
    format!("{n} dates hold fewer than {MIN_SPANS} spans of {span} dates, too few to know how errors hang together")
}

/// Losses that differ by less than this share of themselves are equal: f64 holds 16 digits, of which a fit over many rows loses up to four.
const ROUNDING: f64 = 1e-12;

/// Why two forecasts cannot be compared: their losses, row by row, are the same but for rounding.
///
/// Equal where the mean of |a - b| is not above 1e-12 times the mean of max(|a|, |b|), whatever the unit of the losses. Rounding is the
/// same on every date, so that a test would call it significant. `None` without rows, which has its own reason.
pub fn equal_up_to_rounding(losses: &[(f64, f64)]) -> Option<&'static str> {
    let differs: f64 = losses.iter().map(|(a, b)| (a - b).abs()).sum();
    let size: f64 = losses.iter().map(|(a, b)| a.abs().max(b.abs())).sum();
    (!losses.is_empty() && differs <= ROUNDING * size).then_some("the two forecasts are equal up to rounding")
}

/// Diebold and Mariano's test: are two forecasts equally good on average?
///
/// With d the loss differences, g_k their autocovariances with divisor n, and h the horizon,
/// V = (g_0 + 2 sum over k = 1 .. h-1 of g_k) / n, and the statistic is mean(d) / sqrt(V) times
/// sqrt((n + 1 - 2h + h(h - 1)/n) / n), Student's t with n - 1 degrees of freedom. Two-sided.
///
/// * `difference`: loss of the first less loss of the second, one per date in order. A panel is averaged by date first
///   ([`mean_by_date`]): rows of a date are not independent.
/// * `horizon`: steps ahead, at least 1; overlapping targets of h days have horizon h.
///
/// Undefined with fewer than ten horizons of differences, with constant differences, and when V is not
/// above 0, which the truncated sum allows and which is said, not repaired.
/// Source: Diebold and Mariano (1995), Journal of Business & Economic Statistics 13(3), 253-263; Harvey, Leybourne and
/// Newbold (1997), International Journal of Forecasting 13(2), 281-291.
pub fn diebold_mariano(difference: &[f64], horizon: usize) -> Outcome<Test> {
    assert!(0 < horizon, "a forecast is made at least one step ahead");
    if difference.len() < MIN_SPANS * horizon {
        return Outcome::undefined(few_spans(difference.len(), horizon));
    }
    equal_accuracy(difference, horizon)
}

/// [`diebold_mariano`] of however few differences.
fn equal_accuracy(difference: &[f64], horizon: usize) -> Outcome<Test> {
    if let Some(reason) = reject(difference, 2.max(horizon + 1), "loss differences") {
        return Outcome::undefined(reason);
    }
    if is_constant(difference) {
        return Outcome::undefined(format!("the loss differs by {} on every date", difference[0]));
    }
    let n = difference.len();
    let centre = mean(difference);
    let centred: Vec<f64> = difference.iter().map(|d| d - centre).collect();
    let covariance = |lag: usize| centred[lag..].iter().zip(&centred).map(|(late, early)| late * early).sum::<f64>() / n as f64;
    let variance = (covariance(0) + 2.0 * (1..horizon).map(covariance).sum::<f64>()) / n as f64;
    if variance <= 0.0 {
        return Outcome::undefined(format!("the long-run variance is {variance:.3e} at horizon {horizon}, not above 0"));
    }
    let (length, h) = (n as f64, horizon as f64);
    let correction = ((length + 1.0 - 2.0 * h + h * (h - 1.0) / length) / length).sqrt();
    let statistic = centre / variance.sqrt() * correction;
    let p_value = student_two_sided(statistic, n - 1);
    let direction = Direction::of(centre, 0.0);
    Outcome::Value(Test { statistic, df: Some((n - 1) as f64), n, p_value, critical: None, direction })
}

/// The mean loss difference with a 95 % interval that allows for dependence between neighbouring dates.
///
/// Stationary bootstrap: blocks of geometric length with mean [`block_length`] start at random dates and wrap around the
/// end; the interval runs from the 2.5 % to the 97.5 % quantile of [`N_RESAMPLED`] resampled means.
///
/// Undefined with fewer than ten differences; the interval with fewer than ten blocks of them, which no bootstrap can speak for.
/// Source: Politis and Romano (1994), Journal of the American Statistical Association 89(428), 1303-1313.
pub fn mean_difference(difference: &[f64], horizon: usize, seed: u64) -> Outcome<MeanDifference> {
    if let Some(reason) = reject(difference, 10, "loss differences") {
        return Outcome::undefined(reason);
    }
    let n = difference.len();
    let block_length = block_length(n, horizon);
    let centre = mean(difference);
    if n < MIN_SPANS * block_length {
        let interval = Outcome::undefined(few_spans(n, block_length));
        return Outcome::Value(MeanDifference { n, mean: centre, interval, block_length, n_resampled: 0 });
    }
    let restart = 1.0 / block_length as f64;
    let mut draw = Draw::new(seed);
    let mut means: Vec<f64> = (0..N_RESAMPLED)
        .map(|_| {
            let mut idx = draw.below(n);
            let mut sum = difference[idx];
            for _ in 1..n {
                idx = match idx + 1 {
                    _ if draw.unit() < restart => draw.below(n),
                    next if next == n => 0,
                    next => next,
                };
                sum += difference[idx];
            }
            sum / n as f64
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let end = |share| quantile(&means, share).expect("there are resampled means");
    let interval = Outcome::Value(Interval { level: 0.95, low: end(0.025), high: end(0.975) });
    Outcome::Value(MeanDifference { n, mean: centre, interval, block_length, n_resampled: N_RESAMPLED })
}

/// Mean block length of the bootstrap: the cube root of n rounded up, and no shorter than the horizon.
pub fn block_length(n: usize, horizon: usize) -> usize {
    // The integer root, so that no rounding of a floating-point cube root moves a report.
    (1..=n.max(1)).find(|length| n <= length.pow(3)).unwrap_or(1).max(horizon)
}

/// Means of `values` by date, dates ascending; rows of a date need not be neighbours.
pub fn mean_by_date(date_idx: &[u32], values: &[f64]) -> Vec<f64> {
    assert_eq!(date_idx.len(), values.len(), "one date per value");
    if date_idx.is_sorted() {
        let mut left = values;
        let mean_of_next = |dates: &[u32]| {
            let (of_date, rest) = left.split_at(dates.len());
            left = rest;
            of_date.iter().sum::<f64>() / dates.len() as f64
        };
        return date_idx.chunk_by(|a, b| a == b).map(mean_of_next).collect();
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&row| date_idx[row]);
    let of_date = |rows: &[usize]| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
    order.chunk_by(|&a, &b| date_idx[a] == date_idx[b]).map(of_date).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::squared;
    use crate::stat::sample::assert_close;

    const ETS: [f64; 20] = [
        0.002_241_270,
        -0.000_661_906,
        -1.200_002_613,
        -4.000_218_178,
        3.799_373_533,
        3.401_005_111,
        -1.199_692_125,
        -0.800_490_048,
        -1.200_048_999,
        3.399_847_229,
        7.000_708_948,
        2.200_989_241,
        -4.800_165_569,
        -1.201_043_375,
        3.400_167_556,
        3.000_709_085,
        0.400_267_950,
        -6.800_169_207,
        -2.401_259_050,
        1.200_112_198,
    ];
    const ARIMA: [f64; 20] = [
        0.120_999_8,
        8.062_226_9,
        -0.918_942_9,
        -1.795_243_6,
        5.343_127_7,
        2.045_982_3,
        -0.607_326_1,
        0.551_681_6,
        -0.763_323_8,
        4.122_947_2,
        5.878_533_3,
        1.282_833_1,
        -3.485_423_3,
        1.197_137_0,
        3.170_931_4,
        2.340_845_7,
        0.496_228_6,
        -5.984_136_2,
        0.153_711_4,
        0.420_795_1,
    ];

    fn squared_difference() -> Vec<f64> {
        ETS.iter().zip(ARIMA).map(|(a, b)| a * a - b * b).collect()
    }

    #[test]
    fn diebold_mariano_agrees_with_r() {
        // JuliaStats/HypothesisTests.jl test/diebold_mariano.jl, from R: squared errors, h = 1.
        let test = *equal_accuracy(&squared_difference(), 1).value().expect("twenty differences");
        assert_close(test.statistic, -0.143_918_059_635, 1e-11);
        assert_close(test.p_value, 0.887_080_675_674, 1e-11);
        assert_eq!((test.n, test.df), (20, Some(19.0)));
    }

    #[test]
    fn rounding_is_no_difference_in_any_unit_and_a_difference_is_none_of_rounding() {
        // A forecast of 1 % and its twin a part in 10^12 lower: the difference has one sign on every date, and t beyond 10.
        for unit in [1.0, 1e-4, 1e8] {
            let target = |date: u32| unit * (0.01 + f64::from(date * 37 % 101) / 50.0);
            let losses = |off: f64| -> Vec<(f64, f64)> {
                (0..500).map(|date| (squared(target(date), 0.01 * unit), squared(target(date), 0.01 * unit * (1.0 - off)))).collect()
            };
            let difference: Vec<f64> = losses(1e-12).iter().map(|(a, b)| a - b).collect();
            assert!(diebold_mariano(&difference, 1).value().is_some_and(|test| test.p_value < 1e-6));
            assert_eq!(equal_up_to_rounding(&losses(1e-12)), Some("the two forecasts are equal up to rounding"));
            assert_eq!(equal_up_to_rounding(&losses(1e-8)), None);
        }
        // Differences that cancel on average are differences.
        assert_eq!(equal_up_to_rounding(&[(1.0, 2.0), (2.0, 1.0)]), None);
        assert_eq!(equal_up_to_rounding(&[]), None);
        assert_eq!(equal_up_to_rounding(&[(0.3, 0.3)]), Some("the two forecasts are equal up to rounding"));
    }

    #[test]
    fn diebold_mariano_at_horizon_three_equals_a_naive_loop() {
        // numpy, the doc's formula written with loops.
        let test = *equal_accuracy(&squared_difference(), 3).value().expect("twenty differences");
        assert_close(test.statistic, -0.153_696_018_603_985_85, 1e-10);
    }

    #[test]
    fn a_negative_variance_is_reported() {
        // Alternating differences: g_0 + 2 g_1 is negative.
        let alternating: Vec<f64> = (0..20).map(|date| if date % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let reason = equal_accuracy(&alternating, 2);
        assert!(matches!(&reason, Outcome::Undefined(text) if text.starts_with("the long-run variance is -")), "{reason:?}");
        assert_eq!(equal_accuracy(&[0.1; 5], 1), Outcome::undefined("the loss differs by 0.1 on every date"));
        assert_eq!(equal_accuracy(&[1.0], 1), Outcome::undefined("1 loss differences, at least 2 needed"));
    }

    #[test]
    fn bootstrap_interval_of_independent_noise_has_the_width_of_the_normal_one() {
        // 1,000 uniforms: standard error sqrt(1/12/1000) = 0.00913, so a 95 % interval is 0.0358 wide.
        let mut draw = Draw::new(5);
        let noise: Vec<f64> = (0..1000).map(|_| draw.unit()).collect();
        let result = mean_difference(&noise, 1, 9).value().cloned().expect("enough");
        let interval = *result.interval.value().expect("enough blocks");
        assert_close(interval.high - interval.low, 0.0358, 0.004);
        assert!(interval.low < result.mean && result.mean < interval.high);
        assert_eq!(result.block_length, 10);
        assert_eq!(mean_difference(&noise, 1, 9), Outcome::Value(result));
        // Each value ten times in a row: the interval widens by about the root of the dependence that blocks keep.
        let sticky: Vec<f64> = (0..1000).map(|date| noise[date / 10]).collect();
        let wide = mean_difference(&sticky, 20, 9).and_then(|found| found.interval).value().copied().expect("enough blocks");
        assert!(2.0 * 0.0358 < wide.high - wide.low, "{wide:?}");
        let few = mean_difference(&sticky[..90], 20, 9).and_then(|found| found.interval);
        assert!(matches!(&few, Outcome::Undefined(reason) if reason.starts_with("90 dates hold fewer than 10 spans of 20 dates")), "{few:?}");
        assert!(matches!(diebold_mariano(&sticky[..90], 20), Outcome::Undefined(_)));
    }

    #[test]
    fn block_length_is_the_cube_root_rounded_up_and_covers_the_horizon() {
        assert_eq!([1, 8, 9, 1000, 1001].map(|n| block_length(n, 1)), [1, 2, 3, 10, 11]);
        assert_eq!(block_length(27, 10), 10);
    }

    #[test]
    fn mean_by_date_joins_scattered_rows() {
        assert_eq!(mean_by_date(&[2, 1, 2, 1, 5], &[1.0, 4.0, 3.0, 6.0, 7.0]), [5.0, 2.0, 7.0]);
    }
}
