//! Tuning: settings chosen inside a window, on its training rows only.

mod cross_validation;
mod fold;
mod halving;
mod loss;

#[cfg(test)]
pub(super) mod fixture;

pub(super) use cross_validation::{CrossValidation, MakeLearner};
pub(super) use fold::{alone, folds, spans};

use super::{Card, Learner, Lesson, Model, Query, Train, TrialScore};
use crate::error::{Error, Result};
use crate::spec::{ModelKind, Quantity, Search, TuneSpec};

/// A learner that tries settings on inner folds and fits the model with the best ones on all training rows.
///
/// Folds are those of [`folds`], scores those of [`CrossValidation::scores`]; of equal scores the earlier trial wins, so the simplest stands
/// first. A trial that cannot be fitted or scored in a fold where others can is out, and a fold in which none can is left out, with a note.
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
    pub(super) make: MakeLearner,
}

impl Learner for Tuned {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let mut trials: Vec<TrialScore> = self.spec.trials.iter().map(|trial| TrialScore::untried(&trial.settings)).collect();
        let ranking = match self.spec.search {
            Search::Grid | Search::Random => self.round(train, train.lesson, &(0..trials.len()).collect::<Vec<_>>())?,
            Search::Halving => self.halve(train, &mut trials)?,
        };
        ranking.write(&mut trials);
        let best = &self.spec.trials[ranking.scored[0].1];
        let model = (self.make)(&best.kind, &self.ask).fit(train)?;
        Ok(Box::new(TunedModel { model, chosen: best.settings.clone(), trials, notes: ranking.notes }))
    }
}

/// What a round of the search found.
struct Ranking {
    /// Scores and the trials that have them, best first.
    scored: Vec<(f64, usize)>,
    /// Trials without a score, and why.
    failed: Vec<(usize, String)>,
    /// The number of the round, from 1.
    round: usize,
    /// Folds that were left out, and trials.
    notes: Vec<String>,
}

impl Ranking {
    /// Writes the scores of the round over those of earlier rounds.
    fn write(&self, trials: &mut [TrialScore]) {
        for &(score, trial) in &self.scored {
            (trials[trial].round, trials[trial].score) = (self.round, Some(score));
        }
        for (trial, problem) in &self.failed {
            trials[*trial] = TrialScore { round: self.round, score: None, problem: Some(problem.clone()), ..trials[*trial].clone() };
        }
    }
}

impl Tuned {
    /// Scores the trials at `candidates` on folds of `lesson`, which is `train`'s or a part of it.
    fn round(&self, train: &Train<'_>, lesson: &Lesson, candidates: &[usize]) -> Result<Ranking> {
        let folds = folds(lesson, self.spec.folds as usize);
        if folds.is_empty() {
            return Err(no_fold(train, self.spec.folds as usize));
        }
        let validation = CrossValidation::new(train, &self.ask, self.make, folds);
        let kinds: Vec<&ModelKind> = candidates.iter().map(|&trial| &self.spec.trials[trial].kind).collect();
        let scores = validation.scores(&kinds);
        let (mut scored, mut failed) = (Vec::new(), Vec::new());
        for (&trial, score) in candidates.iter().zip(scores.by_model) {
            match score {
                Ok(score) => scored.push((score, trial)),
                Err(error) => failed.push((trial, error.fault().problem.clone())),
            }
        }
        if let Some((_, problem)) = failed.first()
            && scored.is_empty()
        {
            return Err(if scores.left_out.len() == validation.n_folds() {
                no_fold_fitted(train, validation.n_folds(), problem)
            } else {
                no_trial_scored(train, candidates.len(), problem)
            });
        }
        // Stable, so that the earlier of equal trials stays ahead.
        scored.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut notes = scores.left_out;
        let words = |(trial, problem): &(usize, String)| format!("trial left out, {}: {problem}", settings_text(&self.spec.trials[*trial].settings));
        notes.extend(failed.iter().map(words));
        Ok(Ranking { scored, failed, round: 1, notes })
    }

