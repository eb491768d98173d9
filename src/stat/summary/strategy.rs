//! Traded books: statistics of their returns, net and gross of costs, and what trading took.

mod benchmark;
mod drawdown;
mod little;
mod returns;
mod rolling;
mod segment;
mod trading;

pub use benchmark::Benchmark;
pub use drawdown::{DrawdownByName, N_LOSERS};
pub use little::{Filled, Little};
pub use rolling::{N_ROLLING, RollingPoint};
pub use segment::SegmentOfBook;

use rayon::prelude::*;
use serde::Serialize;

use super::Facts;
use super::catalogue::book_prefix;
use crate::book::{DayOfBook, NameOfBook, Replay, TradedBook, long_short, replay};
use crate::day::Day;
use crate::spec::{BookSpec, LongShortSpec};
use crate::stat::measure::{Found, Level, Measure, Subject, take};
use crate::stat::{
    EquityPoint, Outcome, PeriodReturn, SharpeRatio, Strategy, best_share, deflated_sharpe, equity_curve, expected_best_sharpe, strategy,
};

/// Tail of a book's historical VaR and ES; the customary 5 %.
const TAIL: f64 = 0.05;

/// What a book held and traded, on average over its days; shares of capital.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Activity {
    /// Turnover of a day: sum of |new weight - drifted weight|.
    pub turnover_daily: f64,
    /// Mean daily turnover times the days a year.
    pub turnover_annual: f64,
    /// Share of the days on which something was traded.
    pub traded_share: f64,
    /// Mean daily cost times the days a year.
    pub cost_annual: f64,
    /// Sum of all costs.
    pub cost_total: f64,
    /// Mean of the sum of |weight|.
    pub gross_exposure: f64,
    /// Largest sum of |weight| on a day.
    pub gross_exposure_max: f64,
    /// Mean of the sum of weights.
    pub net_exposure: f64,
    /// Largest |sum of weights| on a day.
    pub net_exposure_max: f64,
    /// Mean number of names held long.
    pub n_long: f64,
    /// Mean number of names held short.
    pub n_short: f64,
    /// Names held without a known return, leavers aside, summed over the days; they earned 0.
    pub n_missing: usize,
    /// Names that left while they were held; they earned the spec's delisting return.
    pub n_left: usize,
}

/// One model's traded book in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategySummary {
    /// Model name.
    pub model: String,
    /// Dates held.
    pub n_days: usize,
    /// Statistics of returns after costs.
    pub net: Outcome<Strategy>,
    /// Statistics of returns before costs.
    pub gross: Outcome<Strategy>,
    /// Returns after costs, by the day on which they were earned.
    pub daily: Vec<PeriodReturn>,
    /// Sharpe ratio and volatility after costs, over a year up to each day.
    pub rolling: Vec<RollingPoint>,
    /// Wealth and drawdown after costs, day by day.
    pub curve: Outcome<Vec<EquityPoint>>,
    /// The same before costs.
    pub gross_curve: Outcome<Vec<EquityPoint>>,
    /// What was held and traded; undefined without a day.
    pub activity: Outcome<Activity>,
    /// Combinations of settings tried for all models of the spec, one for each model without a search.
    pub n_trials: usize,
    /// Probability that the true Sharpe ratio after costs is above the best of as many trials without skill.
    pub deflated_sharpe: Outcome<f64>,
    /// The days and names that added most, and their share of the profit.
    pub best: Best,
    /// The date that lost all capital or more, if one did.
    pub ruined_on: Option<Day>,
    /// The accounts kept a second time.
    pub replay: Replay,
    /// What each name added, ascending by entity.
    pub names: Vec<NameOfBook>,
    /// What each segment added and held; empty where the spec names no segment.
    pub segments: Vec<SegmentOfBook>,
    /// The deepest drawdowns split by name, deepest first.
    pub drawdowns: Vec<DrawdownByName>,
    /// What is left without the best days and names, with later fills and at higher costs.
    pub little: Little,
    /// The book held against the entity that the spec judges and does not trade.
    pub benchmark: Outcome<Benchmark>,
}

/// The parts of a book's profit that were largest. Profit is the sum of net returns, not compounded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Best {
    /// The best days, best first, at most [`N_BEST`].
    pub days: Vec<PeriodReturn>,
    /// Their share of the profit.
    pub days_share: Outcome<f64>,
    /// The names that added most, best first, at most [`N_BEST`].
    pub names: Vec<NameOfBook>,
    /// Their share of the profit.
    pub names_share: Outcome<f64>,
}

/// Best days and names listed at most.
pub const N_BEST: usize = 5;

