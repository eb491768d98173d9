//! Features: coverage, distribution, drift and single-feature strength.

use rayon::prelude::*;
use serde::Serialize;

use super::Facts;
use super::PSI_WORST;
use super::metric::Metrics;
use crate::day::Day;
use crate::feature::Dataset;
use crate::spec::{Kind, Spec};
use crate::stat::describe::describe_sorted;
use crate::stat::drift::drift_of_sorted;
use crate::stat::measure::Unit;
use crate::stat::panel::Panel;
use crate::stat::radix::{Number as _, merged};
use crate::stat::{Description, Drift, Outcome, describe, discrimination};

/// Bins of the drift index.
const N_DRIFT_BINS: usize = 10;
/// Bars of the tiny distribution.
const N_SPARK_BINS: usize = 24;

/// One feature, looked at over every row of the view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureSummary {
    /// Column name.
    pub name: String,
    /// Rows with a value / all rows.
    pub coverage: f64,
    /// First `as_of` with a value.
    pub first_valid: Option<Day>,
    /// Mean, sd, quantiles.
    pub description: Outcome<Description>,
    /// Heights of equally wide bins between the 1 % and 99 % quantiles.
    pub distribution: Vec<f64>,
    /// Whether all names have the same value on every date: a series of the market or the economy, not of a name.
    pub is_market_wide: bool,
    /// Rows of an entity before its first value, the median over entities; the feature's history fills in them.
    pub n_warm_up: u32,
    /// Population stability of the last year against all before, without the first `n_warm_up` rows of every entity.
    pub drift: Outcome<Drift>,
    /// Mean daily rank IC (market) or AUC (credit) of the feature alone, on all rows with a known target: a description, not a forecast.
    pub strength: Outcome<f64>,
}

impl FeatureSummary {
    /// The quantile at one of the shares that are described.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Outcome<f64> {
        self.description.as_ref().and_then(|found| {
            let point = found.quantiles.iter().find(|point| point.share == share);
            point.map_or_else(|| Outcome::undefined("not a share that is described"), |point| Outcome::Value(point.value))
        })
    }
}

/// Puts the largest drift among the metrics.
pub(super) fn worst_drift(facts: &Facts<'_>, features: &[FeatureSummary], metrics: &mut Metrics) {
    let worst = features.iter().filter_map(|feature| feature.drift.value()).map(|drift| drift.psi).reduce(f64::max);
    let worst = worst.map_or_else(|| Outcome::undefined("no feature has a year to compare with what came before"), Outcome::Value);
    metrics.put(PSI_WORST.to_owned(), worst, Unit::Number, facts.data.n_rows());
}

/// Looks at every feature over every row of the view.
#[must_use]
pub fn features(spec: &Spec, data: &Dataset) -> Vec<FeatureSummary> {
    let known: Vec<u32> = (0..data.n_rows() as u32).filter(|&row| data.target[row as usize].is_some()).collect();
    let known = Known::new(spec.kind, data, known);
    let ages = ages(data);
    (0..data.feature_names.len())
        .into_par_iter()
        .map(|idx| {
            let column = data.features.column(idx);
            let n_valid = column.iter().filter(|value| !value.is_nan()).count();
            let is_market_wide = is_market_wide(column, &data.as_of);
            let n_warm_up = warm_up(column, &data.entity, &ages, data.entities.len());
            let (description, drift) = if is_market_wide {
                let why = "all rows of a date have the same value, so that a year holds few values that are independent";
                (describe(column), Outcome::undefined(why))
            } else {
                described(column, &data.as_of, |row| n_warm_up <= ages[row])
            };
            FeatureSummary {
                name: data.feature_names[idx].clone(),
                coverage: n_valid as f64 / column.len() as f64,
                first_valid: column.iter().position(|value| !value.is_nan()).map(|row| data.as_of[row]),
                distribution: description.value().map_or(Vec::new(), |description| heights(column, description)),
                description,
                is_market_wide,
                n_warm_up,
                drift,
                strength: match spec.kind {
                    Kind::Market if is_market_wide => Outcome::undefined("same value for every name, so it cannot rank"),
                    Kind::Market | Kind::Credit => known.strength(column),
                },
            }
        })
        .collect()
}

