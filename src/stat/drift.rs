//! Has a feature or a forecast moved since the model learnt it? The population stability index.

use std::ops::Range;

use serde::Serialize;

use super::Outcome;
use super::distribution::f_upper_quantile;
use super::radix::Number;
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
    /// What is above chance, by how much one period of the reference differs from another.
    pub chance: Outcome<Chance>,
    /// Bins in ascending order, the missing one last and only where a value is missing.
    pub bins: Vec<DriftBin>,
}

/// How large the index is without drift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Chance {
    /// Without drift the index stays below this 19 times in 20.
    pub critical_value: f64,
    /// Independent rows that would vary as much as a period's rows do; never more than there are.
    pub n_effective: f64,
    /// Periods of the reference that were compared.
    pub n_periods: usize,
}

/// An index at or above which a distribution is customarily said to have moved.
pub const MOVED: f64 = 0.1;
/// An index above which it is customarily said to have shifted.
pub const SHIFTED: f64 = 0.25;

/// What an index says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stability {
    /// Below [`MOVED`].
    Stable,
    /// At or above [`MOVED`], and no more than one earlier period differs from another by chance.
    Usual,
    /// At or above [`MOVED`], and there are too few earlier periods to see what is usual.
    NotJudged,
    /// From [`MOVED`] to [`SHIFTED`], and more than by chance.
    Moved,
    /// Above [`SHIFTED`], and more than by chance.
    Shifted,
}

impl Drift {
    /// Reads the index by the customary bounds and by chance: both must be exceeded.
    #[must_use]
    pub fn stability(&self) -> Stability {
        match self.chance.value() {
            _ if self.psi < MOVED => Stability::Stable,
            None => Stability::NotJudged,
            Some(chance) if self.psi <= chance.critical_value => Stability::Usual,
            Some(_) if self.psi <= SHIFTED => Stability::Moved,
            Some(_) => Stability::Shifted,
        }
    }
}

/// How empty bins are treated, for the report.
pub const EMPTY_BIN_RULE: &str = "a bin empty on one side counts as half a row there; a bin empty on both sides is left out";

/// Level of [`Chance::critical_value`].
const SIGNIFICANCE: f64 = 0.05;
/// Periods without which nothing is said of how they vary.
const MIN_PERIODS: usize = 3;

/// Population stability index: sum over bins of (c - r) ln(c / r), with c and r the shares of current and reference rows.
///
/// Edges are the reference's quantiles at 1/k .. (k - 1)/k (type 7) and stay frozen; equal edges are one, so a feature
/// with few values has fewer bins. A bin holds values above its lower edge up to and with its upper one. Missing values
/// (NaN) are a bin of their own. Empty bins: [`EMPTY_BIN_RULE`]; shares are not rescaled for it.
///
/// Chance: with independent rows the index is about (1/m + 1/n) times a chi-square with bins - 1 degrees of freedom,
/// m and n the reference's and the current rows (Yurdakul and Naranjo). Rows of a panel are not independent: names share a
/// day's shock, and a name's value today resembles yesterday's. So the variance is not taken from the rows but from the
/// reference's Y whole periods, each as long as the current one: T = sum over bins of s_b^2 / r_b, s_b^2 the variance (Y - 1)
/// of the periods' shares of bin b. A period is worth (bins - 1) / T independent rows, and the index without drift is about
/// T (1 + 1/Y) F, F with v and v (Y - 1) degrees of freedom, v = T^2 / sum of squares of the periods' weighted inner
/// products (Satterthwaite, as Rao and Scott correct chi-squares of clustered samples). v is taken from the sample, which
/// makes the critical value too large rather than too small where rows are independent.
///
/// * `reference`: what came before. * `periods`: its whole periods, as ranges of `reference`; rows outside of them count for
///   the edges and shares only. * `current`: the rows judged. * `n_bins`: k, at least 2; ten are customary.
///
/// Undefined without rows on either side, with every reference value missing, or with an infinite value; `chance` with
/// fewer than three periods that have rows.
/// Source: Siddiqi (2006), Credit Risk Scorecards; Yurdakul and Naranjo (2020), Journal of Risk Model Validation 14(4), 89-100;
/// Rao and Scott (1984), Annals of Statistics 12(1), 46-60.
pub fn drift<T: Number>(reference: &[T], periods: &[Range<usize>], current: &[T], n_bins: usize) -> Outcome<Drift> {
    drift_of_sorted((reference, &T::present(reference)), periods, (current.len(), &T::present(current)), n_bins)
}

