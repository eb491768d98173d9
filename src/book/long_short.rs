//! A long-short book: long the highest mean forecasts, short the lowest, held and paid for day by day.

use super::market::Market;
use super::traded::TradedBook;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::spec::{LongShortSpec, RiskSpec};
use crate::walk::Predictions;
use crate::window::target_dates;

/// How a long-short book counts, for the page: one sentence each.
pub const LONG_SHORT_CONVENTIONS: [&str; 8] = [
    "The long side sums to +1 and the short side to -1 of capital when weights are set (gross exposure 2, net 0), unless names tie across both or cannot be opened.",
    "Names are ranked by mean forecast; a side holds the share, rounded down, at least one; fewer than two names: flat.",
    "Names with equal forecasts share the weight of their ranks, longs less shorts; where all forecasts are equal the book is flat.",
    "Weights decided on a date are held from the tested date `delay_days` later on; a date's return is the sum of weight x realised target.",
    "Until the next rebalance a weight w drifts to w (1 + r) / (1 + R), r the name's return and R the book's, both before costs.",
    "Turnover is the sum of |new - drifted weight|: buys and sells, the first purchase but no last sale; cost = turnover x cost_bps / 10,000.",
    "A name without a row on a date can be closed on it, not opened or enlarged; held without a known return it earns 0. One that leaves is paid out, free of charge.",
    "A net return of -100 % or less ruins and ends the book.",
];

/// Trades the mean forecasts of each model the spec names; [`LONG_SHORT_CONVENTIONS`] says how it counts.
///
/// Dates are the distinct `as_of` of the tested rows. Names without a finite mean forecast are not ranked, nor is `risk.entity`.
///
/// Errors when targets span several dates ([`target_dates`]): a daily sum would count the same return more than once.
pub fn long_short(spec: &LongShortSpec, risk: &RiskSpec, data: &Dataset, predictions: &Predictions) -> Result<Vec<TradedBook>> {
    let untraded = risk.entity.as_deref().and_then(|name| data.entity_code(name));
    check_one_date_targets(data, &predictions.rows, untraded)?;
    let market = Market::new(data, predictions, untraded);
    Ok(spec.models.iter().map(|model| market.trade(spec, model)).collect())
}