pub(super) fn summarize(facts: &Facts<'_>, spec: &LongShortSpec, books: &[TradedBook], level: Level) -> (Vec<StrategySummary>, Vec<Found>) {
    let days_per_year = facts.spec.risk.days_per_year;
    let n_trials = facts.spec.models.iter().map(|model| model.tune.as_ref().map_or(1, |tune| tune.trials.len())).sum();
    let later = later(facts, spec);
    let summary = |book: &TradedBook| {
        let beside = Beside {
            replay: replay(spec, &facts.spec.risk, facts.data, facts.predictions, book),
            segments: segment::segments(facts, book),
            later: later.iter().find(|later| later.model == book.model),
            benchmark: benchmark::benchmark(facts, book),
        };
        one(book, days_per_year, n_trials, beside)
    };
    let summaries: Vec<StrategySummary> = books.par_iter().map(summary).collect();
    let found = summaries.iter().flat_map(|summary| found(summary, level)).collect();
    (summaries, found)
}

/// The same decisions, carried out one tested date later.
fn later(facts: &Facts<'_>, spec: &LongShortSpec) -> Vec<TradedBook> {
    let spec = LongShortSpec { delay_days: spec.delay_days + 1, ..spec.clone() };
    // What the book itself was admitted on, its delay does not change.
    long_short(&spec, &facts.spec.risk, facts.data, facts.predictions).unwrap_or_default()
}

/// The spec's long-short book, where it has one.
pub(super) fn spec<'a>(facts: &Facts<'a>) -> Option<&'a LongShortSpec> {
    match &facts.spec.book {
        Some(BookSpec::LongShort(spec)) => Some(spec),
        Some(BookSpec::Loans(_)) | None => None,
    }
}

/// What a summary takes from elsewhere than the book's own days.
struct Beside<'a> {
    replay: Replay,
    segments: Vec<SegmentOfBook>,
    later: Option<&'a TradedBook>,
    benchmark: Outcome<Benchmark>,
}

fn found(summary: &StrategySummary, level: Level) -> Vec<Found> {
    let subject = Subject { model: summary.model.clone(), entity: None, quantity: None };
    let n = summary.net.value().map_or(summary.n_days, |net| net.n);
    take(BOOK, &book_prefix(&summary.model), (&subject, n), summary, level)
}

fn one(book: &TradedBook, days_per_year: f64, n_trials: usize, beside: Beside<'_>) -> StrategySummary {
    let (days, net) = by_day(&book.days, |day| day.net_return);
    let (_, gross) = by_day(&book.days, |day| day.gross_return);
    let judged = |returns: &[f64]| strategy(&days, returns, days_per_year, TAIL);
    let net_statistics = judged(&net);
    StrategySummary {
        model: book.model.clone(),
        n_days: book.days.len(),
        n_trials,
        deflated_sharpe: net_statistics.as_ref().and_then(|net| deflated(net, n_trials)),
        drawdowns: net_statistics.value().map_or_else(Vec::new, |net| drawdown::by_name(book, &net.drawdowns)),
        little: little::little(book, beside.later, days_per_year),
        net: net_statistics,
        gross: judged(&gross),
        rolling: rolling::rolling(&days, &net, days_per_year),
        daily: days.iter().zip(&net).map(|(&start, &value)| PeriodReturn { start, value }).collect(),
        curve: equity_curve(&days, &net),
        gross_curve: equity_curve(&days, &gross),
        activity: activity(&book.days, days_per_year),
        best: best(&days, &net, &book.names),
        ruined_on: book.ruined_on,
        replay: beside.replay,
        names: book.names.clone(),
        segments: beside.segments,
        benchmark: beside.benchmark,
    }
}

fn best(days: &[Day], net: &[f64], names: &[NameOfBook]) -> Best {
    let mut best_days: Vec<PeriodReturn> = days.iter().zip(net).map(|(&start, &value)| PeriodReturn { start, value }).collect();
    let mut best_names = names.to_vec();
    // Stable, so that of equals the earlier day and the lower code come first.
    best_days.sort_by(|a, b| b.value.total_cmp(&a.value));
    best_names.sort_by(|a, b| b.net_return.total_cmp(&a.net_return));
    best_days.truncate(N_BEST);
    best_names.truncate(N_BEST);
    let of_names: Vec<f64> = names.iter().map(|name| name.net_return).collect();
    Best { days: best_days, days_share: best_share(net, N_BEST), names: best_names, names_share: best_share(&of_names, N_BEST) }
}

/// The deflated Sharpe ratio, with the trials' ratios spread as those of independent trials without skill are: by 1 / root(n - 1).
fn deflated(net: &Strategy, n_trials: usize) -> Outcome<f64> {
    let moments = net.sharpe.as_ref().and_then(|&sharpe| {
        net.skew.as_ref().and_then(|&skew| {
            let ratio = sharpe / net.days_per_year.sqrt();
            net.excess_kurtosis.as_ref().map(|&excess_kurtosis| SharpeRatio { n: net.n, ratio, skew, excess_kurtosis })
        })
    });
    moments.and_then(|sharpe| deflated_sharpe(&sharpe, expected_best_sharpe(n_trials, 1.0 / (sharpe.n as f64 - 1.0).sqrt())))
}

