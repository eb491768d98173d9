//! Bookkeeping faults planted in a book that was right, and the sentence that catches each.

use super::*;
use crate::book::long_short;
use crate::day::Day;
use crate::spec::{Quantity, Rebalance, Weights};
use crate::walk::Series;

/// A book on sixty days from 1 January 2020, decisions of which are held from 2 January where they wait a date:
/// seven names, of which `f` leaves on the 30th; the remainders have no meaning.
fn traded(rebalance: Rebalance, delay_days: u32) -> (LongShortSpec, RiskSpec, Dataset, Predictions, TradedBook) {
    let is_row = |day: i32, entity: i32| (day * entity) % 13 != 5 && (entity != 6 || day <= 30);
    let rows: Vec<(i32, i32)> =
        (1..=60).flat_map(|day| (0..=6).map(move |entity| (day, entity))).filter(|&(day, entity)| is_row(day, entity)).collect();
    let share = |n: i32, of: i32| f64::from(n % of) / f64::from(of);
    let target = |&(day, entity): &(i32, i32)| {
        let is_known = (3 * day + entity) % 17 != 2 && (entity, day) != (6, 30);
        is_known.then(|| share(day * 11 + entity * day * 5, 23) / 5.0 - 0.1)
    };
    let data = Dataset {
        entities: ["MARKET", "a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec(),
        entity: rows.iter().map(|row| row.1 as u32).collect(),
        as_of: rows.iter().map(|row| Day(18_261 + row.0)).collect(),
        known_on: rows.iter().map(|row| target(row).map(|_| Day(18_261 + row.0))).collect(),
        target: rows.iter().map(target).collect(),
        ..Dataset::default()
    };
    // `f` is forecast highest: it is held long when it leaves.
    let mean =
        |&(day, entity): &(i32, i32)| ((day + entity) % 10 != 4).then(|| if entity == 6 { 2.0 } else { share(day * day + 7 * entity * entity, 31) });
    let series = Series { model: "gbdt".into(), quantity: Quantity::Mean, predicted: rows.iter().map(mean).collect() };
    let predictions = Predictions { rows: (0..rows.len() as u32).collect(), series: vec![series], ..Predictions::default() };
    let spec = LongShortSpec {
        models: vec!["gbdt".into()],
        share: 0.34,
        weights: Weights::Rank,
        rebalance,
        cost_bps: 10.0,
        delay_days,
        delisting_return: -0.3,
    };
    let risk = RiskSpec { entity: Some("MARKET".into()), entities: vec![], days_per_year: 252.0, significance: 0.05, baseline: None };
    let book = long_short(&spec, &risk, &data, &predictions).expect("targets span one date").remove(0);
    (spec, risk, data, predictions, book)
}

/// What the replay says of the weekly book once it was altered.
fn altered(alter: impl Fn(&mut TradedBook)) -> Replay {
    let (spec, risk, data, predictions, mut book) = traded(Rebalance::Weekly, 1);
    alter(&mut book);
    replay(&spec, &risk, &data, &predictions, &book)
}

fn assert_caught(found: &Replay, sentence: &str) {
    assert!(!found.agrees() && found.faults.iter().any(|fault| fault.contains(sentence)), "{sentence:?} is not among {:#?}", found.faults);
}

#[test]
fn a_book_that_is_right_agrees_to_twelve_digits_however_it_is_traded() {
    for rebalance in [Rebalance::Daily, Rebalance::Weekly, Rebalance::Monthly] {
        for delay in [0, 1, 3] {
            let (spec, risk, data, predictions, book) = traded(rebalance, delay);
            let found = replay(&spec, &risk, &data, &predictions, &book);
            assert!(found.agrees() && found.worst_gap < 1e-12, "{rebalance:?} {delay}: {:e} {:#?}", found.worst_gap, found.faults);
            assert!(found.n_days == 60 - delay as usize && 1_000 < found.n_checks && 4 <= found.n_trades, "{found:?}");
        }
    }
    // The name that leaves was held when it did.
    assert_eq!(traded(Rebalance::Weekly, 1).4.days.iter().map(|day| day.n_left).sum::<usize>(), 1);
}

#[test]
fn a_cost_on_the_wrong_side_is_caught() {
    let found = altered(|book| book.days.iter_mut().for_each(|day| day.net_return = day.gross_return + day.cost));
    assert_caught(&found, "return before costs less cost is");
    assert_caught(&found, "2020-01-02: return after costs is");
    // Where each name is paid for its trades, too.
    let found = altered(|book| book.held.iter_mut().for_each(|name| name.cost = -name.cost));
    assert_caught(&found, "2020-01-02: `f`, cost is -");
}

#[test]
fn a_days_shift_is_caught() {
    // Every day earns what the day before did.
    let found = altered(|book| {
        for idx in (1..book.days.len()).rev() {
            (book.days[idx].gross_return, book.days[idx].net_return) = (book.days[idx - 1].gross_return, book.days[idx - 1].net_return);
        }
    });
    assert_caught(&found, "2020-01-03: return before costs is");
    // Decisions are carried out a date too late: a book traded with another delay.
    let (spec, risk, data, predictions, book) = traded(Rebalance::Weekly, 2);
    let spec = LongShortSpec { delay_days: 1, ..spec };
    let found = replay(&spec, &risk, &data, &predictions, &book);
    assert_caught(&found, "2020-01-01: `f` is held from 2020-01-03, due on 2020-01-02");
    // Rows are dated a day late.
    let found = altered(|book| book.days.iter_mut().for_each(|day| day.as_of = day.as_of.plus_days(1)));
    assert_caught(&found, "2020-01-02: the book dates this day 2020-01-03");
}

#[test]
fn a_name_kept_after_its_end_is_caught() {
    let found = altered(|book| {
        let last = *book.held.iter().filter(|name| name.entity == 6).max_by_key(|name| name.day).expect("f is held");
        let at = book.held.partition_point(|name| name.day <= last.day + 1);
        book.held.insert(at, HeldName { day: last.day + 1, earned: 0.0, cost: 0.0, ..last });
    });
    assert_caught(&found, "2020-01-31: `f` is held at");
    assert_caught(&found, "of capital after its end on 2020-01-30");
}

#[test]
fn a_weight_that_did_not_drift_is_caught() {
    let found = altered(|book| {
        // The second day's weights are those of the first.
        let first: Vec<HeldName> = book.on(0).to_vec();
        book.held.iter_mut().filter(|name| name.day == 1).for_each(|name| {
            name.weight = first.iter().find(|first| first.entity == name.entity).map_or(name.weight, |first| first.weight);
        });
    });
    assert_caught(&found, "2020-01-03: `f`, weight is");
}

#[test]
fn a_profit_counted_twice_is_caught() {
    let found = altered(|book| book.names[1].net_return *= 2.0);
    assert_caught(&found, "2020-02-29: `b`, profit of all days is");
    assert_caught(&found, "profit summed over names, of all days is");
    let found = altered(|book| {
        let twice = book.held.iter_mut().find(|name| name.day == 5 && name.earned != 0.0).expect("something was earned");
        twice.earned *= 2.0;
    });
    assert_caught(&found, "2020-01-07: profit summed over names is");
}

#[test]
fn what_is_no_number_agrees_with_nothing() {
    assert_caught(&altered(|book| book.days[3].turnover = f64::NAN), "2020-01-05: turnover is NaN in the book");
}
