//! What did a strategy make, and what did that cost in nerves? Names are those of quantstats and pyfolio.

use serde::Serialize;

use super::Outcome;
use super::calendar::{PeriodReturn, YearReturns, months, year_table, years};
use super::distribution::student_two_sided;
use super::drawdown::{Drawdown, EquityPoint, equity_points, spells};
use super::sample::{deviation, mean, quantile, reject};
use super::var::assert_tail;
use crate::day::Day;

/// A strategy in numbers; returns in decimals, compounded, no risk-free rate taken off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strategy {
    /// Days with a return.
    pub n: usize,
    /// First of them.
    pub first: Day,
    /// Last of them.
    pub last: Day,
    /// Trading days a year that annual figures are on.
    pub days_per_year: f64,
    /// Tail of [`Strategy::var`] and [`Strategy::shortfall`].
    pub tail: f64,
    /// Wealth at the end over that at the start, less 1.
    pub cumulative_return: f64,
    /// Compound annual growth: (1 + cumulative)^(days a year / n) - 1.
    pub cagr: f64,
    /// Mean daily return.
    pub mean_daily: f64,
    /// Standard deviation of daily returns (n - 1) times the root of the days a year.
    pub volatility: Outcome<f64>,
    /// Mean over standard deviation (n - 1), times the root of the days a year.
    pub sharpe: Outcome<f64>,
    /// Mean over the root of the mean squared loss (all n days), times the root of the days a year.
    pub sortino: Outcome<f64>,
    /// CAGR over the depth of the maximum drawdown.
    pub calmar: Outcome<f64>,
    /// Sum of gains over sum of losses, threshold 0.
    pub omega: Outcome<f64>,
    /// Lowest wealth over the highest before it (the start, 1, included), less 1; negative or 0.
    pub max_drawdown: f64,
    /// Longest spell under water, in calendar days from the peak to the recovery or the last day.
    pub longest_drawdown_days: i32,
    /// Sample skewness G1, corrected for bias as in pandas.
    pub skew: Outcome<f64>,
    /// Sample excess kurtosis G2, corrected for bias as in pandas; 0 for a normal.
    pub excess_kurtosis: Outcome<f64>,
    /// 95 % quantile over the 5 % quantile, both without sign (type 7).
    pub tail_ratio: Outcome<f64>,
    /// The loss at the `tail` quantile of daily returns (type 7); positive for a loss.
    pub var: Outcome<f64>,
    /// Mean loss of the days at or below that quantile; positive for a loss.
    pub shortfall: Outcome<f64>,
    /// Best day.
    pub best_day: PeriodReturn,
    /// Worst day.
    pub worst_day: PeriodReturn,
    /// Best calendar month.
    pub best_month: PeriodReturn,
    /// Worst calendar month.
    pub worst_month: PeriodReturn,
    /// Best calendar year.
    pub best_year: PeriodReturn,
    /// Worst calendar year.
    pub worst_year: PeriodReturn,
    /// Share of winning days among the days with a return other than 0.
    pub win_rate_days: Outcome<f64>,
    /// Share of winning months among the months with a return other than 0.
    pub win_rate_months: Outcome<f64>,
    /// Mean over its standard error; days taken as independent.
    pub t_statistic: Outcome<f64>,
    /// Two-sided p-value of the t statistic, n - 1 degrees of freedom; null hypothesis: the mean is 0.
    pub p_value: Outcome<f64>,
    /// Monthly returns, a row a year.
    pub years: Vec<YearReturns>,
    /// The deepest spells under water, deepest first, at most [`N_DRAWDOWNS`].
    pub drawdowns: Vec<Drawdown>,
}

/// Spells under water listed at most.
pub const N_DRAWDOWNS: usize = 5;

