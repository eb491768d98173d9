//! Signs that the numbers as a whole are not to be believed: a leak, or a sample that depends on what it should predict.

use std::ops::Range;

use serde::Serialize;

use super::{FeatureSummary, Metrics, Outcome};
use crate::book::Replay;
use crate::day::Day;
use crate::feature::Dataset;
use crate::spec::{BookSpec, Kind, Spec, TargetUnit};

/// A single feature, or a model, with an AUC outside these bounds is better than lending knows how to be: on application data AUCs lie
/// between 0.6 and 0.8.
pub const HONEST_AUC: Range<f64> = 0.1..0.9;
/// A mean rank IC beyond this, either way, is better than markets allow: published signals have 0.02 to 0.06.
pub const HONEST_RANK_IC: f64 = 0.2;
/// Dates below which a mean rank IC says nothing.
const FEW_DATES: usize = 10;
/// A difference of the days to `known_on` below this share of their mean is a matter of calendars.
const SPAN_SHARE: f64 = 0.05;
/// ... and below so many days.
const SPAN_DAYS: f64 = 0.5;
/// ... or within so many standard deviations of a chance split.
const SPAN_DEVIATIONS: f64 = 3.0;

/// `risk.days_per_year` and the dates of the rows may differ by this factor: 252 and 240 are both trading days, 252 and 365 are not.
const SPACING_BAND: f64 = 1.25;
/// Dates and targets below which nothing is said of their spacing and size.
const FEW_GAPS: usize = 30;
/// Half of the returns of a day are never beyond this: of the wildest shares and coins half are beyond 0.05.
const PERCENT: f64 = 0.1;

/// One such sign: amber on the first page; red where a book does not agree with itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// What it is, for machines.
    pub key: &'static str,
    /// What it is, with its numbers and what to do about it.
    pub sentence: String,
}

/// The signs in the rows alone, whatever the models make of them.
#[must_use]
pub fn alarms(spec: &Spec, data: &Dataset, features: &[FeatureSummary]) -> Vec<Alarm> {
    let strengths: Vec<_> = features.iter().map(|feature| (feature.name.as_str(), &feature.strength)).collect();
    let units = spacing(spec, data).into_iter().chain(percent(spec, data));
    biased_known_on(data).into_iter().chain(leaking_features(spec.kind, data, &strengths)).chain(units).collect()
}

/// Is `risk.days_per_year` how often dates come?
///
/// Dates a year are 365.25 over the mean of the days between neighbouring dates, of those at most five times their median (a pause is no
/// spacing). Told of a book, whose returns are annualised, where the two differ by more than `SPACING_BAND` and there are `FEW_GAPS` dates.
fn spacing(spec: &Spec, data: &Dataset) -> Option<Alarm> {
    let Some(BookSpec::LongShort(_)) = &spec.book else { return None };
    let calendar = data.calendar();
    let mut gaps: Vec<i32> = calendar.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    if gaps.len() < FEW_GAPS {
        return None;
    }
    gaps.sort_unstable();
    let bound = 5 * gaps[gaps.len() / 2];
    gaps.retain(|&gap| gap <= bound);
    let per_year = 365.25 * gaps.len() as f64 / gaps.iter().map(|&gap| f64::from(gap)).sum::<f64>();
    let ratio = spec.risk.days_per_year / per_year;
    if (1.0 / SPACING_BAND..=SPACING_BAND).contains(&ratio) {
        return None;
    }
    let (times, size) = if 1.0 < ratio { (ratio.sqrt(), "large") } else { (1.0 / ratio.sqrt(), "small") };
    Some(Alarm {
        key: "risk.days_per_year",
        sentence: format!(
            "Dates come {per_year:.0} to a year ({} dates, {} to {}), and `risk.days_per_year` is {}: every Sharpe ratio and annual volatility is {times:.1} times too \
             {size}. Say days_per_year = {per_year:.0}.",
            calendar.len(),
            calendar[0],
            calendar[calendar.len() - 1],
            spec.risk.days_per_year
        ),
    })
}

