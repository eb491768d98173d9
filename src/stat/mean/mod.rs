//! Mean forecasts: how far off, and in the right order? The family's list is below.

mod accuracy;
mod ranking;

pub use accuracy::{BIAS, HIT_RATE, MAE, MSE, N_ROWS, R2, RMSE, RMSE_COMMON};
pub use ranking::{ICIR, RANK_IC, RANK_IC_T, ic_test};

use super::compare::Comparison;
use super::error::{Errors, RankIc};
use super::measure::{Measure, Test};
use super::{Grouped, Outcome};

/// Errors of a group of mean forecasts.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanErrors {
    /// Rows with a forecast and a known target.
    pub n: usize,
    /// Bias, MAE, MSE, RMSE, correlation, hit rate.
    pub errors: Outcome<Errors>,
    /// 1 - MSE / MSE of the baseline on the same rows.
    pub r2: Outcome<f64>,
    /// Mean rank IC over the group's dates.
    pub rank_ic: Outcome<f64>,
}

/// One model's mean forecasts.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanCase {
    /// Rows with a known target and no forecast.
    pub n_without_forecast: usize,
    /// All rows.
    pub all: MeanErrors,
    /// Rank IC by date.
    pub rank_ic: Outcome<RankIc>,
    /// Whether the mean rank IC differs from 0.
    pub ic_test: Outcome<Test>,
    /// Root mean squared error on the rows for which every model has a forecast.
    pub rmse_common: Outcome<f64>,
    /// Rows for which every model has a forecast.
    pub n_common: usize,
    /// Against the baseline; `None` for the baseline itself or where the spec names none.
    pub comparison: Option<Comparison>,
    /// By calendar year of `as_of`.
    pub by_year: Vec<Grouped<MeanErrors>>,
    /// By window.
    pub by_window: Vec<Grouped<MeanErrors>>,
    /// By the spec's segment.
    pub by_segment: Vec<Grouped<MeanErrors>>,
}

/// Measures of the errors of a mean forecast, in the order of the page.
pub const MEAN: &[&Measure<MeanCase>] = &[&N_ROWS, &BIAS, &MAE, &MSE, &RMSE, &RMSE_COMMON, &R2, &HIT_RATE];

/// Measures of the order of the names, whose observations are dates.
pub const RANKS: &[&Measure<MeanCase>] = &[&RANK_IC, &ICIR, &RANK_IC_T];
