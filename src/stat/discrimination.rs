//! Do forecasts separate defaults from the rest? Area under the ROC curve, Gini, KS and the curves.

use serde::Serialize;

use super::Outcome;
use super::distribution::{Interval, normal_quantile};
use super::rank::ascending;
use super::sample::{mean, reject};

/// How well scores order defaults before the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discrimination {
    /// Rows.
    pub n: usize,
    /// Defaults among them.
    pub n_defaults: usize,
    /// Area under the ROC curve: P(a default scores above a non-default), ties half.
    pub auc: f64,
    /// DeLong's standard error of the area.
    pub auc_std_error: Outcome<f64>,
    /// 95 % interval of the area, 1.96 standard errors either way, cut to [0, 1].
    pub auc_interval: Outcome<Interval>,
    /// 2 AUC - 1, also called accuracy ratio.
    pub gini: f64,
    /// Largest distance of the two classes' distribution functions, two-sided as in the two-sample KS test.
    pub ks: f64,
    /// The point of the ROC curve where that distance is.
    pub ks_point: RocPoint,
    /// ROC curve from (0, 0) to (1, 1), at most [`MAX_POINTS`] points, [`Discrimination::ks_point`] among them.
    pub roc: Vec<RocPoint>,
}

/// A point of the ROC curve: what happens when scores from `threshold` up are flagged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RocPoint {
    /// Smallest score flagged; `None` when none is.
    pub threshold: Option<f64>,
    /// Share of non-defaults flagged.
    pub false_positive_rate: f64,
    /// Share of defaults flagged.
    pub true_positive_rate: f64,
}

/// Points of a curve at most.
pub const MAX_POINTS: usize = 400;

/// Area under the ROC curve with DeLong's interval, Gini, KS and both curves, in O(n log n).
///
/// The area is (sum of the defaults' ranks - m (m + 1) / 2) / (m k) for m defaults and k others, average ranks for ties.
/// DeLong's variance is s10 / m + s01 / k, the sample variances (n - 1) of the placement values, taken from ranks within
/// and across the classes. It treats rows as independent. Steps of the curves end where equal scores end.
///
/// * `score`: higher is riskier, such as a PD. `is_default`: one flag per score.
///
/// Undefined without a default or without a non-default; standard error and interval with fewer than two of either.
/// Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3), 837-845; Sun and Xu (2014), IEEE Signal
/// Processing Letters 21(11), 1389-1393.
pub fn discrimination(score: &[f64], is_default: &[bool]) -> Outcome<Discrimination> {
    assert_eq!(score.len(), is_default.len(), "one outcome per score");
    if let Some(reason) = reject(score, 1, "scores") {
        return Outcome::undefined(reason);
    }
    let n = score.len();
    let n_defaults = is_default.iter().filter(|&&default| default).count();
    if n_defaults == 0 || n_defaults == n {
        return Outcome::undefined(format!("{n_defaults} of {n} rows are defaults; both classes are needed"));
    }
    let order = ascending(score);
    let (placement_default, placement_other) = placements_in(&order, score, is_default);
    let auc = mean(&placement_default);
    let auc_std_error = std_error(&placement_default, &placement_other);
    let auc_interval = auc_std_error.as_ref().map(|&error| {
        let half = -normal_quantile(0.025) * error;
        Interval { level: 0.95, low: (auc - half).max(0.0), high: (auc + half).min(1.0) }
    });
    let curve = steps(&order, score, is_default);
    let distance = |step: &Step| step.separation(n_defaults, n - n_defaults);
    // `max_by` would take the last of equals; the first flags fewest.
    let ks_idx = (1..curve.len()).fold(0, |best, idx| if distance(&curve[best]) < distance(&curve[idx]) { idx } else { best });
    let kept = downsample(&curve, ks_idx);
    Outcome::Value(Discrimination {
        n,
        n_defaults,
        auc,
        auc_std_error,
        auc_interval,
        gini: 2.0 * auc - 1.0,
        ks: distance(&curve[ks_idx]),
        ks_point: curve[ks_idx].roc(n_defaults, n - n_defaults),
        roc: kept.iter().map(|step| step.roc(n_defaults, n - n_defaults)).collect(),
    })
}

/// Flagged so far, going down the scores.
#[derive(Debug, Clone, Copy)]
struct Step {
    threshold: Option<f64>,
    n_true: usize,
    n_false: usize,
}

