//! IC decay: how long does a forecast keep its worth?

use rayon::prelude::*;

use super::compare::mean_difference;
use super::distribution::Interval;
use super::outcome::Outcome;
use super::panel::Panel;

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
/// * `date_idx`, `entity`: of each row, ascending by date; one row for a pair. * `lags`: in dates. * `horizon`: dates a target spans, at least 1.
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
    let later = Later::new(date_idx, entity);
    let of = |&lag: &u32| {
        let (mut dates, mut forecasts, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        for (row, other) in later.pairs(lag) {
            dates.push(date_idx[row]);
            forecasts.push(predicted[row]);
            outcomes.push(realized[other]);
        }
        let panel = Panel::new(dates, outcomes);
        let has = vec![true; forecasts.len()];
        let ic = panel.rank_ic(&panel.forecast(forecasts, &has), |_| true);
        let ic = ic.value()?;
        let by_date: Vec<f64> = ic.by_date.iter().map(|date| date.ic).collect();
        let interval = mean_difference(&by_date, horizon, seed).and_then(|found| found.interval);
        Some(IcAtLag { lag, n_dates: ic.n, mean: ic.mean, interval })
    };
    // Lag by lag side by side; the order of the lags is kept.
    let found: Vec<Option<IcAtLag>> = lags.par_iter().map(of).collect();
    found.into_iter().flatten().collect()
}

/// Each row's next row of the same entity.
struct Later<'a> {
    date_idx: &'a [u32],
    /// The entity's next row; `u32::MAX` after its last.
    next: Vec<u32>,
}

impl<'a> Later<'a> {
    fn new(date_idx: &'a [u32], entity: &[u32]) -> Self {
        let n_entities = entity.iter().max().map_or(0, |&last| last as usize + 1);
        let mut following = vec![u32::MAX; n_entities];
        let mut next = vec![u32::MAX; entity.len()];
        for (row, &entity) in entity.iter().enumerate().rev() {
            next[row] = std::mem::replace(&mut following[entity as usize], row as u32);
        }
        Self { date_idx, next }
    }

    /// Rows whose entity has a row exactly `lag` dates later, with that row.
    fn pairs(&self, lag: u32) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.next.len()).filter_map(move |row| {
            let wanted = self.date_idx[row] + lag;
            let mut other = row;
            // No entity has two rows on a date, so that no more than `lag` steps lead there.
            while self.date_idx[other] < wanted {
                other = match self.next[other] {
                    u32::MAX => return None,
                    next => next as usize,
                };
            }
            (self.date_idx[other] == wanted).then_some((row, other))
        })
    }
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
