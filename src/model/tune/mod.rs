//! Tuning: settings chosen inside a window, on its training rows only.

mod exam;
mod fold;
mod halving;
mod loss;

#[cfg(test)]
pub(super) mod fixture;

pub(super) use exam::{Exam, Make};
pub(super) use fold::{alone, folds, spans};

use super::{Card, Learner, Lesson, Model, Query, Train};
use crate::error::{Error, Result};
use crate::spec::{ModelKind, Quantity, Search, Trial, TuneSpec};

/// A learner that tries settings on inner folds and fits the model with the best ones on all training rows.
///
/// Folds are those of [`folds`], scores those of [`Exam::scores`]; of equal scores the earlier trial wins, so the simplest stands first. A
/// trial that cannot be fitted or scored in a fold is out, with a note.
///
/// `halving` is successive halving with factor 3: the trials are scored on the most recent rows, a third of them goes on to three times as
/// many dates, and the last round has all. A round on dates too few for any fold is passed over.
/// Source: Jamieson and Talwalkar (2016), Proceedings of AISTATS, PMLR 51, 240-248.
pub(super) struct Tuned {
    /// What is tried.
    pub(super) spec: TuneSpec,
    /// What the model is asked for.
    pub(super) ask: Vec<Quantity>,
    /// Makes the learner of a trial.
    pub(super) make: Make,
}

impl Learner for Tuned {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let found = match self.spec.search {
            Search::Grid | Search::Random => self.round(train, train.lesson, &(0..self.spec.trials.len()).collect::<Vec<_>>())?,
            Search::Halving => self.halve(train)?,
        };
        let trial = &self.spec.trials[found.best[0]];
        let model = (self.make)(&trial.kind, &self.ask).fit(train)?;
        Ok(Box::new(Chosen { model, settings: trial.settings.clone(), n_trials: self.spec.trials.len(), notes: found.notes }))
    }
}

/// What a round brought.
struct Found {
    /// Trials with a score, best first.
    best: Vec<usize>,
    /// Why others have none.
    notes: Vec<String>,
}

impl Tuned {
    /// Scores the trials at `candidates` on folds of `lesson`, which is `train`'s or a part of it.
    fn round(&self, train: &Train<'_>, lesson: &Lesson, candidates: &[usize]) -> Result<Found> {
        let exam = Exam::new(train, &self.ask, self.make, folds(lesson, self.spec.folds as usize));
        if exam.is_empty() {
            return Err(no_fold(train, self.spec.folds as usize));
        }
        let kinds: Vec<&ModelKind> = candidates.iter().map(|&trial| &self.spec.trials[trial].kind).collect();
        let (mut ranked, mut notes, mut failed) = (Vec::new(), Vec::new(), None);
        for (&trial, score) in candidates.iter().zip(exam.scores(&kinds)) {
            match score {
                Ok(score) => ranked.push((score, trial)),
                Err(error) => {
                    notes.push(format!("trial left out, {}: {}", written(&self.spec.trials[trial]), error.fault().problem));
                    failed.get_or_insert(error);
                }
            }
        }
        // Stable, so that the earlier of equal trials stays ahead.
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        match failed {
            Some(error) if ranked.is_empty() => Err(none_left(train, candidates.len(), &error)),
            Some(_) | None => Ok(Found { best: ranked.into_iter().map(|(_, trial)| trial).collect(), notes }),
        }
    }

