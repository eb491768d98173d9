//! The tested dates and what could be traded on them: decides, holds, drifts and pays, date by date.

use std::collections::{BTreeMap, BTreeSet};

use super::side;
use super::traded::{DayOfBook, HeldName, NameOfBook, Position, TradedBook};
use crate::day::Day;
use crate::feature::Dataset;
use crate::spec::{LongShortSpec, Quantity, Rebalance};
use crate::walk::{Forecasts, Predictions};

/// A name has left where its last row has no target and the data go on for more calendar days than this. A pause is shorter.
pub(super) const PAUSE_DAYS: i32 = 10;

type Holdings = BTreeMap<u32, f64>;

/// The tested dates and what could be traded on them: one element per date.
pub(super) struct Market<'a> {
    data: &'a Dataset,
    predictions: &'a Predictions,
    dates: Vec<Day>,
    /// Position in `predictions` and in `data` of the tradable rows.
    tested: Vec<Vec<(usize, usize)>>,
    /// The last date but those on which no target is known, and one more.
    n_known: usize,
    /// The day by which more than half of each date's targets were known.
    known_on: Vec<Option<Day>>,
    /// Tradable names that leave on the date.
    left: Vec<BTreeSet<u32>>,
}

impl<'a> Market<'a> {
    pub(super) fn new(data: &'a Dataset, predictions: &'a Predictions, untraded: Option<u32>) -> Self {
        let last_rows = last_rows(data);
        let mut market = Self { data, predictions, dates: Vec::new(), tested: Vec::new(), n_known: 0, known_on: Vec::new(), left: Vec::new() };
        let mut n_before = 0;
        for rows in predictions.rows.chunk_by(|&a, &b| data.as_of[a as usize] == data.as_of[b as usize]) {
            let numbered = rows.iter().enumerate().map(|(idx, &row)| (n_before + idx, row as usize));
            let tradable: Vec<_> = numbered.filter(|&(_, row)| Some(data.entity[row]) != untraded).collect();
            let mut known: Vec<Day> = tradable.iter().filter_map(|&(_, row)| data.target[row].and(data.known_on[row])).collect();
            known.sort_unstable();
            if tradable.iter().any(|&(_, row)| data.target[row].is_some()) {
                market.n_known = market.dates.len() + 1;
            }
            let left = tradable.iter().filter(|&&(_, row)| last_rows[data.entity[row] as usize] == row && leaves(data, row));
            market.left.push(left.map(|&(_, row)| data.entity[row]).collect());
            market.dates.push(data.as_of[rows[0] as usize]);
            // Of n sorted days, more than half are no later than the one at n / 2.
            market.known_on.push(known.get(known.len() / 2).copied());
            market.tested.push(tradable);
            n_before += rows.len();
        }
        market
    }

    pub(super) fn trade(&self, spec: &LongShortSpec, model: &str) -> TradedBook {
        let series = self.predictions.find(model, Quantity::Mean).expect("the spec's check asks every traded model for `mean`");
        let delay = spec.delay_days as usize;
        let mut book =
            TradedBook { model: model.to_owned(), positions: Vec::new(), days: Vec::new(), names: Vec::new(), held: Vec::new(), ruined_on: None };
        let mut decisions = BTreeMap::new();
        for idx in (0..self.dates.len()).filter(|&idx| self.sets_weights(idx, spec.rebalance)) {
            let decided = self.decide(idx, spec, &series.predicted);
            let (as_of, held_from) = (self.dates[idx], self.dates.get(idx + delay).copied());
            book.positions.extend(decided.iter().map(|(&entity, &weight)| Position { as_of, held_from, entity, weight }));
            decisions.insert(idx + delay, decided);
        }
        let (mut held, mut names) = (Holdings::new(), Holdings::new());
        for idx in delay..self.n_known {
            let drifted = held;
            held = decisions.remove(&idx).map_or_else(|| drifted.clone(), |decided| self.opened(idx, &drifted, decided));
            let traded = traded(&drifted, &held);
            let returns = self.returns(idx, &held, spec.delisting_return);
            let day = self.earn(idx, &held, &returns, cost(&traded, spec.cost_bps));
            for (&entity, change) in &traded {
                let weight = held.get(&entity).copied().unwrap_or(0.0);
                let name = HeldName {
                    day: book.days.len() as u32,
                    entity,
                    weight,
                    earned: weight * returns.get(&entity).unwrap_or(&0.0),
                    cost: change.abs() * spec.cost_bps / 1e4,
                };
                *names.entry(entity).or_default() += name.net();
                book.held.push(name);
            }
            // Who leaves is paid out: no position outlives its name.
            held.retain(|entity, _| !self.left[idx].contains(entity));
            for (entity, weight) in &mut held {
                *weight *= (1.0 + returns.get(entity).unwrap_or(&0.0)) / (1.0 + day.gross_return);
            }
            book.ruined_on = (day.net_return <= -1.0).then_some(day.as_of);
            book.days.push(day);
            if book.ruined_on.is_some() {
                break;
            }
        }
        book.names = names.into_iter().map(|(entity, net_return)| NameOfBook { entity, net_return }).collect();
        book
    }

