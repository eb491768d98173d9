//! Benchmark: how much of a book's return is that of the entity which the spec judges and does not trade, such as the market?

use std::collections::BTreeMap;

use serde::Serialize;

use crate::book::TradedBook;
use crate::day::Day;
use crate::stat::Outcome;
use crate::stat::distribution::student_two_sided;
use crate::stat::summary::Facts;

/// A regression of daily returns after costs on the benchmark's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Benchmark {
    /// Whose returns they are.
    pub name: String,
    /// Dates on which both are known.
    pub n: usize,
    /// First of them.
    pub first: Day,
    /// Last of them.
    pub last: Day,
    /// Daily intercept times the days a year.
    pub alpha: f64,
    /// Intercept over its standard error; days taken as independent.
    pub alpha_t: Outcome<f64>,
    /// Two-sided p of that t, n - 2 degrees of freedom.
    pub alpha_p: Outcome<f64>,
    /// Slope.
    pub beta: f64,
    /// Slope over its standard error; days taken as independent.
    pub beta_t: Outcome<f64>,
    /// Correlation.
    pub correlation: Outcome<f64>,
    /// Standard deviation of what the benchmark does not explain (n - 2), annual.
    pub tracking_error: f64,
    /// Alpha over tracking error.
    pub information_ratio: Outcome<f64>,
    /// Mean daily return of the benchmark times the days a year.
    pub mean_annual: f64,
}

/// Holds a book against the returns of `risk.entity` on the same dates; columns called `benchmark_*` are forecasts, no returns.
///
/// Undefined where the spec names no such entity.
pub(super) fn benchmark(facts: &Facts<'_>, book: &TradedBook) -> Outcome<Benchmark> {
    let Some(name) = &facts.spec.risk.entity else {
        return Outcome::undefined("the spec names no entity to hold the book against (`risk.entity`)");
    };
    let entity = facts.data.entity_code(name);
    let rows = facts.predictions.rows.iter().map(|&row| row as usize).filter(|&row| Some(facts.data.entity[row]) == entity);
    let known: BTreeMap<Day, f64> = rows.filter_map(|row| facts.data.target[row].map(|target| (facts.data.as_of[row], target))).collect();
    let both = book.days.iter().filter_map(|day| known.get(&day.as_of).map(|&market| (day.as_of, market, day.net_return)));
    regress(name, &both.collect::<Vec<_>>(), facts.spec.risk.days_per_year)
}

/// Ordinary least squares of y on x: beta = Sxy / Sxx, alpha = mean y - beta mean x, s² = sum of squared residuals / (n - 2), the standard
/// error of alpha s root(1 / n + mean x² / Sxx), of beta s / root(Sxx). Information ratio = alpha root(days a year) / s.
///
/// * `both`: date, return of the benchmark and of the book; decimals.
///
/// Undefined with fewer than three dates, or where the benchmark never moves.
/// Source: Grinold and Kahn (2000), Active Portfolio Management, 2nd ed., ch. 5.
fn regress(name: &str, both: &[(Day, f64, f64)], days_per_year: f64) -> Outcome<Benchmark> {
    let n = both.len();
    let (Some(first), Some(last), true) = (both.first(), both.last(), 3 <= n) else {
        return Outcome::undefined(format!("`{name}` has {n} known returns on the book's dates, 3 are needed"));
    };
    let count = n as f64;
    let mean = |value: fn(&(Day, f64, f64)) -> f64| both.iter().map(value).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|one| one.1), mean(|one| one.2));
    let sum = |value: &dyn Fn(f64, f64) -> f64| both.iter().map(|&(_, x, y)| value(x - mean_x, y - mean_y)).sum::<f64>();
    let (sxx, sxy, syy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    if sxx <= 0.0 {
        return Outcome::undefined(format!("the return of `{name}` is the same on every date"));
    }
    let beta = sxy / sxx;
    let alpha = mean_y - beta * mean_x;
    let s = (sum(&|x, y| (y - beta * x).powi(2)) / (count - 2.0)).sqrt();
    let over =
        |value: f64, error: f64| if 0.0 < error { Outcome::Value(value / error) } else { Outcome::undefined("the benchmark explains every return") };
    let alpha_t = over(alpha, s * (1.0 / count + mean_x * mean_x / sxx).sqrt());
    Outcome::Value(Benchmark {
        name: name.to_owned(),
        n,
        first: first.0,
        last: last.0,
        alpha: alpha * days_per_year,
        alpha_p: alpha_t.as_ref().map(|&t| student_two_sided(t, n - 2)),
        alpha_t,
        beta,
        beta_t: over(beta, s / sxx.sqrt()),
        correlation: if 0.0 < syy {
            Outcome::Value(sxy / (sxx * syy).sqrt())
        } else {
            Outcome::undefined("the return of the book is the same on every date")
        },
        tracking_error: s * days_per_year.sqrt(),
        information_ratio: over(alpha * days_per_year.sqrt(), s),
        mean_annual: mean_x * days_per_year,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(pairs: &[(f64, f64)]) -> Vec<(Day, f64, f64)> {
        pairs.iter().zip(0..).map(|(&(x, y), day)| (Day(day), x, y)).collect()
    }

    #[test]
    fn alpha_and_beta_are_those_of_a_line_by_hand() {
        // x 1 2 3 4, y 2 2 4 4: Sxx 5, Sxy 4, beta 0.8, alpha 3 - 0.8 x 2.5 = 1; residuals 0.2, -0.6, 0.6, -0.2: s² 0.8 / 2.
        let found = regress("MARKET", &both(&[(1.0, 2.0), (2.0, 2.0), (3.0, 4.0), (4.0, 4.0)]), 100.0);
        let found = found.value().expect("four dates");
        let near = |calculated: f64, expected: f64| assert!((calculated - expected).abs() < 1e-12, "{calculated} {expected}");
        near(found.beta, 0.8);
        near(found.alpha, 100.0);
        // Standard errors: root(0.4 (1/4 + 6.25/5)) = root(0.6); root(0.4 / 5).
        near(*found.alpha_t.value().expect("t"), 1.0 / 0.6_f64.sqrt());
        near(*found.beta_t.value().expect("t"), 0.8 / 0.08_f64.sqrt());
        near(found.tracking_error, 10.0 * 0.4_f64.sqrt());
        near(*found.information_ratio.value().expect("a ratio"), 10.0 / 0.4_f64.sqrt());
        near(*found.correlation.value().expect("both move"), 4.0 / (5.0_f64 * 4.0).sqrt());
        assert_eq!(found.n, 4);
    }

    #[test]
    fn a_benchmark_that_stands_still_or_is_hardly_known_says_nothing() {
        assert_eq!(
            regress("M", &both(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]), 252.0),
            Outcome::undefined("the return of `M` is the same on every date")
        );
        assert!(regress("M", &both(&[(1.0, 2.0)]), 252.0).value().is_none());
    }
}