/// Statistics of daily returns.
///
/// Returns are simple and compounded. No risk-free rate is taken off: a long-short book finances itself. Calendar months
/// and years at either end may be partial.
///
/// * `days`: ascending, none twice. `returns`: decimals, one per day.
/// * `days_per_year`: trading days a year, above 0, usually 252. `tail`: in (0, 1), for VaR and shortfall.
///
/// Undefined without returns, with one that is not finite, or with one of -100 % or worse, after which nothing compounds.
/// Sources: Sharpe (1994), Journal of Portfolio Management 21(1), 49-58; Sortino and Price (1994), Journal of Investing
/// 3(3), 59-64; Young (1991), Futures, October (Calmar); Keating and Shadwick (2002) (Omega).
pub fn strategy(days: &[Day], returns: &[f64], days_per_year: f64, tail: f64) -> Outcome<Strategy> {
    assert_tail(tail);
    assert!(0.0 < days_per_year, "a year has trading days, was {days_per_year}");
    if let Some(reason) = unusable(days, returns) {
        return Outcome::undefined(reason);
    }
    let n = returns.len();
    let curve = equity_points(days, returns);
    let (months, years) = (months(days, returns), years(days, returns));
    let daily: Vec<PeriodReturn> = days.iter().zip(returns).map(|(&start, &value)| PeriodReturn { start, value }).collect();
    let mut drawdowns = spells(&curve);
    let longest_drawdown_days = drawdowns.iter().map(|spell| spell.n_days).max().unwrap_or(0);
    // Stable, so that of equally deep spells the earlier one comes first.
    drawdowns.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    let max_drawdown = drawdowns.first().map_or(0.0, |spell| spell.depth);
    drawdowns.truncate(N_DRAWDOWNS);
    let growth = curve[n - 1].equity;
    let cagr = growth.powf(days_per_year / n as f64) - 1.0;
    let root_year = days_per_year.sqrt();
    let mean_daily = mean(returns);
    let sd = deviation(returns);
    let per_sd = sd.as_ref().and_then(|&sd| ratio(mean_daily, sd, "the return is the same on every day"));
    let t_statistic = per_sd.as_ref().map(|ratio| ratio * (n as f64).sqrt());
    let (var, shortfall) = tail_losses(returns, tail);
    Outcome::Value(Strategy {
        n,
        first: days[0],
        last: days[n - 1],
        days_per_year,
        tail,
        cumulative_return: growth - 1.0,
        cagr,
        mean_daily,
        volatility: sd.as_ref().map(|sd| sd * root_year),
        sharpe: per_sd.map(|ratio| ratio * root_year),
        sortino: ratio(mean_daily * root_year, downside_deviation(returns), "there is no losing day"),
        calmar: ratio(cagr, -max_drawdown, "there is no drawdown"),
        omega: omega(returns),
        max_drawdown,
        longest_drawdown_days,
        skew: skew(returns),
        excess_kurtosis: excess_kurtosis(returns),
        tail_ratio: tail_ratio(returns),
        var,
        shortfall,
        best_day: best(&daily),
        worst_day: worst(&daily),
        best_month: best(&months),
        worst_month: worst(&months),
        best_year: best(&years),
        worst_year: worst(&years),
        win_rate_days: win_rate(&daily),
        win_rate_months: win_rate(&months),
        p_value: t_statistic.as_ref().map(|&t| student_two_sided(t, n - 1)),
        t_statistic,
        years: year_table(&months, &years),
        drawdowns,
    })
}

/// Wealth and drawdown of every day, from wealth 1 before the first. Undefined as [`strategy`] is.
pub fn equity_curve(days: &[Day], returns: &[f64]) -> Outcome<Vec<EquityPoint>> {
    match unusable(days, returns) {
        Some(reason) => Outcome::undefined(reason),
        None => Outcome::Value(equity_points(days, returns)),
    }
}

fn unusable(days: &[Day], returns: &[f64]) -> Option<String> {
    assert_eq!(days.len(), returns.len(), "one return per day");
    assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "days ascend and none comes twice");
    reject(returns, 1, "daily returns").or_else(|| {
        let idx = returns.iter().position(|&r| r <= -1.0)?;
        Some(format!("the return of {} is {}: all capital is lost", days[idx], returns[idx]))
    })
}

fn ratio(numerator: f64, denominator: f64, reason: &str) -> Outcome<f64> {
    if denominator == 0.0 { Outcome::undefined(reason) } else { Outcome::Value(numerator / denominator) }
}

fn downside_deviation(returns: &[f64]) -> f64 {
    (returns.iter().map(|r| r.min(0.0).powi(2)).sum::<f64>() / returns.len() as f64).sqrt()
}

fn omega(returns: &[f64]) -> Outcome<f64> {
    let gains: f64 = returns.iter().map(|r| r.max(0.0)).sum();
    let losses: f64 = returns.iter().map(|r| (-r).max(0.0)).sum();
    ratio(gains, losses, "there is no losing day")
}

fn skew(returns: &[f64]) -> Outcome<f64> {
    standardized_power(returns, 3).map(|sum| {
        let n = returns.len() as f64;
        n / ((n - 1.0) * (n - 2.0)) * sum
    })
}

fn excess_kurtosis(returns: &[f64]) -> Outcome<f64> {
    standardized_power(returns, 4).map(|sum| {
        let n = returns.len() as f64;
        n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) * sum - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0))
    })
}

