//! Feature importance.

use rand_core::RngCore;
use rand_pcg::Pcg64;
use rayon::prelude::*;

use super::ensemble::Ensemble;
use crate::feature::Matrix;

/// What a split counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// How much it lowered the training objective.
    Gain,
    /// One.
    Splits,
}

/// Each feature's share of what all splits count for, in the order of the model's features; the shares sum to 1.
///
/// `None` where there is nothing to share: no tree splits, or an imported model has no gains.
pub(crate) fn shares(ensemble: &Ensemble, measure: Measure) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; ensemble.features.len()];
    for node in ensemble.trees.iter().flat_map(|tree| &tree.nodes) {
        if let Some(split) = &node.split {
            sums[split.feature as usize] += match measure {
                Measure::Gain => split.gain,
                Measure::Splits => 1.0,
            };
        }
    }
    let total: f64 = sums.iter().sum();
    (0.0 < total).then(|| sums.into_iter().map(|sum| sum / total).collect())
}

/// How features are shuffled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permutations {
    /// Permutations per feature, at least 1.
    pub(crate) n: u32,
    /// Draws the same shuffles again.
    pub(crate) seed: u64,
}

/// How much the loss rises when a feature is shuffled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LossIncrease {
    /// Mean over the shuffles; near 0, and as often below, where the model does not need the feature.
    pub(crate) mean: f64,
    /// Standard deviation over the shuffles (n - 1); `None` for a single one.
    pub(crate) sd: Option<f64>,
}

/// Permutation importance: by how much does the loss rise when a feature's values are permuted over the rows?
///
/// Feature by feature, loss(score(rows with the feature shuffled)) - loss(score(rows)).
///
/// * `features`: rows outside the training, else overfitting counts as importance; one result per column.
/// * `score`: forecasts of such rows; `loss`: their loss against the targets of the same rows in the same order.
///
/// `None` without rows. Each shuffle has a generator of its own, so no thread count changes a draw. Source: Breiman (2001), Machine
/// Learning 45, 5-32; Fisher, Rudin and Dominici (2019), JMLR 20(177).
pub(crate) fn permutation(
    features: &Matrix,
    shuffles: Permutations,
    score: impl Fn(&Matrix) -> Vec<f64> + Sync,
    loss: impl Fn(&[f64]) -> f64 + Sync,
) -> Option<Vec<LossIncrease>> {
    assert!(0 < shuffles.n, "the spec asks for at least one shuffle");
    if features.n_rows() == 0 {
        return None;
    }
    let before = loss(&score(features));
    let draws: Vec<(usize, u32)> = (0..features.n_columns()).flat_map(|feature| (0..shuffles.n).map(move |draw| (feature, draw))).collect();
    let rise = |(feature, draw): (usize, u32)| {
        let mut columns: Vec<Vec<f32>> = (0..features.n_columns()).map(|idx| features.column(idx).to_vec()).collect();
        shuffle(&mut columns[feature], &mut Pcg64::new(u128::from(shuffles.seed), (feature as u128) << 32 | u128::from(draw)));
        loss(&score(&Matrix::from_columns(features.n_rows(), &columns))) - before
    };
    let loss_increases: Vec<f64> = draws.into_par_iter().map(rise).collect();
    Some(loss_increases.chunks_exact(shuffles.n as usize).map(LossIncrease::of).collect())
}

impl LossIncrease {
    fn of(loss_increases: &[f64]) -> Self {
        let n = loss_increases.len() as f64;
        let mean = loss_increases.iter().sum::<f64>() / n;
        let square = loss_increases.iter().map(|rise| (rise - mean).powi(2)).sum::<f64>();
        Self { mean, sd: (1 < loss_increases.len()).then(|| (square / (n - 1.0)).sqrt()) }
    }
}

