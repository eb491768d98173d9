//! Quantiles at several tails, and the shortfall beyond them, from one binned table.

use serde::{Deserialize, Serialize};

use super::boost::{boost, check};
use super::booster::{Booster, HeldBack, TrainingData};
use super::cross_fold::CrossFold;
use super::ensemble::{Ensemble, Link};
use super::grow::Grower;
use super::loss::{Excess, Loss, Observed, RowLoss};
use super::predict::{Scorer, forecasts};
use super::sample;
use super::settings::BoostSettings;
use crate::error::{Error, Result};
use crate::feature::Matrix;

/// A quantile above this share of the training quantile (nearer to 0, or positive) counts as this for the shortfall, which must be negative.
const NEAREST_TO_ZERO: f64 = 0.01;

/// What to forecast at a tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TailQuantity {
    /// The quantile.
    Quantile,
    /// The quantile and the mean beyond it.
    Shortfall,
}

/// Ensembles by tail, ascending.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TailModel {
    /// One per tail.
    pub(crate) tails: Vec<TailFit>,
}

/// What is forecast at one tail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TailFit {
    /// Tail probability.
    pub(crate) tail: f64,
    /// Forecasts the quantile.
    pub(crate) quantile: Ensemble,
    /// Forecasts how far the shortfall lies beyond it; `None` where only the quantile was asked.
    pub(crate) shortfall: Option<Shortfall>,
}

/// A model of the shortfall, given the quantile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shortfall {
    /// With its score s and the quantile v the shortfall is e = v (1 + exp(-s)).
    pub(crate) excess: Ensemble,
    /// v is the quantile, or this, whichever is smaller; below 0.
    pub(crate) ceiling: f64,
}

/// Forecasts at the tails of a model, one number per row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TailForecast {
    /// Quantiles, tail by tail; never falling from a tail to the next.
    pub(crate) quantiles: Vec<Vec<f64>>,
    /// Shortfalls at the tails that have one, strictly below their quantile and 0, and never falling from a tail to the next.
    pub(crate) shortfalls: Vec<Option<Vec<f64>>>,
    /// Rows whose quantiles, or shortfalls, crossed and were put in order.
    pub(crate) n_repaired: u64,
}

/// Boosts an ensemble per tail (two where the shortfall is asked) over the same grower: the table is binned once. `settings.loss` is not read.
///
/// `asked` names each tail once; `folds` are the parts of the training rows that shortfalls are cross-fitted on. Notes begin with the tail.
/// Errors as in `boost`, and where the training quantile of a tail whose shortfall is asked is not below 0.
pub(crate) fn fit(
    grower: &mut Grower<'_>,
    data: &TrainingData<'_>,
    settings: &BoostSettings,
    (asked, folds): (&[(f64, TailQuantity)], &[CrossFold]),
) -> Result<(TailModel, Vec<String>)> {
    let mut asked = asked.to_vec();
    asked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut tails, mut notes) = (vec![], vec![]);
    for (tail, ask) in asked {
        // The seed belongs to the tail, not to its position: one more tail does not change the others.
        let data = TrainingData { seed: sample::mix(data.seed, tail.to_bits()), ..*data };
        let (fitted, about) = match ask {
            TailQuantity::Quantile => {
                let boosted = boost(grower, &data, &BoostSettings { loss: Loss::Quantile { tail }, ..settings.clone() }, None)?;
                (TailFit { tail, quantile: boosted.ensemble, shortfall: None }, boosted.notes)
            }
            TailQuantity::Shortfall => boost_pair(grower, &data, settings, (tail, folds))?,
        };
        tails.push(fitted);
        notes.extend(about.into_iter().map(|note| format!("tail {tail}: {note}")));
    }
    Ok((TailModel { tails }, notes))
}

