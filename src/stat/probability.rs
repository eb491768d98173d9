//! How good are forecast probabilities, by themselves and at a cut-off?

use serde::Serialize;

use super::Outcome;
use super::sample::{mean, reject};
use crate::score;

/// Scores of forecast probabilities; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ProbabilityScores {
    /// Rows.
    pub n: usize,
    /// Defaults among them.
    pub n_defaults: usize,
    /// Mean forecast.
    pub mean_predicted: f64,
    /// Share of defaults.
    pub observed_rate: f64,
    /// Mean squared distance of the forecast from what came (0 or 1).
    pub brier: f64,
    /// Mean negative log likelihood, natural logs, forecasts kept [`score::LOG_LOSS_MARGIN`] away from 0 and 1.
    pub log_loss: f64,
}

/// Decisions at a cut-off: flagged when the forecast is at or above it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// The cut-off.
    pub cutoff: f64,
    /// Rows.
    pub n: usize,
    /// Flagged and defaulted.
    pub n_true_positive: usize,
    /// Flagged and did not default.
    pub n_false_positive: usize,
    /// Not flagged and did not default.
    pub n_true_negative: usize,
    /// Not flagged and defaulted.
    pub n_false_negative: usize,
    /// Share of rows decided rightly.
    pub accuracy: f64,
    /// Share of the flagged that defaulted; undefined when none is flagged.
    pub precision: Outcome<f64>,
    /// Share of the defaults that were flagged; undefined without defaults.
    pub recall: Outcome<f64>,
    /// Harmonic mean of precision and recall; undefined where either is, zero where both are zero.
    pub f1: Outcome<f64>,
}

/// Brier score and log loss of forecast probabilities, means of [`score::brier`] and [`score::log_loss`].
///
/// Undefined without forecasts or with one outside [0, 1].
pub fn probability_scores(predicted: &[f64], is_default: &[bool]) -> Outcome<ProbabilityScores> {
    if let Some(reason) = reject_probabilities(predicted, is_default) {
        return Outcome::undefined(reason);
    }
    let n = predicted.len();
    let n_defaults = is_default.iter().filter(|&&default| default).count();
    let mean_of = |loss: fn(f64, f64) -> f64| {
        predicted.iter().zip(is_default).map(|(&p, &default)| loss(f64::from(u8::from(default)), p)).sum::<f64>() / n as f64
    };
    let (brier, log_loss) = (mean_of(score::brier), mean_of(score::log_loss));
    let observed_rate = n_defaults as f64 / n as f64;
    Outcome::Value(ProbabilityScores { n, n_defaults, mean_predicted: mean(predicted), observed_rate, brier, log_loss })
}

/// Accuracy, precision, recall and F1 when forecasts at or above `cutoff` are flagged.
///
/// Undefined without forecasts or with one outside [0, 1].
pub fn confusion(predicted: &[f64], is_default: &[bool], cutoff: f64) -> Outcome<Confusion> {
    if let Some(reason) = reject_probabilities(predicted, is_default) {
        return Outcome::undefined(reason);
    }
    let count = |flagged: bool, default: bool| predicted.iter().zip(is_default).filter(|&(p, &d)| (cutoff <= *p) == flagged && d == default).count();
    let (hit, alarm, quiet, miss) = (count(true, true), count(true, false), count(false, false), count(false, true));
    let n = predicted.len();
    let share = |part: usize, whole: usize, reason: &str| match whole {
        0 => Outcome::undefined(reason),
        whole => Outcome::Value(part as f64 / whole as f64),
    };
    let precision = share(hit, hit + alarm, "no row is flagged");
    let recall = share(hit, hit + miss, "there is no default");
    let f1 = precision.as_ref().and_then(|_| recall.as_ref().and_then(|_| share(2 * hit, 2 * hit + alarm + miss, "no row is flagged")));
    Outcome::Value(Confusion {
        cutoff,
        n,
        n_true_positive: hit,
        n_false_positive: alarm,
        n_true_negative: quiet,
        n_false_negative: miss,
        accuracy: (hit + quiet) as f64 / n as f64,
        precision,
        recall,
        f1,
    })
}

