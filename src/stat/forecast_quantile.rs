//! Forecast quantile: do names that were forecast higher come out higher, all along the order?

use rayon::prelude::*;

use super::compare::mean_difference;
use super::distribution::Interval;
use super::outcome::Outcome;
use super::rank::average_ranks;
use super::sample::{mean, reject};

/// What the names of one quantile of the forecasts came to.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileMean {
    /// Rows in it over all dates.
    pub n: usize,
    /// Dates on which it has rows.
    pub n_dates: usize,
    /// Mean over dates of the date's mean outcome.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: Outcome<Interval>,
}

/// What did the names of each quantile of a date's forecasts come to?
///
/// On each date names are ranked by forecast, ties at their average rank; of m names rank r lies in quantile floor(k (r - 1/2) / m),
/// counted from 0, the lowest. A quantile's answer is the mean over dates of the date's mean outcome in it, with the interval of
/// [`mean_difference`], for dates whose targets overlap lean on each other.
///
/// * `date_idx`: the date of each row. * `n_quantiles`: k, at least 2; five are customary. * `horizon`: dates a target spans, at least 1.
///
/// Dates with fewer than k rows, or with one forecast for all, are left out. Undefined when none is left or a quantile is empty on all.
/// Source: Grinold and Kahn (2000), Active Portfolio Management, chapter 12.
pub fn by_forecast_quantile(
    date_idx: &[u32],
    predicted: &[f64],
    realized: &[f64],
    n_quantiles: usize,
    (horizon, seed): (usize, u64),
) -> Outcome<Vec<QuantileMean>> {
    assert!(date_idx.len() == predicted.len() && predicted.len() == realized.len(), "a date and an outcome per forecast");
    if let Some(reason) = reject(predicted, 1, "forecasts").or_else(|| reject(realized, 1, "outcomes")) {
        return Outcome::undefined(reason);
    }
    let mut order: Vec<usize> = (0..date_idx.len()).collect();
    order.sort_by_key(|&row| date_idx[row]);
    let mut by_date: Vec<Vec<f64>> = vec![vec![]; n_quantiles];
    let mut n_rows = vec![0; n_quantiles];
    for rows in order.chunk_by(|&a, &b| date_idx[a] == date_idx[b]) {
        let forecasts: Vec<f64> = rows.iter().map(|&row| predicted[row]).collect();
        if rows.len() < n_quantiles || forecasts.iter().all(|forecast| *forecast == forecasts[0]) {
            continue;
        }
        let mut parts: Vec<Vec<f64>> = vec![vec![]; n_quantiles];
        for (&row, rank) in rows.iter().zip(average_ranks(&forecasts)) {
            let idx = (n_quantiles as f64 * (rank - 0.5) / rows.len() as f64) as usize;
            parts[idx.min(n_quantiles - 1)].push(realized[row]);
        }
        for (idx, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            by_date[idx].push(mean(part));
            n_rows[idx] += part.len();
        }
    }
    if by_date.iter().any(Vec::is_empty) {
        return Outcome::undefined(format!("no date has {n_quantiles} names with different forecasts"));
    }
    let summarize = |(dates, n): (Vec<f64>, usize)| QuantileMean {
        n,
        n_dates: dates.len(),
        mean: mean(&dates),
        interval: mean_difference(&dates, horizon, seed).and_then(|found| found.interval),
    };
    Outcome::Value(by_date.into_par_iter().zip(n_rows).map(summarize).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_date_by_date() {
        // By hand: two dates of four names in two halves. Date 0: low 1, 2 and high 3, 4; date 1, ordered backwards: low 8, 6 and high 4, 2.
        let dates = [0, 0, 0, 0, 1, 1, 1, 1];
        let predicted = [0.1, 0.2, 0.3, 0.4, 40.0, 30.0, 20.0, 10.0];
        let realized = [1.0, 2.0, 3.0, 4.0, 2.0, 4.0, 6.0, 8.0];
        let found = by_forecast_quantile(&dates, &predicted, &realized, 2, (1, 7));
        let found = found.value().expect("two dates");
        // (1.5 + 7) / 2 and (3.5 + 3) / 2.
        assert_eq!(found.iter().map(|part| (part.n, part.n_dates, part.mean)).collect::<Vec<_>>(), [(4, 2, 4.25), (4, 2, 3.25)]);
        assert!(found[0].interval.value().is_none(), "two dates tell no interval");
    }

    #[test]
    fn dates_that_cannot_be_parted_are_left_out() {
        let undefined = by_forecast_quantile(&[0, 0, 1, 1], &[0.0, 0.0, 1.0, 2.0], &[1.0; 4], 5, (1, 7));
        assert!(matches!(undefined, Outcome::Undefined(reason) if reason == "no date has 5 names with different forecasts"));
        assert!(by_forecast_quantile(&[], &[], &[], 5, (1, 7)).value().is_none());
    }
}