/// Are returns written in percent, where decimals are promised?
///
/// Told where the median of |target| is above `PERCENT` times the square root of the days that it spans, 0.01 being common in a day.
fn percent(spec: &Spec, data: &Dataset) -> Option<Alarm> {
    if spec.target.unit != TargetUnit::Return {
        return None;
    }
    let known = || (0..data.n_rows()).filter_map(|row| Some((data.target[row]?.abs(), data.known_on[row]?.0 - data.as_of[row].0 + 1)));
    let (mut sizes, mut days): (Vec<f64>, Vec<i32>) = known().unzip();
    if sizes.len() < FEW_GAPS {
        return None;
    }
    sizes.sort_unstable_by(f64::total_cmp);
    days.sort_unstable();
    let (size, days) = (sizes[sizes.len() / 2], days[days.len() / 2].max(1));
    (PERCENT * f64::from(days).sqrt() < size).then(|| Alarm {
        key: "target.unit",
        sentence: format!(
            "The target looks like a percentage: half of its {} values are beyond {size:.2} over {days} days, which as a return is {:.0} %; a day's return is commonly about 0.01. \
             Divide it by 100 in the SQL, or state `target.unit`.",
            sizes.len(),
            100.0 * size
        ),
    })
}

/// The signs in the models' forecasts: one that ranks targets it has not seen better than anything honest can.
pub(super) fn leaking_models(spec: &Spec, metrics: &Metrics) -> Vec<Alarm> {
    let mut found = Vec::new();
    for model in &spec.models {
        let (name, n_least) = match spec.kind {
            Kind::Market => (format!("error.{}.rank_ic", model.name), FEW_DATES),
            Kind::Credit => (format!("probability.{}.auc", model.name), 1),
        };
        let Some(metric) = metrics.0.get(&name).filter(|metric| n_least as u64 <= metric.n) else { continue };
        if let Some(rank) = metric.value.value().and_then(|&strength| dishonest(spec.kind, strength)) {
            found.push(Alarm {
                key: "leak.model",
                sentence: format!(
                    "Model `{}` ranks targets it has not seen with {rank}. Nothing honest does: its features together may hold what is known only later.",
                    model.name
                ),
            });
        }
    }
    found
}

/// A book whose accounts, kept a second time, come out otherwise: no number of it may be shown as good.
pub(super) fn disagreeing_accounts(model: &str, replay: &Replay) -> Option<Alarm> {
    let first = replay.faults.first()?;
    Some(Alarm {
        key: "book.replay",
        sentence: format!(
            "The book of `{model}` was kept twice and does not agree: {} of {} checks fail, first: {first}. Believe no number of it.",
            replay.n_faults, replay.n_checks
        ),
    })
}

fn dishonest(kind: Kind, strength: f64) -> Option<String> {
    match kind {
        Kind::Market => (HONEST_RANK_IC < strength.abs()).then(|| format!("a mean rank IC of {strength:.3} (bound: {HONEST_RANK_IC} either way)")),
        Kind::Credit => (!(HONEST_AUC.start..=HONEST_AUC.end).contains(&strength))
            .then(|| format!("an AUC of {strength:.3} (bounds: {} to {})", HONEST_AUC.start, HONEST_AUC.end)),
    }
}

/// Features that alone rank the target better than anything honest can.
fn leaking_features(kind: Kind, data: &Dataset, strengths: &[(&str, &Outcome<f64>)]) -> Vec<Alarm> {
    if kind == Kind::Market && data.calendar().len() < FEW_DATES {
        return Vec::new();
    }
    let beyond = strengths.iter().filter_map(|(name, strength)| Some((name, strength.value().and_then(|&strength| dishonest(kind, strength))?)));
    let alarm = |(name, rank): (&&str, String)| Alarm {
        key: "leak.feature",
        sentence: format!(
            "Feature `{name}` alone ranks the target with {rank}. Nothing honest does: it may be known later than the SQL says. The truncation test \
             cannot see a column that is wrong about when it was known; if it is an outcome, list it in `outcomes`."
        ),
    };
    beyond.map(alarm).collect()
}