/// Boosts a quantile by the pinball loss, and then the shortfall beyond it by the joint loss at that quantile (`Excess`).
///
/// The quantile that the shortfall is learnt beside is, for each row, that of trees which did not train on the row (`left_out_quantiles`):
/// trees lie nearer to the targets they have seen than to new ones, so that beside their own quantile losses beyond it are too few and too
/// small, and the shortfall would come out too shallow.
///
/// One after the other, because that did best. On simulated returns (normal and t(5), 20,000 and 100,000 rows, tails 0.01 and 0.025, with and
/// without early stopping) the mean joint loss of new rows was larger by 0 to 0.02 with trees of both grown in turns, those of the quantile
/// with the joint loss's weights 1 / -e; in turns without these weights it was about the same as here, at a higher price. So a quantile is
/// the same whether its shortfall is asked or not.
fn boost_pair(
    grower: &mut Grower<'_>,
    data: &TrainingData<'_>,
    settings: &BoostSettings,
    (tail, folds): (f64, &[CrossFold]),
) -> Result<(TailFit, Vec<String>)> {
    let (observed, held_back) = (data.observed, data.held_back.observed);
    let loss = Loss::ValueAtRiskShortfall { tail };
    check(loss, data, settings)?;
    let pinball = loss.row_loss();
    let base = pinball.base(observed);
    if 0.0 <= base {
        let problem = format!("the {tail} quantile of the training targets is {base}, not below 0: there is no loss to take a shortfall of");
        return Err(Error::model(data.place, problem).hint("ask for shortfalls of returns, whose losses are negative"));
    }
    let start = |score: f64| (vec![score; observed.target.len()], vec![score; held_back.target.len()]);
    let mut quantile = Booster::start(data, settings, start(base), data.seed);
    let mut notes = quantile.run(grower, &*pinball, (observed, held_back));
    let rounds = BoostSettings { rounds: quantile.trees.len() as u32, early_stop: None, ..settings.clone() };
    let (rows, quantiles) = if let Some(left_out) = left_out_quantiles(grower, data, &rounds, (&*pinball, folds)) {
        notes.push(format!("shortfall fitted to out-of-fold quantiles ({} folds of dates)", folds.len()));
        left_out
    } else {
        notes.push("shortfall fitted to in-sample quantiles and too shallow: no span of dates can be left out".to_owned());
        (with_weight(observed, 0..observed.target.len() as u32), quantile.scores)
    };
    let ceiling = base * NEAREST_TO_ZERO;
    let excesses = |observed: Observed<'_>, quantiles: &[f64]| -> Vec<f64> {
        let rows = observed.target.iter().zip(quantiles);
        rows.map(|(&target, quantile)| Excess::observe(target, quantile.min(ceiling), tail)).collect()
    };
    let (target, held_target) = (excesses(observed, &quantiles), excesses(held_back, &quantile.held_scores));
    let observed = Observed { target: &target, ..observed };
    let excess_base = best_constant(&Excess, observed, &rows);
    let mut excess = Booster::start(data, settings, start(excess_base), sample::mix(data.seed, 1)).only(rows);
    notes.extend(
        excess.run(grower, &Excess, (observed, Observed { target: &held_target, ..held_back })).into_iter().map(|note| format!("shortfall {note}")),
    );
    let features = data.features.to_vec();
    let shortfall = Ensemble { features: features.clone(), base: excess_base, link: Link::Identity, trees: excess.trees };
    let quantile = Ensemble { features, base, link: Link::Identity, trees: quantile.trees };
    Ok((TailFit { tail, quantile, shortfall: Some(Shortfall { excess: shortfall, ceiling }) }, notes))
}

/// Quantiles of training rows by as many trees as `settings` says that were grown without them: positions of the rows that have one,
/// ascending, and a quantile per training row, read at these positions only. `None` without a fold.
fn left_out_quantiles(
    grower: &mut Grower<'_>,
    data: &TrainingData<'_>,
    settings: &BoostSettings,
    (pinball, folds): (&dyn RowLoss, &[CrossFold]),
) -> Option<(Vec<u32>, Vec<f64>)> {
    let observed = data.observed;
    let held_back = HeldBack::none();
    let data = TrainingData { held_back, ..*data };
    let (mut rows, mut quantiles) = (vec![], vec![0.0; observed.target.len()]);
    for (fold, idx) in folds.iter().zip(2..) {
        let learnt = with_weight(observed, fold.learnt.iter().copied());
        if learnt.is_empty() {
            continue;
        }
        let base = best_constant(pinball, observed, &learnt);
        let scores = (vec![base; observed.target.len()], vec![]);
        let mut course = Booster::start(&data, settings, scores, sample::mix(data.seed, idx)).only(learnt);
        course.run(grower, pinball, (observed, held_back.observed));
        quantiles[fold.left_out.clone()].copy_from_slice(&course.scores[fold.left_out.clone()]);
        rows.extend(with_weight(observed, fold.left_out.start as u32..fold.left_out.end as u32));
    }
    (!rows.is_empty()).then_some((rows, quantiles))
}

/// Positions of a weight above 0.
fn with_weight(observed: Observed<'_>, positions: impl Iterator<Item = u32>) -> Vec<u32> {
    positions.filter(|&position| 0.0 < observed.weight_of(position as usize)).collect()
}