/// Returns by the day on which they were earned, ascending. Dates earned on the same day (or, with targets known late,
/// out of order) are compounded into the later one: a day has one return.
fn by_day(days: &[DayOfBook], value: impl Fn(&DayOfBook) -> f64) -> (Vec<Day>, Vec<f64>) {
    let (mut earned, mut returns): (Vec<Day>, Vec<f64>) = (Vec::new(), Vec::new());
    for day in days {
        let value = value(day);
        match (earned.last(), returns.last_mut()) {
            (Some(&last), Some(sum)) if day.earned_on <= last => *sum = (1.0 + *sum) * (1.0 + value) - 1.0,
            (_, _) => {
                earned.push(day.earned_on);
                returns.push(value);
            }
        }
    }
    (earned, returns)
}

fn activity(days: &[DayOfBook], days_per_year: f64) -> Outcome<Activity> {
    if days.is_empty() {
        return Outcome::undefined("the book never held anything");
    }
    let n = days.len() as f64;
    let mean = |value: fn(&DayOfBook) -> f64| days.iter().map(value).sum::<f64>() / n;
    let largest = |value: fn(&DayOfBook) -> f64| days.iter().map(value).fold(0.0, f64::max);
    let turnover_daily = mean(|day| day.turnover);
    let cost_daily = mean(|day| day.cost);
    Outcome::Value(Activity {
        turnover_daily,
        turnover_annual: turnover_daily * days_per_year,
        traded_share: days.iter().filter(|day| 0.0 < day.turnover).count() as f64 / n,
        cost_annual: cost_daily * days_per_year,
        cost_total: days.iter().map(|day| day.cost).sum(),
        gross_exposure: mean(|day| day.gross_exposure),
        gross_exposure_max: largest(|day| day.gross_exposure),
        net_exposure: mean(|day| day.net_exposure),
        net_exposure_max: largest(|day| day.net_exposure.abs()),
        n_long: mean(|day| day.n_long as f64),
        n_short: mean(|day| day.n_short as f64),
        n_missing: days.iter().map(|day| day.n_missing).sum(),
        n_left: days.iter().map(|day| day.n_left).sum(),
    })
}

/// Every measure of a traded book, in the order of the page; R is a day's return after costs.
pub(super) const BOOK: &[&Measure<StrategySummary>] = &[
    &returns::N_DAYS,
    &returns::CUMULATIVE_RETURN,
    &returns::CAGR,
    &returns::CAGR_GROSS,
    &returns::VOLATILITY,
    &returns::SHARPE,
    &returns::SHARPE_GROSS,
    &returns::TRIALS,
    &returns::DEFLATED_SHARPE,
    &returns::SORTINO,
    &returns::CALMAR,
    &returns::MAX_DRAWDOWN,
    &returns::LONGEST_DRAWDOWN,
    &returns::WORST_DAY,
    &returns::WORST_MONTH,
    &returns::VAR,
    &returns::SHORTFALL,
    &returns::T,
    &returns::P,
    &trading::BEST_DAYS,
    &trading::BEST_NAMES,
    &trading::TURNOVER,
    &trading::COST,
    &trading::GROSS_EXPOSURE,
    &trading::NET_EXPOSURE_MAX,
    &trading::NAMES_LEFT,
];

#[cfg(test)]
mod tests {
    use super::StrategySummary;
    use super::{Beside, by_day, found};
    use crate::book::{DayOfBook, NameOfBook, Replay, TradedBook};
    use crate::day::Day;
    use crate::stat::Outcome;
    use crate::stat::measure::{Found, Level};

    fn day(earned_on: i32, gross_return: f64, turnover: f64) -> DayOfBook {
        let cost = turnover * 10.0 / 1e4;
        DayOfBook {
            as_of: Day(earned_on - 1),
            earned_on: Day(earned_on),
            gross_return,
            cost,
            net_return: gross_return - cost,
            turnover,
            gross_exposure: 2.0,
            net_exposure: -0.1,
            n_long: 3,
            n_short: 3,
            n_missing: 1,
            n_left: 0,
        }
    }

    fn book(days: Vec<DayOfBook>) -> TradedBook {
        TradedBook { model: "gbdt".into(), positions: Vec::new(), days, names: Vec::new(), held: Vec::new(), ruined_on: None }
    }

    /// Its summary, with nothing from elsewhere.
    fn one(book: &TradedBook, days_per_year: f64, n_trials: usize) -> StrategySummary {
        let beside = Beside { replay: Replay::default(), segments: Vec::new(), later: None, benchmark: Outcome::undefined("not asked") };
        super::one(book, days_per_year, n_trials, beside)
    }

