//! IC decay: how long does a forecast keep its worth?

use super::compare::mean_difference;
use super::distribution::Interval;
use super::error::rank_ic;
use super::outcome::Outcome;

/// The rank IC of forecasts that are used late.
#[derive(Debug, Clone, PartialEq)]
pub struct IcAtLag {
    /// Dates by which a forecast is late.
    pub lag: u32,
    /// Dates with a rank IC.
    pub n_dates: usize,
    /// Mean over dates.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: Outcome<Interval>,
}

/// How well do a date's forecasts order the outcomes of the same names so many dates later?
///
/// At lag k the mean over dates t of Spearman's correlation, over names, of the forecast at t and the outcome of the row at t + k;
/// k = 0 is the rank IC. Interval: as [`mean_difference`].
///
/// * `date_idx`, `entity`: of each row; one row for a pair. * `lags`: in dates. * `horizon`: dates a target spans, at least 1.
///
/// Lags at which no date has three names in both are left out.
/// Source: Grinold and Kahn (2000), Active Portfolio Management, chapter 13.
pub fn ic_decay(
    date_idx: &[u32],
    entity: &[u32],
    (predicted, realized): (&[f64], &[f64]),
    lags: &[u32],
    (horizon, seed): (usize, u64),
) -> Vec<IcAtLag> {
    let mut rows: Vec<(u32, u32, f64)> = (0..date_idx.len()).map(|row| (entity[row], date_idx[row], realized[row])).collect();
    rows.sort_unstable_by_key(|&(entity, date, _)| (entity, date));
    let at = |entity: u32, date: u32| rows.binary_search_by_key(&(entity, date), |&(entity, date, _)| (entity, date)).ok().map(|idx| rows[idx].2);
    let of = |&lag: &u32| {
        let (mut dates, mut forecasts, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..date_idx.len() {
            if let Some(outcome) = at(entity[row], date_idx[row] + lag) {
                dates.push(date_idx[row]);
                forecasts.push(predicted[row]);
                outcomes.push(outcome);
            }
        }
        let ic = rank_ic(&dates, &forecasts, &outcomes);
        let ic = ic.value()?;
        let by_date: Vec<f64> = ic.by_date.iter().map(|date| date.ic).collect();
        let interval = mean_difference(&by_date, horizon, seed).and_then(|found| found.interval);
        Some(IcAtLag { lag, n_dates: ic.n, mean: ic.mean, interval })
    };
    lags.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn a_forecast_of_the_day_after_is_right_one_date_late() {
        // Three names, outcomes whose order turns round every date: rank ICs by hand are 1 at once, -1 one date late, 1 two dates late.
        let (mut dates, mut names, mut outcomes) = (vec![], vec![], vec![]);
        for date in 0..4_u32 {
            for name in 0..3_u32 {
                let sign = if date % 2 == 0 { 1.0 } else { -1.0 };
                dates.push(date);
                names.push(name);
                outcomes.push(sign * f64::from(name));
            }
        }
        let found = ic_decay(&dates, &names, (&outcomes, &outcomes), &[0, 1, 2, 9], (1, 7));
        assert_eq!(found.iter().map(|at| (at.lag, at.n_dates)).collect::<Vec<_>>(), [(0, 4), (1, 3), (2, 2)]);
        for (at, expected) in found.iter().zip([1.0, -1.0, 1.0]) {
            assert_close(at.mean, expected, 1e-12);
        }
    }
}