/// The best constant score of some rows.
fn best_constant(loss: &dyn RowLoss, observed: Observed<'_>, rows: &[u32]) -> f64 {
    let (target, weight) = observed.part(rows);
    loss.base(Observed { target: &target, weight: weight.as_deref() })
}

impl TailModel {
    /// Forecasts for rows of a matrix whose `columns` are the features.
    pub(crate) fn forecast(&self, matrix: &Matrix, columns: &[usize], rows: &[u32], cores: usize) -> TailForecast {
        let mut quantiles: Vec<Vec<f64>> = self.tails.iter().map(|tail| forecasts(&tail.quantile, matrix, columns, rows, cores)).collect();
        let mut crossed = repair_crossings(&mut quantiles);
        // From quantiles in order, so that each shortfall is beyond its own; shortfalls in order then stay so, one by one.
        let beyond = |(tail, quantile): (&TailFit, &Vec<f64>)| {
            let Shortfall { excess, ceiling } = tail.shortfall.as_ref()?;
            let scores = Scorer::new(&excess.trees, &excess.features, columns).scores(matrix, rows, excess.base, cores);
            Some(quantile.iter().zip(scores).map(|(quantile, score)| quantile.min(*ceiling) * Excess::ratio(score)).collect())
        };
        let (at, mut shortfalls): (Vec<usize>, Vec<Vec<f64>>) =
            self.tails.iter().zip(&quantiles).map(beyond).enumerate().filter_map(|(idx, shortfall)| Some((idx, shortfall?))).unzip();
        for (crossed, also) in crossed.iter_mut().zip(repair_crossings(&mut shortfalls)) {
            *crossed |= also;
        }
        let mut by_tail = vec![None; self.tails.len()];
        at.into_iter().zip(shortfalls).for_each(|(idx, shortfall)| by_tail[idx] = Some(shortfall));
        let n_repaired = crossed.iter().filter(|crossed| **crossed).count() as u64;
        TailForecast { quantiles, shortfalls: by_tail, n_repaired }
    }
}

