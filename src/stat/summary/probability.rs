//! Probability forecasts: discrimination, accuracy, calibration; by year, window and segment, and against the baseline.

use std::ops::Range;

use rayon::prelude::*;

use super::catalogue::probability_prefix;
use super::mean::compare;
use super::tested::{Grouped, Tested, forecast_by, forecasts};
use crate::score::brier;
use crate::spec::{BookSpec, Quantity};
use crate::stat::compare::{COMPARISON, Comparison};
use crate::stat::credit::{AUC_DIFFERENCE, DISCRIMINATION, PROBABILITY, ProbabilityCase, ProbabilityGroup, paired_auc};
use crate::stat::measure::{Answer, Assessed, Decision, Design, Subject, Test, decide, take};
use crate::stat::{Discrimination, Outcome, calibration, confusion, discrimination, probability_scores};
use crate::walk::Series;

/// Bands of the calibration table.
const N_BANDS: usize = 10;
/// Cut-off of the confusion matrix where no loan book states one.
const DEFAULT_CUTOFF: f64 = 0.5;

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<ProbabilityCase>> {
    let baseline = tested.facts.spec.risk.baseline.as_ref().and_then(|model| tested.facts.predictions.find(model, Quantity::Probability));
    let cutoff = match &tested.facts.spec.book {
        Some(BookSpec::Loans(loans)) => loans.cutoff,
        Some(BookSpec::LongShort(_)) | None => DEFAULT_CUTOFF,
    };
    tested
        .series(|quantity| quantity == Quantity::Probability)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|series| {
            let case = one(tested, series, baseline, cutoff);
            let subject = Subject { model: series.model.clone(), entity: None, quantity: Some(Quantity::Probability) };
            let prefix = probability_prefix(&series.model);
            let mut found = take(PROBABILITY, &prefix, (&subject, case.all.n), &case, tested.entity_level());
            if let Some(comparison) = &case.comparison {
                let n = comparison.difference.value().map_or(0, |found| found.n);
                found.extend(take(COMPARISON, &prefix, (&subject, n), comparison, tested.level()));
                found.extend(take(DISCRIMINATION, &prefix, (&subject, n), comparison, tested.entity_level()));
            }
            Assessed { subject, case, found }
        })
        .collect()
}

/// The plan of the tests of a calibration; the level is their family's. `None` where there is none.
pub(super) fn plan(case: &ProbabilityCase, seed: u64) -> Option<Design> {
    let pool = case.calibration.value()?.pool.value()?;
    Some(Design { n: pool.n, promised: pool.pd, level: 0.0, var_to_shortfall: None, seed })
}

/// The model with the largest AUC, the next, and whether their difference is more than chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// The model with the largest AUC.
    pub first: String,
    /// The model with the next.
    pub second: String,
    /// DeLong's paired test on the rows that both forecast.
    pub test: Outcome<Test>,
    /// What it decides.
    pub decision: Decision,
}

/// `None` with fewer than two models that have an AUC.
pub(super) fn lead(tested: &Tested<'_>, judged: &[Assessed<ProbabilityCase>]) -> Option<Lead> {
    let auc = |one: &Assessed<ProbabilityCase>| one.case.discrimination.value().map(|found| found.auc);
    let mut ranked: Vec<(&str, f64)> = judged.iter().filter_map(|one| Some((one.subject.model.as_str(), auc(one)?))).collect();
    // Stable: of equals the one that stands first in the spec leads.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let [(first, _), (second, _), ..] = ranked[..] else { return None };
    let of = |model: &str| tested.facts.predictions.find(model, Quantity::Probability);
    let (a, b) = (of(first)?, of(second)?);
    let both = forecast_by(&[a, b], &tested.names);
    let test = paired_auc(&forecasts(a, &both), &forecasts(b, &both), &defaults(tested, &both));
    let decision = decide(&AUC_DIFFERENCE.about, &test.clone().map(Answer::Test), tested.entity_level()).unwrap_or(Decision::NotJudged);
    Some(Lead { first: first.to_owned(), second: second.to_owned(), test, decision })
}

fn one(tested: &Tested<'_>, series: &Series, baseline: Option<&Series>, cutoff: f64) -> ProbabilityCase {
    let positions = forecast_by(&[series], &tested.names);
    let predicted = forecasts(series, &positions);
    let is_default = defaults(tested, &positions);
    let spans = |groups: Vec<Grouped<Range<usize>>>| -> Vec<Grouped<ProbabilityGroup>> {
        let of = |Grouped { group, value }: Grouped<Range<usize>>| Grouped { group, value: scored(&predicted[value.clone()], &is_default[value]) };
        groups.into_par_iter().map(of).collect()
    };
    let of_segment = |Grouped { group, value: places }: Grouped<Vec<usize>>| {
        let predicted: Vec<f64> = places.iter().map(|&place| predicted[place]).collect();
        let is_default: Vec<bool> = places.iter().map(|&place| is_default[place]).collect();
        Grouped { group, value: scored(&predicted, &is_default) }
    };
    let parted = discrimination(&predicted, &is_default);
    ProbabilityCase {
        n_without_forecast: tested.names.len() - positions.len(),
        all: group(&predicted, &is_default, &parted),
        discrimination: parted,
        confusion: confusion(&predicted, &is_default, cutoff),
        calibration: calibration(&predicted, &is_default, N_BANDS),
        comparison: comparison(tested, series, baseline, &positions),
        by_year: spans(tested.by_year(&positions)),
        by_window: spans(tested.by_window(&positions)),
        by_segment: tested.by_segment(&positions).into_par_iter().map(of_segment).collect(),
    }
}

fn defaults(tested: &Tested<'_>, positions: &[usize]) -> Vec<bool> {
    tested.targets(positions).into_iter().map(|target| target == 1.0).collect()
}

fn scored(predicted: &[f64], is_default: &[bool]) -> ProbabilityGroup {
    group(predicted, is_default, &discrimination(predicted, is_default))
}

fn group(predicted: &[f64], is_default: &[bool], parted: &Outcome<Discrimination>) -> ProbabilityGroup {
    let parted = parted.as_ref();
    ProbabilityGroup {
        n: predicted.len(),
        scores: probability_scores(predicted, is_default),
        auc: parted.clone().map(|parted| parted.auc),
        ks: parted.map(|parted| parted.ks),
    }
}

/// Squared errors of probabilities (Brier), date by date.
fn comparison(tested: &Tested<'_>, series: &Series, baseline: Option<&Series>, positions: &[usize]) -> Option<Comparison> {
    let baseline = baseline.filter(|baseline| baseline.model != series.model)?;
    let both = forecast_by(&[series, baseline], positions);
    let realized = tested.targets(&both);
    let pairs = forecasts(series, &both).into_iter().zip(forecasts(baseline, &both));
    let losses: Vec<(f64, f64)> = realized.iter().zip(pairs).map(|(&y, (mine, theirs))| (brier(y, mine), brier(y, theirs))).collect();
    let ranking = paired_auc(&forecasts(series, &both), &forecasts(baseline, &both), &defaults(tested, &both));
    Some(compare(tested, &baseline.model, &tested.dates(&both), &losses, ranking))
}