/// [`drift`] of rows whose values present are sorted already.
///
/// * `reference`: rows, and the values present, ascending. * `current`: how many rows, and the values present, ascending.
pub(super) fn drift_of_sorted<T: Number>(
    (reference, reference_values): (&[T], &[f64]),
    periods: &[Range<usize>],
    (n_current_rows, current_values): (usize, &[f64]),
    n_bins: usize,
) -> Outcome<Drift> {
    assert!(2 <= n_bins, "an index needs two bins, was asked for {n_bins}");
    if reference.is_empty() || n_current_rows == 0 {
        return Outcome::undefined(format!("{} reference and {} current rows", reference.len(), n_current_rows));
    }
    if reference_values.is_empty() {
        return Outcome::undefined("every value of the reference is missing");
    }
    let ends = [reference_values, current_values].map(|values| [values.first(), values.last()]);
    if ends.iter().flatten().flatten().any(|value| value.is_infinite()) {
        return Outcome::undefined("a value is infinite");
    }
    let mut edges: Vec<f64> = (1..n_bins).filter_map(|i| quantile(reference_values, i as f64 / n_bins as f64)).collect();
    edges.dedup();
    let from = counts_of_sorted(reference_values, &edges, reference.len());
    let to = counts_of_sorted(current_values, &edges, n_current_rows);
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
            contribution: contribution(n_reference, reference.len(), n_current, n_current_rows),
        });
    }
    let periods: Vec<&[T]> = periods.iter().map(|period| &reference[period.clone()]).filter(|rows| !rows.is_empty()).collect();
    Outcome::Value(Drift {
        n_reference: reference.len(),
        n_current: n_current_rows,
        psi: bins.iter().map(|bin| bin.contribution).sum(),
        chance: chance(&periods, &edges, &from),
        bins,
    })
}

/// How large the index is without drift, by how much the periods differ from one another.
fn chance<T: Number>(periods: &[&[T]], edges: &[f64], reference: &[usize]) -> Outcome<Chance> {
    let n_periods = periods.len();
    if n_periods < MIN_PERIODS {
        return Outcome::undefined(format!("whole earlier years: {n_periods}; {MIN_PERIODS} are needed to see how much one differs from another"));
    }
    let n_rows: usize = reference.iter().sum();
    let used: Vec<usize> = (0..reference.len()).filter(|&bin| 0 < reference[bin]).collect();
    if used.len() < 2 {
        return Outcome::undefined("the reference has one value only");
    }
    let shares: Vec<Vec<f64>> = periods
        .iter()
        .map(|rows| {
            let values = rows.iter().map(|&value| value.into()).filter(|value: &f64| !value.is_nan());
            let counts = counts(values, edges, rows.len());
            used.iter().map(|&bin| counts[bin] as f64 / rows.len() as f64).collect()
        })
        .collect();
    // Deviations from the periods' mean share, each bin by the root of the reference's share.
    let scaled: Vec<Vec<f64>> = shares
        .iter()
        .map(|period| {
            let of_bin = |(at, share): (usize, &f64)| {
                let mean = shares.iter().map(|shares| shares[at]).sum::<f64>() / n_periods as f64;
                (share - mean) / (reference[used[at]] as f64 / n_rows as f64).sqrt()
            };
            period.iter().enumerate().map(of_bin).collect()
        })
        .collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (n_periods - 1) as f64;
    let spread: f64 = scaled.iter().map(|period| product(period, period)).sum();
    let squares: f64 = scaled.iter().flat_map(|a| scaled.iter().map(|b| product(a, b).powi(2))).sum();
    let df = (used.len() - 1) as f64;
    let freedom = if 0.0 < squares { (spread * spread / squares).clamp(1.0, df) } else { df };
    let n_mean = periods.iter().map(|rows| rows.len()).sum::<usize>() as f64 / n_periods as f64;
    // Periods may be more alike than independent rows are, by chance.
    let spread = spread.max(df / n_mean);
    let quantile = f_upper_quantile(SIGNIFICANCE, freedom, freedom * (n_periods - 1) as f64);
    let critical_value = spread * (1.0 + 1.0 / n_periods as f64) * quantile;
    Outcome::Value(Chance { critical_value, n_effective: df / spread, n_periods })
}

/// [`counts`] of values that ascend.
fn counts_of_sorted(values: &[f64], edges: &[f64], n_rows: usize) -> Vec<usize> {
    let mut n_before = 0;
    let mut counts = Vec::with_capacity(edges.len() + 2);
    for &edge in edges {
        let n_up_to = values.partition_point(|&value| value <= edge);
        counts.push(n_up_to - n_before);
        n_before = n_up_to;
    }
    counts.extend([values.len() - n_before, n_rows - values.len()]);
    counts
}

/// Rows by bin of values that are not missing, and the missing ones last.
fn counts(values: impl Iterator<Item = f64>, edges: &[f64], n_rows: usize) -> Vec<usize> {
    let mut counts = vec![0; edges.len() + 2];
    let mut n_present = 0;
    for value in values {
        // A handful of edges: counting those below takes no branch.
        counts[edges.iter().map(|&edge| usize::from(edge < value)).sum::<usize>()] += 1;
        n_present += 1;
    }
    counts[edges.len() + 1] = n_rows - n_present;
    counts
}