    fn sets_weights(&self, idx: usize, rebalance: Rebalance) -> bool {
        let period = |day: Day| match rebalance {
            Rebalance::Daily => day,
            Rebalance::Weekly => day.plus_days(-(day.weekday_idx() as i32)),
            Rebalance::Monthly => day.month_start(),
        };
        idx == 0 || period(self.dates[idx - 1]) != period(self.dates[idx])
    }

    /// Weights decided on date `idx` from forecasts made for it.
    fn decide(&self, idx: usize, spec: &LongShortSpec, predicted: &Forecasts) -> Holdings {
        let forecast = |&(idx, row): &(usize, usize)| predicted.get(idx).filter(|mean| mean.is_finite()).map(|mean| (mean, self.data.entity[row]));
        side::weigh(self.tested[idx].iter().filter_map(forecast).collect(), spec.share, spec.weights)
    }

    /// What is held once the decision of a date is carried out: a name without a row on the date has no price to open or enlarge at.
    /// Whether it has rows later is not asked: nobody could have known.
    pub(super) fn opened(&self, idx: usize, drifted: &Holdings, mut decided: Holdings) -> Holdings {
        decided.retain(|entity, weight| {
            if !self.has_row(idx, *entity) {
                let before = drifted.get(entity).copied().unwrap_or(0.0);
                *weight = if *weight < 0.0 { weight.max(before).min(0.0) } else { weight.min(before).max(0.0) };
            }
            *weight != 0.0
        });
        decided
    }

    fn has_row(&self, idx: usize, entity: u32) -> bool {
        self.row(idx, entity).is_some()
    }

    fn row(&self, idx: usize, entity: u32) -> Option<usize> {
        let rows = &self.tested[idx];
        rows.binary_search_by_key(&entity, |&(_, row)| self.data.entity[row]).ok().map(|at| rows[at].1)
    }

    /// Returns of the names held, where they are known or the name left.
    fn returns(&self, idx: usize, held: &Holdings, delisting_return: f64) -> Holdings {
        let known = |&entity: &u32| match self.row(idx, entity).and_then(|row| self.data.target[row]) {
            Some(earned) => Some((entity, earned)),
            None => self.left[idx].contains(&entity).then_some((entity, delisting_return)),
        };
        held.keys().filter_map(known).collect()
    }

    fn earn(&self, idx: usize, held: &Holdings, returns: &Holdings, (turnover, cost): (f64, f64)) -> DayOfBook {
        // Sums begin at + 0.0: a flat book's would be -0, and print so.
        let gross_return = 0.0 + held.iter().filter_map(|(entity, weight)| returns.get(entity).map(|earned| weight * earned)).sum::<f64>();
        DayOfBook {
            as_of: self.dates[idx],
            earned_on: self.known_on[idx].or(self.dates.get(idx + 1).copied()).unwrap_or(self.dates[idx]),
            gross_return,
            cost,
            net_return: gross_return - cost,
            turnover,
            gross_exposure: 0.0 + held.values().map(|weight| weight.abs()).sum::<f64>(),
            net_exposure: 0.0 + held.values().sum::<f64>(),
            n_long: held.values().filter(|&&weight| 0.0 < weight).count(),
            n_short: held.values().filter(|&&weight| weight < 0.0).count(),
            n_missing: held.keys().filter(|entity| !returns.contains_key(entity)).count(),
            n_left: held.keys().filter(|entity| self.left[idx].contains(entity)).count(),
        }
    }
}

/// Position of each entity's last row.
fn last_rows(data: &Dataset) -> Vec<usize> {
    let mut last = vec![0; data.entities.len()];
    // Rows ascend by day, so an entity's last write is its last row.
    data.entity.iter().enumerate().for_each(|(row, &entity)| last[entity as usize] = row);
    last
}

/// Whether a name that has no row after `row` has left: its return is not merely unknown yet.
fn leaves(data: &Dataset, row: usize) -> bool {
    data.target[row].is_none() && data.as_of.last().is_some_and(|&last| data.as_of[row].plus_days(PAUSE_DAYS) < last)
}

/// New less drifted weight, of the names held before or after.
fn traded(drifted: &Holdings, held: &Holdings) -> Holdings {
    let mut traded = held.clone();
    traded.extend(drifted.iter().map(|(&entity, weight)| (entity, held.get(&entity).unwrap_or(&0.0) - weight)));
    traded
}

/// Turnover, and what it costs.
fn cost(traded: &Holdings, cost_bps: f64) -> (f64, f64) {
    let turnover = 0.0 + traded.values().map(|weight| weight.abs()).sum::<f64>();
    (turnover, turnover * cost_bps / 1e4)
}
