//! Support vector machines.

mod fitted;
mod kernel;
mod libsvm;
mod platt;
mod solve;

use self::fitted::{Fitted, Link};
use self::kernel::Kernel;
use self::platt::Sigmoid;
use self::solve::{Machine, Problem};
use super::draw::{Drawn, draw};
use super::table::Table;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::model::regression::{self as prepare, Preparation};
use crate::model::{Learner, Lesson, Model, Train};
use crate::spec::{Quantity, SvmKernel, SvmParams};

/// Blocks of days, of which all but the first are scored by a machine trained on the earlier ones only.
const BLOCKS: usize = 4;

/// A regression with a smaller share of support vectors hardly depends on the features.
const FEW_SUPPORT: f64 = 0.02;

/// The learner of `kind = "svm"`: C-classification where a probability is asked, epsilon-regression where the mean is, on standardised
/// features (and a standardised target).
///
/// A row costs `cost` times its weight relative to the mean weight: exactly where weights differ between the classes only, and in
/// expectation, by drawing rows in proportion, where they differ more. Probabilities are Platt's sigmoid of scores that come from machines
/// trained on earlier days, whose targets were known by then; the forecasts' machine is trained on all rows.
#[derive(Debug, Clone)]
pub(in crate::model) struct Svm {
    /// Its settings.
    pub(in crate::model) params: SvmParams,
    /// What is forecast: either the mean or the probability.
    pub(in crate::model) ask: Vec<Quantity>,
}

impl Learner for Svm {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = Preparation::fit(train, &self.params.features)?;
        let classifies = self.ask.contains(&Quantity::Probability);
        let class: Vec<usize> = train.target().iter().map(|&target| usize::from(classifies && 0.5 < target)).collect();
        if classifies {
            prepare::check_classes(train, (0..class.len()).filter(|&row| 0.0 < train.weight()[row]))?;
        }
        let drawn = draw(&class, train.weight(), self.params.max_rows as usize, train.seed);
        let lesson = train.lesson.part(&drawn.rows);
        let table = Table::new(&prepared, &train.only(&lesson).features.gather());
        let mut notes = prepared.notes.clone();
        notes.extend(drawn.notes.iter().cloned());
        let problem = Problem { table: &table, kernel: self.kernel(&prepared), tolerance: self.params.tolerance };
        let (machine, link) = if classifies {
            let class: Vec<usize> = drawn.rows.iter().map(|&row| class[row as usize]).collect();
            self.classify(&problem, &lesson, (&class, &drawn), &mut notes)
        } else {
            self.regress(train, &problem, &lesson)?
        };
        if !machine.is_solved {
            notes.push("not converged: lower `cost`, raise `tolerance`, or drop features".into());
        }
        if !classifies {
            notes.extend(self.wide_tube(machine.coefficients.len(), table.n_rows()));
        }
        Ok(Box::new(Fitted { n_rows: table.n_rows(), prepared, machine, link, notes }))
    }
}

impl Svm {
    /// A note on a regression that few rows decide: those farther than `epsilon` from it, its support vectors.
    fn wide_tube(&self, n_support: usize, n_rows: usize) -> Option<String> {
        let epsilon = self.params.epsilon;
        if n_support == 0 {
            return Some(format!("forecasts one number: every target lies within `epsilon` = {epsilon} standard deviations of it; lower `epsilon`"));
        }
        let few = (n_support as f64) < FEW_SUPPORT * n_rows as f64;
        few.then(|| {
            format!(
                "nearly one number: only {n_support} of {n_rows} rows lie at or beyond `epsilon` = {epsilon} and shape the forecast; lower `epsilon`"
            )
        })
    }

    fn kernel(&self, prepared: &Preparation) -> Kernel {
        match self.params.kernel {
            SvmKernel::Linear => Kernel::Linear,
            SvmKernel::Rbf => Kernel::Rbf { gamma: self.params.gamma.unwrap_or(1.0 / prepared.n_columns() as f64) },
        }
    }