    fn halve(&self, train: &Train<'_>) -> Result<Found> {
        let mut left: Vec<usize> = (0..self.spec.trials.len()).collect();
        let mut notes = Vec::new();
        for divisor in halving::divisors(left.len()) {
            let part = fold::recent(train.lesson, divisor);
            match self.round(train, &part, &left) {
                Ok(mut found) => {
                    notes.append(&mut found.notes);
                    found.best.truncate(halving::survivors(left.len()));
                    if divisor == 1 {
                        return Ok(Found { best: found.best, notes });
                    }
                    // In the order of the spec, so that the earlier of equal trials is still the simpler.
                    found.best.sort_unstable();
                    left = found.best;
                }
                // Few dates may hold one class only; more of them may not.
                Err(_) if 1 < divisor => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("the last round has all dates and returns")
    }
}

/// A trial's settings in words.
fn written(trial: &Trial) -> String {
    trial.settings.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

/// The error of a window whose dates are too few, or whose targets come too late, for any fold.
pub(super) fn no_fold(train: &Train<'_>, n_folds: usize) -> Error {
    let problem = format!(
        "none of {n_folds} inner folds has rows to learn from and to forecast: {} training rows on {} dates, and a fold learns from targets known before it",
        train.lesson.rows.len(),
        fold::dates(train.lesson).len()
    );
    Error::model(train.place, problem).hint("lengthen `window.train`, or lower `folds`")
}

fn none_left(train: &Train<'_>, n_trials: usize, first: &Error) -> Error {
    let problem = format!("none of {n_trials} trials could be fitted and scored on the inner folds; the first said: {}", first.fault().problem);
    Error::model(train.place, problem).hint("lengthen `window.train`, lower `folds`, or widen `tune.ranges`")
}

/// The model with the settings that won.
struct Chosen {
    model: Box<dyn Model>,
    settings: Vec<(String, String)>,
    n_trials: usize,
    notes: Vec<String>,
}

impl Model for Chosen {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        self.model.forecast(query)
    }

    fn card(&self) -> Card {
        let mut card = self.model.card();
        card.notes.extend(self.notes.iter().cloned());
        Card { chosen: self.settings.clone(), n_trials: self.n_trials, ..card }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{Table, always, constant, penalties, plain, real};
    use super::*;
    use crate::model::learner;
    use crate::spec::{EwmaParams, ModelSpec};

    fn chosen(model: &dyn Model) -> String {
        model.card().chosen[0].1.clone()
    }

    fn constants(search: Search, trials: &[(f64, u32)]) -> Tuned {
        let trial = |&(value, from): &(f64, u32)| Trial { settings: vec![("value".into(), value.to_string())], kind: always(value, from) };
        Tuned { spec: TuneSpec { search, folds: 3, trials: trials.iter().map(trial).collect() }, ask: vec![Quantity::Mean], make: constant }
    }

    #[test]
    fn a_grid_finds_the_penalty_that_the_simulation_makes_best() {
        // Slopes of variance 0.04 and noise of variance 4: Bayes' rule puts l2 times rows at 4 / 0.04 = 100, so l2 at 0.33 to 1 on the folds'
        // 100 to 300 rows (Hoerl and Kennard, 1970).
        let mut slopes = fixture::Random::new(5);
        let slopes: Vec<f64> = (0..40).map(|_| 0.2 * slopes.normal()).collect();
        let spec = ModelSpec { tune: Some(penalties(Search::Grid, &[1e-4, 0.02, 0.6, 20.0, 600.0])), ..plain(fixture::ridge(1e-4)) };
        for seed in 0..5 {
            let table = Table::linear(400, &slopes, 2.0, seed);
            let model = table.fit(&*learner(&spec), 1).expect("a ridge fits");
            assert_eq!((chosen(&*model).as_str(), model.card().n_trials), ("0.6", 5), "seed {seed}");
            // What is handed on is that ridge, fitted on every row.
            let alone = table.fit(&*real(&fixture::ridge(0.6), &[Quantity::Mean]), 1).expect("a ridge fits");
            assert_eq!(model.card().coefficients, alone.card().coefficients);
        }
    }

    #[test]
    fn rows_that_are_not_shown_change_nothing() {
        let shown = |table: &Table| {
            let lesson = table.lesson.part(&(0..300).collect::<Vec<_>>());
            let spec = ModelSpec { tune: Some(penalties(Search::Halving, &[1e-4, 0.02, 0.6, 20.0, 600.0])), ..plain(fixture::ridge(1e-4)) };
            let model = Table { lesson, ..table.clone() }.fit(&*learner(&spec), 1).expect("a ridge fits");
            (model.card(), table.forecast(&*model, &table.lesson))
        };
        let table = Table::linear(400, &[0.4, -0.1, 0.0, 0.0], 2.0, 2);
        let mut rewritten = table.clone();
        rewritten.columns.iter_mut().for_each(|column| column[300..].fill(1e6));
        rewritten.lesson.target[300..].fill(-1e6);
        let (before, after) = (shown(&table), shown(&rewritten));
        assert_eq!(before.0, after.0);
        assert_eq!(before.1[..300], after.1[..300]);
    }

    #[test]
    fn the_first_of_equal_trials_wins() {
        let table = Table::linear(200, &[0.0], 1.0, 1);
        for search in [Search::Grid, Search::Halving] {
            let model = table.fit(&constants(search, &[(2.0, 0), (1.0, 0), (1.0, 1), (1.0, 2)]), 1).expect("constants fit");
            // The trials of value 1 are alike but on days 0 and 1, which no fold judges: only the first of them forecasts row 5, of day 0.
            assert_eq!(table.forecast(&*model, &table.lesson.part(&[5])), [1.0]);
        }
    }

    #[test]
    fn halving_ends_with_the_one_that_a_grid_finds() {
        let table = Table::linear(3000, &[0.0], 1.0, 4);
        let trials: Vec<(f64, u32)> = (0..40).map(|n| (f64::from(n * 7 % 40 - 20) / 5.0, 0)).collect();
        let found = |search| chosen(&*table.fit(&constants(search, &trials), 1).expect("constants fit"));
        assert_eq!((found(Search::Grid), found(Search::Halving)), ("0".to_owned(), "0".to_owned()));
        // Too few dates for any fold in the first rounds: they are passed over.
        let short = Table::linear(50, &[0.0], 0.1, 4);
        assert_eq!(chosen(&*short.fit(&constants(Search::Halving, &trials), 1).expect("constants fit")), "0");
    }

    #[test]
    fn a_trial_that_fails_is_out_with_a_note_and_a_window_without_any_is_named() {
        let table = Table::linear(200, &[0.0], 1.0, 1);
        let card = table.fit(&constants(Search::Grid, &[(-101.0, 0), (3.0, 0)]), 1).expect("one fits").card();
        assert_eq!((card.chosen[0].1.as_str(), card.n_trials), ("3", 2));
        assert_eq!(card.notes, ["trial left out, value -101: -101 cannot be fitted"]);
        for search in [Search::Random, Search::Halving] {
            let error = table.fit(&constants(search, &[(-101.0, 0), (-102.0, 0)]), 1).err().expect("none fits").to_string();
            let expected = "model `m`, window 3: none of 2 trials could be fitted and scored on the inner folds; the first said: -101 cannot be fitted\n  hint: ";
            assert!(error.starts_with(expected), "{error}");
        }
        let short = Table::linear(10, &[0.0], 1.0, 1);
        let error = short.fit(&constants(Search::Grid, &[(0.0, 0), (1.0, 0)]), 1).err().expect("one date").to_string();
        assert!(error.contains("none of 3 inner folds has rows to learn from and to forecast: 10 training rows on 1 dates"), "{error}");
    }

    #[test]
    fn threads_change_no_bit() {
        let table = Table::linear(500, &[0.3, 0.1, 0.0], 1.0, 8);
        let spec = ModelSpec { tune: Some(penalties(Search::Random, &[1e-4, 0.02, 0.6, 20.0])), ..plain(fixture::ridge(1e-4)) };
        let bits = |cores| {
            let model = table.fit(&*learner(&spec), cores).expect("a ridge fits");
            (model.card(), table.forecast(&*model, &table.lesson).into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        assert_eq!(bits(1), bits(4));
    }

    #[test]
    fn the_decay_of_a_volatility_is_chosen_on_each_entitys_own_past() {
        // The standard deviation changes between 1 and 5 every hundred days: a decay of 0.9 follows, one of 0.999 does not.
        let mut table = Table::linear(6000, &[0.0], 1.0, 6);
        for row in 0..6000 {
            table.lesson.target[row] *= if row / 1000 % 2 == 0 { 1.0 } else { 5.0 };
        }
        let kind = |lambda| ModelKind::Ewma(EwmaParams { lambda, min_history: 20 });
        let trial = |lambda: f64| Trial { settings: vec![("lambda".into(), lambda.to_string())], kind: kind(lambda) };
        let tune = TuneSpec { search: Search::Grid, folds: 3, trials: vec![trial(0.999), trial(0.9)] };
        for ask in [Quantity::Volatility, Quantity::Quantile(0.05), Quantity::Shortfall(0.05)] {
            let spec = ModelSpec { ask: vec![ask], tune: Some(tune.clone()), ..plain(kind(0.999)) };
            assert_eq!(chosen(&*table.fit(&*learner(&spec), 1).expect("an ewma fits")), "0.9", "{ask}");
        }
    }
}
