//! Scores of models on the inner folds.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::fold::{Fold, alone};
use super::loss::{loss, relative};
use crate::error::{Error, Result};
use crate::feature::Matrix;
use crate::model::{Learner, Model, Past, Query, Train};
use crate::spec::{ModelKind, Quantity};

/// Makes the learner of a kind that is asked for these quantities.
pub(in crate::model) type Make = fn(&ModelKind, &[Quantity]) -> Box<dyn Learner>;

/// The folds that models are scored on, and what they are asked.
pub(in crate::model) struct Exam<'a> {
    train: &'a Train<'a>,
    make: Make,
    /// Quantities scored.
    ask: &'a [Quantity],
    /// What models are asked for: `ask`, and the quantile of each shortfall.
    asked: Vec<Quantity>,
    past: Past,
    papers: Vec<Paper>,
}

/// One fold, with the features of the rows to be forecast.
struct Paper {
    fold: Fold,
    features: Matrix,
}

/// What one model achieved on all folds.
struct Marks {
    /// Weighted losses by quantity.
    sums: Vec<f64>,
    weight: f64,
    /// Rows without a forecast, by fold.
    blank: Vec<BTreeSet<u32>>,
}

impl Marks {
    fn new(n_quantities: usize) -> Self {
        Self { sums: vec![0.0; n_quantities], weight: 0.0, blank: Vec::new() }
    }
}

impl<'a> Exam<'a> {
    /// Prepares the features of the folds, which are folds of `train`'s lesson.
    pub(in crate::model) fn new(train: &'a Train<'a>, ask: &'a [Quantity], make: Make, folds: Vec<Fold>) -> Self {
        let mut asked = ask.to_vec();
        for quantity in ask {
            if let Quantity::Shortfall(tail) = quantity
                && !ask.contains(&Quantity::Quantile(*tail))
            {
                asked.push(Quantity::Quantile(*tail));
            }
        }
        let paper = |fold: Fold| Paper { features: train.only(&fold.judge).features.gather(), fold };
        Self { train, make, ask, asked, past: Past::of(train.lesson), papers: folds.into_iter().map(paper).collect() }
    }

    /// The learner of a kind, asked for all that is needed to score it.
    pub(in crate::model) fn learner(&self, kind: &ModelKind) -> Box<dyn Learner> {
        (self.make)(kind, &self.asked)
    }

    /// Whether there is nothing to be scored on.
    pub(in crate::model) fn is_empty(&self) -> bool {
        self.papers.is_empty()
    }

    /// The score of each model, the lower the better, or why it has none. The result does not depend on the number of threads.
    ///
    /// It is made of mean losses, by training weight, over the rows of all folds that every model forecasts, as [`Exam::compare`] says.
    pub(in crate::model) fn scores(&self, kinds: &[&ModelKind]) -> Vec<Result<f64>> {
        let mut marks = self.marks(kinds, &vec![BTreeSet::new(); self.papers.len()]);
        // A model without any forecast is out; it must not take the others' rows with it.
        let sat =
            |marks: &[Result<Marks>]| marks.iter().flatten().filter(|marks| 0.0 < marks.weight).map(|marks| marks.blank.clone()).collect::<Vec<_>>();
        let each = sat(&marks);
        let blank = (0..self.papers.len()).map(|fold| each.iter().flat_map(|blank| &blank[fold]).copied().collect());
        let blank: Vec<BTreeSet<u32>> = blank.collect();
        // A model that needs a longer history must not be judged on other days than the rest.
        if each.iter().any(|own| *own != blank) {
            marks = self.marks(kinds, &blank);
        }
        self.compare(marks.into_iter().map(|marks| self.means(marks?)).collect())
    }

    /// Mean losses of a model that was fitted on the only fold, on all rows that it forecasts; one for each quantity asked.
    pub(in crate::model) fn losses(&self, model: &dyn Model) -> Result<Vec<f64>> {
        assert_eq!(self.papers.len(), 1, "a model is fitted on one fold");
        let mut marks = Marks::new(self.ask.len());
        self.read(&mut marks, &self.papers[0], model, &BTreeSet::new())?;
        self.means(marks)
    }