    fn classify(&self, problem: &Problem<'_>, lesson: &Lesson, (class, drawn): (&[usize], &Drawn), notes: &mut Vec<String>) -> (Machine, Link) {
        let cost = drawn.stands_for.map(|stands_for| self.params.cost * stands_for);
        let machine = problem.classify(class, cost);
        let (mut rows, mut scores) = (Vec::new(), Vec::new());
        for (learnt, scored) in folds(&lesson.as_of, &lesson.known_on) {
            let of = |rows: &[u32]| rows.iter().map(|&row| class[row as usize]).collect::<Vec<_>>();
            let seen = of(&learnt);
            if [0, 1].iter().all(|wanted| seen.contains(wanted)) {
                let inner = problem.table.rows(&learnt);
                scores.extend(Problem { table: &inner, ..*problem }.classify(&seen, cost).score(&problem.table.rows(&scored)));
                rows.extend(scored);
            }
        }
        let has_both = [0, 1].iter().all(|wanted| rows.iter().any(|&row| class[row as usize] == *wanted));
        if !has_both {
            notes.push("probabilities are calibrated on the scores of the training rows themselves and are overconfident: earlier days do not hold both classes".into());
            rows = (0..class.len() as u32).collect();
            scores = machine.score(problem.table);
        }
        let class: Vec<usize> = rows.iter().map(|&row| class[row as usize]).collect();
        let weight: Vec<f64> = class.iter().map(|&class| drawn.stands_for[class]).collect();
        let sigmoid = Sigmoid::fit(&scores, &class, &weight);
        (machine, Link::Sigmoid(sigmoid))
    }

    fn regress(&self, train: &Train<'_>, problem: &Problem<'_>, lesson: &Lesson) -> Result<(Machine, Link)> {
        let (mean, sd) = mean_and_sd(&lesson.target);
        if sd <= 0.0 {
            let problem = format!("all {} training targets are {mean} or next to it, which leaves nothing to learn", lesson.target.len());
            return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or look at the view's `target`"));
        }
        let target: Vec<f64> = lesson.target.iter().map(|target| (target - mean) / sd).collect();
        let machine = problem.regress(&target, self.params.epsilon, self.params.cost);
        Ok((machine, Link::Scale { mean, sd }))
    }
}

/// Mean and standard deviation of the targets of the rows drawn, in proportion to their weight.
fn mean_and_sd(target: &[f64]) -> (f64, f64) {
    let n_rows = target.len() as f64;
    let mean = target.iter().sum::<f64>() / n_rows;
    if target.iter().all(|value| *value == target[0]) {
        return (target[0], 0.0);
    }
    (mean, (target.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n_rows).sqrt())
}