fn contribution(n_reference: usize, reference: usize, n_current: usize, current: usize) -> f64 {
    let share = |count: usize, all: usize| if count == 0 { 0.5 } else { count as f64 } / all as f64;
    let (r, c) = (share(n_reference, reference), share(n_current, current));
    (c - r) * (c / r).ln()
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
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
        let drift = drift(&reference, &[], &current, 10).value().expect("rows").clone();
        assert_eq!(drift.bins.iter().map(|bin| bin.n_reference).collect::<Vec<_>>(), [26, 24, 25, 26, 24, 26, 26, 23, 27, 23, 50]);
        assert_eq!(drift.bins.iter().map(|bin| bin.n_current).collect::<Vec<_>>(), [0, 14, 16, 16, 17, 16, 16, 17, 17, 37, 34]);
        assert_close(drift.psi, 0.398_453_020_870_030_15, 1e-12);
        assert!(drift.bins[10].is_missing && drift.bins[10].up_to.is_none());
        assert!(drift.chance.value().is_none(), "nothing is known of how periods vary");
    }

    #[test]
    fn chance_is_taken_from_how_periods_differ_and_agrees_with_numpy() {
        // tests/golden/calibration.py: three periods of a hundred rows, each a tenth above the one before.
        let (score, _) = golden_sample();
        let reference: Vec<f64> = (0..300).map(|i| score[i] + (i / 100) as f64 / 10.0).collect();
        let chance = *drift(&reference, &[0..100, 100..200, 200..300], &score[300..], 10).value().expect("rows").chance.value().expect("periods");
        assert_close(chance.n_effective, 44.554_455_445_544_555, 1e-9);
        assert_close(chance.critical_value, 4.851_177_621_570_072, 1e-8);
        assert_eq!(chance.n_periods, 3);
    }

    /// Years of 40 dates x 25 names, the last of them the current one: each date's shock, and each row's own.
    fn rejected(draw: &mut Draw, shock: impl Fn(f64) -> f64) -> bool {
        const N_YEAR: usize = 1000;
        let mut common = 0.0;
        let values: Vec<f64> = (0..8 * N_YEAR)
            .map(|row| {
                if row % 25 == 0 {
                    common = 0.95 * common + shock(draw.unit() - 0.5);
                }
                common + draw.unit()
            })
            .collect();
        let (reference, current) = values.split_at(7 * N_YEAR);
        let periods: Vec<_> = (0..7).map(|year| year * N_YEAR..(year + 1) * N_YEAR).collect();
        let drift = drift(reference, &periods, current, 10).value().expect("rows").clone();
        drift.chance.value().expect("seven years").critical_value < drift.psi
    }

    #[test]
    fn rows_that_share_their_dates_shocks_are_called_drift_as_rarely_as_promised() {
        let mut draw = Draw::new(7);
        let n = 200;
        let shared = (0..n).filter(|_| rejected(&mut draw, |shock| shock)).count();
        let alone = (0..n).filter(|_| rejected(&mut draw, |_| 0.0)).count();
        // 5 % of 200 is 10, with a standard error of 3. The critical value of independent rows, 0.019, rejects nearly all of the first.
        assert!(shared <= 20, "{shared} of {n}");
        assert!(alone <= 16, "{alone} of {n}");
    }

    #[test]
    fn equal_samples_do_not_drift_and_constants_that_jump_do() {
        let column = [0.1_f32, 0.5, 0.5, 0.9, f32::NAN];
        assert_close(drift(&column, &[], &column, 4).value().expect("rows").psi, 0.0, 0.0);
        // By hand: shares 1 and 1/8 against 1/8 (half a row of four) and 1: (1 - 1/8) ln 8 twice.
        let jump = drift(&[1.0_f32; 4], &[], &[2.0; 4], 10).value().expect("rows").clone();
        assert_close(jump.psi, 2.0 * 0.875 * 8.0_f64.ln(), 1e-12);
        assert_eq!(jump.bins.len(), 2);
        let still = drift(&[1.0_f32; 6], &[0..2, 2..4, 4..6], &[1.0; 9], 10).value().expect("rows").clone();
        assert_eq!((still.psi, still.bins.len()), (0.0, 1));
        assert_eq!(still.chance, Outcome::undefined("the reference has one value only"));
    }

    #[test]
    fn no_rows_and_nothing_present_have_no_index() {
        assert_eq!(drift(&[1.0], &[], &[], 10), Outcome::undefined("1 reference and 0 current rows"));
        assert!(drift(&[f32::NAN], &[], &[1.0], 10).value().is_none());
        assert!(drift(&[f64::INFINITY, 1.0], &[], &[1.0], 10).value().is_none());
    }
}
