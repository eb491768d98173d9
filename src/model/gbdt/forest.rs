//! Forests: means over trees that were each grown on their own draw of rows, columns or thresholds.

use super::booster::TrainingData;
use super::ensemble::{Ensemble, Link};
use super::grow::Grower;
use super::leaf::grow_means;
use super::loss::Loss;
use super::sample;
use super::settings::TreeSettings;
use crate::error::Result;
use crate::score;

/// Rows of each tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ForestRows {
    /// All: extremely randomised trees, which draw thresholds instead.
    All,
    /// As many as there are, drawn with replacement.
    Bootstrap,
    /// A share drawn without replacement, in (0, 1).
    Share(f64),
}

/// What the leaves hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForestTarget {
    /// The mean of any target.
    Mean,
    /// The share of ones of a 0/1 target; the mean over trees may round to a little above 1.
    Probability,
}

/// How a forest is grown.
///
/// A random forest: bootstrapped rows, a share of columns per node, deep trees (Breiman, 2001, Machine Learning 45, 5-32). Bagging: the
/// same with all columns (Breiman, 1996, Machine Learning 24, 123-140). Extremely randomised trees: all rows, a share of columns,
/// `Threshold::Drawn` (Geurts, Ernst and Wehenkel, 2006, Machine Learning 63, 3-42).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ForestSettings {
    /// What the leaves hold.
    pub(crate) target: ForestTarget,
    /// Number of trees, at least 1.
    pub(crate) trees: u32,
    /// Rows of each tree.
    pub(crate) rows: ForestRows,
    /// Limits of a tree. `l2` shrinks leaves to the tree's mean, in units of weight.
    pub(crate) tree: TreeSettings,
}

/// A grown forest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Forest {
    /// The trees; their leaf values are divided by the number of trees, so that the sum is the mean.
    pub(crate) ensemble: Ensemble,
    /// Forecast of each training row by the trees that did not see it; `None` where there is none.
    pub(crate) out_of_bag: Vec<Option<f64>>,
    /// Weighted mean squared error of those forecasts (for a probability, Brier's score); `None` where there is none.
    pub(crate) out_of_bag_error: Option<f64>,
}

/// Grows a forest; `settings.tree` are the settings that the grower was made with.
///
/// Errors where targets or weights cannot be learnt from: not finite, no row of weight, one class only.
pub(crate) fn forest(grower: &mut Grower<'_>, data: &TrainingData<'_>, settings: &ForestSettings) -> Result<Forest> {
    check(data, settings.target)?;
    let observed = data.observed;
    let n = observed.target.len();
    let positions: Vec<u32> = (0..n as u32).filter(|&position| 0.0 < observed.weight_of(position as usize)).collect();
    let mut votes = OutOfBagVotes { sum: vec![0.0; n], n_trees: vec![0; n], scores: vec![0.0; n] };
    let mut trees = Vec::with_capacity(settings.trees as usize);
    for idx in 0..settings.trees {
        let seed = sample::mix(data.seed, u64::from(idx));
        let mut weight: Vec<f64> = (0..n).map(|position| observed.weight_of(position)).collect();
        let rows = match settings.rows {
            ForestRows::All => positions.clone(),
            ForestRows::Share(share) => sample::draw_share(&positions, share, seed),
            ForestRows::Bootstrap => {
                let counts = sample::bootstrap(&positions, n, seed);
                weight.iter_mut().zip(&counts).for_each(|(weight, &count)| *weight *= f64::from(count));
                positions.iter().copied().filter(|&position| 0 < counts[position as usize]).collect()
            }
        };
        let mut grown = grow_means(grower, observed.target, &weight, Some(&rows), (settings.tree.l2, sample::mix(seed, 1)));
        if rows.len() < positions.len() {
            votes.scores.fill(0.0);
            let values: Vec<f64> = grown.tree.nodes.iter().map(|node| node.value).collect();
            grower.add(&grown, &values, &mut votes.scores);
            votes.count(&positions, &rows);
        }
        let mut tree = std::mem::take(&mut grown.tree);
        tree.nodes.iter_mut().for_each(|node| node.value /= f64::from(settings.trees));
        trees.push(tree);
        grower.recycle(grown);
    }
    let ensemble = Ensemble { features: data.features.to_vec(), base: 0.0, link: Link::Identity, trees };
    let out_of_bag = votes.means();
    let (mut sum, mut sum_weight) = (0.0, 0.0);
    for (position, forecast) in out_of_bag.iter().enumerate() {
        if let Some(forecast) = forecast {
            sum += observed.weight_of(position) * score::squared(observed.target[position], *forecast);
            sum_weight += observed.weight_of(position);
        }
    }
    Ok(Forest { ensemble, out_of_bag, out_of_bag_error: (0.0 < sum_weight).then(|| sum / sum_weight) })
}

