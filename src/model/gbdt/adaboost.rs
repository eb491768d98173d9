//! `AdaBoost`: each tree gives more weight to the rows that the trees before it got wrong.

use serde::{Deserialize, Serialize};

use super::booster::TrainingData;
use super::ensemble::{Ensemble, Link, ModelFeature};
use super::forest::{self, ForestTarget};
use super::grow::Grower;
use super::leaf::grow_means;
use super::loss::weighted_quantile;
use super::predict::Scorer;
use super::sample;
use super::tree::Tree;
use crate::error::Result;
use crate::feature::Matrix;

/// A share of ones stays this far from 0 and 1, so that its log odds exist; so does a tree's error.
const MARGIN: f64 = 1e-10;

/// How trees are combined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AdaBoostSettings {
    /// Trees at most.
    pub(crate) trees: u32,
    /// Shrinks each tree's vote, in (0, 1].
    pub(crate) learning_rate: f64,
}

/// What the trees of a 0/1 target vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vote {
    /// 0 or 1.
    Class,
    /// The log odds of their leaf.
    LogOdds,
}

/// How `AdaBoost.R2` turns an absolute error, as a share of the largest, into a loss in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorShape {
    /// The share.
    Linear,
    /// Its square.
    Square,
    /// 1 - exp(-share).
    Exponential,
}

/// A 0/1 target, by discrete `AdaBoost` (`Vote::Class`) or real `AdaBoost` (`Vote::LogOdds`). The forecast is a probability.
///
/// Weights start at those of the rows. Class votes: a tree of weighted error err adds a h(x), h = -1 or 1, with
/// a = rate ln((1 - err) / err), and rows that it gets wrong are multiplied by exp(a); boosting stops at err = 0, whose tree then is the
/// last, or at err >= 1/2, whose tree is left out. Log odds: a tree adds rate ln(p / (1 - p)) of its leaf's weighted share p of ones, and rows
/// are multiplied by exp(-y f / 2) with f what was added and y = -1 or 1. The sum of what was added is the log odds of the forecast.
///
/// Sources: Freund and Schapire (1997), Journal of Computer and System Sciences 55(1), 119-139; SAMME, with two classes the same: Zhu, Zou,
/// Rosset and Hastie (2009), Statistics and Its Interface 2, 349-360; real `AdaBoost` and the link to log odds: Friedman, Hastie and Tibshirani
/// (2000), Annals of Statistics 28(2), 337-407.
pub(crate) fn classify(grower: &mut Grower<'_>, data: &TrainingData<'_>, settings: &AdaBoostSettings, vote: Vote) -> Result<Ensemble> {
    forest::check(data, ForestTarget::Probability)?;
    let target = data.observed.target;
    let (mut weight, positions) = start(data);
    let mut trees = vec![];
    for idx in 0..settings.trees {
        let seed = sample::mix(data.seed, u64::from(idx));
        normalise(&mut weight, positions.len());
        let mut grown = grow_means(grower, target, &weight, Some(&positions), (0.0, seed));
        let shares: Vec<f64> = grown.tree.nodes.iter().map(|node| node.value).collect();
        let mut share = vec![0.0; target.len()];
        grower.add(&grown, &shares, &mut share);
        let error: f64 = {
            let wrong = positions.iter().filter(|&&position| (0.5 < share[position as usize]) != (0.5 < target[position as usize]));
            wrong.map(|&position| weight[position as usize]).sum::<f64>() / positions.len() as f64
        };
        let contribution: Box<dyn Fn(f64) -> f64> = match vote {
            Vote::Class => {
                let weight = settings.learning_rate * log_odds(1.0 - error);
                Box::new(move |share: f64| if 0.5 < share { weight } else { -weight })
            }
            Vote::LogOdds => Box::new(|share: f64| settings.learning_rate * log_odds(share)),
        };
        let mut tree = std::mem::take(&mut grown.tree);
        grower.recycle(grown);
        if vote == Vote::Class && 0.5 <= error {
            break;
        }
        tree.nodes.iter_mut().for_each(|node| node.value = contribution(node.value));
        let has_split = 1 < tree.nodes.len();
        trees.push(tree);
        // After a perfect tree no row gains weight; a tree without a split would be grown again and again.
        if error <= 0.0 || !has_split {
            break;
        }
        for &position in &positions {
            let position = position as usize;
            // Halves on both sides: rows that are wrong by exp(a / 2) up, the others down, is the same after normalising.
            let sign = if 0.5 < target[position] { 1.0 } else { -1.0 };
            weight[position] *= libm::exp(-sign * contribution(share[position]) / 2.0);
        }
    }
    Ok(Ensemble { features: data.features.to_vec(), base: 0.0, link: Link::Logistic, trees })
}

