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
pub(in crate::model) type MakeLearner = fn(&ModelKind, &[Quantity]) -> Box<dyn Learner>;

/// The folds that models are scored on, and what they are asked.
pub(in crate::model) struct CrossValidation<'a> {
    train: &'a Train<'a>,
    make: MakeLearner,
    /// Quantities scored.
    ask: &'a [Quantity],
    /// What models are asked for: `ask`, and the quantile of each shortfall.
    asked: Vec<Quantity>,
    past: Past,
    folds: Vec<Gathered>,
}

/// One fold, with the features of its validation rows.
struct Gathered {
    fold: Fold,
    features: Matrix,
}

/// Losses of one model on the validation rows of the folds so far.
#[derive(Debug, Clone)]
struct Losses {
    /// Weighted losses by quantity.
    sums: Vec<f64>,
    weight: f64,
    /// Validation rows without a forecast, or skipped, by fold.
    missing: Vec<BTreeSet<u32>>,
}

/// Scores of several models.
pub(in crate::model) struct Scores {
    /// The score of each model, the lower the better, or why it has none.
    pub(in crate::model) by_model: Vec<Result<f64>>,
    /// Folds in which no model could be fitted and scored, and why the first could not, in words; nothing is scored there.
    pub(in crate::model) left_out: Vec<String>,
}

impl<'a> CrossValidation<'a> {
    /// Prepares the features of the folds, which are folds of `train`'s lesson.
    pub(in crate::model) fn new(train: &'a Train<'a>, ask: &'a [Quantity], make: MakeLearner, folds: Vec<Fold>) -> Self {
        let mut asked = ask.to_vec();
        for quantity in ask {
            if let Quantity::Shortfall(tail) = quantity
                && !ask.contains(&Quantity::Quantile(*tail))
            {
                asked.push(Quantity::Quantile(*tail));
            }
        }
        let gathered = |fold: Fold| Gathered { features: train.only(&fold.validation).features.gather(), fold };
        Self { train, make, ask, asked, past: Past::of(train.lesson), folds: folds.into_iter().map(gathered).collect() }
    }

    /// The learner of a kind, asked for all that is needed to score it.
    pub(in crate::model) fn learner(&self, kind: &ModelKind) -> Box<dyn Learner> {
        (self.make)(kind, &self.asked)
    }

    /// Number of folds.
    pub(in crate::model) fn n_folds(&self) -> usize {
        self.folds.len()
    }

    /// The scores of models. They do not depend on the number of threads.
    ///
    /// A score is made of mean losses, by training weight, over the validation rows of all folds that every model forecasts, as
    /// [`CrossValidation::compare`] says. A fold in which no model can be fitted (its training rows may hold a single class) is left out;
    /// a model that cannot be fitted in a fold where others can has no score.
    pub(in crate::model) fn scores(&self, kinds: &[&ModelKind]) -> Scores {
        let (mut totals, left_out) = self.totals(kinds, &vec![BTreeSet::new(); self.folds.len()]);
        // A model without any forecast is out; it must not take the others' rows with it.
        let scored = totals.iter().flatten().filter(|losses| 0.0 < losses.weight);
        let each: Vec<Vec<BTreeSet<u32>>> = scored.map(|losses| losses.missing.clone()).collect();
        let missing = (0..self.folds.len()).map(|fold| each.iter().flat_map(|missing| &missing[fold]).copied().collect());
        let missing: Vec<BTreeSet<u32>> = missing.collect();
        // A model that needs a longer history must not be scored on other days than the rest.
        if each.iter().any(|own| *own != missing) {
            totals = self.totals(kinds, &missing).0;
        }
        let means = totals.into_iter().map(|losses| self.means(&losses?)).collect();
        let words = |(at, error): (usize, Error)| {
            let days = &self.folds[at].fold.validation.as_of;
            format!("inner fold {} to {} left out of the search: {}", days[0], days[days.len() - 1], error.fault().problem)
        };
        Scores { by_model: self.compare(means), left_out: left_out.into_iter().map(words).collect() }
    }