impl Step {
    fn separation(&self, n_defaults: usize, n_others: usize) -> f64 {
        (self.n_true as f64 / n_defaults as f64 - self.n_false as f64 / n_others as f64).abs()
    }

    fn roc(&self, n_defaults: usize, n_others: usize) -> RocPoint {
        RocPoint {
            threshold: self.threshold,
            false_positive_rate: self.n_false as f64 / n_others as f64,
            true_positive_rate: self.n_true as f64 / n_defaults as f64,
        }
    }
}

/// For each default the share of non-defaults it scores above, for each non-default the share of defaults above it.
pub(super) fn placements(score: &[f64], is_default: &[bool]) -> (Vec<f64>, Vec<f64>) {
    placements_in(&ascending(score), score, is_default)
}

/// [`placements`] where the ascending order is known: going up it, the other class below a row is counted, ties half.
fn placements_in(order: &[u32], score: &[f64], is_default: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let n_defaults = is_default.iter().filter(|&&default| default).count();
    let n_others = score.len() - n_defaults;
    let mut below = vec![0.0; score.len()];
    let (mut defaults_below, mut others_below) = (0, 0);
    for tied in order.chunk_by(|&a, &b| score[a as usize] == score[b as usize]) {
        let defaults = tied.iter().filter(|&&row| is_default[row as usize]).count();
        let others = tied.len() - defaults;
        let (of_default, of_other) = (others_below as f64 + 0.5 * others as f64, defaults_below as f64 + 0.5 * defaults as f64);
        for &row in tied {
            below[row as usize] = if is_default[row as usize] { of_default } else { of_other };
        }
        defaults_below += defaults;
        others_below += others;
    }
    let of_class = |class: bool| below.iter().zip(is_default).filter(move |(_, is_default)| **is_default == class).map(|(count, _)| *count);
    let default = of_class(true).map(|count| count / n_others as f64).collect();
    let other = of_class(false).map(|count| 1.0 - count / n_defaults as f64).collect();
    (default, other)
}

fn std_error(placement_default: &[f64], placement_other: &[f64]) -> Outcome<f64> {
    if placement_default.len() < 2 || placement_other.len() < 2 {
        let (m, k) = (placement_default.len(), placement_other.len());
        return Outcome::undefined(format!("{m} defaults and {k} others; two of either are needed"));
    }
    let variance_of_mean = |values: &[f64]| {
        let centre = mean(values);
        let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
        squares / (values.len() - 1) as f64 / values.len() as f64
    };
    Outcome::Value((variance_of_mean(placement_default) + variance_of_mean(placement_other)).sqrt())
}

fn steps(order: &[u32], score: &[f64], is_default: &[bool]) -> Vec<Step> {
    let mut step = Step { threshold: None, n_true: 0, n_false: 0 };
    let mut curve = vec![step];
    // From the highest score down; of equal scores the one given last names the threshold, which tells 0 from -0.
    for group in order.chunk_by(|&a, &b| score[a as usize] == score[b as usize]).rev() {
        let n_true = group.iter().filter(|&&row| is_default[row as usize]).count();
        step = Step {
            threshold: group.last().map(|&row| score[row as usize]),
            n_true: step.n_true + n_true,
            n_false: step.n_false + group.len() - n_true,
        };
        curve.push(step);
    }
    curve
}

