//! Probability forecasts: discrimination, accuracy, calibration; by year, window and segment, and against the baseline.

use serde::Serialize;

use super::mean::{Comparison, compare, put_comparison};
use super::metric::{Metrics, Unit};
use super::tested::{Grouped, Positions, Tested, forecast_by, forecasts};
use crate::score::brier;
use crate::spec::{BookSpec, Quantity};
use crate::stat::{Calibration, Confusion, Discrimination, Outcome, ProbabilityScores, calibration, confusion, discrimination, probability_scores};
use crate::walk::Series;

/// Bands of the calibration table.
const N_BANDS: usize = 10;
/// Cut-off of the confusion matrix where no loan book states one.
const DEFAULT_CUTOFF: f64 = 0.5;

/// A group of probability forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbabilityGroup {
    /// Rows with a forecast and a known target.
    pub n: usize,
    /// Brier, log loss, mean forecast, observed rate.
    pub scores: Outcome<ProbabilityScores>,
    /// Area under the ROC curve.
    pub auc: Outcome<f64>,
    /// Kolmogorov-Smirnov distance.
    pub ks: Outcome<f64>,
}

/// One model's probability forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbabilitySummary {
    /// Model name.
    pub model: String,
    /// Rows with a known target and no forecast.
    pub n_without_forecast: usize,
    /// All rows.
    pub all: ProbabilityGroup,
    /// AUC with its interval, Gini, KS, ROC.
    pub discrimination: Outcome<Discrimination>,
    /// Counts and rates at the cut-off.
    pub confusion: Outcome<Confusion>,
    /// Forecasts against observed rates by band.
    pub calibration: Outcome<Calibration>,
    /// Brier score against the baseline's; `None` for the baseline itself or where the spec names none.
    pub comparison: Option<Comparison>,
    /// By calendar year of `as_of`.
    pub by_year: Vec<Grouped<ProbabilityGroup>>,
    /// By window.
    pub by_window: Vec<Grouped<ProbabilityGroup>>,
    /// By the spec's segment.
    pub by_segment: Vec<Grouped<ProbabilityGroup>>,
}

pub(super) fn summarize(tested: &Tested<'_>, metrics: &mut Metrics) -> Vec<ProbabilitySummary> {
    let names = tested.names();
    let baseline = tested.facts.spec.risk.baseline.as_ref().and_then(|model| tested.facts.predictions.find(model, Quantity::Probability));
    let cutoff = match &tested.facts.spec.book {
        Some(BookSpec::Loans(loans)) => loans.cutoff,
        Some(BookSpec::LongShort(_)) | None => DEFAULT_CUTOFF,
    };
    tested
        .series(|quantity| quantity == Quantity::Probability)
        .map(|series| {
            let summary = one(tested, series, baseline, &names, cutoff);
            put(&summary, metrics);
            summary
        })
        .collect()
}

fn one(tested: &Tested<'_>, series: &Series, baseline: Option<&Series>, names: &Positions, cutoff: f64) -> ProbabilitySummary {
    let positions = forecast_by(&[series], names);
    let predicted = forecasts(series, &positions);
    let is_default = defaults(tested, &positions);
    let groups = |groups: Vec<Grouped<Positions>>| {
        groups.into_iter().map(|Grouped { group, value }| Grouped { group, value: scored(tested, series, &value) }).collect()
    };
    ProbabilitySummary {
        model: series.model.clone(),
        n_without_forecast: names.len() - positions.len(),
        all: scored(tested, series, &positions),
        discrimination: discrimination(&predicted, &is_default),
        confusion: confusion(&predicted, &is_default, cutoff),
        calibration: calibration(&predicted, &is_default, N_BANDS),
        comparison: comparison(tested, series, baseline, &positions),
        by_year: groups(tested.by_year(&positions)),
        by_window: groups(tested.by_window(&positions)),
        by_segment: groups(tested.by_segment(&positions)),
    }
}

fn defaults(tested: &Tested<'_>, positions: &Positions) -> Vec<bool> {
    tested.targets(positions).into_iter().map(|target| target == 1.0).collect()
}

fn scored(tested: &Tested<'_>, series: &Series, positions: &Positions) -> ProbabilityGroup {
    let predicted = forecasts(series, positions);
    let is_default = defaults(tested, positions);
    let parted = discrimination(&predicted, &is_default);
    let parted = parted.as_ref();
    ProbabilityGroup {
        n: positions.len(),
        scores: probability_scores(&predicted, &is_default),
        auc: parted.clone().map(|parted| parted.auc),
        ks: parted.map(|parted| parted.ks),
    }
}

/// Squared errors of probabilities (Brier), date by date.
fn comparison(tested: &Tested<'_>, series: &Series, baseline: Option<&Series>, positions: &Positions) -> Option<Comparison> {
    let baseline = baseline.filter(|baseline| baseline.model != series.model)?;
    let both = forecast_by(&[series, baseline], positions);
    let realized = tested.targets(&both);
    let pairs = forecasts(series, &both).into_iter().zip(forecasts(baseline, &both));
    let losses: Vec<f64> = realized.iter().zip(pairs).map(|(&y, (mine, theirs))| brier(y, mine) - brier(y, theirs)).collect();
    Some(compare(tested, &baseline.model, &both, &losses))
}

fn put(summary: &ProbabilitySummary, metrics: &mut Metrics) {
    let name = |metric: &str| format!("probability.{}.{metric}", summary.model);
    let n = summary.all.n;
    let parted = summary.discrimination.as_ref();
    metrics.put(name("n"), Outcome::Value(n as f64), Unit::Count, n);
    metrics.put(name("auc"), parted.clone().map(|parted| parted.auc), Unit::Number, n);
    metrics.put(name("auc_low"), parted.clone().and_then(|parted| parted.auc_interval.as_ref().map(|interval| interval.low)), Unit::Number, n);
    metrics.put(name("gini"), parted.clone().map(|parted| parted.gini), Unit::Number, n);
    metrics.put(name("ks"), parted.map(|parted| parted.ks), Unit::Number, n);
    let scores = summary.all.scores.as_ref();
    metrics.put(name("brier"), scores.clone().map(|scores| scores.brier), Unit::Number, n);
    metrics.put(name("log_loss"), scores.clone().map(|scores| scores.log_loss), Unit::Number, n);
    metrics.put(name("mean_predicted"), scores.clone().map(|scores| scores.mean_predicted), Unit::Share, n);
    metrics.put(name("observed_rate"), scores.map(|scores| scores.observed_rate), Unit::Share, n);
    let confused = summary.confusion.as_ref();
    metrics.put(name("accuracy"), confused.clone().map(|confused| confused.accuracy), Unit::Share, n);
    metrics.put(name("precision"), confused.clone().and_then(|confused| confused.precision.clone()), Unit::Share, n);
    metrics.put(name("recall"), confused.clone().and_then(|confused| confused.recall.clone()), Unit::Share, n);
    metrics.put(name("f1"), confused.and_then(|confused| confused.f1.clone()), Unit::Number, n);
    let calibrated = summary.calibration.as_ref();
    metrics.put(
        name("hosmer_lemeshow_p"),
        calibrated.clone().and_then(|found| found.hosmer_lemeshow.as_ref().map(|test| test.p_value)),
        Unit::PValue,
        n,
    );
    metrics.put(name("jeffreys_p"), calibrated.and_then(|found| found.pool.as_ref().map(|test| test.jeffreys_p)), Unit::PValue, n);
    put_comparison(&name, summary.comparison.as_ref(), metrics);
}
