//! The account: cash, units and prices of names, traded and marked to market day by day.

use std::collections::BTreeMap;

use super::calendar::Calendar;
use crate::spec::LongShortSpec;

/// Units of a name and what one of them is worth.
#[derive(Debug, Clone, Copy)]
struct Lot {
    units: f64,
    price: f64,
}

impl Lot {
    fn money(self) -> f64 {
        self.units * self.price
    }
}

/// Money before costs, name by name, and the wealth that is left after them.
#[derive(Debug)]
pub(super) struct Account {
    cash: f64,
    lots: BTreeMap<u32, Lot>,
    /// Wealth after costs.
    net_wealth: f64,
}

/// A day of the account; shares of the capital it began with, where not said otherwise.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) names: BTreeMap<u32, NameTurn>,
    pub(super) gross_return: f64,
    pub(super) net_return: f64,
    pub(super) cost: f64,
    pub(super) turnover: f64,
    pub(super) n_missing: usize,
    pub(super) n_left: usize,
    /// Cash and units at their prices, over the wealth of the morning.
    pub(super) wealth_by_parts: f64,
    /// The morning's wealth and what prices added to every unit, over the morning's.
    pub(super) wealth_by_flows: f64,
}

/// A name on a day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NameTurn {
    pub(super) weight: f64,
    pub(super) traded: f64,
    pub(super) cost: f64,
    pub(super) earned: f64,
}

impl Turn {
    pub(super) fn gross_exposure(&self) -> f64 {
        // Sums begin at + 0.0: an empty one would be told as -0.
        0.0 + self.names.values().map(|name| name.weight.abs()).sum::<f64>()
    }

    pub(super) fn net_exposure(&self) -> f64 {
        0.0 + self.names.values().map(|name| name.weight).sum::<f64>()
    }

    pub(super) fn n_long(&self) -> usize {
        self.names.values().filter(|name| 0.0 < name.weight).count()
    }

    pub(super) fn n_short(&self) -> usize {
        self.names.values().filter(|name| name.weight < 0.0).count()
    }
}

impl Account {
    pub(super) fn new() -> Self {
        Self { cash: 1.0, lots: BTreeMap::new(), net_wealth: 1.0 }
    }

    fn wealth(&self) -> f64 {
        self.cash + self.lots.values().map(|lot| lot.money()).sum::<f64>()
    }

    /// Trades, if weights are due, pays, and marks to market.
    pub(super) fn turn(&mut self, calendar: &Calendar, idx: usize, due: Option<&BTreeMap<u32, f64>>, spec: &LongShortSpec) -> Turn {
        let morning = self.wealth();
        let traded = due.map_or_else(BTreeMap::new, |weights| self.trade(calendar, idx, weights, morning));
        let rate = spec.cost_bps / 1e4;
        let paid = rate * traded.values().sum::<f64>();
        // The wealth after costs holds its part of every unit and of the cash, and pays from the cash.
        let part = self.net_wealth / morning;
        let net_cash = part * (self.cash - paid);
        let mut names: BTreeMap<u32, NameTurn> = traded
            .iter()
            .map(|(&entity, &money)| (entity, NameTurn { weight: 0.0, traded: money / morning, cost: rate * money / morning, earned: 0.0 }))
            .collect();
        let (mut flows, mut net_positions, mut n_missing, mut n_left) = (0.0, 0.0, 0, 0);
        for (&entity, lot) in &mut self.lots {
            let before = *lot;
            let has_left = calendar.leaves_on(idx, entity);
            let target = calendar.target(idx, entity);
            n_left += usize::from(has_left);
            n_missing += usize::from(target.is_none() && !has_left);
            let earned = target.or(has_left.then_some(spec.delisting_return)).unwrap_or(0.0);
            lot.price += before.price * earned;
            let gain = before.units * before.price * earned;
            flows += gain;
            net_positions += part * lot.money();
            let name = names.entry(entity).or_default();
            name.weight = before.money() / morning;
            name.earned = gain / morning;
        }
        let net_before = self.net_wealth;
        self.net_wealth = net_cash + net_positions;
        let evening = self.wealth();
        self.pay_out(calendar, idx);
        Turn {
            gross_return: evening / morning - 1.0,
            net_return: self.net_wealth / net_before - 1.0,
            cost: paid / morning,
            turnover: (0.0 + traded.values().sum::<f64>()) / morning,
            names,
            n_missing,
            n_left,
            wealth_by_parts: self.wealth() / morning,
            wealth_by_flows: 1.0 + flows / morning,
        }
    }

    /// Buys and sells up to the weights due; without a row there is nobody to buy from, so that a position may only shrink.
    ///
    /// Returns the money that changed hands, by name.
    fn trade(&mut self, calendar: &Calendar, idx: usize, due: &BTreeMap<u32, f64>, wealth: f64) -> BTreeMap<u32, f64> {
        let names: Vec<u32> = self.lots.keys().chain(due.keys()).copied().collect();
        let mut traded = BTreeMap::new();
        for entity in names {
            if traded.contains_key(&entity) {
                continue;
            }
            let held = self.lots.get(&entity).copied();
            let before = held.map_or(0.0, Lot::money);
            let wanted = wealth * due.get(&entity).copied().unwrap_or(0.0);
            let can_trade = calendar.has_row(idx, entity);
            let (money, stays) = match (can_trade, before * wanted) {
                (true, _) => (wanted, false),
                (false, product) if 0.0 < product && before.abs() <= wanted.abs() => (before, true),
                (false, product) if 0.0 < product => (wanted, false),
                (false, _) => (0.0, false),
            };
            if stays {
                traded.insert(entity, 0.0);
                continue;
            }
            // What is worth nothing has no price to go on from: it is bought anew.
            let price = held.map(|lot| lot.price).filter(|&price| price != 0.0).unwrap_or(1.0);
            let lot = Lot { units: money / price, price };
            self.cash -= money - before;
            traded.insert(entity, (money - before).abs());
            if money == 0.0 {
                self.lots.remove(&entity);
            } else {
                self.lots.insert(entity, lot);
            }
        }
        // A name neither held before nor after was none of the book's.
        traded.retain(|entity, money| 0.0 < *money || self.lots.contains_key(entity));
        traded
    }

    /// Turns what is left of names whose rows end into cash.
    fn pay_out(&mut self, calendar: &Calendar, idx: usize) {
        let gone: Vec<u32> = self.lots.keys().copied().filter(|&entity| calendar.leaves_on(idx, entity)).collect();
        for entity in gone {
            self.cash += self.lots.remove(&entity).map_or(0.0, Lot::money);
        }
    }
}
