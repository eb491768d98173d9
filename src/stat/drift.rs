//! Has a feature or a forecast moved since the model learnt it? The population stability index.

use serde::Serialize;

use super::Outcome;
use super::distribution::chi_square_upper_quantile;
use super::sample::quantile;

/// A bin, its counts and what it adds to the index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftBin {
    /// Values above this fall in; `None`: no lower edge.
    pub above: Option<f64>,
    /// Values up to and with this fall in; `None`: no upper edge.
    pub up_to: Option<f64>,
    /// Whether this is the bin of missing values.
    pub is_missing: bool,
    /// Rows of the reference.
    pub n_reference: usize,
    /// Current rows.
    pub n_current: usize,
    /// Part of the index; the parts sum to it.
    pub contribution: f64,
}

/// The population stability index of current rows against a reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Rows of the reference, missing ones included.
    pub n_reference: usize,
    /// Current rows, missing ones included.
    pub n_current: usize,
    /// The index; 0 for equal distributions. Customary: below 0.1 stable, above 0.25 shifted.
    pub psi: f64,
    /// Yurdakul's 5 % critical value: chance alone stays below it 19 times in 20.
    pub critical_value: f64,
    /// Bins in ascending order, the missing one last and only where a value is missing.
    pub bins: Vec<DriftBin>,
}

/// How empty bins are treated, for the report.
pub const EMPTY_BIN_RULE: &str = "a bin empty on one side counts as half a row there; a bin empty on both sides is left out";

/// Population stability index: sum over bins of (c - r) ln(c / r), with c and r the shares of current and reference rows.
///
/// Edges are the reference's quantiles at 1/k .. (k - 1)/k (type 7) and stay frozen; equal edges are one, so a feature
/// with few values has fewer bins. A bin holds values above its lower edge up to and with its upper one. Missing values
/// (NaN) are a bin of their own. Empty bins: [`EMPTY_BIN_RULE`]; shares are not rescaled for it.
///
/// Yurdakul: without drift the index is about (1/n_reference + 1/n_current) times a chi-square with bins - 1 degrees of
/// freedom; with many rows the customary 0.1 is far above chance, with few far below.
///
/// * `n_bins`: k, at least 2; ten are customary. f32 and f64 are compared in f64.
///
/// Undefined without rows on either side, with every reference value missing, or with an infinite value.
/// Source: Siddiqi (2006), Credit Risk Scorecards; Yurdakul (2018), Statistical properties of population stability index.
pub fn drift<T: Copy + Into<f64>>(reference: &[T], current: &[T], n_bins: usize) -> Outcome<Drift> {
    assert!(2 <= n_bins, "an index needs two bins, was asked for {n_bins}");
    let (reference_values, current_values) = (present(reference), present(current));
    if reference.is_empty() || current.is_empty() {
        return Outcome::undefined(format!("{} reference and {} current rows", reference.len(), current.len()));
    }
    if reference_values.is_empty() {
        return Outcome::undefined("every value of the reference is missing");
    }
    if reference_values.iter().chain(&current_values).any(|value| value.is_infinite()) {
        return Outcome::undefined("a value is infinite");
    }
    let mut edges: Vec<f64> = (1..n_bins).filter_map(|i| quantile(&reference_values, i as f64 / n_bins as f64)).collect();
    edges.dedup();
    let from = counts(&reference_values, &edges, reference.len());
    let to = counts(&current_values, &edges, current.len());
    let mut bins = Vec::with_capacity(from.len());
    for (idx, (&n_reference, &n_current)) in from.iter().zip(&to).enumerate() {
        if n_reference == 0 && n_current == 0 {
            continue;
        }
        let is_missing = idx == edges.len() + 1;
        bins.push(DriftBin {
            above: if is_missing || idx == 0 { None } else { Some(edges[idx - 1]) },
            up_to: edges.get(idx).copied(),
            is_missing,
            n_reference,
            n_current,
            contribution: contribution(n_reference, reference.len(), n_current, current.len()),
        });
    }
    let chance = 1.0 / reference.len() as f64 + 1.0 / current.len() as f64;
    Outcome::Value(Drift {
        n_reference: reference.len(),
        n_current: current.len(),
        psi: bins.iter().map(|bin| bin.contribution).sum(),
        critical_value: if bins.len() < 2 { 0.0 } else { chance * chi_square_upper_quantile(0.05, bins.len() - 1) },
        bins,
    })
}