/// Does the day on which a target is known depend on the target?
///
/// Rows of one `as_of` (of one month, where dates have too few rows to hold both) are split by their target: 1 against 0, or above the
/// date's mean against the others. With s the days from `as_of`
/// to `known_on`, T is the sum over dates and over the rows of the first group of s less the date's mean; under a split by chance its
/// mean is 0 and its variance the sum over dates of a b / (n (n - 1)) times the sum of squares of s about its mean, for a of n
/// rows in the first group and b in the other. Told where T is beyond three standard deviations and the mean difference, T over the sum of
/// a b / n, is more than half a day and 5 % of the mean of s. Where it is, the newest training rows are a biased sample.
fn biased_known_on(data: &Dataset) -> Option<Alarm> {
    let rows: Vec<usize> = (0..data.n_rows()).filter(|&row| data.target[row].is_some() && data.known_on[row].is_some()).collect();
    let (by_date, group) = (spans(data, &rows, |day| day), "`as_of`");
    let (spans, group) = if 2 * by_date.n_rows < rows.len() { (spans(data, &rows, Day::month_start), "month") } else { (by_date, group) };
    if !spans.differ() {
        return None;
    }
    let is_binary = data.target.iter().flatten().all(|&target| target == 0.0 || target == 1.0);
    let (first, other) = if is_binary { ("outcome 1", "outcome 0") } else { ("a target above the mean of its date", "another") };
    let (sooner_or_later, days) = if spans.difference < 0.0 { ("sooner", -spans.difference) } else { ("later", spans.difference) };
    Some(Alarm {
        key: "known_on.outcome",
        sentence: format!(
            "`known_on` depends on the outcome: among rows of the same {group}, those with {first} are known {days:.1} days {sooner_or_later} than those with \
             {other} (mean {:.1} days after as_of, {} rows, {} groups). The newest training rows are then a biased sample. Let known_on be the end of \
             the horizon, whatever the outcome.",
            spans.mean, spans.n_rows, spans.n_groups
        ),
    })
}

/// Days from `as_of` to `known_on` in groups of rows that hold both outcomes.
struct Spans {
    n_rows: usize,
    n_groups: usize,
    mean: f64,
    /// Mean of the first outcome less that of the other, within groups.
    difference: f64,
    /// Sum of the first outcome's days less what a split by chance would give, in standard deviations.
    deviations: f64,
}

impl Spans {
    fn differ(&self) -> bool {
        SPAN_DEVIATIONS < self.deviations.abs() && SPAN_DAYS.max(SPAN_SHARE * self.mean) < self.difference.abs()
    }
}