    fn halve(&self, train: &Train<'_>, trials: &mut [TrialScore]) -> Result<Ranking> {
        let mut left: Vec<usize> = (0..self.spec.trials.len()).collect();
        let mut notes = Vec::new();
        for (at, divisor) in halving::divisors(left.len()).into_iter().enumerate() {
            let part = fold::recent(train.lesson, divisor);
            match self.round(train, &part, &left) {
                Ok(mut ranking) => {
                    ranking.round = at + 1;
                    notes.append(&mut ranking.notes);
                    if divisor == 1 {
                        return Ok(Ranking { notes, ..ranking });
                    }
                    ranking.write(trials);
                    ranking.scored.truncate(halving::survivors(left.len()));
                    left = ranking.scored.into_iter().map(|(_, trial)| trial).collect();
                    // In the order of the spec, so that the earlier of equal trials is still the simpler.
                    left.sort_unstable();
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
fn settings_text(settings: &[(String, String)]) -> String {
    settings.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

/// The error of a window whose dates are too few, or whose targets come too late, for any fold.
pub(super) fn no_fold(train: &Train<'_>, n_folds: usize) -> Error {
    let n_dates = fold::dates(train.lesson).len();
    let problem = format!(
        "none of {n_folds} inner folds has rows to learn from and to forecast: {} training rows on {n_dates} dates, and a fold learns from targets known before it",
        train.lesson.rows.len(),
    );
    Error::model(train.place, problem).hint("lengthen `window.train`, or lower `folds`")
}

/// The error of a window in none of whose folds a trial could be fitted.
fn no_fold_fitted(train: &Train<'_>, n_folds: usize, problem: &str) -> Error {
    let last = format!("the last of {n_folds} folds learns from at most {n_folds}/{} of the training dates", n_folds + 1);
    Error::model(train.place, format!("no trial could be fitted in any of {n_folds} inner folds; the first error: {problem}"))
        .hint(format!("{last}: lengthen `window.train`, let `window.first_test` be later, or raise `folds`"))
}

fn no_trial_scored(train: &Train<'_>, n_trials: usize, problem: &str) -> Error {
    Error::model(train.place, format!("none of {n_trials} trials could be fitted and scored in every inner fold; the first error: {problem}"))
        .hint("change `tune.ranges`, or lengthen `window.train`")
}

/// The model with the settings that won.
struct TunedModel {
    model: Box<dyn Model>,
    chosen: Vec<(String, String)>,
    trials: Vec<TrialScore>,
    notes: Vec<String>,
}

impl Model for TunedModel {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        self.model.forecast(query)
    }

    fn card(&self) -> Card {
        let mut card = self.model.card();
        card.notes.extend(self.notes.iter().cloned());
        Card { chosen: self.chosen.clone(), trials: self.trials.clone(), ..card }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{Table, always, constant, penalties, plain, real};
    use super::*;
    use crate::model::learner;
    use crate::spec::{EwmaParams, LogisticParams, ModelSpec, Trial};

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
            assert_eq!((chosen(&*model).as_str(), model.card().trials.len()), ("0.6", 5), "seed {seed}");
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
            // The trials of value 1 are alike but on days 0 and 1, which are in no fold: only the first of them forecasts row 5, of day 0.
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
        assert_eq!((card.chosen[0].1.as_str(), card.trials.len()), ("3", 2));
        assert_eq!(card.notes, ["trial left out, value -101: -101 cannot be fitted"]);
        for search in [Search::Random, Search::Halving] {
            let error = table.fit(&constants(search, &[(-101.0, 0), (-102.0, 0)]), 1).err().expect("none fits").to_string();
            let expected = "model `m`, window 3: no trial could be fitted in any of 3 inner folds; the first error: -101 cannot be fitted\n  hint: the last of 3 folds";
            assert!(error.starts_with(expected), "{error}");
        }
        let short = Table::linear(10, &[0.0], 1.0, 1);
        let error = short.fit(&constants(Search::Grid, &[(0.0, 0), (1.0, 0)]), 1).err().expect("one date").to_string();
        assert!(error.contains("none of 3 inner folds has rows to learn from and to forecast: 10 training rows on 1 dates"), "{error}");
    }

    #[test]
    fn a_fold_that_learns_from_one_class_is_left_out_with_a_note_and_the_others_decide() {
        // Ten rows a day on 30 days; the first fold of two begins on day 10, before which every target is 0.
        let mut table = Table::linear(300, &[1.0, -0.5], 1.0, 3);
        let classes = |table: &mut Table, from: usize| {
            table.lesson.target.iter_mut().enumerate().for_each(|(row, target)| *target = f64::from(u8::from(from <= row && 0.0 < *target)));
        };
        let kind = |l2| ModelKind::Logistic(LogisticParams { l1: 0.0, l2, max_iterations: 100, features: vec![] });
        let trial = |l2: f64| Trial { settings: vec![("l2".into(), l2.to_string())], kind: kind(l2) };
        let tune = TuneSpec { search: Search::Grid, folds: 2, trials: vec![trial(100.0), trial(0.01)] };
        let spec = ModelSpec { ask: vec![Quantity::Probability], tune: Some(tune), ..plain(kind(0.01)) };
        classes(&mut table, 120);
        let card = table.fit(&*learner(&spec), 1).expect("the second fold has both classes").card();
        assert_eq!(card.chosen, [("l2".to_owned(), "0.01".to_owned())]);
        let note =
            "inner fold 1970-01-11 to 1970-01-20 left out of the search: all 90 training rows have target 0 and none has 1; a probability needs both";
        assert_eq!(card.notes, [note]);
        // With ones on the last days only, no fold has both classes.
        classes(&mut table, 250);
        let error = table.fit(&*learner(&spec), 1).err().expect("no fold is left").to_string();
        let expected = "model `m`, window 3: no trial could be fitted in any of 2 inner folds; the first error: all 90 training rows have target 0 and \
                        none has 1; a probability needs both\n  hint: the last of 2 folds learns from at most 2/3 of the training dates: lengthen \
                        `window.train`, let `window.first_test` be later, or raise `folds`";
        assert_eq!(error, expected);
        // With nine folds the last learns from nine tenths of the dates, ones among them: what the hint says helps.
        let more = TuneSpec { folds: 9, ..spec.tune.clone().expect("a search") };
        let card = table.fit(&*learner(&ModelSpec { tune: Some(more), ..spec }), 1).expect("the last fold has both classes").card();
        assert_eq!((card.chosen[0].1.as_str(), card.notes.len()), ("0.01", 8));
    }

    #[test]
    fn the_card_holds_the_score_of_every_trial() {
        // Constants 0, 1 and 2 for targets 0: squared errors 0, 1 and 4. The trial that fails says why.
        let mut table = Table::linear(200, &[0.0], 0.0, 1);
        table.lesson.target.fill(0.0);
        let tried = constants(Search::Grid, &[(2.0, 0), (-101.0, 0), (0.0, 0), (1.0, 0)]);
        let trials = table.fit(&tried, 1).expect("constants fit").card().trials;
        let scores: Vec<Option<f64>> = trials.iter().map(|trial| trial.score).collect();
        assert_eq!(scores, [Some(4.0), None, Some(0.0), Some(1.0)]);
        assert_eq!((trials[1].problem.as_deref(), trials[1].round), (Some("-101 cannot be fitted"), 1));
        assert_eq!(trials[3].settings, [("value".to_owned(), "1".to_owned())]);
        // Of 27 trials 9 reach the second round and 3 the third; all have the score of the last round that they were in.
        let many: Vec<(f64, u32)> = (0..27).map(|n| (f64::from(n), 0)).collect();
        let table = Table::linear(3000, &[0.0], 1.0, 4);
        let trials = table.fit(&constants(Search::Halving, &many), 1).expect("constants fit").card().trials;
        let in_round = |round| trials.iter().filter(|trial| trial.round == round && trial.score.is_some()).count();
        assert_eq!([1, 2, 3].map(in_round), [18, 6, 3]);
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