    /// Scores from mean losses: the loss itself, or with several quantities the mean of the losses relative to those of the first that has any.
    pub(in crate::model) fn compare(&self, means: Vec<Result<Vec<f64>>>) -> Vec<Result<f64>> {
        let first = means.iter().flatten().next().cloned();
        let score = |means: Vec<f64>| match (means.as_slice(), &first) {
            ([only], _) => *only,
            (_, None) => unreachable!("these are means of a model that has them"),
            (means, Some(first)) => {
                let relative = self.ask.iter().zip(means.iter().zip(first)).map(|(&quantity, (&loss, &first))| relative(quantity, loss, first));
                relative.sum::<f64>() / means.len() as f64
            }
        };
        means.into_iter().map(|means| means.map(score)).collect()
    }

    fn means(&self, marks: Marks) -> Result<Vec<f64>> {
        if marks.weight <= 0.0 {
            return Err(Error::model(self.train.place, "no row of the inner folds has a forecast to be scored"));
        }
        Ok(marks.sums.into_iter().map(|sum| sum / marks.weight).collect())
    }

    /// Fold by fold, so that work on a fold's rows is shared by the models.
    fn marks(&self, kinds: &[&ModelKind], skipped: &[BTreeSet<u32>]) -> Vec<Result<Marks>> {
        let mut marks: Vec<Result<Marks>> = kinds.iter().map(|_| Ok(Marks::new(self.ask.len()))).collect();
        let cores = self.train.cores;
        for (paper, skipped) in self.papers.iter().zip(skipped) {
            alone(self.train, &paper.fold.learn, |train| {
                let sit = |(kind, marks): (&&ModelKind, &mut Result<Marks>), cores: usize| {
                    let Ok(so_far) = marks else { return };
                    let model = self.learner(kind).fit(&Train { cores, ..*train });
                    if let Err(error) = model.and_then(|model| self.read(so_far, paper, &*model, skipped)) {
                        *marks = Err(error);
                    }
                };
                match cores {
                    1 => kinds.iter().zip(&mut marks).for_each(|pair| sit(pair, 1)),
                    _ => kinds.par_iter().zip(&mut marks).for_each(|pair| sit(pair, (cores / kinds.len()).max(1))),
                }
            });
        }
        marks
    }

    /// Adds the losses of the rows that are forecast and not skipped, and notes those that are not forecast.
    fn read(&self, marks: &mut Marks, paper: &Paper, model: &dyn Model, skipped: &BTreeSet<u32>) -> Result<()> {
        let judge = &paper.fold.judge;
        let query = Query { features: &paper.features, entity: &judge.entity, as_of: &judge.as_of, past: &self.past, benchmarks: &[] };
        let forecasts = model.forecast(&query);
        let mut blank = skipped.clone();
        let mut answer = Vec::with_capacity(self.asked.len());
        for (row, &weight) in judge.weight.iter().enumerate() {
            answer.clear();
            answer.extend(forecasts.iter().filter_map(|series| series[row]));
            if answer.len() < forecasts.len() {
                blank.insert(row as u32);
            } else if 0.0 < weight && !skipped.contains(&(row as u32)) {
                self.mark(marks, &answer, judge.target[row], weight)?;
            }
        }
        marks.blank.push(blank);
        Ok(())
    }