/// Trees with a weight each; the forecast is their weighted median.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MedianEnsemble {
    /// Features, in the order that the splits number them.
    pub(crate) features: Vec<ModelFeature>,
    /// The trees; a leaf's value is the tree's forecast.
    pub(crate) trees: Vec<Tree>,
    /// The weight of each, above 0.
    pub(crate) vote_weights: Vec<f64>,
}

/// Any target, by `AdaBoost.R2`.
///
/// A tree's forecasts have losses L in [0, 1] (`ErrorShape` of |error| / the largest |error|) with weighted mean m. Its weight is
/// rate ln((1 - m) / m); a row's weight is multiplied by (m / (1 - m))^(rate (1 - L)). Boosting stops at m = 0, whose tree then is the only
/// one that counts, and at m >= 1/2, whose tree is left out unless it is the first. Trees are grown on weighted rows where Drucker draws
/// rows by weight, so that the fit is not random.
///
/// Source: Drucker (1997), Improving regressors using boosting techniques, ICML 14, 107-115.
pub(crate) fn regress(grower: &mut Grower<'_>, data: &TrainingData<'_>, settings: &AdaBoostSettings, shape: ErrorShape) -> Result<MedianEnsemble> {
    forest::check(data, ForestTarget::Mean)?;
    let target = data.observed.target;
    let (mut weight, positions) = start(data);
    let (mut trees, mut vote_weights): (Vec<Tree>, Vec<f64>) = (vec![], vec![]);
    for idx in 0..settings.trees {
        normalise(&mut weight, positions.len());
        let mut grown = grow_means(grower, target, &weight, Some(&positions), (0.0, sample::mix(data.seed, u64::from(idx))));
        let values: Vec<f64> = grown.tree.nodes.iter().map(|node| node.value).collect();
        let mut forecast = vec![0.0; target.len()];
        grower.add(&grown, &values, &mut forecast);
        let tree = std::mem::take(&mut grown.tree);
        grower.recycle(grown);
        let losses = losses(target, &forecast, &positions, shape);
        let mean = positions.iter().zip(&losses).map(|(&position, loss)| weight[position as usize] * loss).sum::<f64>() / positions.len() as f64;
        if mean <= 0.0 {
            (trees, vote_weights) = (vec![tree], vec![1.0]);
            break;
        }
        if 0.5 <= mean {
            if trees.is_empty() {
                (trees, vote_weights) = (vec![tree], vec![1.0]);
            }
            break;
        }
        trees.push(tree);
        let odds = settings.learning_rate * log_odds(1.0 - mean);
        vote_weights.push(odds);
        for (&position, loss) in positions.iter().zip(losses) {
            weight[position as usize] *= libm::exp(-odds * (1.0 - loss));
        }
    }
    Ok(MedianEnsemble { features: data.features.to_vec(), trees, vote_weights })
}

