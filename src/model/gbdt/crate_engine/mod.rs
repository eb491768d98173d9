//! Boosting over trees grown by the `gbdt` crate (mesalock-linux, 0.1.3).
//!
//! The crate grows each tree (exact greedy splits on squared error; for probabilities Newton leaves of its `LogLikelyhood`). The boosting
//! around it is ours, because the crate's own loop breaks two promises: a leaf may hold fewer than `min_leaf_rows` rows, and a missing value
//! ruins the forecast of its row. Nothing is random: the crate makes thread generators, but with sample ratios of 1 it draws nothing from
//! them, and it starts no threads. A fit depends on its rows and seed alone.
//!
//! The price: a node whose best split leaves a side too small stays a leaf, though a second-best split might have served. It shows where
//! `min_leaf_rows` is large against the rows: with 20,000 rows, 100 trees of depth 6 reach an R2 of 0.432 at 20 rows a leaf (`LightGBM` 4.7:
//! 0.419) but 0.383 at 200 (`LightGBM`: 0.433).

mod bin;
mod draw;
mod tree;

use gbdt::config;
use gbdt::decision_tree::{Data, DecisionTree, TrainingCache};

use self::bin::Bins;
use self::draw::draw;
use self::tree::{Rows, Tree};
use super::CrateLoss as Loss;
use crate::error::Result;
use crate::feature::Matrix;
use crate::model::regression::{self as prepare, quote};
use crate::model::regression::{probability, sigmoid};
use crate::model::{Card, Importance, Learner, Model, Query, Train};
use crate::spec::{GbdtParams, Quantity, TreeLimits, TreeRows};

/// The crate's training memory: sorted columns are made once and split along the tree, the fastest of its three levels.
const CACHE_LEVEL: u8 = 2;

/// Settings of the crate's trees, as the spec names them.
#[derive(Debug, Clone)]
pub(super) struct CrateParams {
    pub(super) trees: u32,
    pub(super) depth: u32,
    pub(super) learning_rate: f64,
    pub(super) min_leaf_rows: u32,
    pub(super) row_share: f64,
    pub(super) features: Vec<String>,
}

impl From<&GbdtParams> for CrateParams {
    fn from(params: &GbdtParams) -> Self {
        let TreeRows::Share(row_share) = params.rows else { unreachable!("the spec refuses one-side sampling with the crate") };
        let (trees, learning_rate) = (params.trees, params.learning_rate);
        let TreeLimits { depth, min_leaf_rows, features, .. } = params.tree.clone();
        Self { trees, depth, learning_rate, min_leaf_rows, row_share, features }
    }
}

/// Learner of `engine = "gbdt"`.
pub(super) struct CrateEngine {
    pub(super) params: CrateParams,
    pub(super) loss: Loss,
}

impl Learner for CrateEngine {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let n_rows = prepare::count_rows(train)?;
        let rows: Vec<usize> = (0..train.weight().len()).filter(|&row| 0.0 < train.weight()[row]).collect();
        let rows = draw(rows, self.params.row_share, train.seed);
        if self.loss == Loss::Logistic {
            prepare::check_classes(train, rows.iter().copied())?;
        }
        let min_rows = self.params.min_leaf_rows.max(1) as usize;
        let features = train.features.gather();
        let (mut bins, mut names, mut dropped) = (vec![], vec![], vec![]);
        for column_idx in prepare::select(train, &self.params.features)? {
            let name = &train.feature_names[column_idx];
            match Bins::fit(&features, column_idx, &rows, min_rows) {
                Some(found) => {
                    bins.push(found);
                    names.push(name.clone());
                }
                None => dropped.push(name),
            }
        }
        let mut notes = vec![];
        if rows.len() < n_rows {
            notes.push(format!("drawn at `row_share` {} from the training rows", self.params.row_share));
        }
        if !dropped.is_empty() {
            notes.push(format!("dropped, no cut leaves {min_rows} rows on both sides: {}", quote(dropped)));
        }
        if bins.is_empty() {
            return Err(prepare::nothing_left(train, &notes));
        }
        let codes = bin::encode(&features, &bins, &rows.iter().copied());
        let boosting = Boosting::start(self, train, &rows, &codes);
        Ok(Box::new(boosting.run(bins, names, notes)))
    }
}

/// A fit in progress. Targets of the squared loss are standardised, because the crate takes those within 1e-5 of each other for equal.
struct Boosting<'a> {
    params: &'a CrateParams,
    loss: Loss,
    codes: &'a [u8],
    n_features: usize,
    /// Relative to the smallest, because the crate takes a node of weight at most 1 for a single row, without variance.
    weight: Vec<f64>,
    label: Vec<f64>,
    center: f64,
    spread: f64,
    /// Score before any tree: standardised mean (0), or half the log odds.
    base: f64,
}