    fn mark(&self, marks: &mut Marks, answer: &[f64], target: f64, weight: f64) -> Result<()> {
        for (idx, &quantity) in self.ask.iter().enumerate() {
            let beside = match quantity {
                Quantity::Shortfall(tail) => self.asked.iter().position(|&other| other == Quantity::Quantile(tail)),
                Quantity::Mean | Quantity::Probability | Quantity::Volatility | Quantity::Quantile(_) => None,
            };
            let loss = loss(quantity, answer[idx], beside.map_or(f64::NAN, |beside| answer[beside]), target)
                .ok_or_else(|| Error::model(self.train.place, format!("forecast {quantity} {}, which has no loss", answer[idx])))?;
            marks.sums[idx] += weight * loss;
        }
        marks.weight += weight;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tune::fixture::{Table, always, constant, real, ridge};
    use crate::model::tune::folds;

    fn examined<R>(table: &Table, ask: &[Quantity], make: Make, n_folds: usize, look: impl Fn(&Exam<'_>) -> R) -> R {
        table.taught(1, |train| look(&Exam::new(train, ask, make, folds(train.lesson, n_folds))))
    }

    #[test]
    fn a_score_is_the_weighted_squared_error_over_all_folds_of_a_plain_loop() {
        let mut table = Table::linear(400, &[0.5, -0.2, 0.0], 1.0, 3);
        table.lesson.weight = (0..400).map(|row| f64::from(row % 3)).collect();
        for l2 in [0.01, 1.0] {
            let kind = ridge(l2);
            let score = examined(&table, &[Quantity::Mean], real, 3, |exam| exam.scores(&[&kind])[0].clone()).expect("a ridge fits");
            let (mut sum, mut weight) = (0.0, 0.0);
            for fold in folds(&table.lesson, 3) {
                let model = Table { lesson: fold.learn.clone(), ..table.clone() }.fit(&*real(&kind, &[Quantity::Mean]), 1).expect("a ridge fits");
                for (row, forecast) in table.forecast(&*model, &fold.judge).into_iter().enumerate() {
                    sum += fold.judge.weight[row] * (fold.judge.target[row] - forecast).powi(2);
                    weight += fold.judge.weight[row];
                }
            }
            assert!((score - sum / weight).abs() < 1e-12, "l2 {l2}: calculated {score}, expected {}", sum / weight);
        }
    }

    #[test]
    fn models_are_judged_on_the_rows_that_all_of_them_forecast() {
        // Targets are 10 on the first 60 days and 0 after; the second model is silent until day 60, so all are judged on zeros alone.
        let mut table = Table::linear(1000, &[0.0], 0.0, 1);
        table.lesson.target = (0..1000).map(|row| if row < 600 { 10.0 } else { 0.0 }).collect();
        let (all, late, never) = (always(0.5, 0), always(1.0, 60), always(0.0, 5000));
        let scores = examined(&table, &[Quantity::Mean], constant, 3, |exam| exam.scores(&[&all, &late]));
        assert_eq!(scores, [Ok(0.25), Ok(1.0)]);
        let alone = examined(&table, &[Quantity::Mean], constant, 3, |exam| exam.scores(&[&all]));
        assert!(1.0 < *alone[0].as_ref().expect("a score"), "{alone:?}");
        // One that is never heard is out, and takes no row from the others.
        let beside = examined(&table, &[Quantity::Mean], constant, 3, |exam| exam.scores(&[&all, &never]));
        assert_eq!((&beside[0], beside[1].is_err()), (&alone[0], true));
        let none = examined(&table, &[Quantity::Mean], constant, 3, |exam| exam.scores(&[&never]));
        assert!(none[0].as_ref().is_err_and(|error| error.to_string().contains("no row of the inner folds has a forecast")), "{none:?}");
    }

    #[test]
    fn several_quantities_are_averaged_relative_to_the_first_that_has_losses() {
        let table = Table::linear(100, &[0.0], 0.0, 1);
        let ask = [Quantity::Mean, Quantity::Volatility];
        let failed = Error::model("m", "no");
        let means = vec![Err(failed.clone()), Ok(vec![4.0, -3.0]), Ok(vec![2.0, -2.75]), Ok(vec![0.0, -3.0])];
        let scores = examined(&table, &ask, constant, 3, |exam| exam.compare(means.clone()));
        // By hand: (1 + 1) / 2; (2/4 + 1 + 0.25) / 2; (0 + 1) / 2.
        assert_eq!(scores, [Err(failed), Ok(1.0), Ok(0.875), Ok(0.5)]);
    }

    #[test]
    fn a_shortfall_is_scored_with_the_quantile_of_its_tail_asked_for_or_not() {
        let mut table = Table::linear(100, &[0.0], 0.0, 1);
        table.lesson.target = vec![-1.0; 100];
        let kind = always(-2.0, 0);
        // VaR and ES are 2, no breach: 1 + ln 2 - 1.
        for ask in [vec![Quantity::Shortfall(0.05)], vec![Quantity::Quantile(0.01), Quantity::Shortfall(0.05)]] {
            let losses = table.taught(1, |train| {
                let exam = Exam::new(train, &ask, constant, folds(&train.lesson.part(&(0..90).collect::<Vec<_>>()), 1));
                exam.losses(&*exam.learner(&kind).fit(train).expect("a constant"))
            });
            assert!((losses.expect("a loss")[ask.len() - 1] - 2.0_f64.ln()).abs() < 1e-14);
        }
    }
}
