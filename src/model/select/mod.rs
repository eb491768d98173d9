//! Selection: features chosen inside a window, on its training rows only.

mod correlation;
mod elimination;
mod stability;
mod weight;

use super::regression as prepare;
use super::tune::{MakeLearner, Tuned};
use super::{Card, Learner, Model, Query, Train};
use crate::error::Result;
use crate::spec::{ModelKind, ModelSpec, Quantity, SelectSpec};

/// A learner that chooses features and then tunes or fits the model on them. While it chooses, a model whose settings are tuned has those of
/// the first trial.
pub(super) struct Selecting {
    /// How features are chosen.
    pub(super) method: SelectSpec,
    /// The model, with the search that follows.
    pub(super) spec: ModelSpec,
    /// Makes the learner of a kind.
    pub(super) make: MakeLearner,
}

impl Learner for Selecting {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let wanted = prepare::select(train, self.spec.kind.features())?;
        let names: Vec<String> = wanted.iter().map(|&column| train.feature_names[column].clone()).collect();
        let candidates = Candidates { train, kind: &self.spec.kind, ask: &self.spec.ask, make: self.make, names };
        let Selection { features, notes } = match self.method {
            SelectSpec::Correlation { measure, max_correlation, keep } => correlation::kept(
                &candidates,
                &correlation::Rule { measure, max_correlation, n_kept: keep.map_or(usize::MAX, |keep| keep as usize) },
            )?,
            SelectSpec::Importance { keep } => {
                Selection { features: weight::heaviest(&candidates, &candidates.names, keep as usize, train)?, notes: vec![] }
            }
            SelectSpec::Elimination { drop, keep } => elimination::kept(&candidates, drop, keep as usize)?,
            SelectSpec::Stability { keep, share, folds } => {
                stability::kept(&candidates, &stability::Rule { n_kept: keep as usize, share, n_parts: folds as usize })?
            }
        };
        // In the order of the view, in which windows can be compared.
        let kept: Vec<String> = candidates.names.iter().filter(|name| features.contains(name)).cloned().collect();
        let model = self.learner_on(&kept).fit(train)?;
        Ok(Box::new(SelectedModel { model, kept, notes }))
    }
}

impl Selecting {
    /// The learner that is tuned or fitted on the features that were chosen.
    fn learner_on(&self, kept: &[String]) -> Box<dyn Learner> {
        match &self.spec.tune {
            None => (self.make)(&with_features(&self.spec.kind, kept), &self.spec.ask),
            Some(tune) => {
                let mut tune = tune.clone();
                for trial in &mut tune.trials {
                    trial.kind = with_features(&trial.kind, kept);
                }
                Box::new(Tuned { spec: tune, ask: self.spec.ask.clone(), make: self.make })
            }
        }
    }
}

/// The features to choose from, and the model they are for.
struct Candidates<'a> {
    train: &'a Train<'a>,
    kind: &'a ModelKind,
    ask: &'a [Quantity],
    make: MakeLearner,
    /// Candidates, in the order of the view or the spec.
    names: Vec<String>,
}

/// Features kept, in any order, and what the reader should know of the choice.
struct Selection {
    features: Vec<String>,
    notes: Vec<String>,
}

/// The model on some of its features.
fn with_features(kind: &ModelKind, features: &[String]) -> ModelKind {
    kind.with_features(features.to_vec()).expect("a spec asks for a selection only where the model has features")
}

/// The model on the features that were kept.
struct SelectedModel {
    model: Box<dyn Model>,
    kept: Vec<String>,
    notes: Vec<String>,
}