fn spans(data: &Dataset, rows: &[usize], group: impl Fn(Day) -> Day) -> Spans {
    let (mut total, mut variance, mut weight, mut sum, mut n_rows, mut n_groups) = (0.0, 0.0, 0.0, 0.0, 0, 0);
    for date in rows.chunk_by(|&a, &b| group(data.as_of[a]) == group(data.as_of[b])) {
        let span = |row: usize| data.known_on[row].map_or(0.0, |known| f64::from(known.0 - data.as_of[row].0));
        let target = |row: usize| data.target[row].unwrap_or(0.0);
        let n = date.len() as f64;
        let middle = date.iter().map(|&row| target(row)).sum::<f64>() / n;
        let mean = date.iter().map(|&row| span(row)).sum::<f64>() / n;
        let above: Vec<f64> = date.iter().filter(|&&row| middle < target(row)).map(|&row| span(row) - mean).collect();
        let (a, b) = (above.len() as f64, n - above.len() as f64);
        if a == 0.0 || b == 0.0 {
            continue;
        }
        total += above.iter().sum::<f64>();
        variance += a * b / (n * (n - 1.0)) * date.iter().map(|&row| (span(row) - mean).powi(2)).sum::<f64>();
        weight += a * b / n;
        sum += n * mean;
        n_rows += date.len();
        n_groups += 1;
    }
    if n_groups == 0 {
        return Spans { n_rows, n_groups, mean: 0.0, difference: 0.0, deviations: 0.0 };
    }
    // Where no span differs from another, neither do their sums.
    let deviations = if variance == 0.0 { 0.0 } else { total / variance.sqrt() };
    Spans { n_rows, n_groups, mean: sum / n_rows as f64, difference: total / weight, deviations }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten loans a date on forty dates, every fifth a default; days until the outcome is known.
    fn loans(known_after: impl Fn(usize, bool) -> i32) -> Dataset {
        let rows = 0..400;
        let is_default = |row: usize| row.is_multiple_of(5);
        let as_of: Vec<Day> = rows.clone().map(|row| Day(row as i32 / 10)).collect();
        Dataset {
            known_on: rows.clone().map(|row| Some(as_of[row].plus_days(known_after(row, is_default(row))))).collect(),
            target: rows.map(|row| Some(f64::from(u8::from(is_default(row))))).collect(),
            entity: vec![0; 400],
            as_of,
            ..Dataset::default()
        }
    }

    #[test]
    fn an_outcome_known_sooner_because_it_is_bad_is_told_with_its_numbers() {
        // Defaults are known after 100 days, the others after 365: 265 days sooner, the mean being (100 + 4 x 365) / 5 = 312.
        let alarm = biased_known_on(&loans(|_, is_default| if is_default { 100 } else { 365 })).expect("an alarm");
        assert_eq!(alarm.key, "known_on.outcome");
        let numbers = "those with outcome 1 are known 265.0 days sooner than those with outcome 0 (mean 312.0 days after as_of, 400 rows, 40 groups)";
        assert!(alarm.sentence.contains(numbers), "{}", alarm.sentence);
    }

    #[test]
    fn a_horizon_that_differs_by_date_or_by_chance_is_not_told() {
        assert_eq!(biased_known_on(&loans(|_, _| 365)), None);
        // Months are of 28 to 31 days, and what they hold is a matter of calendars.
        assert_eq!(biased_known_on(&loans(|row, _| 365 + row as i32 / 10 % 4)), None);
        // Loans of two terms, whatever becomes of them.
        assert_eq!(biased_known_on(&loans(|row, _| if row / 5 % 2 == 0 { 365 } else { 1095 })), None);
        // A day of thirty is not worth a word.
        assert_eq!(biased_known_on(&loans(|_, is_default| if is_default { 364 } else { 365 })), None);
    }

    #[test]
    fn a_loan_a_date_is_compared_within_its_month() {
        // 13 months from 1 January 1970, and four days without a default; every fifth loan defaults and is known after 100 days.
        let mut data = loans(|_, is_default| if is_default { 100 } else { 365 });
        data.known_on.iter_mut().enumerate().for_each(|(row, known)| *known = known.map(|day| Day(day.0 - row as i32 / 10 + row as i32)));
        data.as_of = (0..400).map(Day).collect();
        let alarm = biased_known_on(&data).expect("an alarm");
        let numbers = "among rows of the same month, those with outcome 1 are known 265.0 days sooner";
        assert!(alarm.sentence.contains(numbers) && alarm.sentence.contains("396 rows, 13 groups"), "{}", alarm.sentence);
    }

    #[test]
    fn returns_are_split_at_the_mean_of_their_date() {
        let mut data = loans(|_, is_default| if is_default { 5 } else { 1 });
        data.target = (0..400).map(|row| Some(if row % 5 == 0 { 0.02 } else { -0.01 } + f64::from(row / 10))).collect();
        let alarm = biased_known_on(&data).expect("an alarm");
        assert!(
            alarm.sentence.contains("those with a target above the mean of its date are known 4.0 days later than those with another"),
            "{}",
            alarm.sentence
        );
    }

    /// The names of features of these strengths that are told of.
    fn named(kind: Kind, data: &Dataset, strengths: &[(&'static str, f64)]) -> Vec<String> {
        let values: Vec<_> = strengths.iter().map(|strength| Outcome::Value(strength.1)).collect();
        let strengths: Vec<_> = strengths.iter().zip(&values).map(|(strength, value)| (strength.0, value)).collect();
        let found = leaking_features(kind, data, &strengths);
        found.into_iter().map(|alarm| alarm.sentence.split('`').nth(1).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_feature_that_ranks_too_well_either_way_is_named() {
        let data = loans(|_, _| 365);
        let credit = [("recoveries", 0.946), ("score", 0.72), ("reversed", 0.09), ("at_the_bound", 0.9)];
        assert_eq!(named(Kind::Credit, &data, &credit), ["recoveries", "reversed"]);
        let market = [("tomorrow", 0.25), ("momentum", 0.05), ("reversed", -0.21), ("at_the_bound", 0.2)];
        assert_eq!(named(Kind::Market, &data, &market), ["tomorrow", "reversed"]);
    }

    #[test]
    fn nine_dates_are_too_few_for_a_rank_ic_to_smell() {
        let mut data = loans(|_, _| 1);
        data.as_of.iter_mut().for_each(|day| *day = Day(day.0 % 9));
        data.as_of.sort_unstable();
        assert!(named(Kind::Market, &data, &[("x", 0.9)]).is_empty());
        assert_eq!(named(Kind::Credit, &data, &[("x", 0.95)]), ["x"]);
    }
}
