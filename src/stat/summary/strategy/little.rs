//! How much hangs on little: what is left without a few days and names, with later fills, at higher costs.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{N_BEST, TAIL, by_day};
use crate::book::{DayOfBook, TradedBook};
use crate::stat::{Outcome, strategy};

/// What a book would have made had a little been otherwise; after costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Little {
    /// Compounded return without the [`N_BEST`] best days.
    pub without_best_days: Outcome<f64>,
    /// Compounded return without what the [`N_BEST`] best names added; nothing is put in their place.
    pub without_best_names: Outcome<f64>,
    /// The same decisions carried out one tested date later.
    pub one_date_later: Outcome<Filled>,
    /// The same trades at twice the costs.
    pub twice_the_cost: Outcome<Filled>,
}

/// A book traded otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Filled {
    /// Days with a return.
    pub n: usize,
    /// Compounded return after costs.
    pub cumulative_return: f64,
    /// Compound annual growth after costs.
    pub cagr: f64,
    /// Sharpe ratio after costs.
    pub sharpe: Outcome<f64>,
}

pub(super) fn little(book: &TradedBook, later: Option<&TradedBook>, days_per_year: f64) -> Little {
    let filled = |days: &[DayOfBook], value: fn(&DayOfBook) -> f64| {
        let (days, returns) = by_day(days, value);
        strategy(&days, &returns, days_per_year, TAIL).map(|found| Filled {
            n: found.n,
            cumulative_return: found.cumulative_return,
            cagr: found.cagr,
            sharpe: found.sharpe,
        })
    };
    Little {
        without_best_days: without_best_days(book),
        without_best_names: without_best_names(book),
        one_date_later: later
            .map_or_else(|| Outcome::undefined("the book was not traded a date later"), |later| filled(&later.days, |day| day.net_return)),
        twice_the_cost: filled(&book.days, |day| day.gross_return - 2.0 * day.cost),
    }
}

fn without_best_days(book: &TradedBook) -> Outcome<f64> {
    let (_, mut returns) = by_day(&book.days, |day| day.net_return);
    if returns.len() <= N_BEST {
        return Outcome::undefined(format!("the book has no more than {N_BEST} days"));
    }
    returns.sort_by(|a, b| b.total_cmp(a));
    compounded(&returns[N_BEST..])
}

fn without_best_names(book: &TradedBook) -> Outcome<f64> {
    if book.names.len() <= N_BEST {
        return Outcome::undefined(format!("the book has no more than {N_BEST} names"));
    }
    let mut names = book.names.clone();
    names.sort_by(|a, b| b.net_return.total_cmp(&a.net_return));
    let best: BTreeSet<u32> = names.iter().take(N_BEST).map(|name| name.entity).collect();
    let of_best = |idx: usize| book.on(idx).iter().filter(|name| best.contains(&name.entity)).map(crate::book::HeldName::net).sum::<f64>();
    let returns: Vec<f64> = book.days.iter().enumerate().map(|(idx, day)| day.net_return - of_best(idx)).collect();
    compounded(&returns)
}

fn compounded(returns: &[f64]) -> Outcome<f64> {
    if returns.iter().any(|&r| r <= -1.0) {
        return Outcome::undefined("all capital is lost");
    }
    Outcome::Value(returns.iter().map(|r| 1.0 + r).product::<f64>() - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{HeldName, NameOfBook};
    use crate::day::Day;

    /// Eight days: 0.07, 0.06 .. 0.00, on each of which one name of that number made it all, at a cost of 0.01.
    fn book() -> TradedBook {
        let day = |n: i32| DayOfBook {
            as_of: Day(n),
            earned_on: Day(n + 1),
            gross_return: f64::from(n) / 100.0 + 0.01,
            cost: 0.01,
            net_return: f64::from(n) / 100.0,
            turnover: 1.0,
            gross_exposure: 1.0,
            net_exposure: 1.0,
            n_long: 1,
            n_short: 0,
            n_missing: 0,
            n_left: 0,
        };
        TradedBook {
            model: "m".into(),
            positions: Vec::new(),
            days: (0..8).map(day).collect(),
            names: (0..8).map(|n| NameOfBook { entity: n, net_return: f64::from(n) / 100.0 }).collect(),
            held: (0..8).map(|n| HeldName { day: n, entity: n, weight: 1.0, earned: f64::from(n) / 100.0 + 0.01, cost: 0.01 }).collect(),
            ruined_on: None,
        }
    }

    #[test]
    fn the_best_days_and_names_are_taken_out_and_costs_are_paid_twice() {
        let found = little(&book(), None, 252.0);
        // Left: 0, 1 and 2 %, whichever way they are taken out.
        for left in [&found.without_best_days, &found.without_best_names] {
            assert!((left.value().expect("eight days") - (1.01 * 1.02 - 1.0)).abs() < 1e-12, "{left:?}");
        }
        // One per cent less on every day: - 1 to 6 %.
        let twice = found.twice_the_cost.value().expect("eight days");
        let expected = 0.99 * 1.01 * 1.02 * 1.03 * 1.04 * 1.05 * 1.06 - 1.0;
        assert!((twice.cumulative_return - expected).abs() < 1e-12 && twice.n == 8, "{twice:?}");
        assert!(found.one_date_later.value().is_none());
    }

    #[test]
    fn five_days_or_names_leave_nothing_to_tell() {
        let mut few = book();
        few.days.truncate(5);
        few.names.truncate(5);
        let found = little(&few, Some(&few), 252.0);
        assert_eq!(found.without_best_days, Outcome::undefined("the book has no more than 5 days"));
        assert_eq!(found.without_best_names, Outcome::undefined("the book has no more than 5 names"));
        assert_eq!(found.one_date_later.value().map(|later| later.n), Some(5));
    }
}
