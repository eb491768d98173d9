//! Replay: a book's accounts kept a second time by other arithmetic, in money, and held against the book before any number of it is shown.

mod account;
mod calendar;
mod decision;
mod findings;
mod loans;
#[cfg(test)]
mod planted;

pub use loans::replay_loans;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::traded::{DayOfBook, HeldName, Position, TradedBook};
use crate::feature::Dataset;
use crate::spec::{LongShortSpec, RiskSpec};
use crate::walk::Predictions;

use account::{Account, Turn};
use calendar::Calendar;
use decision::check_decisions;
use findings::Findings;

/// Largest difference between a book and its replay, relative where a number is above 1: rounding of a few thousand sums stays below.
const TOLERANCE: f64 = 1e-12;

/// What came of keeping a book's accounts twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Replay {
    /// Days kept; of loans, rows of the book.
    pub n_days: usize,
    /// Purchases and sales of names; of loans, 0.
    pub n_trades: usize,
    /// Numbers compared and invariants looked at.
    pub n_checks: usize,
    /// Those that failed.
    pub n_faults: usize,
    /// Largest difference found, relative where a number is above 1.
    pub worst_gap: f64,
    /// The first faults, one sentence each with its date and name.
    pub faults: Vec<String>,
}

impl Replay {
    /// Whether every check held.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.n_faults == 0
    }
}

/// Keeps a long-short book's accounts in money and compares every day and name with the book.
///
/// The account starts with 1 in cash. A name has a price, 1 when it is bought, that moves by its realised target; units are bought and
/// sold at the trade; cash and units at their prices are the wealth before costs, G. Weights, turnover and exposures are money over G.
/// Beside it stands the wealth after costs, V: at the trade it holds V / G of every unit and of the cash, pays V / G of the costs, and is
/// marked to market; by the book's convention, costs are met by holding less of everything. Decisions are taken from the book, the dates on
/// which they are due from the calendar; weights, money, returns, costs and profits from the targets alone.
///
/// Invariants looked at besides: decisions are net 0 and at most 2 gross, no name held long was forecast below one sold short; weights at
/// the trade are those decided, where there was a row to trade at; no position outlives its name; turnover x `cost_bps` = cost;
/// gross - cost = net; a day's profit is the sum over its names, a name's the sum over its days; cash and positions are the wealth.
#[must_use]
pub fn replay(spec: &LongShortSpec, risk: &RiskSpec, data: &Dataset, predictions: &Predictions, book: &TradedBook) -> Replay {
    let untraded = risk.entity.as_deref().and_then(|name| data.entity_code(name));
    let calendar = Calendar::new(data, predictions, untraded);
    let mut findings = Findings::new(&data.entities);
    check_decisions(spec, &calendar, predictions, book, &mut findings);
    let due = due(spec, &calendar, book);
    let delay = spec.delay_days as usize;
    let (mut account, mut added, mut n_trades, mut n_days) = (Account::new(), BTreeMap::<u32, f64>::new(), 0, 0);
    for idx in delay..calendar.n_known() {
        let turn = account.turn(&calendar, idx, due.get(&idx), spec);
        n_trades += turn.names.values().filter(|name| 0.0 < name.traded).count();
        for (&entity, name) in &turn.names {
            *added.entry(entity).or_default() += name.earned - name.cost;
        }
        if let Some(day) = book.days.get(n_days) {
            check_names(&calendar, idx, (book.on(n_days), due.get(&idx)), &turn, &mut findings);
            check_day(spec, &calendar, idx, (day, book.on(n_days)), &turn, &mut findings);
        }
        n_days += 1;
        if turn.net_return <= -1.0 {
            break;
        }
    }
    findings.same_count("days in the book", book.days.len(), n_days);
    check_totals(book, &added, &mut findings);
    findings.into_replay(n_days, n_trades)
}

/// Weights decided, by the date on which they are to be held; a rebalance date without positions is flat.
fn due(spec: &LongShortSpec, calendar: &Calendar, book: &TradedBook) -> BTreeMap<usize, BTreeMap<u32, f64>> {
    let mut due: BTreeMap<usize, BTreeMap<u32, f64>> =
        calendar.rebalances(spec.rebalance).into_iter().map(|idx| (idx + spec.delay_days as usize, BTreeMap::new())).collect();
    for Position { as_of, entity, weight, .. } in &book.positions {
        if let Some(decided) = calendar.position(*as_of).and_then(|idx| due.get_mut(&(idx + spec.delay_days as usize))) {
            decided.insert(*entity, *weight);
        }
    }
    due
}