/// Errors unless the tested targets span one date each, those of the entity that is not traded left out.
pub(super) fn check_one_date_targets(data: &Dataset, tested: &[u32], untraded: Option<u32>) -> Result<()> {
    let n_dates = target_dates(data, tested.iter().copied().filter(|&row| Some(data.entity[row as usize]) != untraded));
    if n_dates == 1 {
        return Ok(());
    }
    let problem = format!("the target spans {n_dates} dates (by `as_of` and `known_on`), so that its daily sum would count a return {n_dates} times");
    Err(Error::spec("book", problem).hint(
        "make the target the return to the next date; if it is that return but begins later (the next close to the one after), or known_on is \
         the day after its last close, say so with `target.delay_dates`; or drop the long-short book",
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::book::Position;
    use crate::day::Day;
    use crate::spec::Weights;
    use crate::spec::{Quantity, Rebalance};
    use crate::walk::Series;

    /// One tested row: (date as day of January 2020, entity code, mean forecast, target). A date rests on data up to the day before, and the
    /// return from there is known on the date.
    type Row = (i32, u32, Option<f64>, Option<f64>);

    fn january(day: i32) -> Day {
        Day(18_261 + day) // 1 January 2020 is a Wednesday
    }

    fn panel(rows: &[Row]) -> (Dataset, Predictions) {
        let data = Dataset {
            entities: ["MARKET", "a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec(),
            entity: rows.iter().map(|row| row.1).collect(),
            as_of: rows.iter().map(|row| january(row.0)).collect(),
            known_on: rows.iter().map(|row| row.3.map(|_| january(row.0))).collect(),
            target: rows.iter().map(|row| row.3).collect(),
            ..Dataset::default()
        };
        let series = Series { model: "gbdt".into(), quantity: Quantity::Mean, predicted: rows.iter().map(|row| row.2).collect() };
        let predictions = Predictions { rows: (0..rows.len() as u32).collect(), series: vec![series], ..Predictions::default() };
        (data, predictions)
    }

    fn spec(rebalance: Rebalance, delay_days: u32) -> LongShortSpec {
        LongShortSpec {
            models: vec!["gbdt".into()],
            share: 0.5,
            weights: Weights::Equal,
            rebalance,
            cost_bps: 10.0,
            delay_days,
            delisting_return: 0.0,
        }
    }

    fn risk() -> RiskSpec {
        RiskSpec { entity: Some("MARKET".into()), entities: vec![], days_per_year: 252.0, significance: 0.05, baseline: None }
    }

    fn trade(spec: &LongShortSpec, rows: &[Row]) -> TradedBook {
        let (data, predictions) = panel(rows);
        long_short(spec, &risk(), &data, &predictions).expect("targets span one date").remove(0)
    }

    fn assert_close<const N: usize>(calculated: [f64; N], expected: [f64; N]) {
        let close = calculated.iter().zip(&expected).all(|(calculated, expected)| (calculated - expected).abs() < 1e-12);
        assert!(close, "calculated {calculated:?}, expected {expected:?}, tolerance 1e-12");
    }

    /// Two names over three dates; the forecasts turn round on the second.
    fn turn() -> Vec<Row> {
        let rows = [(1, 1, 0.2, 0.10), (1, 2, 0.1, 0.05), (2, 1, 0.1, -0.02), (2, 2, 0.2, 0.03), (3, 1, 0.1, 0.01), (3, 2, 0.2, 0.04)];
        rows.map(|(day, entity, mean, target)| (day, entity, Some(mean), Some(target))).to_vec()
    }

    #[test]
    fn drift_moves_weights_for_free_and_trading_them_back_costs() {
        let days = trade(&spec(Rebalance::Daily, 0), &turn()).days;
        // Bought at +1 and -1: turnover 2 at 10 bp; 0.10 - 0.05 earned.
        assert_close([days[0].gross_return, days[0].cost, days[0].net_return], [0.05, 0.002, 0.048]);
        assert_eq!((days[0].earned_on, days[0].n_long, days[0].n_short, days[0].n_missing), (january(1), 1, 1, 0));
        // Drifted to 1.10 / 1.05 and -1.05 / 1.05, then turned to -1 and +1.
        let long = 1.1 / 1.05;
        assert_close([days[1].turnover, days[1].gross_return], [long + 1.0 + 2.0, 0.02 + 0.03]);
        let day = &trade(&spec(Rebalance::Monthly, 0), &turn()).days[1];
        assert_close([day.gross_return, day.gross_exposure, day.net_exposure], [long * -0.02 - 0.03, long + 1.0, long - 1.0]);
        assert_eq!(day.turnover.to_string(), "0");
    }

    #[test]
    fn a_delayed_decision_earns_the_return_of_a_later_date() {
        let book = trade(&spec(Rebalance::Daily, 1), &turn());
        // Decided on the 1st: long a, short b on the 2nd. Decided on the 2nd: the reverse on the 3rd.
        assert_close([book.days[0].gross_return, book.days[1].gross_return], [-0.02 - 0.03, -0.01 + 0.04]);
        assert_eq!((book.days[0].as_of, book.days.len()), (january(2), 2));
        assert_eq!(book.positions[5], Position { as_of: january(3), held_from: None, entity: 2, weight: 1.0 });
    }

    #[test]
    fn weights_are_set_on_the_first_tested_date_of_a_week_or_month() {
        // Thursday 30 and Friday 31 January, Monday 3 and Tuesday 4 February.
        let days = [30, 30, 31, 31, 34, 34, 35, 35];
        let rows: Vec<Row> = turn().into_iter().cycle().zip(days).map(|(row, day)| (day, row.1, row.2, row.3)).collect();
        for rebalance in [Rebalance::Weekly, Rebalance::Monthly] {
            let decided = trade(&spec(rebalance, 0), &rows).positions.into_iter().map(|position| position.as_of.0 - january(0).0);
            assert_eq!(decided.collect::<Vec<_>>(), [30, 30, 34, 34], "{rebalance:?}");
        }
    }

    #[test]
    fn a_missing_name_earns_nothing_and_is_kept_until_weights_are_set() {
        // b has no row on the 2nd, no target on the 3rd (its last row), and a trades on; nothing is known on the 5th.
        let mut rows = turn();
        rows[5].3 = None;
        rows.remove(3);
        rows.extend([(4, 1, None, Some(0.05)), (5, 1, None, None)]);
        let days = trade(&spec(Rebalance::Monthly, 0), &rows).days;
        assert_eq!(days.iter().map(|day| (day.n_short, day.n_missing)).collect::<Vec<_>>(), [(1, 0), (1, 1), (1, 1), (1, 1)]);
        let long = [1.1 / 1.05, 1.1 / 1.05 * 0.98 / (1.0 - 0.02 * 1.1 / 1.05)];
        assert_close([days[1].gross_return, days[2].gross_return], [long[0] * -0.02, long[1] * 0.01]);
        assert_close([days[3].turnover, days[3].cost], [0.0, 0.0]);
    }

    #[test]
    fn whether_a_name_has_rows_later_changes_no_day_before_them() {
        // b has no row on the 2nd, the day on which weights decided on the 1st are held from: it is not bought, comes back or not.
        let mut rows = turn();
        rows.remove(3);
        rows.push((4, 1, Some(0.1), Some(0.0)));
        let back = trade(&spec(Rebalance::Monthly, 1), &rows).days;
        rows.retain(|row| row.1 != 2 || row.0 < 3);
        let gone = trade(&spec(Rebalance::Monthly, 1), &rows).days;
        assert_eq!((back[0].n_long, back[0].n_short, back[0].turnover), (1, 0, 1.0));
        assert_eq!(back, gone);
    }

    #[test]
    fn a_name_without_a_row_is_closed_but_not_enlarged() {
        // Held: a long, b short. On the 2nd, without a row of a, b is to be bought and a sold short: a is closed, no more.
        let (data, predictions) = panel(&[(1, 1, Some(0.2), Some(0.0)), (2, 2, Some(0.1), Some(0.0))]);
        let market = Market::new(&data, &predictions, None);
        let drifted = BTreeMap::from([(1, 0.8), (2, -1.1)]);
        let opened = |decided: [(u32, f64); 2]| market.opened(1, &drifted, BTreeMap::from(decided)).into_iter().collect::<Vec<_>>();
        assert_eq!(opened([(1, -1.0), (2, 1.0)]), [(2, 1.0)]);
        assert_eq!(opened([(1, 1.0), (2, -1.0)]), [(1, 0.8), (2, -1.0)]);
        assert_eq!(opened([(1, 0.5), (2, -2.0)]), [(1, 0.5), (2, -2.0)]);
    }

    #[test]
    fn a_name_that_leaves_earns_the_delisting_return_once_the_data_go_on_for_longer_than_a_pause() {
        // b's last row, of the 3rd, has no target.
        let rows = |last: i32| {
            let mut rows = turn();
            rows[5].3 = None;
            rows.extend([(4, 1, None, Some(0.0)), (last, 1, None, Some(0.0))]);
            rows
        };
        let shumway = LongShortSpec { delisting_return: -0.3, ..spec(Rebalance::Monthly, 0) };
        let days = trade(&shumway, &rows(14)).days;
        let drifted = trade(&spec(Rebalance::Monthly, 0), &rows(14)).days;
        assert_eq!(days.iter().map(|day| (day.n_left, day.n_missing)).collect::<Vec<_>>(), [(0, 0), (0, 0), (1, 0), (0, 0), (0, 0)]);
        assert_eq!(days[3].n_short, 0, "nothing is held of a name that left");
        let short = -1.05 / 1.05 * 1.03 / (1.0 + days[1].gross_return);
        assert_close([days[2].gross_return - drifted[2].gross_return], [short * -0.3]);
        // Ten days later it may still be a pause.
        assert_eq!(trade(&shumway, &rows(13)).days.iter().map(|day| day.n_left).sum::<usize>(), 0);
    }

    #[test]
    fn what_names_added_is_what_the_book_made() {
        let book = trade(&spec(Rebalance::Weekly, 1), &generated());
        let names: f64 = book.names.iter().map(|name| name.net_return).sum();
        assert_close([names], [book.days.iter().map(|day| day.net_return).sum()]);
        assert_eq!(book.names.iter().map(|name| name.entity).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn equal_forecasts_are_held_equally_and_the_market_not_at_all() {
        let equal = |entity| (1, entity, Some(if entity == 0 { 9.0 } else { 0.5 }), Some(0.1));
        let rows: Vec<Row> = (0..7).map(equal).collect();
        let flat = &trade(&spec(Rebalance::Daily, 0), &rows).days[0];
        assert_eq!(format!("{} {} {}", flat.gross_exposure, flat.turnover, flat.net_return), "0 0 0");
    }

    #[test]
    fn a_book_that_loses_its_capital_ends_there() {
        let mut rows = turn();
        rows[1].3 = Some(1.2); // short at -1: 0.10 - 1.20 - 0.002 of costs
        let book = trade(&spec(Rebalance::Daily, 0), &rows);
        assert_eq!((book.days.len(), book.ruined_on, book.days[0].net_return), (1, Some(january(1)), 0.1 - 1.2 - 0.002));
    }

    #[test]
    fn targets_that_span_several_dates_are_refused() {
        let spanning = |n: i32, delay: usize| {
            let (mut data, predictions) = panel(&generated());
            data.known_on = data.as_of.iter().map(|day| Some(day.plus_days(n - 1))).collect();
            data.target_delay_dates = delay;
            long_short(&spec(Rebalance::Daily, 0), &risk(), &data, &predictions).map_err(|error| error.to_string())
        };
        for n in [2, 3, 5] {
            let error = spanning(n, 0).expect_err("returns would be counted several times");
            assert!(
                error.contains(&format!("spans {n} dates (by `as_of` and `known_on`), so that its daily sum would count a return {n} times")),
                "{error}"
            );
        }
        assert!(spanning(1, 0).is_ok());
        assert!(spanning(2, 1).is_ok(), "a return that begins a day later is counted once");
        // A few late targets, of names that paused, are not most.
        let (mut data, predictions) = panel(&generated());
        data.known_on[..20].iter_mut().for_each(|known| *known = known.map(|day| day.plus_days(5)));
        assert!(long_short(&spec(Rebalance::Daily, 0), &risk(), &data, &predictions).is_ok());
    }

    /// Sixty dates of six names, some rows, forecasts and targets missing; the remainders have no meaning.
    fn generated() -> Vec<Row> {
        let all = (1..=60).flat_map(|day| (1..=6).map(move |entity| (day, entity)).filter(|(day, entity)| (day * entity) % 13 != 5));
        let share = |n: i32, of: i32| f64::from(n % of) / f64::from(of);
        let mean = |day: i32, entity: i32| ((day + entity) % 10 != 4).then(|| share(day * day + 7 * entity * entity, 31));
        let target = |day: i32, entity: i32| ((3 * day + entity) % 17 != 2).then(|| share(day * 11 + entity * day * 5, 23) / 5.0 - 0.1);
        all.map(|(day, entity)| (day, entity as u32, mean(day, entity), target(day, entity))).collect()
    }

    #[test]
    fn returns_equal_those_of_an_account_kept_in_money() {
        let rows = generated();
        let book = trade(&spec(Rebalance::Weekly, 2), &rows);
        let (mut capital, mut account) = (1000.0, BTreeMap::new());
        for day in &book.days {
            let decided = book.positions.iter().filter(|position| position.held_from == Some(day.as_of));
            let has_row = |entity| rows.iter().any(|row| row.1 == entity && january(row.0) == day.as_of);
            let wanted = decided.map(|position| (position.entity, position.weight * capital));
            // Without a row there is nobody to buy from: what there is may only shrink.
            let money = |(entity, wanted): (u32, f64)| match account.get(&entity) {
                _ if has_row(entity) => (entity, wanted),
                Some(&before) if 0.0 < before * wanted => (entity, wanted.signum() * f64::min(f64::abs(before), wanted.abs())),
                Some(_) | None => (entity, 0.0),
            };
            let bought: BTreeMap<_, _> = wanted.map(money).collect();
            account = if bought.is_empty() { account } else { bought };
            let mut earned = 0.0;
            for row in rows.iter().filter(|row| january(row.0) == day.as_of) {
                let (money, target) = (account.entry(row.1).or_insert(0.0), row.3.unwrap_or(0.0));
                earned += *money * target;
                *money *= 1.0 + target;
            }
            assert_close([day.gross_return], [earned / capital]);
            capital += earned;
        }
        assert_eq!((book.days.len(), book.ruined_on), (58, None));
    }

    #[test]
    fn a_later_target_changes_no_earlier_day() {
        let rows = generated();
        let before = trade(&spec(Rebalance::Weekly, 1), &rows);
        let mut moved = rows.clone();
        moved.iter_mut().filter(|row| 33 <= row.0).for_each(|row| row.3 = row.3.map(|target| 0.01 - target));
        let after = trade(&spec(Rebalance::Weekly, 1), &moved);
        // The first day held is the 2nd, so 31 days end with the 32nd.
        assert_eq!((&before.days[..31], &before.positions), (&after.days[..31], &after.positions));
        assert_ne!(before.days[31], after.days[31]);
    }
}