/// How many rows of its entity lie before each row.
fn ages(data: &Dataset) -> Vec<u32> {
    let mut seen = vec![0; data.entities.len()];
    let age = |&entity: &u32| {
        let n = &mut seen[entity as usize];
        *n += 1;
        *n - 1
    };
    data.entity.iter().map(age).collect()
}

/// Whether no date has two values that differ, and some date has two.
fn is_market_wide(column: &[f32], as_of: &[Day]) -> bool {
    let mut is_shared = false;
    let mut last: Option<(Day, f32)> = None;
    for (&day, &value) in as_of.iter().zip(column).filter(|(_, value)| !value.is_nan()) {
        match last {
            Some((before, other)) if before == day && other.to_bits() != value.to_bits() => return false,
            Some((before, _)) if before == day => is_shared = true,
            Some(_) | None => last = Some((day, value)),
        }
    }
    is_shared
}

/// Rows of an entity before its first value: the median over the entities that have one.
fn warm_up(column: &[f32], entity: &[u32], ages: &[u32], n_entities: usize) -> u32 {
    let mut first = vec![None; n_entities];
    for ((&value, &entity), &age) in column.iter().zip(entity).zip(ages) {
        if !value.is_nan() {
            first[entity as usize].get_or_insert(age);
        }
    }
    let mut waits: Vec<u32> = first.into_iter().flatten().collect();
    waits.sort_unstable();
    waits.get(waits.len() / 2).copied().unwrap_or(0)
}

/// The whole column, and the last twelve months of rows that are compared against all before them, with how the earlier years differ.
///
/// Each part is sorted once: the column is their merge.
fn described(column: &[f32], as_of: &[Day], is_compared: impl Fn(usize) -> bool) -> (Outcome<Description>, Outcome<Drift>) {
    let (rows, others): (Vec<usize>, Vec<usize>) = (0..column.len()).partition(|&row| is_compared(row));
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
        return (describe(column), Outcome::undefined("no entity has a full history"));
    };
    let end = |years: i32| as_of[last].plus_months(-12 * years);
    let until = |day: Day| rows.partition_point(|&row| as_of[row] <= day);
    let values: Vec<f32> = rows.iter().map(|&row| column[row]).collect();
    let (reference, current) = values.split_at(until(end(1)));
    // A year that the data do not reach back to the start of is no whole one.
    let whole = (2..).map(end).take_while(|&start| as_of[first] <= start);
    let periods: Vec<_> = (1..).zip(whole).map(|(year, start)| until(start)..until(end(year))).collect();
    let others: Vec<f32> = others.into_iter().map(|row| column[row]).collect();
    let [before, year, others] = [reference, current, &others].map(f32::present);
    let description = describe_sorted(&merged(&merged(&before, &others), &year), column.len());
    (description, drift_of_sorted((reference, &before), &periods, (current.len(), &year), N_DRIFT_BINS))
}

/// What came, as a feature's strength is held against it; shared by all features.
enum Known {
    /// The order of the names of each date.
    Market(Vec<u32>, Panel),
    /// Defaults.
    Credit(Vec<u32>, Vec<bool>),
}

impl Known {
    /// * `rows`: those with a known target.
    fn new(kind: Kind, data: &Dataset, rows: Vec<u32>) -> Self {
        let targets = rows.iter().filter_map(|&row| data.target[row as usize]);
        match kind {
            Kind::Market => {
                let panel = Panel::new(rows.iter().map(|&row| data.as_of[row as usize].0 as u32), targets.collect());
                Self::Market(rows, panel)
            }
            Kind::Credit => {
                let is_default = targets.map(|target| target == 1.0).collect();
                Self::Credit(rows, is_default)
            }
        }
    }