/// The names of a day: weight, profit and cost of each, and the invariants on weights.
fn check_names(calendar: &Calendar, idx: usize, (held, due): (&[HeldName], Option<&BTreeMap<u32, f64>>), turn: &Turn, findings: &mut Findings<'_>) {
    let day = calendar.day(idx);
    let booked: BTreeMap<u32, &HeldName> = held.iter().map(|name| (name.entity, name)).collect();
    findings.holds(booked.len() == held.len(), || format!("{day}: a name is booked twice"));
    let entities: BTreeSet<u32> = booked.keys().chain(turn.names.keys()).copied().collect();
    for entity in entities {
        let (of_book, of_account) = (booked.get(&entity), turn.names.get(&entity));
        let book = |value: fn(&HeldName) -> f64| of_book.map_or(0.0, |name| value(name));
        if let Some(end) = calendar.left_before(idx, entity) {
            findings.holds(book(|name| name.weight) == 0.0, || {
                format!("{day}: `{}` is held at {:.6} of capital after its end on {end}", calendar.name(entity), book(|name| name.weight))
            });
        }
        if let (Some(decided), true) = (due, calendar.has_row(idx, entity)) {
            findings.equal(
                (day, Some(entity)),
                "weight against the decision",
                book(|name| name.weight),
                decided.get(&entity).copied().unwrap_or(0.0),
            );
        }
        findings.equal((day, Some(entity)), "weight", book(|name| name.weight), of_account.map_or(0.0, |name| name.weight));
        findings.equal((day, Some(entity)), "profit before costs", book(|name| name.earned), of_account.map_or(0.0, |name| name.earned));
        findings.equal((day, Some(entity)), "cost", book(|name| name.cost), of_account.map_or(0.0, |name| name.cost));
    }
}

fn check_day(
    spec: &LongShortSpec,
    calendar: &Calendar,
    idx: usize,
    (day, held): (&DayOfBook, &[HeldName]),
    turn: &Turn,
    findings: &mut Findings<'_>,
) {
    let (date, at) = (calendar.day(idx), (calendar.day(idx), None));
    findings.holds(day.as_of == date, || format!("{date}: the book dates this day {}", day.as_of));
    findings.holds(day.earned_on == calendar.earned_on(idx), || {
        format!("{date}: the book earns this day on {}, by the targets it is {}", day.earned_on, calendar.earned_on(idx))
    });
    findings.equal(at, "return before costs", day.gross_return, turn.gross_return);
    findings.equal(at, "cost", day.cost, turn.cost);
    findings.equal(at, "return after costs", day.net_return, turn.net_return);
    findings.equal(at, "turnover", day.turnover, turn.turnover);
    findings.equal(at, "gross exposure", day.gross_exposure, turn.gross_exposure());
    findings.equal(at, "net exposure", day.net_exposure, turn.net_exposure());
    findings.equal(at, "turnover x cost", day.turnover * spec.cost_bps / 1e4, day.cost);
    findings.equal(at, "return before costs less cost", day.gross_return - day.cost, day.net_return);
    findings.equal(at, "profit summed over names", held.iter().map(|name| name.earned - name.cost).sum(), day.net_return);
    findings.equal(at, "cash and positions against wealth", turn.wealth_by_parts, turn.wealth_by_flows);
    let counts = [(day.n_long, turn.n_long(), "long"), (day.n_short, turn.n_short(), "short")];
    let ends = [(day.n_missing, turn.n_missing, "held without a return"), (day.n_left, turn.n_left, "held that left")];
    for (book, account, what) in counts.into_iter().chain(ends) {
        findings.holds(book == account, || format!("{date}: {book} names {what} in the book, {account} by the second accounts"));
    }
}

/// What each name added in all, and the ruin.
fn check_totals(book: &TradedBook, added: &BTreeMap<u32, f64>, findings: &mut Findings<'_>) {
    let Some(last) = book.days.last().map(|day| day.as_of) else { return };
    let booked: BTreeMap<u32, f64> = book.names.iter().map(|name| (name.entity, name.net_return)).collect();
    findings.same_count("names in the book", book.names.len(), added.len());
    for entity in booked.keys().chain(added.keys()).copied().collect::<BTreeSet<u32>>() {
        let of = |map: &BTreeMap<u32, f64>| map.get(&entity).copied().unwrap_or(0.0);
        findings.equal((last, Some(entity)), "profit of all days", of(&booked), of(added));
    }
    let of_days: f64 = book.days.iter().map(|day| day.net_return).sum();
    findings.equal((last, None), "profit summed over names, of all days", book.names.iter().map(|name| name.net_return).sum(), of_days);
    let ruined = book.days.iter().find(|day| day.net_return <= -1.0).map(|day| day.as_of);
    findings.holds(ruined == book.ruined_on, || format!("{last}: the book's day of ruin is not the day that lost all capital"));
}