fn present<T: Copy + Into<f64>>(values: &[T]) -> Vec<f64> {
    let mut present: Vec<f64> = values.iter().map(|&value| value.into()).filter(|value| !value.is_nan()).collect();
    present.sort_unstable_by(f64::total_cmp);
    present
}

/// Rows by bin, the missing ones last.
fn counts(sorted: &[f64], edges: &[f64], n_rows: usize) -> Vec<usize> {
    let mut counts = Vec::with_capacity(edges.len() + 2);
    let mut start = 0;
    for &edge in edges {
        let end = sorted.partition_point(|&value| value <= edge);
        counts.push(end - start);
        start = end;
    }
    counts.extend([sorted.len() - start, n_rows - sorted.len()]);
    counts
}

fn contribution(n_reference: usize, reference: usize, n_current: usize, current: usize) -> f64 {
    let share = |count: usize, all: usize| if count == 0 { 0.5 } else { count as f64 } / all as f64;
    let (r, c) = (share(n_reference, reference), share(n_current, current));
    (c - r) * (c / r).ln()
}

#[cfg(test)]
mod tests {
    use super::super::probability::golden_sample;
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn index_with_missing_values_and_an_empty_bin_agrees_with_numpy() {
        // tests/golden/calibration.py: 300 scores against 200 shifted by 0.1, a sixth missing.
        let (score, _) = golden_sample();
        let holed = |i: usize, value: f64| if i.is_multiple_of(6) { f64::NAN } else { value };
        let reference: Vec<f64> = (0..300).map(|i| holed(i, score[i])).collect();
        let current: Vec<f64> = (300..500).map(|i| holed(i, score[i] + 0.1)).collect();
        let drift = drift(&reference, &current, 10).value().expect("rows").clone();
        assert_eq!(drift.bins.iter().map(|bin| bin.n_reference).collect::<Vec<_>>(), [26, 24, 25, 26, 24, 26, 26, 23, 27, 23, 50]);
        assert_eq!(drift.bins.iter().map(|bin| bin.n_current).collect::<Vec<_>>(), [0, 14, 16, 16, 17, 16, 16, 17, 17, 37, 34]);
        assert_close(drift.psi, 0.398_453_020_870_030_15, 1e-12);
        assert_close(drift.critical_value, 0.152_558_650_443_959_58, 1e-12);
        assert!(drift.bins[10].is_missing && drift.bins[10].up_to.is_none());
    }

    #[test]
    fn equal_samples_do_not_drift_and_constants_that_jump_do() {
        let column = [0.1_f32, 0.5, 0.5, 0.9, f32::NAN];
        assert_close(drift(&column, &column, 4).value().expect("rows").psi, 0.0, 0.0);
        // By hand: shares 1 and 1/8 against 1/8 (half a row of four) and 1: (1 - 1/8) ln 8 twice.
        let jump = drift(&[1.0_f32; 4], &[2.0; 4], 10).value().expect("rows").clone();
        assert_close(jump.psi, 2.0 * 0.875 * 8.0_f64.ln(), 1e-12);
        assert_eq!(jump.bins.len(), 2);
        let still = drift(&[1.0_f32; 4], &[1.0; 9], 10).value().expect("rows").clone();
        assert_eq!((still.psi, still.critical_value, still.bins.len()), (0.0, 0.0, 1));
    }

    #[test]
    fn no_rows_and_nothing_present_have_no_index() {
        assert_eq!(drift(&[1.0], &[], 10), Outcome::undefined("1 reference and 0 current rows"));
        assert!(drift(&[f32::NAN], &[1.0], 10).value().is_none());
        assert!(drift(&[f64::INFINITY, 1.0], &[1.0], 10).value().is_none());
    }
}