impl Model for SelectedModel {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        self.model.forecast(query)
    }

    fn card(&self) -> Card {
        let mut card = self.model.card();
        card.notes.extend(self.notes.iter().cloned());
        Card { kept: self.kept.clone(), ..card }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::learner;
    use crate::model::tune::fixture::{Random, Table, penalties, plain, ridge};
    use crate::spec::{Measure, Search};

    const CORRELATION: SelectSpec = SelectSpec::Correlation { measure: Measure::Spearman, max_correlation: 0.9, keep: None };
    const METHODS: [SelectSpec; 4] = [
        CORRELATION,
        SelectSpec::Importance { keep: 3 },
        SelectSpec::Elimination { drop: 0.2, keep: 2 },
        SelectSpec::Stability { keep: 3, share: 0.8, folds: 4 },
    ];

    /// Effects of 1, -0.6 and 0.3 in columns 1, 4 and 7 of ten, beside noise.
    fn three_of_ten(seed: u64) -> Table {
        Table::linear(2000, &[0.0, 1.0, 0.0, 0.0, -0.6, 0.0, 0.0, 0.3, 0.0, 0.0], 1.0, seed)
    }

    fn spec(method: SelectSpec) -> ModelSpec {
        ModelSpec { select: Some(method), ..plain(ridge(0.001)) }
    }

    fn kept(table: &Table, method: SelectSpec) -> Vec<String> {
        table.fit(&*learner(&spec(method)), 1).expect("a ridge fits").card().kept
    }

    #[test]
    fn what_matters_is_kept_by_every_method() {
        for seed in 0..5 {
            let table = three_of_ten(seed);
            assert_eq!(kept(&table, METHODS[1]), ["x1", "x4", "x7"], "importance, seed {seed}");
            assert_eq!(kept(&table, METHODS[3]), ["x1", "x4", "x7"], "stability, seed {seed}");
            assert_eq!(kept(&table, CORRELATION).len(), 10, "no two are alike");
            assert_eq!(kept(&table, SelectSpec::Correlation { measure: Measure::Pearson, max_correlation: 0.9, keep: Some(3) }), ["x1", "x4", "x7"]);
            let left = kept(&table, METHODS[2]);
            assert!(["x1", "x4", "x7"].iter().all(|name| left.iter().any(|kept| kept == name)), "seed {seed}: {left:?}");
        }
    }

    #[test]
    fn elimination_leaves_a_model_that_forecasts_better_than_all_features_do() {
        // Forty columns of noise on 200 rows a fold cost more than they bring; two columns matter.
        let slopes: Vec<f64> = (0..42).map(|idx| if idx % 21 == 0 { 0.5 } else { 0.0 }).collect();
        for seed in 0..5 {
            let table = Table::linear(270, &slopes, 1.0, seed);
            let left = kept(&table, SelectSpec::Elimination { drop: 0.2, keep: 1 });
            assert!(left.len() < 25 && left.contains(&"x0".to_owned()) && left.contains(&"x21".to_owned()), "seed {seed}: {left:?}");
        }
    }

    #[test]
    fn of_two_columns_that_say_the_same_the_better_one_stays() {
        let mut table = three_of_ten(1);
        let mut random = Random::new(7);
        // Column 0 repeats column 1 with a little noise, column 2 its cube, whose ranks are the same; column 3 is constant.
        table.columns[0] = table.columns[1].iter().map(|value| value + 0.1 * random.normal() as f32).collect();
        table.columns[2] = table.columns[1].iter().map(|value| -value.powi(3)).collect();
        table.columns[3].fill(4.0);
        let rest = ["x1", "x4", "x5", "x6", "x7", "x8", "x9"];
        assert_eq!(kept(&table, CORRELATION), rest);
        // The correlation of a normal value and its cube is 3 / sqrt(15) = 0.77.
        let pearson = |max_correlation| kept(&table, SelectSpec::Correlation { measure: Measure::Pearson, max_correlation, keep: None });
        assert_eq!(pearson(0.9), ["x1", "x2", "x4", "x5", "x6", "x7", "x8", "x9"]);
        assert_eq!(pearson(0.7), rest);
    }

    #[test]
    fn an_effect_that_does_not_last_is_not_stable() {
        let mut table = Table::linear(2000, &[1.0, 0.0, 0.0], 0.5, 3);
        for row in 0..700 {
            table.lesson.target[row] += 3.0 * f64::from(table.columns[1][row]);
        }
        // Column 1 matters in the first two of five parts, and on the whole more than column 0.
        assert_eq!(kept(&table, SelectSpec::Importance { keep: 1 }), ["x1"]);
        assert_eq!(kept(&table, SelectSpec::Stability { keep: 1, share: 0.6, folds: 5 }), ["x0"]);
        let card = table.fit(&*learner(&spec(SelectSpec::Stability { keep: 1, share: 1.0, folds: 5 })), 1).expect("a ridge fits").card();
        assert_eq!(card.kept, ["x0"]);
        assert_eq!(
            card.notes.last().map(String::as_str),
            Some("no feature is among the 1 heaviest in 1 of the parts; those seen most often are kept")
        );
    }

    #[test]
    fn rows_that_are_not_shown_change_nothing() {
        let table = three_of_ten(2);
        let mut rewritten = table.clone();
        rewritten.columns.iter_mut().for_each(|column| column[1500..].fill(1e6));
        rewritten.lesson.target[1500..].fill(-1e6);
        for method in METHODS {
            let shown = |table: &Table| {
                let lesson = table.lesson.part(&(0..1500).collect::<Vec<_>>());
                Table { lesson, ..table.clone() }.fit(&*learner(&spec(method)), 1).expect("a ridge fits").card()
            };
            assert_eq!(shown(&table), shown(&rewritten), "{method:?}");
        }
    }

    #[test]
    fn a_search_follows_on_the_features_that_were_kept() {
        let tuned = ModelSpec { tune: Some(penalties(Search::Grid, &[0.001, 1000.0])), ..spec(METHODS[1]) };
        let card = three_of_ten(4).fit(&*learner(&tuned), 1).expect("a ridge fits").card();
        assert_eq!((card.kept.len(), card.coefficients.len(), card.trials.len()), (3, 4, 2));
        assert_eq!(card.chosen, [("l2".to_owned(), "0.001".to_owned())]);
    }

    #[test]
    fn parts_that_cannot_be_fitted_are_left_out_and_a_window_without_any_is_named() {
        let mut table = three_of_ten(1);
        table.lesson.weight[..500].fill(0.0);
        let card = table.fit(&*learner(&spec(METHODS[3])), 1).expect("three parts fit").card();
        assert_eq!(card.kept, ["x1", "x4", "x7"]);
        assert_eq!(
            card.notes.last().map(String::as_str),
            Some("part 1 of 4 left out of the selection: no training row has a weight above 0 (500 rows)")
        );
        table.lesson.weight.fill(0.0);
        let error = table.fit(&*learner(&spec(METHODS[3])), 1).err().expect("no row weighs").to_string();
        assert!(
            error.starts_with("model `m`, window 3: none of 4 parts of the training dates could be fitted; the first error: no training row"),
            "{error}"
        );
        let error = table.fit(&*learner(&spec(METHODS[2])), 1).err().expect("no row weighs").to_string();
        assert!(error.starts_with("model `m`, window 3: none of 3 inner folds has rows to learn from and to forecast"), "{error}");
    }
}