impl MedianEnsemble {
    /// Forecasts for rows of a matrix whose `columns` are the features.
    pub(crate) fn forecasts(&self, matrix: &Matrix, columns: &[usize], rows: &[u32], cores: usize) -> Vec<f64> {
        let values = Scorer::new(&self.trees, &self.features, columns).leaf_values(matrix, rows, cores);
        let median = |values: &[f64]| weighted_quantile(&mut values.iter().copied().zip(self.vote_weights.iter().copied()).collect::<Vec<_>>(), 0.5);
        values.chunks(self.trees.len().max(1)).map(median).collect()
    }
}

/// Row weights, and the positions of those above 0.
fn start(data: &TrainingData<'_>) -> (Vec<f64>, Vec<u32>) {
    let weight: Vec<f64> = (0..data.observed.target.len()).map(|position| data.observed.weight_of(position)).collect();
    let positions = (0..weight.len() as u32).filter(|&position| 0.0 < weight[position as usize]).collect();
    (weight, positions)
}

/// Scales weights to mean 1 over the rows that have any, so that limits on a leaf's weight keep their meaning.
fn normalise(weight: &mut [f64], n_rows: usize) {
    let factor = n_rows as f64 / weight.iter().sum::<f64>();
    for weight in weight {
        *weight *= factor;
    }
}

fn log_odds(share: f64) -> f64 {
    let share = share.clamp(MARGIN, 1.0 - MARGIN);
    libm::log(share / (1.0 - share))
}