/// Fisher and Yates' shuffle: every order is equally likely, up to a bias of n / 2^64.
fn shuffle(values: &mut [f32], generator: &mut Pcg64) {
    for last in (1..values.len()).rev() {
        let other = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        values.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ensemble::{FeatureKind, Link, ModelFeature};
    use super::super::tree::{Node, Rule, Side, Split, Tree};
    use super::*;

    fn node(split: Option<(u32, u32, f64)>, cover: f64) -> Node {
        let split = split.map(|(feature, left, gain)| Split { feature, rule: Rule::AtMost(0.0), missing: Side::Left, left, right: left + 1, gain });
        Node { split, value: 0.0, n_rows: 0, cover }
    }

    #[test]
    fn shares_of_two_splits_by_hand() {
        let nodes = vec![node(Some((1, 1, 6.0)), 100.0), node(Some((0, 3, 2.0)), 60.0), node(None, 40.0), node(None, 30.0), node(None, 30.0)];
        let features = ["a", "b", "c"].map(|name| ModelFeature { name: name.to_owned(), kind: FeatureKind::Numeric }).to_vec();
        let mut ensemble = Ensemble { features, base: 0.0, link: Link::Identity, trees: vec![Tree { nodes }] };
        assert_eq!(shares(&ensemble, Measure::Gain), Some(vec![0.25, 0.75, 0.0]));
        assert_eq!(shares(&ensemble, Measure::Splits), Some(vec![0.5, 0.5, 0.0]));
        ensemble.trees[0].nodes.drain(..4);
        assert_eq!(shares(&ensemble, Measure::Splits), None);
    }

    #[test]
    fn shuffling_the_only_signal_doubles_the_variance_and_shuffling_noise_does_nothing() {
        // The score is the first column, a permutation of 0..1000 in steps of 1/1000, and so is the target. Shuffled, score and target are
        // independent draws: the squared error is twice the variance of 1/12, with sd near 2 / 12 / sqrt(1000) = 0.005.
        let n = 1000;
        let signal: Vec<f32> = (0..n).map(|row| (row * 7 % n) as f32 / n as f32).collect();
        let noise: Vec<f32> = (0..n).map(|row| (row * 3 % 11) as f32).collect();
        let target: Vec<f64> = signal.iter().map(|&value| f64::from(value)).collect();
        let features = Matrix::from_columns(n, &[signal, noise]);
        let score = |rows: &Matrix| rows.column(0).iter().map(|&value| f64::from(value)).collect();
        let loss = |scores: &[f64]| scores.iter().zip(&target).map(|(score, target)| (score - target).powi(2)).sum::<f64>() / n as f64;
        let run = |seed: u64| permutation(&features, Permutations { n: 20, seed }, score, loss).expect("there are rows");
        let loss_increases = run(1);
        assert!((loss_increases[0].mean - 1.0 / 6.0).abs() < 0.005, "{loss_increases:?}");
        assert!(loss_increases[0].sd.is_some_and(|sd| 0.002 < sd && sd < 0.01), "{loss_increases:?}");
        assert_eq!(loss_increases[1], LossIncrease { mean: 0.0, sd: Some(0.0) });
        assert!(run(1) == loss_increases && run(2) != loss_increases);
    }

    #[test]
    fn a_single_shuffle_has_no_sd_and_no_rows_no_importance() {
        let features = Matrix::from_columns(3, &[vec![1.0, 2.0, 3.0]]);
        let run = |features: &Matrix| permutation(features, Permutations { n: 1, seed: 3 }, |rows| vec![0.0; rows.n_rows()], |_| 2.0);
        assert_eq!(run(&features), Some(vec![LossIncrease { mean: 0.0, sd: None }]));
        assert_eq!(run(&Matrix::from_columns(0, &[vec![]])), None);
    }

    #[test]
    fn every_order_of_three_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        let mut generator = Pcg64::new(5, 7);
        for _ in 0..6000 {
            let mut values = [0.0, 1.0, 2.0];
            shuffle(&mut values, &mut generator);
            *counts.entry(values.map(|value| value as u8)).or_insert(0) += 1;
        }
        // 1000 each with sd 29; five of them either way.
        assert!(counts.len() == 6 && counts.values().all(|n| (855..1145).contains(n)), "{counts:?}");
    }
}
