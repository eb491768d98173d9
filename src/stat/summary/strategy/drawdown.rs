//! Drawdowns by name: who lost, from the peak to the trough.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::book::{NameOfBook, TradedBook};
use crate::day::Day;
use crate::stat::Drawdown;

/// Names told of a drawdown at most.
pub const N_LOSERS: usize = 3;

/// A drawdown from its peak to its trough, split by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawdownByName {
    /// The spell under water.
    pub spell: Drawdown,
    /// The names that lost most, worst first, at most [`N_LOSERS`]; shares of the wealth at the peak.
    pub losers: Vec<NameOfBook>,
    /// What all other names added; losers and rest are the spell's depth.
    pub rest: f64,
    /// Names held or traded in the spell.
    pub n_names: usize,
}

/// Splits drawdowns by name.
///
/// A name's part is the sum over the days from the peak to the trough of V / P (weight x return - cost): money of the day, V the wealth
/// before it, over the wealth P at the peak. The parts of all names sum to the depth exactly.
///
/// * `spells`: drawdowns of the book's returns after costs, by the day earned.
pub(super) fn by_name(book: &TradedBook, spells: &[Drawdown]) -> Vec<DrawdownByName> {
    let earned = earned_days(book);
    let mut wealth = vec![1.0];
    for day in &book.days {
        wealth.push(wealth[wealth.len() - 1] * (1.0 + day.net_return));
    }
    spells.iter().map(|spell| split(book, (&earned, &wealth), spell)).collect()
}

/// The day on which each date was earned; what is earned out of order is the later day's.
fn earned_days(book: &TradedBook) -> Vec<Day> {
    let later = |last: &mut Option<Day>, earned: Day| {
        *last = Some(last.map_or(earned, |last| last.max(earned)));
        *last
    };
    book.days.iter().map(|day| day.earned_on).scan(None, later).collect()
}

fn split(book: &TradedBook, (earned, wealth): (&[Day], &[f64]), spell: &Drawdown) -> DrawdownByName {
    let after_peak = earned.partition_point(|&day| day <= spell.peak);
    // A book that began with a loss fell from the start, which has no day: its first day is named and is part of the fall.
    let from = if earned.first() == Some(&spell.peak) && wealth[after_peak] < 1.0 { 0 } else { after_peak };
    let to = earned.partition_point(|&day| day <= spell.trough);
    let mut parts: BTreeMap<u32, f64> = BTreeMap::new();
    for idx in from..to {
        for name in book.on(idx) {
            *parts.entry(name.entity).or_default() += wealth[idx] / wealth[from] * name.net();
        }
    }
    let n_names = parts.len();
    let mut losers: Vec<NameOfBook> = parts.into_iter().map(|(entity, net_return)| NameOfBook { entity, net_return }).collect();
    // Stable, so that of equals the lower code comes first.
    losers.sort_by(|a, b| a.net_return.total_cmp(&b.net_return));
    let told = losers.iter().take(N_LOSERS).filter(|name| name.net_return < 0.0).count();
    let rest = losers.split_off(told).iter().map(|name| name.net_return).sum();
    DrawdownByName { spell: *spell, losers, rest, n_names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{DayOfBook, HeldName};
    use crate::stat::{Outcome, strategy};

    /// A book of these profits of two names, a row a day; the day is earned on its number.
    fn book(days: &[(i32, [f64; 2])]) -> TradedBook {
        let held = |(idx, day): (usize, &(i32, [f64; 2]))| {
            [0, 1].map(|entity| HeldName { day: idx as u32, entity, weight: 0.5, earned: day.1[entity as usize], cost: 0.0 })
        };
        let day = |&(earned_on, parts): &(i32, [f64; 2])| DayOfBook {
            as_of: Day(earned_on - 1),
            earned_on: Day(earned_on),
            gross_return: parts[0] + parts[1],
            cost: 0.0,
            net_return: parts[0] + parts[1],
            turnover: 0.0,
            gross_exposure: 1.0,
            net_exposure: 1.0,
            n_long: 2,
            n_short: 0,
            n_missing: 0,
            n_left: 0,
        };
        TradedBook {
            model: "m".into(),
            positions: Vec::new(),
            days: days.iter().map(day).collect(),
            names: Vec::new(),
            held: days.iter().enumerate().flat_map(held).collect(),
            ruined_on: None,
        }
    }

    fn splits(book: &TradedBook, days: &[i32], returns: &[f64]) -> Vec<DrawdownByName> {
        let days: Vec<Day> = days.iter().copied().map(Day).collect();
        let Outcome::Value(net) = strategy(&days, returns, 252.0, 0.05) else { panic!("returns") };
        by_name(book, &net.drawdowns)
    }

    #[test]
    fn parts_are_money_over_the_wealth_at_the_peak_and_sum_to_the_depth() {
        // By hand: wealth 1.1, then - 0.2 of it, then - 0.1 of 0.88: from 1.1 to 0.792, 28 %. Name 0 lost 0.3, then 0 of 0.8.
        let book = book(&[(1, [0.1, 0.0]), (2, [-0.3, 0.1]), (3, [0.0, -0.1]), (4, [0.5, 0.0])]);
        let found = splits(&book, &[1, 2, 3, 4], &[0.1, -0.2, -0.1, 0.5]);
        let parts: Vec<(u32, f64)> = found[0].losers.iter().map(|name| (name.entity, name.net_return)).collect();
        assert_eq!((found.len(), found[0].n_names, parts.len()), (1, 2, 1));
        assert!((parts[0].1 + 0.3).abs() < 1e-12 && parts[0].0 == 0, "{parts:?}");
        // Name 1 gained 0.1, then lost a tenth of 0.8.
        assert!((found[0].rest - 0.02).abs() < 1e-12 && (parts[0].1 + found[0].rest - found[0].spell.depth).abs() < 1e-12);
    }

    #[test]
    fn a_loss_on_the_first_day_is_split_too_and_dates_earned_together_are_one() {
        let first = book(&[(1, [-0.1, 0.0]), (2, [-0.1, 0.0]), (2, [0.0, -0.5])]);
        let found = splits(&first, &[1, 2], &[-0.1, 0.9 * 0.5 - 1.0]);
        let sum: f64 = found[0].losers.iter().map(|name| name.net_return).sum::<f64>() + found[0].rest;
        assert!((sum - (0.9 * 0.45 - 1.0)).abs() < 1e-12 && (sum - found[0].spell.depth).abs() < 1e-12, "{sum}");
    }
}