    /// Mean losses of a model that was fitted on the only fold, on all validation rows that it forecasts; one for each quantity asked.
    pub(in crate::model) fn losses(&self, model: &dyn Model) -> Result<Vec<f64>> {
        assert_eq!(self.folds.len(), 1, "a model is fitted on one fold");
        self.means(&self.with_fold(self.no_losses(), 0, model, &BTreeSet::new())?)
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

    fn means(&self, losses: &Losses) -> Result<Vec<f64>> {
        if losses.weight <= 0.0 {
            return Err(Error::model(self.train.place, "no row of the inner folds has a forecast to be scored"));
        }
        Ok(losses.sums.iter().map(|sum| sum / losses.weight).collect())
    }

    fn no_losses(&self) -> Losses {
        Losses { sums: vec![0.0; self.ask.len()], weight: 0.0, missing: vec![BTreeSet::new(); self.folds.len()] }
    }

    /// Losses of every model over all folds, but for the `skipped` rows of each and the folds that are left out.
    fn totals(&self, kinds: &[&ModelKind], skipped: &[BTreeSet<u32>]) -> (Vec<Result<Losses>>, Vec<(usize, Error)>) {
        let mut totals: Vec<Result<Losses>> = kinds.iter().map(|_| Ok(self.no_losses())).collect();
        let mut left_out: Vec<(usize, Error)> = Vec::new();
        // Fold by fold, so that work on a fold's rows is shared by the models.
        for (at, skipped) in skipped.iter().enumerate() {
            let with_fold = self.with_fold_by_model(kinds, &totals, at, skipped);
            let n_scored = totals.iter().zip(&with_fold).filter(|(before, after)| before.is_ok() && after.is_ok()).count();
            let failed = totals.iter().zip(&with_fold).find_map(|(before, after)| before.as_ref().ok().and(after.as_ref().err()));
            match failed {
                Some(error) if n_scored == 0 => left_out.push((at, error.clone())),
                Some(_) | None => totals = with_fold,
            }
        }
        if let Some((_, error)) = left_out.first()
            && left_out.len() == self.folds.len()
        {
            totals = kinds.iter().map(|_| Err(error.clone())).collect();
        }
        (totals, left_out)
    }

    /// Fits each model that has losses so far on the training rows of a fold, and adds those on the validation rows.
    fn with_fold_by_model(&self, kinds: &[&ModelKind], so_far: &[Result<Losses>], at: usize, skipped: &BTreeSet<u32>) -> Vec<Result<Losses>> {
        let cores = self.train.cores;
        alone(self.train, &self.folds[at].fold.train, |train| {
            let of_model = |(kind, so_far): (&&ModelKind, &Result<Losses>), cores: usize| {
                let so_far = so_far.clone()?;
                let model = self.learner(kind).fit(&Train { cores, ..*train })?;
                self.with_fold(so_far, at, &*model, skipped)
            };
            match cores {
                1 => kinds.iter().zip(so_far).map(|pair| of_model(pair, 1)).collect(),
                _ => kinds.par_iter().zip(so_far).map(|pair| of_model(pair, (cores / kinds.len()).max(1))).collect(),
            }
        })
    }

    /// Adds the losses on a fold's validation rows that are forecast and not skipped, and notes the others.
    fn with_fold(&self, mut losses: Losses, at: usize, model: &dyn Model, skipped: &BTreeSet<u32>) -> Result<Losses> {
        let Gathered { fold, features } = &self.folds[at];
        let rows = &fold.validation;
        let series = model.forecast(&Query { features, entity: &rows.entity, as_of: &rows.as_of, past: &self.past, benchmarks: &[] });
        let mut missing = skipped.clone();
        let mut forecasts = Vec::with_capacity(self.asked.len());
        for (row, &weight) in rows.weight.iter().enumerate() {
            forecasts.clear();
            forecasts.extend(series.iter().filter_map(|series| series[row]));
            if forecasts.len() < series.len() {
                missing.insert(row as u32);
            } else if 0.0 < weight && !skipped.contains(&(row as u32)) {
                self.add(&mut losses, &forecasts, rows.target[row], weight)?;
            }
        }
        losses.missing[at] = missing;
        Ok(losses)
    }

    /// Adds the losses of one row's forecasts.
    fn add(&self, losses: &mut Losses, forecasts: &[f64], target: f64, weight: f64) -> Result<()> {
        for (idx, &quantity) in self.ask.iter().enumerate() {
            let quantile = match quantity {
                Quantity::Shortfall(tail) => self.asked.iter().position(|&other| other == Quantity::Quantile(tail)),
                Quantity::Mean | Quantity::Probability | Quantity::Volatility | Quantity::Quantile(_) => None,
            };
            let loss = loss(quantity, forecasts[idx], quantile.map_or(f64::NAN, |quantile| forecasts[quantile]), target)
                .ok_or_else(|| Error::model(self.train.place, format!("forecast {quantity} {}, which has no loss", forecasts[idx])))?;
            losses.sums[idx] += weight * loss;
        }
        losses.weight += weight;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tune::fixture::{Table, always, constant, real, ridge};
    use crate::model::tune::folds;

    fn validated_on<R>(table: &Table, ask: &[Quantity], make: MakeLearner, n_folds: usize, look: impl Fn(&CrossValidation<'_>) -> R) -> R {
        table.taught(1, |train| look(&CrossValidation::new(train, ask, make, folds(train.lesson, n_folds))))
    }

    #[test]
    fn a_score_is_the_weighted_squared_error_over_all_folds_of_a_plain_loop() {
        let mut table = Table::linear(400, &[0.5, -0.2, 0.0], 1.0, 3);
        table.lesson.weight = (0..400).map(|row| f64::from(row % 3)).collect();
        for l2 in [0.01, 1.0] {
            let kind = ridge(l2);
            let score =
                validated_on(&table, &[Quantity::Mean], real, 3, |validation| validation.scores(&[&kind]).by_model[0].clone()).expect("a ridge fits");
            let (mut sum, mut weight) = (0.0, 0.0);
            for fold in folds(&table.lesson, 3) {
                let model = Table { lesson: fold.train.clone(), ..table.clone() }.fit(&*real(&kind, &[Quantity::Mean]), 1).expect("a ridge fits");
                for (row, forecast) in table.forecast(&*model, &fold.validation).into_iter().enumerate() {
                    sum += fold.validation.weight[row] * (fold.validation.target[row] - forecast).powi(2);
                    weight += fold.validation.weight[row];
                }
            }
            assert!((score - sum / weight).abs() < 1e-12, "l2 {l2}: calculated {score}, expected {}", sum / weight);
        }
    }

    #[test]
    fn models_are_scored_on_the_rows_that_all_of_them_forecast() {
        // Targets are 10 on the first 60 days and 0 after; the second model is silent until day 60, so all are scored on zeros alone.
        let mut table = Table::linear(1000, &[0.0], 0.0, 1);
        table.lesson.target = (0..1000).map(|row| if row < 600 { 10.0 } else { 0.0 }).collect();
        let (all, late, never) = (always(0.5, 0), always(1.0, 60), always(0.0, 5000));
        let scores = validated_on(&table, &[Quantity::Mean], constant, 3, |validation| validation.scores(&[&all, &late]).by_model);
        assert_eq!(scores, [Ok(0.25), Ok(1.0)]);
        let alone = validated_on(&table, &[Quantity::Mean], constant, 3, |validation| validation.scores(&[&all]).by_model);
        assert!(1.0 < *alone[0].as_ref().expect("a score"), "{alone:?}");
        // One that never forecasts is out, and takes no row from the others.
        let beside = validated_on(&table, &[Quantity::Mean], constant, 3, |validation| validation.scores(&[&all, &never]).by_model);
        assert_eq!((&beside[0], beside[1].is_err()), (&alone[0], true));
        let none = validated_on(&table, &[Quantity::Mean], constant, 3, |validation| validation.scores(&[&never]).by_model);
        assert!(none[0].as_ref().is_err_and(|error| error.to_string().contains("no row of the inner folds has a forecast")), "{none:?}");
    }

    #[test]
    fn several_quantities_are_averaged_relative_to_the_first_that_has_losses() {
        let table = Table::linear(100, &[0.0], 0.0, 1);
        let ask = [Quantity::Mean, Quantity::Volatility];
        let failed = Error::model("m", "no");
        let means = vec![Err(failed.clone()), Ok(vec![4.0, -3.0]), Ok(vec![2.0, -2.75]), Ok(vec![0.0, -3.0])];
        let scores = validated_on(&table, &ask, constant, 3, |validation| validation.compare(means.clone()));
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
                let validation = CrossValidation::new(train, &ask, constant, folds(&train.lesson.part(&(0..90).collect::<Vec<_>>()), 1));
                validation.losses(&*validation.learner(&kind).fit(train).expect("a constant"))
            });
            assert!((losses.expect("a loss")[ask.len() - 1] - 2.0_f64.ln()).abs() < 1e-14);
        }
    }
}
