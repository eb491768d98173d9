//! Gradient boosting: trees one after the other, each on the gradients that the last one left.

use super::booster::{Booster, TrainingData};
use super::ensemble::{Ensemble, Link};
use super::grow::Grower;
use super::loss::Loss;
use super::predict::Scorer;
use super::settings::BoostSettings;
use crate::error::{Error, Result};
use crate::feature::Matrix;

/// An earlier ensemble to continue from, with its scores of the rows.
#[derive(Debug, Clone)]
pub(crate) struct WarmStart<'a> {
    ensemble: &'a Ensemble,
    scores: Vec<f64>,
    held_scores: Vec<f64>,
}

/// A boosted ensemble.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Boosted {
    /// Base and trees.
    pub(crate) ensemble: Ensemble,
    /// What the reader of the card should know.
    pub(crate) notes: Vec<String>,
}

impl<'a> WarmStart<'a> {
    /// Scores the training rows and the rows held back of `matrix`, in which the ensemble's features are `columns`.
    pub(crate) fn score(ensemble: &'a Ensemble, matrix: &Matrix, columns: &[usize], rows: (&[u32], &[u32]), cores: usize) -> Self {
        let scorer = Scorer::new(&ensemble.trees, &ensemble.features, columns);
        let scores = scorer.scores(matrix, rows.0, ensemble.base, cores);
        Self { ensemble, scores, held_scores: scorer.scores(matrix, rows.1, ensemble.base, cores) }
    }
}

/// Boosts an ensemble from the best constant, or from an earlier ensemble, whose trees are all kept.
///
/// With `early_stop` the trees up to the smallest loss on the rows held back are kept. A tree without a split is not added; boosting ends
/// there, or after ten such trees where rows, columns or thresholds are drawn. Friedman (2001), Annals of Statistics 29(5), 1189-1232, with
/// Newton leaves (Chen and Guestrin, 2016, XGBoost) or renewed ones.
///
/// Errors where targets or weights do not fit the loss, nothing is held back to stop early by, or the earlier ensemble is of another kind.
pub(crate) fn boost(grower: &mut Grower<'_>, data: &TrainingData<'_>, settings: &BoostSettings, earlier: Option<WarmStart<'_>>) -> Result<Boosted> {
    let (observed, held_back) = (data.observed, data.held_back);
    check(settings.loss, data, settings)?;
    let loss = settings.loss.row_loss();
    let (base, mut trees, scores) = match earlier {
        None => {
            let base = loss.base(observed);
            (base, vec![], (vec![base; observed.target.len()], vec![base; held_back.rows.len()]))
        }
        Some(WarmStart { ensemble, scores, held_scores }) => {
            check_kind(ensemble, data, settings)?;
            (ensemble.base, ensemble.trees.clone(), (scores, held_scores))
        }
    };
    let mut course = Booster::start(data, settings, scores, data.seed);
    let notes = course.run(grower, &*loss, (observed, held_back.observed));
    trees.append(&mut course.trees);
    let ensemble = Ensemble { features: data.features.to_vec(), base, link: settings.loss.link(), trees };
    Ok(Boosted { ensemble, notes })
}

/// Targets and weights must suit the loss.
pub(super) fn check(loss: Loss, data: &TrainingData<'_>, settings: &BoostSettings) -> Result<()> {
    loss.check(data.observed, data.place)?;
    match settings.early_stop {
        Some(_) => loss.check_held_back(data.held_back.observed, data.place),
        None => Ok(()),
    }
}

/// Trees of another link or other features cannot be added to.
fn check_kind(ensemble: &Ensemble, data: &TrainingData<'_>, settings: &BoostSettings) -> Result<()> {
    let problem = if ensemble.link != settings.loss.link() {
        format!("the earlier trees were grown for {}, these are for {}", scale(ensemble.link), scale(settings.loss.link()))
    } else if ensemble.features != data.features {
        "the earlier trees were grown on other features or categories".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::model(data.place, problem).hint("train from scratch"))
}