impl<'a> Boosting<'a> {
    fn start(engine: &'a CrateEngine, train: &Train<'_>, rows: &[usize], codes: &'a [u8]) -> Self {
        let smallest = rows.iter().map(|&row| train.weight()[row]).fold(f64::INFINITY, f64::min);
        let weight: Vec<f64> = rows.iter().map(|&row| train.weight()[row] / smallest).collect();
        let mut label: Vec<f64> = rows.iter().map(|&row| train.target()[row]).collect();
        let sum_weight: f64 = weight.iter().sum();
        let mean = label.iter().zip(&weight).map(|(label, weight)| weight * label).sum::<f64>() / sum_weight;
        let (mut center, mut spread, mut base) = (0.0, 1.0, 0.0);
        match engine.loss {
            Loss::Logistic => base = libm::log(mean / (1.0 - mean)) / 2.0,
            Loss::Squared => {
                center = mean;
                let square = label.iter().zip(&weight).map(|(label, weight)| weight * (label - mean).powi(2)).sum::<f64>() / sum_weight;
                if 0.0 < square {
                    spread = square.sqrt();
                }
                for label in &mut label {
                    *label = (*label - center) / spread;
                }
            }
        }
        let n_features = codes.len() / rows.len();
        Self { params: &engine.params, loss: engine.loss, codes, n_features, weight, label, center, spread, base }
    }

    fn run(self, bins: Vec<Bins>, names: Vec<String>, mut notes: Vec<String>) -> Fitted {
        let mut data: Vec<Data> = self.codes.chunks_exact(self.n_features).zip(&self.weight).map(as_data).collect();
        let mut cache = TrainingCache::get_cache(self.n_features, &data, CACHE_LEVEL);
        let min_rows = self.params.min_leaf_rows.max(1) as usize;
        let mut scores = vec![self.base; self.label.len()];
        let mut gain = vec![0.0; self.n_features];
        let mut trees = Vec::with_capacity(self.params.trees as usize);
        for _ in 0..self.params.trees {
            let negative_gradients: Vec<f64> = self.label.iter().zip(&scores).map(|(&label, &score)| self.negative_gradient(label, score)).collect();
            for (data, negative_gradient) in data.iter_mut().zip(&negative_gradients) {
                data.target = *negative_gradient as f32;
            }
            let mut grown = self.new_tree(min_rows);
            grown.fit(&data, &mut cache);
            let mut tree = Tree::read(serde_json::to_value(&grown).expect("the crate's tree is plain data"));
            let rows = Rows { codes: self.codes, n_features: self.n_features, weight: &self.weight, target: &negative_gradients };
            tree.prune(&rows, min_rows, &mut gain);
            if tree.is_single_leaf() {
                // The next tree would be grown on the same rows and targets, and be the same.
                notes.push(format!("stopped after {} trees: no split of the next leaves {min_rows} rows on both sides", trees.len()));
                break;
            }
            for (score, code) in scores.iter_mut().zip(self.codes.chunks_exact(self.n_features)) {
                *score += self.params.learning_rate * tree.value(code);
            }
            trees.push(tree);
        }
        let Self { loss, base, center, spread, .. } = self;
        let (learning_rate, n_rows) = (self.params.learning_rate, self.label.len());
        Fitted { loss, bins, names, trees, learning_rate, base, center, spread, gain, n_rows, notes }
    }

    fn new_tree(&self, min_rows: usize) -> DecisionTree {
        let mut tree = DecisionTree::new();
        tree.set_feature_size(self.n_features);
        tree.set_max_depth(self.params.depth);
        // The crate splits nodes of more rows than this; with fewer than twice `min_rows` no split could stay.
        tree.set_min_leaf_size(2 * min_rows - 1);
        // At 1 the crate shuffles nothing.
        tree.set_feature_sample_ratio(1.0);
        tree.set_loss(match self.loss {
            Loss::Squared => config::Loss::SquaredError,
            Loss::Logistic => config::Loss::LogLikelyhood,
        });
        tree
    }

    /// The negative gradient of the loss. The crate's log likelihood is 2 ln(1 + exp(-2 y F)) with y = -1 or 1 and F half the log odds.
    fn negative_gradient(&self, label: f64, score: f64) -> f64 {
        match self.loss {
            Loss::Squared => label - score,
            Loss::Logistic => 2.0 * (label - sigmoid(2.0 * score)),
        }
    }
}

fn as_data((code, weight): (&[u8], &f64)) -> Data {
    Data::new_training_data(code.iter().map(|&bin| f32::from(bin)).collect(), *weight as f32, 0.0, None)
}

struct Fitted {
    loss: Loss,
    bins: Vec<Bins>,
    names: Vec<String>,
    trees: Vec<Tree>,
    learning_rate: f64,
    base: f64,
    center: f64,
    spread: f64,
    /// Squared error removed by each feature's splits.
    gain: Vec<f64>,
    n_rows: usize,
    notes: Vec<String>,
}