/// Keeps the ends, the step at `keep` and steps spread evenly over the flagged rows of either class.
fn downsample(curve: &[Step], keep: usize) -> Vec<Step> {
    if curve.len() <= MAX_POINTS {
        return curve.to_vec();
    }
    let last = curve[curve.len() - 1];
    // Even progress in both rates, so that neither the steep nor the flat part is starved; three points are spoken for.
    let progress = |step: &Step| step.n_true as f64 / last.n_true as f64 + step.n_false as f64 / last.n_false as f64;
    let stride = 2.0 / (MAX_POINTS - 3) as f64;
    let mut next = stride;
    let mut kept = vec![curve[0]];
    for (idx, step) in curve.iter().enumerate().skip(1).take(curve.len() - 2) {
        let due = next <= progress(step);
        if due || idx == keep {
            kept.push(*step);
        }
        if due {
            next = ((progress(step) / stride).floor() + 1.0) * stride;
        }
    }
    kept.push(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::super::probability::golden_sample;
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn area_delong_and_ks_agree_with_scikit_learn_and_scipy() {
        // tests/golden/auc_ks.py: sklearn roc_auc_score, DeLong over all pairs, scipy ks_2samp, sklearn roc_curve.
        let (score, is_default) = golden_sample();
        let result = discrimination(&score, &is_default).value().expect("both classes").clone();
        assert_eq!((result.n, result.n_defaults), (500, 146));
        assert_close(result.auc, 0.643_700_178_004_798_3, 1e-12);
        assert_close(*result.auc_std_error.value().expect("many"), 0.025_863_056_491_922_203, 1e-12);
        assert_close(result.gini, 2.0 * 0.643_700_178_004_798_3 - 1.0, 1e-12);
        assert_close(result.ks, 0.254_005_107_963_779_9, 1e-12);
        assert_close(result.ks_point.false_positive_rate, 0.389_830_508_474_576_3, 1e-12);
        assert_close(result.ks_point.true_positive_rate, 0.643_835_616_438_356_2, 1e-12);
        assert_close(result.ks_point.threshold.expect("flagged"), 0.533_980_582_524_271_8, 1e-12);
        // 0.6437 -+ 1.959964 * 0.025863.
        let interval = *result.auc_interval.value().expect("many");
        assert_close(interval.low, 0.593_009_518_7, 1e-9);
        assert_close(interval.high, 0.694_390_837_3, 1e-9);
    }

    #[test]
    fn area_equals_the_count_over_all_pairs() {
        let (score, is_default) = golden_sample();
        for n in [2, 3, 7, 50, 333] {
            let (score, is_default) = (&score[500 - n..], &is_default[500 - n..]);
            let (mut wins, mut pairs) = (0.0, 0.0);
            for bad in (0..n).filter(|&row| is_default[row]) {
                for good in (0..n).filter(|&row| !is_default[row]) {
                    pairs += 1.0;
                    wins += f64::from(u8::from(score[good] < score[bad])) + 0.5 * f64::from(u8::from(score[good] == score[bad]));
                }
            }
            match discrimination(score, is_default) {
                Outcome::Value(result) => assert_close(result.auc, wins / pairs, 1e-12),
                Outcome::Undefined(_) => assert_eq!(pairs, 0.0, "{n} rows"),
            }
        }
    }

    #[test]
    fn scores_all_equal_separate_nothing_and_perfect_ones_everything() {
        // One tie group: the curve has no inner step, so that KS cannot profit from the order of the rows.
        let same = discrimination(&[0.2; 4], &[true, true, false, false]).value().expect("both classes").clone();
        assert_eq!((same.auc, same.ks, same.roc.len()), (0.5, 0.0, 2));
        let perfect = discrimination(&[0.9, 0.8, 0.2, 0.1], &[true, true, false, false]).value().expect("both classes").clone();
        assert_eq!((perfect.auc, perfect.ks, perfect.ks_point.threshold), (1.0, 1.0, Some(0.8)));
        assert_eq!(discrimination(&[0.1, 0.2], &[true, true]), Outcome::undefined("2 of 2 rows are defaults; both classes are needed"));
        let one = discrimination(&[0.1, 0.2, 0.3], &[true, false, false]).value().expect("both classes").clone();
        assert!(one.auc_std_error.value().is_none() && one.auc == 0.0);
    }

    #[test]
    fn long_curves_keep_their_ends_and_the_ks_point_within_the_limit() {
        // 20,000 distinct scores; a default where a quadratic residue is small, more often at high scores.
        let score: Vec<f64> = (0..20_000).map(|row| f64::from(row * 7919 % 20_011) / 20_011.0).collect();
        let is_default: Vec<bool> = (0..20_000_u64).zip(&score).map(|(row, score)| ((row * row + 3 * row) % 1009) as f64 <= 400.0 * score).collect();
        let result = discrimination(&score, &is_default).value().expect("both classes").clone();
        assert!((300..=MAX_POINTS).contains(&result.roc.len()), "{}", result.roc.len());
        assert!(result.roc.contains(&result.ks_point));
        let (first, last) = (result.roc[0], result.roc[result.roc.len() - 1]);
        assert_eq!((first.false_positive_rate, first.true_positive_rate, first.threshold), (0.0, 0.0, None));
        assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
        // The trapezoids of what is kept still have the area.
        let area: f64 = result
            .roc
            .windows(2)
            .map(|p| (p[1].false_positive_rate - p[0].false_positive_rate) * 0.5 * (p[0].true_positive_rate + p[1].true_positive_rate))
            .sum();
        assert_close(area, result.auc, 1e-3);
    }
}