    #[test]
    fn net_returns_are_after_costs_and_annual_figures_use_the_specs_days() {
        // Turnover 2 at 10 bp costs 0.002; net 0.01 - 0.002 and 0.02: wealth 1.008 x 1.02.
        let summary = one(&book(vec![day(1, 0.01, 2.0), day(2, 0.02, 0.0)]), 250.0, 1);
        let net = summary.net.value().expect("two returns");
        assert!((net.cumulative_return - (1.008 * 1.02 - 1.0)).abs() < 1e-15);
        let gross = summary.gross.value().expect("two returns");
        assert!((gross.cumulative_return - (1.01 * 1.02 - 1.0)).abs() < 1e-15);
        let activity = summary.activity.value().expect("two days");
        assert_eq!((activity.turnover_daily, activity.turnover_annual, activity.traded_share), (1.0, 250.0, 0.5));
        assert!((activity.cost_annual - 0.25).abs() < 1e-12);
        assert_eq!((activity.net_exposure_max, activity.n_missing), (0.1, 2));
    }

    #[test]
    fn dates_earned_on_one_day_are_one_return() {
        let (days, returns) = by_day(&[day(1, 0.1, 0.0), day(3, 0.1, 0.0), day(3, 0.1, 0.0), day(2, 0.1, 0.0)], |day| day.gross_return);
        assert_eq!(days, [Day(1), Day(3)]);
        assert!((returns[1] - (1.1_f64.powi(3) - 1.0)).abs() < 1e-15);
    }

    #[test]
    fn a_book_without_days_has_reasons_and_no_zeros() {
        let summary = one(&book(Vec::new()), 252.0, 1);
        let metrics: Vec<_> = found(&summary, Level { significance: 0.05, horizon: 1 }).iter().flat_map(Found::metrics).collect();
        let value = |name: &str| metrics.iter().find(|(found, ..)| found == name).map(|(_, value, _)| value.clone());
        assert_eq!(value("book.gbdt.sharpe"), Some(Outcome::undefined("there are no daily returns")));
        assert_eq!(value("book.gbdt.cost_annual"), Some(Outcome::undefined("the book never held anything")));
        assert_eq!(value("book.gbdt.n"), Some(Outcome::Value(0.0)));
    }

    #[test]
    fn every_trial_of_every_model_lowers_what_a_sharpe_ratio_is_worth() {
        let days: Vec<DayOfBook> = (0..500).map(|n| day(n, if n % 2 == 0 { 0.011 } else { -0.009 }, 0.0)).collect();
        let worth = |n_trials| *one(&book(days.clone()), 250.0, n_trials).deflated_sharpe.value().expect("500 returns");
        // Mean 0.1 of a standard deviation, G2 near -2: P(Z <= 0.1 root(499)) is 0.987; the best of 100 without skill is at
        // 2.5306 / root(499) (the factor of 0.1132 in the paper's example, 0.1132 root(500)): P(Z <= 2.2338 - 2.5306) is 0.383.
        assert!((worth(1) - 0.987).abs() < 0.001 && (worth(100) - 0.383).abs() < 0.001, "{} {}", worth(1), worth(100));
    }

    #[test]
    fn the_five_best_days_and_names_are_named_with_their_share_of_the_profit() {
        // Seven days: 0.06, 0.05 .. 0.01 and -0.11: 0.10 in all, of which the best five made 0.20.
        let mut days: Vec<DayOfBook> = (1..=6).map(|n| day(n, f64::from(n) / 100.0, 0.0)).collect();
        days.push(day(7, -0.11, 0.0));
        let names = [-0.05, 0.09, 0.02, 0.04].into_iter().zip(3..).map(|(net_return, entity)| NameOfBook { entity, net_return }).collect();
        let best = one(&TradedBook { names, ..book(days) }, 250.0, 1).best;
        assert_eq!(best.days.iter().map(|day| day.start.0).collect::<Vec<_>>(), [6, 5, 4, 3, 2]);
        assert_eq!(best.names.iter().map(|name| name.entity).collect::<Vec<_>>(), [4, 6, 5, 3]);
        let [days, names] = [best.days_share, best.names_share].map(|share| *share.value().expect("a profit"));
        assert!((days - 2.0).abs() < 1e-12 && (names - 1.0).abs() < 1e-12, "{days} {names}");
    }

    #[test]
    fn a_ruined_book_has_no_sharpe() {
        let summary = one(&book(vec![day(1, 0.01, 0.0), day(2, -1.2, 0.0)]), 252.0, 1);
        assert!(summary.net.value().is_none() && summary.curve.value().is_none());
    }
}
