//! Do breaches lean on those of the last ten days? The Ljung-Box test of the breach indicator.

use super::TailCase;
use crate::stat::Outcome;
use crate::stat::distribution::chi_square_at_least;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Overlap, Test, Tier};

/// Lags looked back over: two trading weeks.
const N_LAGS: usize = 10;

/// Ljung and Box's test of the breaches at ten lags.
pub(super) const LJUNG_BOX: Measure<TailCase> = Measure {
    about: About {
        key: "ljung_box",
        name: "Autocorrelation of breaches, ten lags",
        question: "Do breaches depend on those of the last ten days?",
        formula: "Q = N (N + 2) sum over k = 1 .. 10 of r_k² / (N - k), r_k the autocorrelation of the breach indicator at lag k",
        convention: "Two-sided, chi-square with 10 degrees of freedom; rough where few breaches are expected",
        source: "Ljung and Box (1978), Biometrika 65(2); Berkowitz, Christoffersen and Pelletier (2011), Management Science 57(12)",
        null: "Breaches are uncorrelated at lags of 1 to 10 days",
        form: Form::Test("Q"),
        tier: Tier::Verdict,
        overlap: Overlap::Descriptive,
        says: |direction| match direction {
            Direction::Above => "breaches cluster within ten days",
            Direction::Below => "breaches avoid one another within ten days",
            Direction::Neither => "rejected",
        },
        ..About::NUMBER
    },
    take: |case| ljung_box(&case.breached, N_LAGS).map(Answer::Test),
};

/// Ljung and Box's test: do breaches depend on those of the days before?
///
/// Q = n (n + 2) sum over k = 1 .. `n_lags` of r_k^2 / (n - k), with r_k = sum (x_t - m)(x_(t-k) - m) / sum (x_t - m)^2, x_t = 1 on
/// a breach and 0 else, m their mean; chi-square with `n_lags` degrees of freedom. The evidence lies above where the r_k add up to more than 0.
///
/// * `breached`: one flag per forecast in order of days. `n_lags`: at least 1.
///
/// Undefined with no more days than twice the lags, without a breach, and where every day is one.
/// Source: Ljung and Box (1978), Biometrika 65(2), 297-303.
fn ljung_box(breached: &[bool], n_lags: usize) -> Outcome<Test> {
    let n = breached.len();
    if n <= 2 * n_lags {
        return Outcome::undefined(format!("{n} forecasts, more than {} needed", 2 * n_lags));
    }
    let flags: Vec<f64> = breached.iter().map(|&breach| f64::from(u8::from(breach))).collect();
    let mean = flags.iter().sum::<f64>() / n as f64;
    if mean == 0.0 || mean == 1.0 {
        let what = if mean == 0.0 { "there is no breach" } else { "every day is a breach" };
        return Outcome::undefined(format!("{what} in {n} forecasts"));
    }
    let centred: Vec<f64> = flags.iter().map(|flag| flag - mean).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    let (mut sum, mut total) = (0.0, 0.0);
    for lag in 1..=n_lags {
        let correlation = centred[lag..].iter().zip(&centred).map(|(late, early)| late * early).sum::<f64>() / variance;
        sum += correlation * correlation / (n - lag) as f64;
        total += correlation;
    }
    let statistic = n as f64 * (n as f64 + 2.0) * sum;
    let p_value = chi_square_at_least(statistic, n_lags);
    Outcome::Value(Test { statistic, df: Some(n_lags as f64), n, p_value, critical: None, direction: Direction::of(total, 0.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn ljung_box_agrees_with_statsmodels() {
        // tests/golden/ljung_box.py, statsmodels acorr_ljungbox at 10 lags.
        let clustered: Vec<bool> = (0..500).map(|day| (100..140).contains(&day) && day % 3 == 0).collect();
        let found = *ljung_box(&clustered, 10).value().expect("breaches");
        assert_close(found.statistic, 1_088.120_013_722_667_4, 1e-8);
        assert_eq!((found.n, found.direction), (500, Direction::Above));
        let scattered: Vec<bool> = (0..1043).map(|day| (day * 7919) % 1043 < 27).collect();
        let found = *ljung_box(&scattered, 10).value().expect("breaches");
        assert_close(found.statistic, 6.955_509_218_688_2, 1e-9);
        assert_close(found.p_value, 0.729_638_376_279_794_2, 1e-9);
    }

    #[test]
    fn breaches_every_third_day_cluster_within_ten_days_though_none_follows_another() {
        // Christoffersen's test of the day before sees no pair of breaches here and calls it avoidance; ten lags see the two bad months.
        let breached: Vec<bool> = (0..500).map(|day| (100..140).contains(&day) && day % 3 == 0).collect();
        let pairs = super::super::transitions(&breached);
        assert_eq!(pairs.n11, 0);
        assert!(ljung_box(&breached, 10).value().is_some_and(|test| test.p_value < 0.001));
    }

    #[test]
    fn without_a_breach_there_is_a_reason() {
        assert_eq!(ljung_box(&[false; 250], 10), Outcome::undefined("there is no breach in 250 forecasts"));
        assert_eq!(ljung_box(&[true; 20], 10), Outcome::undefined("20 forecasts, more than 20 needed"));
    }
}
