//! IC decay: how long does a forecast keep its worth?

use rayon::prelude::*;

use super::compare::mean_difference;
use super::cross_section::{Dates, Orders, of_ranks};
use super::distribution::Interval;
use super::error::{RankIc, rank_ic};
use super::outcome::Outcome;
use super::panel::{DateRank, mean_of};

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
    let ordered = predicted.iter().chain(realized).all(|value| value.is_finite()).then(|| Ordered::new(date_idx, predicted, realized));
    let of = |&lag: &u32| {
        let ic = match &ordered {
            Some(ordered) => ordered.rank_ic(&later, lag),
            None => plainly(&later, (predicted, realized), lag),
        };
        let ic = ic.value()?;
        let by_date: Vec<f64> = ic.by_date.iter().map(|date| date.ic).collect();
        let interval = mean_difference(&by_date, horizon, seed).and_then(|found| found.interval);
        Some(IcAtLag { lag, n_dates: ic.n, mean: ic.mean, interval })
    };
    // Lag by lag side by side; the order of the lags is kept.
    let found: Vec<Option<IcAtLag>> = lags.par_iter().map(of).collect();
    found.into_iter().flatten().collect()
}

/// The rank IC at a lag, from pairs that are ranked by themselves.
fn plainly(later: &Later<'_>, (predicted, realized): (&[f64], &[f64]), lag: u32) -> Outcome<RankIc> {
    let (mut dates, mut forecasts, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for (row, other) in later.pairs(lag) {
        dates.push(later.date_idx[row]);
        forecasts.push(predicted[row]);
        outcomes.push(realized[other]);
    }
    rank_ic(&dates, &forecasts, &outcomes)
}

/// Forecasts and outcomes in the order of each date, found once for all lags.
struct Ordered {
    dates: Dates,
    predicted: Orders,
    realized: Orders,
}

impl Ordered {
    fn new(date_idx: &[u32], predicted: &[f64], realized: &[f64]) -> Self {
        let dates = Dates::new(date_idx.iter().copied());
        let (predicted, realized) = rayon::join(|| Orders::new(&dates, predicted), || Orders::new(&dates, realized));
        Self { dates, predicted, realized }
    }

    /// [`plainly`], the pairs being picked out of orders that are known.
    fn rank_ic(&self, later: &Later<'_>, lag: u32) -> Outcome<RankIc> {
        // Where a row stands among its date's pairs, as the forecast of one and as the outcome of one.
        let (mut first, mut second) = (vec![u32::MAX; later.next.len()], vec![u32::MAX; later.next.len()]);
        let mut n_pairs = vec![0_u32; self.dates.len()];
        let place = |date: u32| self.dates.date_idx().partition_point(|&other| other < date);
        for (row, other) in later.pairs(lag) {
            let n = &mut n_pairs[place(later.date_idx[row])];
            (first[row], second[other]) = (*n, *n);
            *n += 1;
        }
        let (mut forecasts, mut outcomes) = (Vec::new(), Vec::new());
        let seat = |places: &[u32], row: usize| Some(places[row] as usize).filter(|_| places[row] != u32::MAX);
        let mut found = Vec::new();
        for (at, &n) in n_pairs.iter().enumerate().filter(|(_, n)| 0 < **n) {
            let date_idx = self.dates.date_idx()[at];
            forecasts.resize(n as usize, 0.0);
            outcomes.resize(n as usize, 0.0);
            self.predicted.ranks(self.dates.rows(at), |row| seat(&first, row), &mut forecasts);
            self.realized.ranks(self.dates.rows(place(date_idx + lag)), |row| seat(&second, row), &mut outcomes);
            found.push(DateRank { date_idx, n: n as usize, ic: of_ranks(&forecasts, &outcomes).filter(|_| 3 <= n) });
        }
        if found.is_empty() { Outcome::undefined("there are no forecasts") } else { mean_of(&found) }
    }
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
    use crate::stat::draw::Draw;
    use crate::stat::sample::assert_close;

    #[test]
    fn pairs_picked_out_of_known_orders_give_the_rank_ic_of_ranking_them() {
        let mut draw = Draw::new(5);
        let (mut dates, mut names) = (Vec::new(), Vec::new());
        for date in (0..90_u32).filter(|date| date % 7 != 3) {
            for name in (0..25_u32).filter(|_| draw.unit() < 0.6) {
                dates.push(date);
                names.push(name);
            }
        }
        let mut level = || (draw.unit() * 9.0).floor() - 4.0;
        let (predicted, realized): (Vec<f64>, Vec<f64>) = dates.iter().map(|_| (level(), level())).unzip();
        let later = Later::new(&dates, &names);
        let ordered = Ordered::new(&dates, &predicted, &realized);
        for lag in [0, 1, 2, 5, 21, 200] {
            assert_eq!(ordered.rank_ic(&later, lag), plainly(&later, (&predicted, &realized), lag), "{lag} dates late");
        }
    }

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
