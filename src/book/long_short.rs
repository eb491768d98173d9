//! A long-short book: long the highest mean forecasts, short the lowest, held and paid for day by day.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::day::Day;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::spec::{LongShortSpec, Quantity, Rebalance, RiskSpec, Weights};
use crate::walk::Predictions;
use crate::window::target_dates;

/// How a long-short book counts, for the page: one sentence each.
pub const LONG_SHORT_CONVENTIONS: [&str; 6] = [
    "The long side sums to +1 and the short side to -1 of capital when weights are set: gross exposure 2, net 0.",
    "Names are ranked by mean forecast, then entity; a side holds the share, rounded down, at least one; fewer than two names: flat.",
    "Weights decided on a date are held from the tested date `delay_days` later on; a date's return is the sum of weight x realised target.",
    "Until the next rebalance a weight w drifts to w (1 + r) / (1 + R), r the name's return and R the book's, both before costs.",
    "Turnover is the sum of |new - drifted weight|: buys and sells, the first purchase but no last sale; cost = turnover x cost_bps / 10,000.",
    "A name without a known return earns 0, is sold once it has no later rows; a net return of -100 % or less ruins and ends the book.",
];

/// A long-short book on one model's forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TradedBook {
    /// Model name.
    pub model: String,
    /// Weights as decided, by date and entity; a flat decision has none.
    pub positions: Vec<Position>,
    /// Returns, from the first date held to the last date whose targets are known.
    pub days: Vec<DayOfBook>,
    /// The date that lost all capital or more; no day follows it.
    pub ruined_on: Option<Day>,
}

/// A weight decided on a rebalance date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Position {
    /// Date of the decision.
    pub as_of: Day,
    /// First date whose return is earned; `None` while the tested dates end before it.
    pub held_from: Option<Day>,
    /// Entity code.
    pub entity: u32,
    /// Share of capital, negative when short.
    pub weight: f64,
}

/// One date of the book; returns, cost and exposures are shares of capital.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayOfBook {
    /// Date of the rows whose targets are earned.
    pub as_of: Day,
    /// Day by which most of the date's known targets were known; the next tested date when none is.
    pub earned_on: Day,
    /// Sum of weight x realised target.
    pub gross_return: f64,
    /// Turnover x `cost_bps` / 10,000, paid on the trades that open this date.
    pub cost: f64,
    /// Gross return less cost.
    pub net_return: f64,
    /// Sum of |new weight - drifted weight|.
    pub turnover: f64,
    /// Sum of |weight| after trading.
    pub gross_exposure: f64,
    /// Sum of weights after trading.
    pub net_exposure: f64,
    /// Names held long.
    pub n_long: usize,
    /// Names held short.
    pub n_short: usize,
    /// Names held without a known return; they earned 0.
    pub n_missing: usize,
}

/// Trades the mean forecasts of each model the spec names; [`LONG_SHORT_CONVENTIONS`] says how it counts.
///
/// Dates are the distinct `as_of` of the tested rows. Names without a finite mean forecast are not ranked, nor is `risk.entity`.
///
/// Errors when targets span several dates ([`target_dates`]): a daily sum would count the same return more than once.
pub fn long_short(spec: &LongShortSpec, risk: &RiskSpec, data: &Dataset, predictions: &Predictions) -> Result<Vec<TradedBook>> {
    let untraded = risk.entity.as_deref().and_then(|name| data.entity_code(name));
    let market = Market::new(data, predictions, untraded);
    market.check_one_date_targets()?;
    Ok(spec.models.iter().map(|model| market.trade(spec, model)).collect())
}

type Holdings = BTreeMap<u32, f64>;

/// The tested dates and what could be traded on them: one element per date.
struct Market<'a> {
    data: &'a Dataset,
    predictions: &'a Predictions,
    dates: Vec<Day>,
    /// Position in `predictions` and in `data` of the tradable rows.
    tested: Vec<Vec<(usize, usize)>>,
    /// Known targets by entity.
    realized: Vec<Holdings>,
    /// Days on which the targets became known, and their rows.
    known: Vec<BTreeSet<(Day, usize)>>,
    /// Day of the last row, of each entity.
    last_seen: Vec<Day>,
}

