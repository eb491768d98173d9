//! Rolling statistics: has the book always been as good, and as risky?

use serde::Serialize;

use crate::day::Day;
use crate::stat::sample::{deviation, mean};

/// Days of a rolling statistic: about a year.
pub const N_ROLLING: usize = 252;

/// A book over the [`N_ROLLING`] days that end on one, annual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RollingPoint {
    /// Last of them.
    pub day: Day,
    /// Mean over standard deviation (n - 1), times the root of the days a year; `None` where returns do not move.
    pub sharpe: Option<f64>,
    /// Standard deviation (n - 1) times the root of the days a year.
    pub volatility: f64,
}

/// One point for every day that has [`N_ROLLING`] returns up to and with it; empty with fewer.
///
/// * `days`, `returns`: ascending, one return a day, decimals.
pub(super) fn rolling(days: &[Day], returns: &[f64], days_per_year: f64) -> Vec<RollingPoint> {
    let root_year = days_per_year.sqrt();
    let point = |(window, &day): (&[f64], &Day)| {
        let sd = *deviation(window).value()?;
        let sharpe = (0.0 < sd).then(|| mean(window) / sd * root_year);
        Some(RollingPoint { day, sharpe, volatility: sd * root_year })
    };
    returns.windows(N_ROLLING).zip(days.iter().skip(N_ROLLING - 1)).filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_stands_on_the_last_of_its_252_days() {
        // 126 of 0.011 and 126 of -0.009: mean 0.001, deviation 0.01 root(252 / 251).
        let days: Vec<Day> = (0..253).map(Day).collect();
        let returns: Vec<f64> = (0..253).map(|n| if n % 2 == 0 { 0.011 } else { -0.009 }).collect();
        let found = rolling(&days, &returns, 100.0);
        assert_eq!(found.iter().map(|point| point.day).collect::<Vec<_>>(), [Day(251), Day(252)]);
        let sd = 0.01 * (252.0_f64 / 251.0).sqrt();
        assert!((found[0].volatility - 10.0 * sd).abs() < 1e-12 && (found[0].sharpe.expect("it moves") - 0.01 / sd).abs() < 1e-12);
        assert!(rolling(&days[..251], &returns[..251], 100.0).is_empty());
    }
}
