//! Default probabilities: are defaults told from the rest, and do they come as often as forecast? The family's list is below.

mod calibration;
mod cutoff;
mod discrimination;
mod paired_auc;
mod score;

pub use calibration::{BINOMIAL, HOSMER_LEMESHOW, JEFFREYS, NORMAL};
pub use cutoff::{ACCURACY, F1, PRECISION, RECALL};
pub use discrimination::{AUC, GINI, KS};
pub use paired_auc::{AUC_DIFFERENCE, DISCRIMINATION, paired_auc};
pub use score::{BRIER, LOG_LOSS, MEAN_PD, N_DEFAULTS, N_SCORED, OBSERVED_RATE};

use super::calibration::Calibration;
use super::compare::Comparison;
use super::discrimination::Discrimination;
use super::measure::Measure;
use super::probability::{Confusion, ProbabilityScores};
use super::{Grouped, Outcome};

/// A group of probability forecasts.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilityCase {
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

/// Every measure of a default probability, in the order of the page.
pub const PROBABILITY: &[&Measure<ProbabilityCase>] = &[
    &N_SCORED,
    &N_DEFAULTS,
    &AUC,
    &GINI,
    &KS,
    &BRIER,
    &LOG_LOSS,
    &MEAN_PD,
    &OBSERVED_RATE,
    &ACCURACY,
    &PRECISION,
    &RECALL,
    &F1,
    &JEFFREYS,
    &BINOMIAL,
    &NORMAL,
    &HOSMER_LEMESHOW,
];