fn scale(link: Link) -> &'static str {
    match link {
        Link::Identity => "the target itself",
        Link::Logistic => "log odds",
        Link::Log => "the logarithm of the mean",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Table, settings, signal};
    use super::super::loss::{Observed, mean_value};
    use super::super::predict::forecasts;
    use super::super::settings::{EarlyStop, RowSampling};
    use super::super::tree::Tree;
    use super::*;
    use crate::score::pinball;

    fn fit(table: &Table, settings: &BoostSettings, target: &[f64], weight: Option<&[f64]>, cores: usize) -> Result<Boosted> {
        let data = table.data(target, weight, cores);
        table.grow(&settings.tree, weight, cores, |grower| boost(grower, &data, settings, None))
    }

    /// Raw scores of all rows.
    fn scores(table: &Table, ensemble: &Ensemble) -> Vec<f64> {
        let rows: Vec<u32> = (0..table.matrix.n_rows() as u32).collect();
        Scorer::new(&ensemble.trees, &ensemble.features, &table.columns()).scores(&table.matrix, &rows, ensemble.base, 1)
    }

    fn target(loss: Loss, n: u32) -> Vec<f64> {
        let target = |row: u32| {
            let (signal, noise) = signal(row);
            let y = signal + noise * (1.0 + f64::from(row * 37 % 101) / 50.0);
            match loss {
                Loss::Squared | Loss::Quantile { .. } | Loss::ValueAtRiskShortfall { .. } => y,
                Loss::Absolute | Loss::Huber { .. } => y + if row.is_multiple_of(29) { 15.0 } else { 0.0 },
                Loss::Logistic => f64::from(u8::from(4.5 < y)),
                Loss::Poisson => (libm::exp(signal / 3.0) * (1.0 + noise)).floor(),
                Loss::Gamma => libm::exp(signal / 2.0 + noise),
                Loss::Tweedie { .. } => {
                    if row.is_multiple_of(3) {
                        0.0
                    } else {
                        libm::exp(signal / 2.0 + noise)
                    }
                }
            }
        };
        (0..n).map(target).collect()
    }

    #[test]
    fn every_loss_comes_as_far_as_in_lightgbm() {
        // tests/golden/gbdt_loss.py, LightGBM 4.7.0: loss, weighted or not, mean training loss after 15 rounds, raw scores of three rows.
        // The last number is what they may differ by: percentiles are defined otherwise there.
        let golden = [
            (Loss::Squared, false, 0.745_799_805, [1.663_867_597, 1.265_593_515, 3.556_935_522], (1e-6, 1e-5)),
            (Loss::Absolute, false, 1.479_741_972, [1.628_274_292, 1.571_719_049, 3.773_708_040], (0.02, 0.6)),
            (Loss::Huber { delta: 1.0 }, false, 1.213_469_565, [1.981_099_179, 1.801_810_758, 3.266_262_390], (1e-6, 1e-5)),
            (Loss::Quantile { tail: 0.05 }, false, 0.116_941_529, [-0.234_679_340, -0.171_175_662, 0.931_734_984], (0.02, 0.6)),
            (Loss::Quantile { tail: 0.5 }, false, 0.501_302_053, [1.323_455_383, 1.371_727_534, 3.696_353_598], (0.02, 0.6)),
            (Loss::Logistic, false, 0.317_457_279, [-2.795_624_057, -2.918_287_029, -0.715_168_893], (1e-6, 1e-5)),
            (Loss::Poisson, false, -0.010_730_465, [0.640_321_458, 0.500_627_732, 1.048_947_173], (1e-6, 1e-5)),
            (Loss::Gamma, false, 2.561_919_869, [0.891_624_974, 0.694_069_398, 2.040_842_410], (1e-6, 1e-5)),
            (Loss::Tweedie { power: 1.5 }, false, 7.500_791_403, [0.591_782_614, 0.548_937_807, 1.534_287_757], (1e-6, 1e-5)),
            (Loss::Squared, true, 0.728_212_076, [1.576_504_115, 1.298_457_285, 3.630_478_588], (1e-6, 1e-5)),
            (Loss::Absolute, true, 1.470_959_596, [1.427_006_775, 1.594_080_430, 3.727_237_315], (0.02, 0.6)),
            (Loss::Huber { delta: 1.0 }, true, 1.199_392_298, [1.957_680_787, 1.832_764_456, 3.220_705_012], (1e-6, 1e-5)),
            (Loss::Quantile { tail: 0.05 }, true, 0.118_352_012, [-0.464_471_275, -0.028_958_155, 0.891_586_747], (0.02, 0.6)),
            (Loss::Quantile { tail: 0.5 }, true, 0.497_677_093, [1.432_103_115, 1.219_064_830, 3.690_286_815], (0.02, 0.6)),
            (Loss::Logistic, true, 0.293_152_971, [-3.050_180_267, -3.072_831_331, -0.294_170_111], (1e-6, 1e-5)),
            (Loss::Poisson, true, 0.013_006_971, [0.553_494_759, 0.480_542_405, 1.043_714_364], (1e-4, 0.02)),
            (Loss::Gamma, true, 2.553_917_978, [0.851_469_780, 0.669_993_466, 2.056_595_555], (1e-6, 1e-5)),
            (Loss::Tweedie { power: 1.5 }, true, 8.417_067_093, [0.772_552_775, 0.725_183_320, 1.767_137_795], (1e-6, 1e-5)),
        ];
        let table = Table::golden(1200, 1200);
        let weight: Vec<f64> = (0..1200_u32).map(|row| f64::from(1 + row % 3)).collect();
        for (loss, is_weighted, expected_loss, expected, tolerance) in golden {
            let weight = is_weighted.then_some(&weight[..]);
            let target = target(loss, 1200);
            let boosted = fit(&table, &settings(loss, 15), &target, weight, 1).expect("targets suit the loss");
            let got = scores(&table, &boosted.ensemble);
            let mean = mean_value(&*loss.row_loss(), Observed { target: &target, weight }, &got, 1);
            assert!((mean - expected_loss).abs() <= tolerance.0, "{loss:?}, weighted {is_weighted}: {mean} against {expected_loss}");
            for (got, expected) in got.iter().zip(expected) {
                assert!((got - expected).abs() <= tolerance.1, "{loss:?}, weighted {is_weighted}: {got} against {expected}");
            }
        }
    }

    #[test]
    fn early_stopping_keeps_the_round_of_the_smallest_loss_on_rows_that_it_never_trains_on() {
        let table = Table::golden(1500, 1000);
        let target = target(Loss::Squared, 1500);
        let mut stopping = settings(Loss::Squared, 400);
        (stopping.learning_rate, stopping.early_stop) = (0.3, Some(EarlyStop { share: 1.0 / 3.0, rounds: 15 }));
        let boosted = fit(&table, &stopping, &target, None, 1).expect("any target");
        let n_kept = boosted.ensemble.trees.len();
        // The losses on the rows held back after each round, from a run without stopping.
        let full =
            fit(&table, &BoostSettings { early_stop: None, rounds: n_kept as u32 + 15, ..stopping.clone() }, &target, None, 1).expect("any target");
        let loss_after = |n: usize| {
            let part = Ensemble { trees: full.ensemble.trees[..n].to_vec(), ..full.ensemble.clone() };
            mean_value(&*Loss::Squared.row_loss(), Observed { target: &target[1000..], weight: None }, &scores(&table, &part)[1000..], 1)
        };
        let losses: Vec<f64> = (0..=n_kept + 15).map(loss_after).collect();
        assert!(0 < n_kept && (0..=n_kept + 15).all(|n| losses[n_kept] <= losses[n]), "{n_kept} of {losses:?}");
        assert_eq!(boosted.ensemble.trees, full.ensemble.trees[..n_kept]);
        let expected = format!(
            "stopped after {} of 400 rounds: the loss on the 500 rows held back was smallest ({:.6}) after {n_kept}, whose trees are kept",
            n_kept + 15,
            losses[n_kept]
        );
        assert_eq!(boosted.notes, [expected]);
        // Other targets of the rows held back may move the stop, but not a tree.
        let mut other = target.clone();
        other[1000..].iter_mut().for_each(|target| *target = -*target);
        let moved = fit(&table, &stopping, &other, None, 1).expect("any target").ensemble;
        assert_eq!((moved.base, &moved.trees[..]), (full.ensemble.base, &full.ensemble.trees[..moved.trees.len()]));
        let empty = Table::golden(1000, 1000);
        let error = fit(&empty, &stopping, &target[..1000], None, 1).expect_err("nothing is held back");
        assert_eq!(error.fault().problem, "early stopping has no rows of weight above 0 to judge by");
    }

    #[test]
    fn a_warm_start_goes_on_where_the_earlier_ensemble_ended() {
        let table = Table::golden(1200, 1200);
        for loss in [Loss::Squared, Loss::Quantile { tail: 0.1 }, Loss::Gamma] {
            let target = target(loss, 1200);
            let whole = fit(&table, &settings(loss, 12), &target, None, 1).expect("suits");
            let first = fit(&table, &settings(loss, 5), &target, None, 1).expect("suits").ensemble;
            let going_on = settings(loss, 7);
            let data = table.data(&target, None, 1);
            let warm = |ensemble: &Ensemble, going_on: &BoostSettings| {
                let earlier = WarmStart::score(ensemble, &table.matrix, &table.columns(), (&table.rows, &table.held_rows), 1);
                table.grow(&going_on.tree, None, 1, |grower| boost(grower, &data, going_on, Some(earlier)))
            };
            let boosted = warm(&first, &going_on).expect("the same kind");
            assert_eq!(boosted.ensemble, whole.ensemble, "{loss:?}");
            let other = warm(&first, &settings(Loss::Logistic, 7));
            assert!(other.is_err(), "{loss:?} goes on as logistic");
        }
    }

    #[test]
    fn sampling_rows_changes_trees_but_hardly_the_fit_and_begins_with_all_rows_where_gradients_choose() {
        let table = Table::golden(3000, 2000);
        let target = target(Loss::Squared, 3000);
        let loss_of = |ensemble: &Ensemble| {
            mean_value(&*Loss::Squared.row_loss(), Observed { target: &target[2000..], weight: None }, &scores(&table, ensemble)[2000..], 1)
        };
        let all = fit(&table, &settings(Loss::Squared, 40), &target, None, 1).expect("any").ensemble;
        for rows in [RowSampling::Share(0.5), RowSampling::OneSide { top: 0.2, other: 0.2 }] {
            let sampling = BoostSettings { rows, ..settings(Loss::Squared, 40) };
            let sampled = fit(&table, &sampling, &target, None, 1).expect("any").ensemble;
            let same = sampled.trees.iter().zip(&all.trees).take_while(|(a, b)| a == b).count();
            // 1 / learning rate = 10 trees are grown on all rows before gradients choose.
            assert_eq!(same, if rows == RowSampling::Share(0.5) { 0 } else { 10 }, "{rows:?}");
            assert!(loss_of(&sampled) < 1.05 * loss_of(&all), "{rows:?}: {} against {}", loss_of(&sampled), loss_of(&all));
            assert_eq!(sampled, fit(&table, &sampling, &target, None, 1).expect("any").ensemble);
            let n_rows = if rows == RowSampling::Share(0.5) { 1000 } else { 800 };
            assert_eq!(sampled.trees[39].nodes[0].n_rows, n_rows);
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let table = Table::golden(20_000, 15_000);
        for loss in [Loss::Squared, Loss::Quantile { tail: 0.05 }, Loss::Logistic] {
            let target = target(loss, 20_000);
            let weight: Vec<f64> = (0..20_000_u32).map(|row| f64::from(row % 5)).collect();
            for (rows, weight) in
                [(RowSampling::All, None), (RowSampling::Share(0.7), Some(&weight[..])), (RowSampling::OneSide { top: 0.1, other: 0.1 }, None)]
            {
                let mut drawn = BoostSettings { rows, early_stop: Some(EarlyStop { share: 0.25, rounds: 5 }), ..settings(loss, 13) };
                drawn.tree.column_share = 0.7;
                let [one, two, four] = [1, 2, 4].map(|cores| fit(&table, &drawn, &target, weight, cores).expect("suits"));
                assert_eq!(one, two);
                assert_eq!(one, four);
            }
        }
    }

    #[test]
    fn renewed_leaves_are_the_quantiles_of_their_rows() {
        let table = Table::golden(1200, 1200);
        let target = target(Loss::Absolute, 1200);
        let weight: Vec<f64> = (0..1200_u32).map(|row| f64::from(row % 4)).collect();
        let mut once = settings(Loss::Quantile { tail: 0.3 }, 1);
        once.learning_rate = 1.0;
        let boosted = fit(&table, &once, &target, Some(&weight), 1).expect("any").ensemble;
        let tree = &boosted.trees[0];
        let mut of_leaf: std::collections::BTreeMap<usize, Vec<(f64, f64)>> = std::collections::BTreeMap::new();
        for row in 0..1200 {
            let leaf = tree.leaf(|feature| table.matrix.column(feature)[row]);
            of_leaf.entry(leaf).or_default().push((target[row] - boosted.base, weight[row]));
        }
        assert_eq!(of_leaf.len(), tree.leaves().count());
        for (leaf, rows) in of_leaf {
            let loss = |at: f64| rows.iter().map(|(x, weight)| weight * pinball(*x, at, 0.3)).sum::<f64>();
            let best = rows.iter().map(|(x, _)| loss(*x)).fold(f64::INFINITY, f64::min);
            assert!(loss(tree.nodes[leaf].value) <= best + 1e-9, "leaf {leaf}");
        }
    }

    #[test]
    fn monotone_fits_of_renewed_leaves_scale_with_the_target() {
        // 2^-7 of the golden targets are of the size of returns; a power of two moves no bit of a mantissa.
        let table = Table::golden(2000, 2000);
        let target = target(Loss::Absolute, 2000);
        let small: Vec<f64> = target.iter().map(|target| target / 128.0).collect();
        for loss in [Loss::Absolute, Loss::Quantile { tail: 0.1 }] {
            let free = settings(loss, 60);
            let mut held = free.clone();
            held.tree.monotone = vec![1, 0, 1];
            let fit = |settings: &BoostSettings, target: &[f64]| fit(&table, settings, target, None, 1).expect("any").ensemble;
            let (large, tiny) = (scores(&table, &fit(&held, &target)), scores(&table, &fit(&held, &small)));
            assert!(large.iter().zip(&tiny).all(|(large, tiny)| large / 128.0 == *tiny), "{loss:?}");
            // The truth rises with both features, so that holding the fit to it costs little.
            let loss_of = |scores: &[f64]| mean_value(&*loss.row_loss(), Observed { target: &small, weight: None }, scores, 1);
            let (held, free) = (loss_of(&tiny), loss_of(&scores(&table, &fit(&free, &small))));
            assert!(held < 1.3 * free, "{loss:?}: {held} against {free}");
        }
    }

    #[test]
    fn monotone_features_stay_monotone_where_leaves_are_renewed() {
        let table = Table::golden(2000, 2000);
        let target: Vec<f64> = target(Loss::Absolute, 2000).iter().map(|target| target / 100.0).collect();
        for loss in [Loss::Squared, Loss::Absolute, Loss::Quantile { tail: 0.1 }] {
            let mut held = settings(loss, 30);
            held.tree.monotone = vec![-1, 1, 0];
            let ensemble = fit(&table, &held, &target, None, 1).expect("any").ensemble;
            let grid: Vec<f32> = (0..30_u32).map(|idx| (idx * 7 % 101) as f32).collect();
            for &fixed in &grid {
                let score = |a: f32, b: f32| {
                    let leaf = |tree: &Tree| tree.nodes[tree.leaf(|feature| [a, b, fixed][feature])].value;
                    ensemble.trees.iter().map(leaf).sum::<f64>()
                };
                for &low in &grid {
                    assert!(score(low + 5.0, fixed) <= score(low, fixed) + 1e-12, "{loss:?}: rises with the first");
                    assert!(score(fixed, low) <= score(fixed, low + 5.0) + 1e-12, "{loss:?}: falls with the second");
                }
            }
        }
    }

    #[test]
    fn a_constant_target_is_forecast_and_said() {
        let table = Table::golden(300, 300);
        for (loss, value, expected) in
            [(Loss::Squared, 7.0, 7.0), (Loss::Quantile { tail: 0.05 }, -2.0, -2.0), (Loss::Poisson, 3.0, 3.0), (Loss::Gamma, 0.5, 0.5)]
        {
            let boosted = fit(&table, &settings(loss, 50), &[value; 300], None, 1).expect("a constant is a target");
            let got = forecasts(&boosted.ensemble, &table.matrix, &table.columns(), &[0, 299], 1);
            assert!(got.iter().all(|forecast| (forecast - expected).abs() < 1e-9), "{loss:?}: {got:?}");
            let no_split = boosted.ensemble.trees.is_empty();
            assert_eq!(
                no_split,
                boosted.notes == ["stopped after 1 of 50 rounds: no split lowers the loss within the limits of a tree"],
                "{loss:?}: {:?}",
                boosted.notes
            );
        }
    }

    #[test]
    fn no_shape_of_table_panics() {
        let mut draws = (0_u64..).map(|idx| super::super::sample::mix(5, idx));
        let mut draw = |n: u64| draws.next().expect("endless") % n;
        let losses = [
            Loss::Squared,
            Loss::Absolute,
            Loss::Huber { delta: 0.5 },
            Loss::Quantile { tail: 0.01 },
            Loss::Logistic,
            Loss::Poisson,
            Loss::Gamma,
            Loss::Tweedie { power: 1.2 },
        ];
        let mut n_fitted = 0;
        for trial in 0..400 {
            let n_rows = 1 + draw(60) as usize;
            let n_train = draw(n_rows as u64 + 1) as usize;
            let n_columns = 1 + draw(4) as usize;
            let columns: Vec<Vec<f32>> = (0..n_columns)
                .map(|_| {
                    (0..n_rows)
                        .map(|_| match draw(12) {
                            0 => f32::NAN,
                            1 => f32::INFINITY,
                            2 => -1e30,
                            value => value as f32,
                        })
                        .collect()
                })
                .collect();
            let table = Table::new(&columns, &[], n_train);
            let loss = losses[draw(8) as usize];
            let target: Vec<f64> = (0..n_rows)
                .map(|_| match draw(40) {
                    0 => f64::NAN,
                    1 => -1.0,
                    2 => 1e30,
                    3 => 1e-30,
                    value => (value % 2) as f64,
                })
                .collect();
            let weight: Option<Vec<f64>> = (draw(2) == 0).then(|| {
                (0..n_rows)
                    .map(|_| match draw(60) {
                        0 => -1.0,
                        value => (value % 3) as f64,
                    })
                    .collect()
            });
            let mut drawn = settings(loss, 5);
            (drawn.tree.min_leaf_hessian, drawn.tree.l2) = (0.0, draw(2) as f64);
            drawn.rows = [RowSampling::All, RowSampling::Share(0.3), RowSampling::OneSide { top: 0.3, other: 0.3 }][draw(3) as usize];
            drawn.early_stop = (draw(2) == 0).then_some(EarlyStop { share: 0.5, rounds: 2 });
            if let Ok(boosted) = fit(&table, &drawn, &target, weight.as_deref(), 1) {
                n_fitted += 1;
                let got = scores(&table, &boosted.ensemble);
                assert!(got.iter().all(|score| score.is_finite()), "trial {trial}, {loss:?}: {got:?}");
            }
        }
        assert!(30 < n_fitted, "only {n_fitted} were fitted");
    }
}