/// For each block of days but the first: rows known before it, and its own.
///
/// Blocks begin with a new day; rows are in the order of `as_of`.
fn folds(as_of: &[Day], known_on: &[Day]) -> Vec<(Vec<u32>, Vec<u32>)> {
    let n_rows = as_of.len();
    let mut starts: Vec<Day> = (1..BLOCKS).map(|block| as_of[block * n_rows / BLOCKS]).collect();
    starts.dedup();
    let fold = |(idx, &start): (usize, &Day)| {
        let end = starts.get(idx + 1).copied();
        let learnt = (0..n_rows as u32).filter(|&row| as_of[row as usize] < start && known_on[row as usize] < start);
        let scored = (0..n_rows as u32).filter(|&row| start <= as_of[row as usize] && end.is_none_or(|end| as_of[row as usize] < end));
        (learnt.collect(), scored.collect())
    };
    starts.iter().enumerate().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::classical::golden::{N_ROWS, assert_close, columns, fit, forecast, refusal, targets};

    fn learner(kernel: SvmKernel, ask: Quantity) -> Svm {
        let params = SvmParams { kernel, cost: 2.0, gamma: None, epsilon: 0.1, tolerance: 1e-6, max_rows: 1000, features: vec![] };
        Svm { params, ask: vec![ask] }
    }

    /// Scores of the first six rows, and the linear coefficients.
    fn scores(kernel: SvmKernel, weight: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (features, class) = (columns(), targets().1);
        let fitted = fit(&learner(kernel, Quantity::Probability), &features, &class, weight).expect("both classes");
        // The sigmoid has an inverse, but the score itself is what scikit-learn shows.
        let probabilities = forecast(&*fitted, &features, 6);
        assert!(probabilities.iter().all(|p| 0.0 < *p && *p < 1.0), "{probabilities:?}");
        let coefficients = fitted.card().coefficients.into_iter().map(|(_, value)| value).collect();
        let names = ["a".to_owned(), "b".into(), "c".into()];
        let matrix = crate::feature::Matrix::from_columns(N_ROWS, &features);
        let scores = crate::model::learner::teach("m", &names, &matrix, (&class, weight), |train| {
            let prepared = Preparation::fit(train, &[]).expect("columns vary");
            let table = Table::new(&prepared, &matrix);
            let class: Vec<usize> = class.iter().map(|&class| class as usize).collect();
            let drawn = draw(&class, weight, 1000, 1);
            let problem = Problem { table: &table, kernel: learner(kernel, Quantity::Probability).kernel(&prepared), tolerance: 1e-6 };
            problem.classify(&class, drawn.stands_for.map(|stands_for| 2.0 * stands_for)).score(&table.rows(&[0, 1, 2, 3, 4, 5]))
        });
        (scores, coefficients)
    }

    #[test]
    fn classes_are_told_apart_as_scikit_learn_does_plain_and_with_weights_by_class() {
        // scikit-learn 1.9.1, tests/golden/classical_svm.py: SVC with C = 2 and a tolerance of 1e-9; 1e-6 here. Kernel rows are kept in f32 by both.
        let weight: Vec<f64> = targets().1.iter().map(|&class| 1.0 + 2.0 * class).collect();
        let (calculated, coefficients) = scores(SvmKernel::Linear, &[1.0; N_ROWS]);
        assert_close(
            &calculated,
            &[
                -2.943_870_390_086_988,
                0.413_520_517_350_691_45,
                -2.057_422_985_845_453_6,
                1.555_130_846_921_394_7,
                -0.578_644_455_634_641_5,
                -2.901_233_785_068_580_8,
            ],
            1e-5,
        );
        assert_close(&coefficients, &[-0.480_979_898_901_680_5, 1.633_422_825_877_382, -0.218_268_778_301_907_94, 0.023_779_593_718_243_01], 1e-5);
        assert_close(
            &scores(SvmKernel::Linear, &weight).0,
            &[
                -2.590_523_599_938_870_3,
                1.182_912_634_519_812_2,
                -1.142_588_752_053_679,
                2.277_486_330_915_845_5,
                0.201_412_577_935_947_36,
                -2.014_340_490_513_538,
            ],
            1e-5,
        );
        assert_close(
            &scores(SvmKernel::Rbf, &[1.0; N_ROWS]).0,
            &[
                -1.000_000_024_188_323_3,
                0.165_791_723_481_328_78,
                -1.963_162_512_229_581_3,
                -0.071_886_640_308_430_75,
                0.086_034_326_470_056_3,
                -1.000_000_020_951_872_5,
            ],
            1e-5,
        );
        assert_close(
            &scores(SvmKernel::Rbf, &weight).0,
            &[
                -1.084_962_460_895_917_2,
                0.999_999_804_659_757_4,
                -1.289_104_662_287_543_3,
                0.737_821_969_595_705_6,
                0.608_717_537_129_268_8,
                -0.626_810_394_552_189_5,
            ],
            1e-5,
        );
    }

    #[test]
    fn probabilities_are_platts_over_earlier_days_as_with_scikit_learn() {
        // The same script: three machines on earlier rows, sklearn.calibration's sigmoid on their scores.
        let model = fit(&learner(SvmKernel::Rbf, Quantity::Probability), &columns(), &targets().1, &[1.0; N_ROWS]).expect("both classes");
        let expected = [
            0.063_178_150_610_927_03,
            0.457_537_361_000_183_66,
            0.008_295_513_100_844_169,
            0.335_077_121_741_930_8,
            0.415_057_819_728_950_2,
            0.063_178_151_026_026_71,
        ];
        assert_close(&forecast(&*model, &columns(), 6), &expected, 1e-5);
        assert_eq!(model.card().notes, [""; 0]);
    }

    #[test]
    fn means_agree_with_scikit_learn() {
        // The same script: SVR on the standardised target, epsilon 0.1.
        for (kernel, expected) in [
            (
                SvmKernel::Linear,
                [
                    -0.020_139_147_229_561_28,
                    -0.002_580_173_214_352_892,
                    -0.005_707_202_417_886_963_5,
                    0.003_311_609_260_066_741,
                    -0.007_189_114_467_143_87,
                    -0.013_560_568_283_663_536,
                ],
            ),
            (
                SvmKernel::Rbf,
                [
                    -0.017_677_018_790_025_766,
                    -0.000_311_260_261_517_589_3,
                    -0.006_742_391_871_701_133,
                    0.003_983_884_826_670_046,
                    -0.006_612_201_036_726_874,
                    -0.010_505_083_193_490_146,
                ],
            ),
        ] {
            let model = fit(&learner(kernel, Quantity::Mean), &columns(), &targets().0, &[1.0; N_ROWS]).expect("120 rows");
            assert_close(&forecast(&*model, &columns(), 6), &expected, 1e-8);
        }
    }

    #[test]
    fn the_card_of_a_linear_kernel_gives_the_forecast_back() {
        let model = fit(&learner(SvmKernel::Linear, Quantity::Mean), &columns(), &targets().0, &[1.0; N_ROWS]).expect("120 rows");
        let card = model.card();
        let (mean, sd) = mean_and_sd(&columns()[0].iter().map(|&value| f64::from(value)).collect::<Vec<_>>());
        let mut moved = columns();
        moved[0][0] = (f64::from(moved[0][0]) + sd) as f32;
        let change = forecast(&*model, &moved, 1)[0] - forecast(&*model, &columns(), 1)[0];
        assert!((change - card.coefficients[1].1).abs() < 1e-7, "{change} {:?} {mean}", card.coefficients);
        assert_eq!(card.coefficients[0].0, "intercept");
    }

    #[test]
    fn folds_learn_from_days_whose_targets_were_known_before_the_block() {
        let days: Vec<Day> = (0..12).map(|row| Day(row / 2)).collect();
        let known: Vec<Day> = days.iter().map(|day| day.plus_days(2)).collect();
        // Blocks begin on days 1, 3 and 4: rows 3, 6 and 9 are of days 1, 3 and 4.
        let expected = [(vec![], vec![2, 3, 4, 5]), (vec![0, 1], vec![6, 7]), (vec![0, 1, 2, 3], vec![8, 9, 10, 11])];
        assert_eq!(folds(&days, &known), expected);
        assert_eq!(folds(&[Day(3); 5], &[Day(4); 5]), [(vec![], vec![0, 1, 2, 3, 4])]);
    }

    #[test]
    fn a_draw_keeps_the_rare_class_the_bits_and_the_rate() {
        let mut learner = learner(SvmKernel::Rbf, Quantity::Probability);
        (learner.params.max_rows, learner.params.tolerance) = (300, 1e-3);
        let column = |by: usize, modulus: usize| (0..2000_usize).map(|row| (row * by % modulus) as f32).collect::<Vec<f32>>();
        let columns = [column(577, 1009), column(11, 23)];
        let target: Vec<f64> = (0..2000).map(|row| f64::from(u8::from(columns[0][row] > 900.0 && row % 3 == 0))).collect();
        let n_rare = target.iter().sum::<f64>();
        let again = || fit(&learner, &columns, &target, &[1.0; 2000]).expect("both classes");
        assert_eq!(again().card().notes, ["300 of 2000 training rows drawn (`max_rows`)"]);
        let forecasts = forecast(&*again(), &columns, 2000);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&forecasts), bits(&forecast(&*again(), &columns, 2000)));
        // The mean forecast is near the rate of all rows, not near the drawn rows' rate, which is several times higher.
        let mean = forecasts.iter().sum::<f64>() / 2000.0;
        assert!((mean / (n_rare / 2000.0) - 1.0).abs() < 0.3, "{mean} {}", n_rare / 2000.0);
    }

    #[test]
    fn what_cannot_be_learnt_is_an_error_or_told() {
        let place = "model `m` in window 3: ";
        let (classifier, regression) = (learner(SvmKernel::Rbf, Quantity::Probability), learner(SvmKernel::Linear, Quantity::Mean));
        assert_eq!(refusal(&classifier, 30, 1.0, 1.0), format!("{place}all 30 training rows have target 1 and none has 0; a probability needs both"));
        assert_eq!(
            refusal(&regression, 30, 0.5, 1.0),
            format!("{place}all 30 training targets are 0.5 or next to it, which leaves nothing to learn")
        );
        assert_eq!(refusal(&regression, 0, 0.5, 1.0), format!("{place}no training row has a weight above 0 (0 rows)"));
        assert_eq!(refusal(&regression, 1, 0.5, 1.0), format!("{place}no feature is left: dropped, constant in training: `a`, `b`, `c`"));
        // Two rows, one of each class: no earlier day holds both.
        let model = fit(&classifier, &[vec![1.0, 2.0]], &[0.0, 1.0], &[1.0; 2]).expect("both classes");
        let notes = [
            "probabilities are calibrated on the scores of the training rows themselves and are overconfident: earlier days do not hold both classes",
        ];
        assert_eq!(model.card().notes, notes);
        let mut wide = learner(SvmKernel::Rbf, Quantity::Mean);
        wide.params.epsilon = 50.0;
        let model = fit(&wide, &columns(), &targets().0, &[1.0; N_ROWS]).expect("120 rows");
        let one_number = "forecasts one number: every target lies within `epsilon` = 50 standard deviations of it; lower `epsilon`";
        assert_eq!(model.card().notes, [one_number]);
        let forecasts = forecast(&*model, &columns(), N_ROWS);
        assert!(forecasts.iter().all(|value| value.is_finite() && *value == forecasts[0]));
        // A fiftieth of the rows is few.
        let nearly = "nearly one number: only 2 of 120 rows lie at or beyond `epsilon` = 50 and shape the forecast; lower `epsilon`";
        assert_eq!(wide.wide_tube(2, 120).as_deref(), Some(nearly));
        assert_eq!(wide.wide_tube(3, 120), None);
    }
}