/// Losses in [0, 1] of the rows at `positions`.
fn losses(target: &[f64], forecast: &[f64], positions: &[u32], shape: ErrorShape) -> Vec<f64> {
    let errors: Vec<f64> = positions.iter().map(|&position| (forecast[position as usize] - target[position as usize]).abs()).collect();
    let largest = errors.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return errors;
    }
    let loss = |error: f64| match shape {
        ErrorShape::Linear => error / largest,
        ErrorShape::Square => (error / largest).powi(2),
        ErrorShape::Exponential => 1.0 - libm::exp(-error / largest),
    };
    errors.into_iter().map(loss).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, settings as boost_settings, signal};
    use super::super::loss::Loss;
    use super::super::predict::forecasts;
    use super::super::settings::TreeSettings;
    use super::*;

    fn small(leaves: u32) -> TreeSettings {
        TreeSettings { leaves, min_leaf_rows: 1, min_leaf_hessian: 0.0, l2: 0.0, ..boost_settings(Loss::Squared, 1).tree }
    }

    fn classes(table: &Table, target: &[f64], trees: u32, vote: Vote) -> Result<Ensemble> {
        let data = table.data(target, None, 1);
        let settings = AdaBoostSettings { trees, learning_rate: 1.0 };
        table.grow(&small(2), None, 1, |grower| classify(grower, &data, &settings, vote))
    }

    fn numbers(table: &Table, target: &[f64], settings: &AdaBoostSettings, leaves: u32, shape: ErrorShape) -> Result<MedianEnsemble> {
        let data = table.data(target, None, 1);
        table.grow(&small(leaves), None, 1, |grower| regress(grower, &data, settings, shape))
    }

    #[test]
    fn three_stumps_by_hand() {
        // x = 0..9, classes + + + - - - + + + -. Errors 3/10, 3/14 and 2/11, so says ln(7/3), ln(11/3) and ln(9/2), and after three stumps no
        // row is wrong; the example of Hang Li's Statistical Learning Methods (2012), 8.1.3, which prints half of them as .4236, .6496, .7514.
        let table = Table::new(&[(0..10_u32).map(|x| x as f32).collect()], &[], 10);
        let target = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        let ensemble = classes(&table, &target, 3, Vote::Class).expect("two classes");
        let says: Vec<f64> = ensemble.trees.iter().map(|tree| tree.nodes[1].value.abs()).collect();
        for (say, expected) in says.iter().zip([7.0_f64 / 3.0, 11.0 / 3.0, 4.5]) {
            assert!((say - libm::log(expected)).abs() < 1e-12, "{says:?}");
        }
        let rows: Vec<u32> = (0..10).collect();
        let got = forecasts(&ensemble, &table.matrix, &[0], &rows, 1);
        assert!(got.iter().zip(target).all(|(share, target)| (0.5 < *share) == (0.5 < target)), "{got:?}");
    }

    #[test]
    fn both_votes_learn_what_one_stump_cannot() {
        let table = Table::golden(3000, 2000);
        let target: Vec<f64> = (0..3000).map(|row| f64::from(u8::from(3.2 < signal(row).0 + signal(row).1))).collect();
        let rows: Vec<u32> = (2000..3000).collect();
        let wrong = |ensemble: &Ensemble| {
            let got = forecasts(ensemble, &table.matrix, &table.columns(), &rows, 1);
            got.iter().zip(&target[2000..]).filter(|(share, target)| (0.5 < **share) != (0.5 < **target)).count()
        };
        for vote in [Vote::Class, Vote::LogOdds] {
            let [one, many] = [1, 60].map(|trees| wrong(&classes(&table, &target, trees, vote).expect("two classes")));
            assert!(10 * many < 7 * one, "{vote:?}: {many} wrong against {one}");
        }
        assert!(classes(&table, &vec![0.0; 3000], 5, Vote::Class).is_err(), "one class");
    }

    #[test]
    fn a_perfect_tree_ends_the_boosting() {
        let table = Table::golden(400, 400);
        let target: Vec<f64> = (0..400_u32).map(|row| f64::from(u8::from(50 < row * 37 % 101))).collect();
        for vote in [Vote::Class, Vote::LogOdds] {
            let ensemble = classes(&table, &target, 9, vote).expect("two classes");
            assert_eq!(ensemble.trees.len(), 1);
            assert!(forecasts(&ensemble, &table.matrix, &table.columns(), &[0, 1, 2, 3], 1).iter().all(|share| share.is_finite()));
        }
        let constant = numbers(&table, &[3.0; 400], &AdaBoostSettings { trees: 9, learning_rate: 1.0 }, 4, ErrorShape::Linear).expect("a constant");
        assert_eq!((constant.trees.len(), &constant.vote_weights[..]), (1, &[1.0][..]));
        assert_eq!(constant.forecasts(&table.matrix, &table.columns(), &[7], 1), [3.0]);
    }

    #[test]
    fn regression_forecasts_the_weighted_median_and_beats_its_first_tree() {
        let table = Table::golden(3000, 2000);
        let target: Vec<f64> = (0..3000).map(|row| signal(row).0 + signal(row).1 / 2.0).collect();
        let rows: Vec<u32> = (2000..3000).collect();
        for shape in [ErrorShape::Linear, ErrorShape::Square, ErrorShape::Exponential] {
            let error = |trees: u32| {
                let model = numbers(&table, &target, &AdaBoostSettings { trees, learning_rate: 1.0 }, 16, shape).expect("any target");
                let got = model.forecasts(&table.matrix, &table.columns(), &rows, 1);
                for (forecast, row) in got.iter().zip(&rows).step_by(97) {
                    let votes = model.trees.iter().map(|tree| tree.nodes[tree.leaf(|feature| table.matrix.column(feature)[*row as usize])].value);
                    let (mut below, mut above) = (0.0, 0.0);
                    for (vote, say) in votes.zip(&model.vote_weights) {
                        below += if vote < *forecast { *say } else { 0.0 };
                        above += if *forecast < vote { *say } else { 0.0 };
                    }
                    let half = model.vote_weights.iter().sum::<f64>() / 2.0;
                    assert!(below <= half + 1e-9 && above <= half + 1e-9);
                }
                got.iter().zip(&target[2000..]).map(|(forecast, target)| (forecast - target).abs()).sum::<f64>()
            };
            let (one, many) = (error(1), error(30));
            assert!(many < 0.85 * one, "{shape:?}: {many} against {one}");
        }
    }
}