/// Sum of ((r - mean) / sd)^power; needs as many returns as the power, and two that differ.
fn standardized_power(returns: &[f64], power: i32) -> Outcome<f64> {
    if returns.len() < power as usize {
        return Outcome::undefined(format!("{} daily returns, at least {power} needed", returns.len()));
    }
    let centre = mean(returns);
    deviation(returns).and_then(|sd| {
        let sum = returns.iter().map(|r| ((r - centre) / sd).powi(power)).sum();
        if sd == 0.0 { Outcome::undefined("the return is the same on every day") } else { Outcome::Value(sum) }
    })
}

fn ascending(returns: &[f64]) -> Vec<f64> {
    let mut sorted = returns.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn tail_ratio(returns: &[f64]) -> Outcome<f64> {
    let sorted = ascending(returns);
    let at = |share| quantile(&sorted, share).expect("there are returns").abs();
    ratio(at(0.95), at(0.05), "the 5 % quantile is 0")
}

fn tail_losses(returns: &[f64], tail: f64) -> (Outcome<f64>, Outcome<f64>) {
    if returns.len() as f64 * tail < 1.0 {
        let reason = format!("{} daily returns hold no day of a tail of {tail}", returns.len());
        return (Outcome::undefined(reason.clone()), Outcome::undefined(reason));
    }
    let sorted = ascending(returns);
    let edge = quantile(&sorted, tail).expect("there are returns");
    let beyond = &sorted[..sorted.partition_point(|&r| r <= edge)];
    (Outcome::Value(-edge), Outcome::Value(-mean(beyond)))
}

fn win_rate(periods: &[PeriodReturn]) -> Outcome<f64> {
    let n_wins = periods.iter().filter(|period| 0.0 < period.value).count();
    let n_losses = periods.iter().filter(|period| period.value < 0.0).count();
    ratio(n_wins as f64, (n_wins + n_losses) as f64, "every return is 0")
}

/// The first of the best; there is at least one period.
fn best(periods: &[PeriodReturn]) -> PeriodReturn {
    periods.iter().copied().reduce(|best, period| if best.value < period.value { period } else { best }).expect("there are returns")
}

/// The first of the worst; there is at least one period.
fn worst(periods: &[PeriodReturn]) -> PeriodReturn {
    periods.iter().copied().reduce(|worst, period| if period.value < worst.value { period } else { worst }).expect("there are returns")
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a date")
    }

    /// The synthetic returns of tests/golden/strategy.py on weekdays from 2019-11-01.
    fn golden_returns() -> (Vec<Day>, Vec<f64>) {
        let start = day("2019-11-01");
        let days = (0..).map(|n| start.plus_days(n)).filter(|day| !day.is_weekend()).take(600).collect();
        let returns = (0..600_i64).map(|i| ((i * i * 31 + i * 17) % 2003 - 990) as f64 / 50_000.0).collect();
        (days, returns)
    }

    fn golden() -> Strategy {
        let (days, returns) = golden_returns();
        strategy(&days, &returns, 252.0, 0.025).value().expect("600 returns").clone()
    }

    fn defined(outcome: &Outcome<f64>) -> f64 {
        *outcome.value().expect("600 varied returns")
    }

    #[test]
    fn ratios_agree_with_quantstats_and_empyrical() {
        // tests/golden/strategy.py: quantstats 0.0.86 and empyrical-reloaded 0.7.1 print the same.
        let result = golden();
        assert_eq!((result.n, result.last), (600, day("2022-02-17")));
        assert_close(result.cumulative_return, 0.036_190_362_364_911_355, 1e-12);
        assert_close(result.cagr, 0.015_043_397_009_355_53, 1e-12);
        assert_close(defined(&result.volatility), 0.179_256_729_097_937_86, 1e-12);
        assert_close(defined(&result.sharpe), 0.172_773_430_352_391_2, 1e-12);
        assert_close(defined(&result.sortino), 0.247_005_451_561_294_53, 1e-12);
        assert_close(defined(&result.calmar), 0.067_910_646_878_990_23, 1e-12);
        assert_close(defined(&result.omega), 1.025_717_574_024_343_6, 1e-12);
        assert_close(result.max_drawdown, -0.221_517_504_260_581, 1e-12);
        assert_close(defined(&result.skew), 0.001_314_051_315_962_093_2, 1e-12);
        assert_close(defined(&result.excess_kurtosis), -1.118_412_578_367_156_1, 1e-12);
        assert_close(defined(&result.tail_ratio), 1.014_671_858_247_277_1, 1e-12);
    }

    #[test]
    fn tails_wins_and_periods_agree_with_numpy_scipy_and_quantstats() {
        // tests/golden/strategy.py.
        let result = golden();
        assert_close(defined(&result.var), 0.019_042, 1e-12);
        assert_close(defined(&result.shortfall), 0.019_496, 1e-12);
        assert_close(defined(&result.win_rate_days), 0.496_666_666_666_666_65, 1e-12);
        assert_close(defined(&result.win_rate_months), 0.571_428_571_428_571_4, 1e-12);
        assert_close(defined(&result.t_statistic), 0.266_595_190_878_160_86, 1e-12);
        assert_close(defined(&result.p_value), 0.789_872_606_564_940_6, 1e-12);
        assert_eq!((result.best_day.start, result.worst_day.start), (day("2021-02-17"), day("2019-11-01")));
        assert_eq!((result.best_month.start, result.worst_month.start), (day("2021-07-01"), day("2019-12-02")));
        assert_close(result.best_month.value, 0.072_086_960_655_371_12, 1e-12);
        assert_close(result.worst_month.value, -0.094_266_615_688_031_85, 1e-12);
        assert_close(result.years[1].months[2].expect("March 2020"), 0.021_961_693_793_271_84, 1e-12);
        let totals = [-0.171_268_807_048_549_4, 0.135_840_763_888_828_42, 0.124_878_495_270_698_72, -0.021_405_438_953_918];
        for (row, (year, total)) in result.years.iter().zip((2019..).zip(totals)) {
            assert_eq!(row.year, year);
            assert_close(row.total, total, 1e-12);
        }
        assert_close(result.best_year.value, totals[1], 1e-12);
    }

    #[test]
    fn shortfall_includes_the_day_at_the_quantile() {
        // By hand: five returns, tail .25: position 4 * .25 = 1, so VaR is the second loss and ES the mean of both.
        let days: Vec<Day> = (0..5).map(Day).collect();
        let result = strategy(&days, &[0.01, -0.03, 0.02, -0.05, 0.0], 252.0, 0.25).value().expect("returns").clone();
        assert_close(defined(&result.var), 0.03, 1e-12);
        assert_close(defined(&result.shortfall), 0.04, 1e-12);
    }

    #[test]
    fn drawdowns_agree_with_pandas_and_quantstats() {
        // tests/golden/strategy.py: depths, troughs and order as quantstats; peaks and recoveries as pandas.
        let result = golden();
        let depths = [-0.221_517_50, -0.143_481_94, -0.099_644_46, -0.031_580_35, -0.021_899_61];
        let troughs = ["2020-01-28", "2021-06-04", "2021-11-05", "2021-09-28", "2020-11-09"];
        assert_eq!(result.drawdowns.len(), 5);
        for (spell, (depth, trough)) in result.drawdowns.iter().zip(depths.into_iter().zip(troughs)) {
            assert_close(spell.depth, depth, 6e-9);
            assert_eq!(spell.trough, day(trough));
        }
        let (deepest, third) = (result.drawdowns[0], result.drawdowns[2]);
        assert_eq!((deepest.peak, deepest.recovery, deepest.n_days), (day("2019-11-01"), Some(day("2020-10-22")), 356));
        assert_eq!(third.recovery, None);
        assert_eq!(result.longest_drawdown_days, 356);
    }

    #[test]
    fn a_book_that_never_trades_has_no_ratios() {
        let days: Vec<Day> = (0..50).map(Day).collect();
        let result = strategy(&days, &[0.0; 50], 252.0, 0.025).value().expect("returns").clone();
        for outcome in [&result.sharpe, &result.sortino, &result.calmar, &result.omega, &result.skew, &result.tail_ratio, &result.win_rate_days] {
            assert!(outcome.value().is_none(), "{outcome:?}");
        }
        assert_eq!((result.cumulative_return, result.max_drawdown, result.longest_drawdown_days), (0.0, 0.0, 0));
        assert_eq!(result.volatility, Outcome::Value(0.0));
        let short = strategy(&days[..2], &[0.01, -0.01], 252.0, 0.025).value().expect("returns").clone();
        assert_eq!(short.var, Outcome::undefined("2 daily returns hold no day of a tail of 0.025"));
        assert_eq!(short.skew, Outcome::undefined("2 daily returns, at least 3 needed"));
    }

    #[test]
    fn lost_capital_and_missing_returns_are_named() {
        let days = [day("2020-03-12"), day("2020-03-13")];
        let reason = "the return of 2020-03-13 is -1.2: all capital is lost";
        assert_eq!(strategy(&days, &[0.0, -1.2], 252.0, 0.01), Outcome::undefined(reason));
        assert_eq!(equity_curve(&days, &[0.0, f64::NAN]), Outcome::undefined("number 2 of the daily returns is NaN"));
        assert_eq!(strategy(&[], &[], 252.0, 0.01), Outcome::undefined("there are no daily returns"));
    }
}