impl<'a> Market<'a> {
    fn new(data: &'a Dataset, predictions: &'a Predictions, untraded: Option<u32>) -> Self {
        let mut last_seen = vec![Day(i32::MIN); data.entities.len()];
        // Rows ascend by day, so an entity's last write is its last day.
        data.entity.iter().zip(&data.as_of).for_each(|(&entity, &as_of)| last_seen[entity as usize] = as_of);
        let mut market = Self { data, predictions, dates: Vec::new(), tested: Vec::new(), realized: Vec::new(), known: Vec::new(), last_seen };
        let mut n_before = 0;
        for rows in predictions.rows.chunk_by(|&a, &b| data.as_of[a as usize] == data.as_of[b as usize]) {
            let numbered = rows.iter().enumerate().map(|(idx, &row)| (n_before + idx, row as usize));
            let tradable: Vec<_> = numbered.filter(|&(_, row)| Some(data.entity[row]) != untraded).collect();
            let realized = tradable.iter().filter_map(|&(_, row)| data.target[row].map(|target| (data.entity[row], target)));
            let known = tradable.iter().filter_map(|&(_, row)| data.target[row].and(data.known_on[row]).map(|day| (day, row)));
            market.dates.push(data.as_of[rows[0] as usize]);
            market.realized.push(realized.collect());
            market.known.push(known.collect());
            market.tested.push(tradable);
            n_before += rows.len();
        }
        market
    }

    fn check_one_date_targets(&self) -> Result<()> {
        let n_dates = target_dates(self.data, self.tested.iter().flatten().map(|&(_, row)| row as u32));
        if n_dates == 1 {
            return Ok(());
        }
        let problem =
            format!("the target spans {n_dates} dates (by `as_of` and `known_on`), so that its daily sum would count a return {n_dates} times");
        Err(Error::spec("book", problem).hint(
            "make the target the return to the next date; if it is that return but begins later (the next close to the one after), or known_on \
             is the day after its last close, say so with `features.target_delay_dates`; or drop the long-short book",
        ))
    }