/// Puts each row's forecasts in ascending order over the tails (outer, ascending), and says which rows had to be.
///
/// The sorted forecasts are never further from the true quantiles than the crossing ones. Source: monotone rearrangement of Chernozhukov,
/// Fernandez-Val and Galichon (2010), Econometrica 78(3), 1093-1125.
fn repair_crossings(by_tail: &mut [Vec<f64>]) -> Vec<bool> {
    let n_rows = by_tail.first().map_or(0, Vec::len);
    let mut row_values = vec![0.0; by_tail.len()];
    let repair = |row: usize| {
        row_values.iter_mut().zip(by_tail.iter()).for_each(|(value, forecasts)| *value = forecasts[row]);
        if row_values.is_sorted() {
            return false;
        }
        row_values.sort_by(f64::total_cmp);
        by_tail.iter_mut().zip(&row_values).for_each(|(forecasts, value)| forecasts[row] = *value);
        true
    };
    (0..n_rows).map(repair).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, settings};
    use super::super::sample::mix;
    use super::super::settings::EarlyStop;
    use super::*;
    use crate::score::fissler_ziegel;

    /// A standard normal number, by the sum of twelve uniform ones less six (kurtosis 2.9, tails out to 6).
    fn normal(seed: u64) -> f64 {
        (0..12).map(|idx| (mix(seed, idx) >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
    }

    /// Returns of known volatility: the driver is the first feature, the second is noise.
    fn returns(n_rows: u64) -> (Vec<Vec<f32>>, Vec<f64>, Vec<f64>) {
        let driver: Vec<f32> = (0..n_rows).map(|row| (mix(1, row) % 100) as f32).collect();
        let noise: Vec<f32> = (0..n_rows).map(|row| (mix(2, row) % 100) as f32).collect();
        let volatility: Vec<f64> = driver.iter().map(|&x| 0.01 * libm::exp(f64::from(x) / 60.0)).collect();
        let target = volatility.iter().zip(0..).map(|(volatility, row)| volatility * normal(mix(3, row))).collect();
        (vec![driver, noise], volatility, target)
    }

    fn joint_loss(target: &[f64], quantile: &[f64], shortfall: &[f64], tail: f64) -> f64 {
        let rows = target.iter().zip(quantile).zip(shortfall);
        rows.map(|((&y, &v), &e)| fissler_ziegel(y, v, e, tail)).sum::<f64>() / target.len() as f64
    }

    fn limits() -> BoostSettings {
        let mut limits = settings(Loss::Squared, 80);
        (limits.tree.leaves, limits.tree.min_leaf_rows, limits.tree.min_leaf_hessian) = (6, 200, 0.0);
        limits
    }

    #[test]
    fn quantile_and_shortfall_come_near_the_truth_and_beat_a_constant() {
        let (columns, volatility, target) = returns(40_000);
        let table = Table::new(&columns, &[], 20_000);
        let data = table.data(&target, None, 2);
        let limits = BoostSettings { early_stop: Some(EarlyStop { share: 0.5, rounds: 10 }), ..limits() };
        let (model, _) = table
            .grow(&limits.tree, None, 2, |grower| fit(grower, &data, &limits, (&[(0.05, TailQuantity::Shortfall)], &table.folds())))
            .expect("returns");
        let test: Vec<u32> = (20_000..40_000).collect();
        let got = model.forecast(&table.matrix, &[0, 1], &test, 2);
        let (quantile, shortfall) = (&got.quantiles[0], got.shortfalls[0].as_ref().expect("asked"));
        // The sum of twelve uniforms has the 5 % quantile -1.6469 and the mean below it -2.0426 (numerical integration of the Irwin-Hall
        // density; the normal's are -1.6449 and -2.0627).
        let off = |forecast: &[f64], truth: f64| {
            forecast.iter().zip(&volatility[20_000..]).map(|(forecast, volatility)| (forecast / (truth * volatility) - 1.0).abs()).sum::<f64>()
                / 20_000.0
        };
        assert!(off(quantile, -1.6469) < 0.07, "quantile off by {}", off(quantile, -1.6469));
        assert!(off(shortfall, -2.0426) < 0.07, "shortfall off by {}", off(shortfall, -2.0426));
        let truth = |factor: f64| volatility[20_000..].iter().map(|volatility| factor * volatility).collect::<Vec<f64>>();
        let mut sorted = target[..20_000].to_vec();
        sorted.sort_by(f64::total_cmp);
        let constant = [vec![sorted[1000]; 20_000], vec![sorted[..1000].iter().sum::<f64>() / 1000.0; 20_000]];
        let new = &target[20_000..];
        let [ours, best, flat] =
            [[quantile, shortfall], [&truth(-1.6469), &truth(-2.0426)], [&constant[0], &constant[1]]].map(|[v, e]| joint_loss(new, v, e, 0.05));
        assert!(ours < best + 0.01 && best + 0.1 < flat, "joint loss: ours {ours}, of the truth {best}, constant {flat}");
    }

    #[test]
    fn excesses_beyond_quantiles_of_left_out_rows_are_those_of_new_rows() {
        let (columns, _, target) = returns(24_000);
        let table = Table::new(&columns, &[], 4000);
        let data = table.data(&target, None, 2);
        let mut limits = limits();
        (limits.tree.leaves, limits.tree.min_leaf_rows) = (15, 50);
        let tail = 0.025;
        // By how much the mean excess of 20,000 new rows, in units of the quantile, is above its forecast.
        let missing = |folds: &[CrossFold]| {
            let asked = [(tail, TailQuantity::Shortfall)];
            let (model, _) = table.grow(&limits.tree, None, 2, |grower| fit(grower, &data, &limits, (&asked, folds))).expect("returns");
            let got = model.forecast(&table.matrix, &[0, 1], &table.held_rows, 2);
            let rows = target[4000..].iter().zip(&got.quantiles[0]).zip(got.shortfalls[0].as_ref().expect("asked"));
            rows.map(|((&target, &quantile), shortfall)| Excess::observe(target, quantile, tail) - shortfall / quantile).sum::<f64>() / 20_000.0
        };
        let (own, left_out) = (missing(&[]), missing(&table.folds()));
        assert!(0.1 < own, "beside their own quantiles: {own}");
        assert!(left_out.abs() < 0.05, "beside quantiles of left-out rows: {left_out}");
    }

    #[test]
    fn tails_share_a_grower_and_their_forecasts_never_cross() {
        let (columns, _, target) = returns(6000);
        let table = Table::new(&columns, &[], 5000);
        let data = table.data(&target, None, 1);
        let mut limits = limits();
        (limits.tree.min_leaf_rows, limits.learning_rate) = (20, 0.3);
        let asked = [
            (0.05, TailQuantity::Shortfall),
            (0.01, TailQuantity::Shortfall),
            (0.02, TailQuantity::Quantile),
            (0.95, TailQuantity::Quantile),
            (0.03, TailQuantity::Shortfall),
        ];
        let (model, _) = table.grow(&limits.tree, None, 1, |grower| fit(grower, &data, &limits, (&asked, &table.folds()))).expect("returns");
        assert_eq!(model.tails.iter().map(|tail| tail.tail).collect::<Vec<_>>(), [0.01, 0.02, 0.03, 0.05, 0.95]);
        let rows: Vec<u32> = (5000..6000).collect();
        let raw: Vec<Vec<f64>> = model.tails.iter().map(|tail| forecasts(&tail.quantile, &table.matrix, &[0, 1], &rows, 1)).collect();
        let n_crossed = (0..1000).filter(|&row| raw.windows(2).any(|pair| pair[1][row] < pair[0][row])).count() as u64;
        let got = model.forecast(&table.matrix, &[0, 1], &rows, 1);
        assert!(0 < n_crossed && n_crossed <= got.n_repaired, "{n_crossed} crossed, {} repaired", got.n_repaired);
        for row in 0..1000 {
            let quantiles: Vec<f64> = got.quantiles.iter().map(|forecasts| forecasts[row]).collect();
            assert!(quantiles.is_sorted(), "{quantiles:?}");
            let shortfalls: Vec<(f64, f64)> =
                got.shortfalls.iter().zip(&quantiles).filter_map(|(forecasts, quantile)| Some((forecasts.as_ref()?[row], *quantile))).collect();
            assert!(shortfalls.len() == 3 && shortfalls.is_sorted_by(|a, b| a.0 <= b.0), "{shortfalls:?}");
            assert!(shortfalls.iter().all(|(shortfall, quantile)| shortfall < quantile && *shortfall < 0.0), "{shortfalls:?}");
        }
        // A tail's trees do not depend on what else was asked.
        let (alone, _) =
            table.grow(&limits.tree, None, 1, |grower| fit(grower, &data, &limits, (&[(0.03, TailQuantity::Quantile)], &[]))).expect("returns");
        assert_eq!(alone.tails[0].quantile, model.tails[2].quantile);
        let text = serde_json::to_string(&model).expect("plain numbers");
        assert_eq!(serde_json::from_str::<TailModel>(&text).expect("its own words").tails.len(), 5);
    }

    #[test]
    fn crossings_are_sorted_and_counted_by_row() {
        let mut by_tail = [vec![-3.0, -1.0, -2.0], vec![-2.0, -2.0, -2.0], vec![-1.0, -3.0, -2.0]];
        assert_eq!(repair_crossings(&mut by_tail), [false, true, false]);
        assert_eq!(by_tail, [vec![-3.0, -3.0, -2.0], vec![-2.0, -2.0, -2.0], vec![-1.0, -1.0, -2.0]]);
        assert!(repair_crossings(&mut []).is_empty());
    }

    #[test]
    fn a_shortfall_of_a_target_without_losses_is_refused() {
        let table = Table::golden(200, 200);
        let target: Vec<f64> = (0..200_u32).map(f64::from).collect();
        let data = table.data(&target, None, 1);
        let error = table
            .grow(&limits().tree, None, 1, |grower| fit(grower, &data, &limits(), (&[(0.05, TailQuantity::Shortfall)], &[])))
            .expect_err("no losses");
        let problem = "the 0.05 quantile of the training targets is 9.5, not below 0: there is no loss to take a shortfall of";
        assert_eq!(error.fault().problem, problem);
    }

    #[test]
    fn a_feature_that_may_only_lower_the_quantile_only_lowers_the_shortfall() {
        let (columns, _, target) = returns(8000);
        let table = Table::new(&columns, &[], 8000);
        let data = table.data(&target, None, 1);
        let mut limits = limits();
        (limits.tree.min_leaf_rows, limits.tree.monotone) = (20, vec![-1, 0]);
        let asked = [(0.02, TailQuantity::Shortfall), (0.05, TailQuantity::Shortfall)];
        let (model, _) = table.grow(&limits.tree, None, 1, |grower| fit(grower, &data, &limits, (&asked, &table.folds()))).expect("returns");
        for noise in (0..100_u32).step_by(7) {
            let grid = Matrix::from_columns(101, &[(0..101_u32).map(|x| x as f32).collect(), vec![noise as f32; 101]]);
            let got = model.forecast(&grid, &[0, 1], &(0..101).collect::<Vec<_>>(), 1);
            for forecasts in got.quantiles.iter().chain(got.shortfalls.iter().flatten()) {
                assert!(forecasts.windows(2).all(|pair| pair[1] <= pair[0]) && forecasts[100] < 1.5 * forecasts[0], "{forecasts:?}");
            }
        }
    }
}