/// The targets must suit the leaves.
pub(super) fn check(data: &TrainingData<'_>, target: ForestTarget) -> Result<()> {
    match target {
        ForestTarget::Mean => Loss::Squared.check(data.observed, data.place),
        ForestTarget::Probability => Loss::Logistic.check(data.observed, data.place),
    }
}

/// Forecasts of trees for the rows that they did not see.
struct OutOfBagVotes {
    sum: Vec<f64>,
    n_trees: Vec<u32>,
    /// The present tree's, for all rows.
    scores: Vec<f64>,
}

impl OutOfBagVotes {
    /// Adds the present tree's forecasts for `positions` that are not among its `rows`; both ascend.
    fn count(&mut self, positions: &[u32], rows: &[u32]) {
        let mut seen = rows.iter().peekable();
        for &position in positions {
            if seen.next_if_eq(&&position).is_none() {
                self.sum[position as usize] += self.scores[position as usize];
                self.n_trees[position as usize] += 1;
            }
        }
    }

    fn means(self) -> Vec<Option<f64>> {
        self.sum.into_iter().zip(self.n_trees).map(|(sum, n)| (0 < n).then(|| sum / f64::from(n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, settings, signal};
    use super::super::loss::Loss;
    use super::super::predict::forecasts;
    use super::super::settings::Threshold;
    use super::*;

    fn deep(trees: u32, rows: ForestRows) -> ForestSettings {
        let tree =
            TreeSettings { leaves: 500, min_leaf_rows: 3, min_leaf_hessian: 0.0, l2: 0.0, node_column_share: 0.6, ..settings(Loss::Squared, 1).tree };
        ForestSettings { target: ForestTarget::Mean, trees, rows, tree }
    }

    fn fit(table: &Table, settings: &ForestSettings, target: &[f64], weight: Option<&[f64]>, cores: usize) -> Result<Forest> {
        let data = table.data(target, weight, cores);
        table.grow(&settings.tree, None, cores, |grower| forest(grower, &data, settings))
    }

    fn forecast(table: &Table, forest: &Forest, rows: std::ops::Range<u32>) -> Vec<f64> {
        forecasts(&forest.ensemble, &table.matrix, &table.columns(), &rows.collect::<Vec<_>>(), 1)
    }

    fn noisy(n: u32) -> Vec<f64> {
        (0..n).map(signal).map(|(signal, noise)| signal + noise).collect()
    }

    #[test]
    fn a_single_tree_on_all_rows_holds_the_weighted_means_of_its_leaves() {
        let table = Table::golden(600, 500);
        let (target, weight) = (noisy(600), (0..600_u32).map(|row| f64::from(row % 3)).collect::<Vec<f64>>());
        let grown = fit(&table, &deep(1, ForestRows::All), &target, Some(&weight), 1).expect("any target");
        let tree = &grown.ensemble.trees[0];
        assert!(60 < tree.leaves().count() && grown.out_of_bag_error.is_none());
        for leaf in tree.leaves() {
            let rows: Vec<usize> = (0..500).filter(|&row| tree.leaf(|feature| table.matrix.column(feature)[row]) == leaf).collect();
            let sum = |value: &dyn Fn(usize) -> f64| rows.iter().map(|&row| weight[row] * value(row)).sum::<f64>();
            assert!((tree.nodes[leaf].value - sum(&|row| target[row]) / sum(&|_| 1.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn out_of_bag_forecasts_are_means_over_the_trees_that_did_not_see_the_row() {
        let table = Table::golden(400, 400);
        let target = noisy(400);
        let bagging = deep(12, ForestRows::Bootstrap);
        let grown = fit(&table, &bagging, &target, None, 1).expect("any target");
        let positions: Vec<u32> = (0..400).collect();
        let (mut square, mut n) = (0.0, 0);
        for (row, forecast) in grown.out_of_bag.iter().enumerate() {
            let votes: Vec<f64> = (0..12)
                .filter(|&tree| sample::bootstrap(&positions, 400, sample::mix(11, tree))[row] == 0)
                .map(|tree| &grown.ensemble.trees[tree as usize])
                .map(|tree| 12.0 * tree.nodes[tree.leaf(|feature| table.matrix.column(feature)[row])].value)
                .collect();
            match forecast {
                None => assert!(votes.is_empty()),
                Some(forecast) => {
                    assert!((forecast - votes.iter().sum::<f64>() / votes.len() as f64).abs() < 1e-12);
                    (square, n) = (square + (forecast - target[row]).powi(2), n + 1);
                }
            }
        }
        assert!(380 < n && (grown.out_of_bag_error.expect("380 rows") - square / f64::from(n)).abs() < 1e-12);
    }

    #[test]
    fn forests_beat_their_trees_and_the_out_of_bag_error_foretells_new_rows() {
        let table = Table::golden(4000, 3000);
        let target = noisy(4000);
        let error = |grown: &Forest| {
            let new = forecast(&table, grown, 3000..4000);
            new.iter().zip(&target[3000..]).map(|(forecast, target)| (forecast - target).powi(2)).sum::<f64>() / 1000.0
        };
        let mut extra = deep(50, ForestRows::All);
        extra.tree.threshold = Threshold::Drawn;
        for settings in [deep(50, ForestRows::Bootstrap), deep(50, ForestRows::Share(0.5)), extra] {
            let many = fit(&table, &settings, &target, None, 2).expect("any target");
            let one = fit(&table, &ForestSettings { trees: 1, ..settings.clone() }, &target, None, 2).expect("any target");
            assert!(error(&many) < 0.8 * error(&one), "{:?}: {} against {}", settings.rows, error(&many), error(&one));
            if let Some(foretold) = many.out_of_bag_error {
                assert!((foretold / error(&many) - 1.0).abs() < 0.15, "{foretold} against {}", error(&many));
            }
            assert_eq!(many, fit(&table, &settings, &target, None, 4).expect("any target"));
        }
    }

    #[test]
    fn probabilities_are_shares_of_ones_and_one_class_is_refused() {
        let table = Table::golden(800, 800);
        let target: Vec<f64> = noisy(800).iter().map(|&y| f64::from(u8::from(3.0 < y))).collect();
        let settings = ForestSettings { target: ForestTarget::Probability, ..deep(20, ForestRows::Bootstrap) };
        let grown = fit(&table, &settings, &target, None, 1).expect("two classes");
        assert!(forecast(&table, &grown, 0..800).iter().all(|share| (0.0..1.0 + 1e-12).contains(share)));
        let error = fit(&table, &settings, &[1.0; 800], None, 1).expect_err("one class");
        assert_eq!(error.fault().problem, "every training target is 1: there is no second class to tell apart");
        let half = fit(&table, &settings, &[0.5; 800], None, 1).expect_err("no class");
        assert_eq!(half.fault().problem, "a training target is 0.5");
        let constant = fit(&table, &deep(3, ForestRows::Bootstrap), &[2.5; 800], None, 1).expect("a constant is a target");
        assert!(forecast(&table, &constant, 0..5).iter().all(|forecast| (forecast - 2.5).abs() < 1e-12));
    }
}