    fn strength(&self, column: &[f32]) -> Outcome<f64> {
        match self {
            Self::Market(rows, panel) => panel.strength(|at| column[rows[at] as usize]),
            Self::Credit(rows, is_default) => {
                let present =
                    || rows.iter().zip(is_default).map(|(&row, &default)| (column[row as usize], default)).filter(|(value, _)| !value.is_nan());
                let values: Vec<f64> = present().map(|(value, _)| f64::from(value)).collect();
                let is_default: Vec<bool> = present().map(|(_, default)| default).collect();
                discrimination(&values, &is_default).map(|found| found.auc)
            }
        }
    }
}

/// Heights of equally wide bins between the 1 % and 99 % quantiles; the tails beyond are left out of the picture.
fn heights(column: &[f32], description: &Description) -> Vec<f64> {
    let at = |share: f64| description.quantiles.iter().find(|point| point.share == share).map(|point| point.value);
    let (Some(low), Some(high)) = (at(0.01), at(0.99)) else { return Vec::new() };
    let width = (high - low) / N_SPARK_BINS as f64;
    let mut heights = vec![0.0; N_SPARK_BINS];
    for value in column.iter().map(|&value| f64::from(value)).filter(|value| (low..=high).contains(value)) {
        let bin = if width > 0.0 { ((value - low) / width) as usize } else { 0 };
        heights[bin.min(N_SPARK_BINS - 1)] += 1.0;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four names over five years of days; each name's rows begin when `listed` says.
    fn panel(listed: [i32; 4], value: impl Fn(usize, i32, u32) -> f32) -> (Vec<f32>, Vec<Day>, Vec<u32>, Vec<u32>) {
        let (mut column, mut as_of, mut entity, mut ages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for day in 0..5 * 365 {
            for (name, &first) in listed.iter().enumerate().filter(|(_, first)| **first <= day) {
                let age = (day - first) as u32;
                column.push(value(name, day, age));
                as_of.push(Day(day));
                entity.push(name as u32);
                ages.push(age);
            }
        }
        (column, as_of, entity, ages)
    }

    #[test]
    fn a_series_of_the_market_is_told_from_one_of_a_name() {
        let (column, as_of, ..) = panel([0, 0, 400, 400], |_, day, _| if day < 30 { f32::NAN } else { day as f32 });
        assert!(is_market_wide(&column, &as_of));
        let (column, as_of, ..) = panel([0, 0, 400, 400], |name, day, _| if day == 900 && name == 2 { 1.0 } else { 0.0 });
        assert!(!is_market_wide(&column, &as_of), "one value on one date differs");
        let alone: Vec<Day> = (0..9).map(Day).collect();
        assert!(!is_market_wide(&[1.0; 9], &alone), "a date with one name says nothing");
    }

    #[test]
    fn a_history_that_fills_is_no_drift() {
        // A year's momentum of names that are all there from the first day: missing in the first year only, the same ever after.
        let momentum = |name: usize, day: i32, age: u32| if age < 252 { f32::NAN } else { ((day * 7919 + name as i32 * 104_729) % 1000) as f32 };
        let (column, as_of, entity, ages) = panel([0, 0, 0, 0], momentum);
        let n_warm_up = warm_up(&column, &entity, &ages, 4);
        assert_eq!(n_warm_up, 252);
        let drift = described(&column, &as_of, |row| n_warm_up <= ages[row]).1.value().expect("five years").clone();
        assert!(drift.psi < 0.1, "{}", drift.psi);
        assert!(drift.bins.iter().all(|bin| !bin.is_missing));
        assert_eq!(drift.chance.value().expect("earlier years").n_periods, 3);
        // With the rows in which the history fills, the missing bin alone is taken for a shift.
        let (whole, filled) = described(&column, &as_of, |_| true);
        let filled = filled.value().expect("five years").clone();
        assert_eq!(whole, describe(&column), "sorted in parts, described as a whole");
        assert_eq!(described(&column, &as_of, |row| n_warm_up <= ages[row]).0, whole);
        assert!(0.25 < filled.psi, "{}", filled.psi);
    }
}
