//! The arithmetic of the SQL functions: one entity's series in, one of the same length out, NaN where there is no value.
//!
//! Arrow ends above this folder. Rows are in order of time; a window of `width` rows ends at each row.

mod block;
mod cross;
mod extreme;
mod moment;
mod order;
mod pair;
mod past;
mod sum;
mod trend;
#[cfg(test)]
mod twin;

pub(super) use cross::{buckets, by_group, centred, percent_ranked, ranked, standardized, winsorized};
pub(super) use extreme::{Side, extreme_places, extremes};
pub(super) use moment::{kurtosis, skewness, standard_deviations, variances, zscores};
pub(super) use order::{quantiles, ranks};
pub(super) use pair::{correlations, covariances, regression_slopes};
pub(super) use past::{changes, drawdowns, ewma, filled, lags, returns, rows_since};
pub(super) use sum::{counts, means, sums};
pub(super) use trend::{Trend, trends};

/// A window: how many rows it spans, and how many values it must hold before there is an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Rows, at least 1.
    pub(super) width: usize,
    /// Values, at least 1.
    pub(super) min_count: usize,
}