    fn trade(&self, spec: &LongShortSpec, model: &str) -> TradedBook {
        let series = self.predictions.find(model, Quantity::Mean).expect("the spec's check asks every traded model for `mean`");
        let delay = spec.delay_days as usize;
        let n_known = self.realized.iter().rposition(|realized| !realized.is_empty()).map_or(0, |idx| idx + 1);
        let mut book = TradedBook { model: model.to_owned(), positions: Vec::new(), days: Vec::new(), ruined_on: None };
        let mut decisions = BTreeMap::new();
        for idx in (0..self.dates.len()).filter(|&idx| self.sets_weights(idx, spec.rebalance)) {
            let decided = self.decide(idx, spec, &series.predicted);
            let (as_of, held_from) = (self.dates[idx], self.dates.get(idx + delay).copied());
            book.positions.extend(decided.iter().map(|(&entity, &weight)| Position { as_of, held_from, entity, weight }));
            decisions.insert(idx + delay, decided);
        }
        let mut held = Holdings::new();
        for idx in delay..n_known {
            let drifted = held;
            held = decisions.remove(&idx).unwrap_or_else(|| drifted.clone());
            // A name without rows from here on can be neither bought nor kept.
            held.retain(|&entity, _| self.dates[idx] <= self.last_seen[entity as usize]);
            let day = self.earn(idx, &drifted, &held, spec.cost_bps);
            for (entity, weight) in &mut held {
                *weight *= (1.0 + self.realized[idx].get(entity).unwrap_or(&0.0)) / (1.0 + day.gross_return);
            }
            book.ruined_on = (day.net_return <= -1.0).then_some(day.as_of);
            book.days.push(day);
            if book.ruined_on.is_some() {
                break;
            }
        }
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
    fn decide(&self, idx: usize, spec: &LongShortSpec, predicted: &[Option<f64>]) -> Holdings {
        let forecast = |&(idx, row): &(usize, usize)| predicted[idx].filter(|mean| mean.is_finite()).map(|mean| (mean, self.data.entity[row]));
        let mut ranked: Vec<(f64, u32)> = self.tested[idx].iter().filter_map(forecast).collect();
        if ranked.len() < 2 {
            return Holdings::new();
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // 0.29 of 100 names is 28.999... in binary; the sliver keeps it 29.
        let n_side = ((spec.share * ranked.len() as f64 + 1e-9) as usize).max(1);
        let weight = |rank: usize| match spec.weights {
            Weights::Equal => 1.0 / n_side as f64,
            // The innermost name weighs 1 part, the next 2, and so on outwards: n (n + 1) / 2 parts in all.
            Weights::Rank => (n_side - rank) as f64 / ((n_side * (n_side + 1) / 2) as f64),
        };
        let long = ranked.iter().take(n_side).enumerate().map(|(rank, &(_, entity))| (entity, weight(rank)));
        let short = ranked.iter().rev().take(n_side).enumerate().map(|(rank, &(_, entity))| (entity, -weight(rank)));
        long.chain(short).collect()
    }

    fn earn(&self, idx: usize, drifted: &Holdings, held: &Holdings, cost_bps: f64) -> DayOfBook {
        let realized = &self.realized[idx];
        // Sums begin at + 0.0: a flat book's would be -0, and print so.
        let gross_return = 0.0 + held.iter().filter_map(|(entity, weight)| realized.get(entity).map(|earned| weight * earned)).sum::<f64>();
        let mut traded = held.clone();
        traded.extend(drifted.iter().map(|(&entity, weight)| (entity, held.get(&entity).unwrap_or(&0.0) - weight)));
        let turnover = 0.0 + traded.values().map(|weight| weight.abs()).sum::<f64>();
        let cost = turnover * cost_bps / 1e4;
        // Of n sorted days, more than half are no later than the one at n / 2.
        let known_on = self.known[idx].iter().nth(self.known[idx].len() / 2).map(|known| known.0);
        DayOfBook {
            as_of: self.dates[idx],
            earned_on: known_on.or(self.dates.get(idx + 1).copied()).unwrap_or(self.dates[idx]),
            gross_return,
            cost,
            net_return: gross_return - cost,
            turnover,
            gross_exposure: 0.0 + held.values().map(|weight| weight.abs()).sum::<f64>(),
            net_exposure: 0.0 + held.values().sum::<f64>(),
            n_long: held.values().filter(|&&weight| 0.0 < weight).count(),
            n_short: held.values().filter(|&&weight| weight < 0.0).count(),
            n_missing: held.keys().filter(|entity| !realized.contains_key(entity)).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        LongShortSpec { models: vec!["gbdt".into()], share: 0.5, weights: Weights::Equal, rebalance, cost_bps: 10.0, delay_days }
    }

    fn risk() -> RiskSpec {
        RiskSpec { entity: Some("MARKET".into()), days_per_year: 252.0, significance: 0.05, baseline: None }
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
    fn a_missing_name_earns_nothing_and_a_name_that_left_is_sold() {
        // b has no row on the 2nd, no target on the 3rd (its last row), and a trades on; nothing is known on the 5th.
        let mut rows = turn();
        rows[5].3 = None;
        rows.remove(3);
        rows.extend([(4, 1, None, Some(0.05)), (5, 1, None, None)]);
        let days = trade(&spec(Rebalance::Monthly, 0), &rows).days;
        assert_eq!(days.iter().map(|day| (day.n_short, day.n_missing)).collect::<Vec<_>>(), [(1, 0), (1, 1), (1, 1), (0, 0)]);
        let long = [1.1 / 1.05, 1.1 / 1.05 * 0.98 / (1.0 - 0.02 * 1.1 / 1.05)];
        assert_close([days[1].gross_return, days[2].gross_return], [long[0] * -0.02, long[1] * 0.01]);
        let short = 1.0 / (1.0 + days[1].gross_return) / (1.0 + days[2].gross_return);
        assert_close([days[3].turnover, days[3].cost, days[3].gross_return], [short, short * 0.001, days[3].net_exposure * 0.05]);
    }

    #[test]
    fn sides_are_ranked_by_forecast_then_entity_and_leave_out_the_market() {
        let rows: Vec<Row> = (0..7).map(|entity| (1, entity, Some(if entity == 0 { 9.0 } else { 0.5 }), Some(0.0))).collect();
        let weights = |share, weights| {
            let positions = trade(&LongShortSpec { share, weights, ..spec(Rebalance::Daily, 0) }, &rows).positions;
            positions.iter().map(|position| (position.entity, position.weight)).collect::<Vec<_>>()
        };
        assert_eq!(weights(0.34, Weights::Equal), [(1, 0.5), (2, 0.5), (5, -0.5), (6, -0.5)]);
        let sixths = [(1, 3.0), (2, 2.0), (3, 1.0), (4, -1.0), (5, -2.0), (6, -3.0)];
        assert_eq!(weights(0.5, Weights::Rank), sixths.map(|(entity, parts)| (entity, parts / 6.0)));
        let flat = &trade(&spec(Rebalance::Daily, 0), &rows[..2]).days[0];
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
            let bought: BTreeMap<_, _> = decided.map(|position| (position.entity, position.weight * capital)).collect();
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