/// The reason forecasts are no probabilities.
pub(super) fn reject_probabilities(predicted: &[f64], is_default: &[bool]) -> Option<String> {
    assert_eq!(predicted.len(), is_default.len(), "one outcome per forecast");
    reject(predicted, 1, "forecasts").or_else(|| {
        let idx = predicted.iter().position(|p| !(0.0..=1.0).contains(p))?;
        Some(format!("forecast {} is {}, no probability", idx + 1, predicted[idx]))
    })
}

#[cfg(test)]
pub(super) fn golden_sample() -> (Vec<f64>, Vec<bool>) {
    // The synthetic sample of tests/golden/auc_ks.py.
    let score: Vec<f64> = (0..500).map(|i| f64::from(i * 37 % 101 + 1) / 103.0).collect();
    let is_default = (0..500).zip(&score).map(|(i, s)| f64::from((i * i * 13 + 7 * i + 5) % 97) < 6.0 + s * 40.0).collect();
    (score, is_default)
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn scores_and_decisions_agree_with_scikit_learn() {
        // tests/golden/auc_ks.py: sklearn brier_score_loss, log_loss, confusion_matrix and the rest at 0.5.
        let (score, is_default) = golden_sample();
        let scores = *probability_scores(&score, &is_default).value().expect("probabilities");
        assert_close(scores.brier, 0.269_876_331_416_721_7, 1e-12);
        assert_close(scores.log_loss, 0.793_284_669_515_929_2, 1e-12);
        assert_close(scores.observed_rate, 0.292, 1e-12);
        let at_half = confusion(&score, &is_default, 0.5).value().expect("probabilities").clone();
        let Confusion { n_true_negative, n_false_positive, n_false_negative, n_true_positive, .. } = at_half;
        assert_eq!((n_true_negative, n_false_positive, n_false_negative, n_true_positive), (205, 149, 48, 98));
        assert_close(at_half.accuracy, 0.606, 1e-12);
        assert_close(*at_half.precision.value().expect("flagged"), 0.396_761_133_603_238_9, 1e-12);
        assert_close(*at_half.recall.value().expect("defaults"), 0.671_232_876_712_328_8, 1e-12);
        assert_close(*at_half.f1.value().expect("both"), 0.498_727_735_368_956_76, 1e-12);
    }

    #[test]
    fn a_sure_and_wrong_forecast_costs_the_log_of_the_margin() {
        let scores = *probability_scores(&[0.0, 1.0], &[true, false]).value().expect("probabilities");
        assert_close(scores.log_loss, 34.54, 0.02);
        assert_close(scores.brier, 1.0, 0.0);
        let right = *probability_scores(&[0.0, 1.0], &[false, true]).value().expect("probabilities");
        assert_close(right.log_loss, 0.0, 1e-14);
    }

    #[test]
    fn undefined_shares_have_reasons_and_a_forecast_at_the_cutoff_is_flagged() {
        let none = confusion(&[0.1, 0.2], &[true, false], 0.5).value().expect("probabilities").clone();
        assert_eq!(none.precision, Outcome::undefined("no row is flagged"));
        assert_eq!((none.recall, none.f1), (Outcome::Value(0.0), Outcome::undefined("no row is flagged")));
        let good = confusion(&[0.5, 0.2], &[false, false], 0.5).value().expect("probabilities").clone();
        assert_eq!((good.n_false_positive, good.precision), (1, Outcome::Value(0.0)));
        assert_eq!((good.recall, good.f1), (Outcome::undefined("there is no default"), Outcome::undefined("there is no default")));
        let wrong = confusion(&[0.9, 0.1], &[false, true], 0.5).value().expect("probabilities").clone();
        assert_eq!(wrong.f1, Outcome::Value(0.0));
        assert_eq!(probability_scores(&[1.5], &[true]), Outcome::undefined("forecast 1 is 1.5, no probability"));
    }
}