impl Fitted {
    fn forecasts(&self, features: &Matrix) -> Vec<Option<f64>> {
        let codes = bin::encode(features, &self.bins, &(0..features.n_rows()));
        let forecast = |code: &[u8]| {
            let score = self.trees.iter().fold(self.base, |score, tree| score + self.learning_rate * tree.value(code));
            match self.loss {
                Loss::Squared => self.center + self.spread * score,
                Loss::Logistic => probability(2.0 * score),
            }
        };
        codes.chunks_exact(self.bins.len()).map(|code| Some(forecast(code))).collect()
    }
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        vec![self.forecasts(query.features)]
    }

    fn card(&self) -> Card {
        let total: f64 = self.gain.iter().sum();
        let of = match self.loss {
            Loss::Squared => Quantity::Mean,
            Loss::Logistic => Quantity::Probability,
        };
        let shares = || self.names.iter().zip(&self.gain).map(|(name, gain)| (name.clone(), gain / total)).collect();
        let importance = if 0.0 < total { vec![Importance::sorted(of.to_string(), shares())] } else { vec![] };
        Card { n_rows: self.n_rows, importance, notes: self.notes.clone(), ..Card::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::feature::Dataset;
    use crate::model::Past;
    use crate::model::learner::teach;
    use gbdt::gradient_boost::GBDT;

    fn params(trees: u32, min_leaf_rows: u32) -> CrateParams {
        CrateParams { trees, depth: 3, learning_rate: 0.3, min_leaf_rows, row_share: 1.0, features: vec![] }
    }

    fn fit(loss: Loss, params: CrateParams, columns: &[Vec<f32>], target: &[f64]) -> Result<Box<dyn Model>> {
        let names = ["a".to_string(), "b".into()];
        let (features, weight) = (Matrix::from_columns(target.len(), columns), vec![0.001; target.len()]);
        let feature_names = &names[..columns.len()];
        teach("model `g` in window 1", feature_names, &features, (target, &weight), |train| CrateEngine { params, loss }.fit(train))
    }

    fn forecast(model: &dyn Model, columns: &[Vec<f32>]) -> Vec<f64> {
        let past = Past::new(&Dataset::default());
        let n_rows = columns[0].len();
        let features = Matrix::from_columns(n_rows, columns);
        let query = Query { features: &features, entity: &vec![0; n_rows], as_of: &vec![Day(1); n_rows], past: &past, benchmarks: &[] };
        model.forecast(&query)[0].iter().map(|x| x.expect("every row")).collect()
    }

    /// `a` tells the target but for noise, `b` does not.
    fn columns(n: u32) -> Vec<Vec<f32>> {
        vec![(0..n).map(|row| (row * 37 % 101) as f32).collect(), (0..n).map(|row| (row * 53 % 97) as f32).collect()]
    }

    #[test]
    fn gbdt_learns_a_step_of_daily_return_size_from_values_closer_than_the_crate_can_tell_apart() {
        // The crate alone takes values within 1e-5 for equal and would see one value here.
        let small =
            |columns: Vec<Vec<f32>>| columns.into_iter().map(|column| column.into_iter().map(|x| x * 1e-8).collect()).collect::<Vec<Vec<f32>>>();
        let training = small(columns(404));
        let target: Vec<f64> = training[0].iter().map(|&x| if x < 50e-8 { -0.01 } else { 0.02 }).collect();
        let model = fit(Loss::Squared, params(60, 20), &training, &target).expect("404 rows");
        let got = forecast(&*model, &[vec![1e-8, 45e-8, 55e-8, 2.0], vec![0.0; 4]]);
        for (calculated, expected) in got.iter().zip([-0.01, -0.01, 0.02, 0.02]) {
            assert!((calculated - expected).abs() < 1e-6, "{got:?}");
        }
        let card = model.card();
        assert_eq!((card.n_rows, card.importance[0].shares[0].0.as_str()), (404, "a"));
        let shares = &card.importance[0].shares;
        assert!(0.99 < shares[0].1 && (shares.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn gbdt_equals_the_crates_own_boosting_where_that_keeps_our_promises() {
        // Whole numbers without gaps, none missing, single-row leaves allowed: bins are the values and nothing is cut back.
        let training = vec![(0..120).map(|row| (row % 8 + 1) as f32).collect::<Vec<f32>>(), (0..120).map(|row| (row / 8 % 5 + 1) as f32).collect()];
        let noise = |row: usize| (row * 29 % 31) as f64 / 31.0;
        let smooth: Vec<f64> = (0..120).map(|row| f64::from(training[0][row] * training[1][row]) + noise(row)).collect();
        let binary: Vec<f64> = smooth.iter().map(|&x| f64::from(u8::from(11.5 + 6.0 * noise(x as usize) < x))).collect();
        for (loss, name, target) in [(Loss::Squared, "SquaredError", smooth), (Loss::Logistic, "LogLikelyhood", binary)] {
            let ours = forecast(&*fit(loss, params(5, 1), &training, &target).expect("120 rows"), &training);
            let mut config = config::Config::new();
            config.set_feature_size(2);
            config.set_max_depth(3);
            config.set_iterations(5);
            config.set_shrinkage(0.3);
            config.set_loss(name);
            let label = |row: usize| (if loss == Loss::Logistic { 2.0 * target[row] - 1.0 } else { target[row] }) as f32;
            let mut data: Vec<Data> =
                (0..120).map(|row| Data::new_training_data(vec![training[0][row], training[1][row]], 1.0, label(row), None)).collect();
            let mut theirs = GBDT::new(&config);
            theirs.fit(&mut data);
            for (row, (ours, theirs)) in ours.iter().zip(theirs.predict(&data)).enumerate() {
                assert!((ours - f64::from(theirs)).abs() < 1e-5, "{name}, row {row}: ours {ours}, the crate's {theirs}");
            }
        }
    }

    #[test]
    fn gbdt_leaves_hold_the_wanted_rows_even_when_an_outlier_would_pay() {
        // One row a thousand times the others: the crate would cut it off, here it stays within at least 30 rows.
        let training = columns(300);
        let mut target: Vec<f64> = training[0].iter().map(|&x| if x < 50.0 { 0.0 } else { 1.0 }).collect();
        target[17] = 1000.0;
        let model = fit(Loss::Squared, params(1, 30), &training, &target).expect("300 rows");
        let got = forecast(&*model, &training);
        let mut counts = std::collections::BTreeMap::new();
        for forecast in got {
            *counts.entry(forecast.to_bits()).or_insert(0) += 1;
        }
        assert!(counts.len() > 1 && counts.values().all(|&count| 30 <= count), "{counts:?}");
    }

    #[test]
    fn gbdt_learns_from_missing_values_and_keeps_probabilities_inside_0_and_1() {
        // Where `a` is missing the target is always 1, elsewhere always 0.
        let mut training = columns(300);
        for row in (0..300).step_by(3) {
            training[0][row] = f32::NAN;
        }
        let target: Vec<f64> = training[0].iter().map(|x| f64::from(u8::from(x.is_nan()))).collect();
        let model = fit(Loss::Logistic, params(200, 20), &training, &target).expect("both classes");
        let got = forecast(&*model, &[vec![f32::NAN, 3.0], vec![1.0, 1.0]]);
        assert!(0.999 < got[0] && got[0] < 1.0 && 0.0 < got[1] && got[1] < 0.001, "{got:?}");
    }

    #[test]
    fn gbdt_gives_the_same_bits_again_and_other_forecasts_from_another_draw() {
        let training = columns(600);
        let target: Vec<f64> = (0..600).map(|row| f64::from(row * 71 % 89) / 89.0 + f64::from(training[0][row as usize]) / 50.0).collect();
        let drawn = || fit(Loss::Squared, CrateParams { row_share: 0.5, ..params(20, 10) }, &training, &target).expect("300 rows");
        let (first, again) = (forecast(&*drawn(), &training), forecast(&*drawn(), &training));
        assert!(first.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert_eq!(drawn().card().n_rows, 300);
        assert_eq!(drawn().card().notes, ["drawn at `row_share` 0.5 from the training rows"]);
        let whole = forecast(&*fit(Loss::Squared, params(20, 10), &training, &target).expect("600 rows"), &training);
        assert_ne!(first, whole);
    }

    #[test]
    fn gbdt_without_a_feature_to_cut_or_a_second_class_is_an_error() {
        let error = fit(Loss::Squared, params(5, 20), &[vec![2.0; 50]], &[0.5; 50]).err().expect("constant").to_string();
        assert_eq!(error.lines().next(), Some("model `g` in window 1: no feature is left: dropped, no cut leaves 20 rows on both sides: `a`"));
        let error = fit(Loss::Logistic, params(5, 20), &columns(50), &[1.0; 50]).err().expect("one class").to_string();
        let expected = "model `g` in window 1: all 50 training rows have target 1 and none has 0; a probability needs both";
        assert_eq!(error.lines().next(), Some(expected));
    }

    #[test]
    fn gbdt_of_a_constant_target_stops_and_forecasts_it() {
        let model = fit(Loss::Squared, params(50, 20), &columns(100), &[0.25; 100]).expect("100 rows");
        assert_eq!(forecast(&*model, &columns(2)), [0.25, 0.25]);
        assert_eq!(model.card().notes, ["stopped after 0 trees: no split of the next leaves 20 rows on both sides"]);
    }
}
