//! Models, cards and windows for the tests of this section.

use crate::day::Day;
use crate::model::Card;
use crate::spec::{EnsembleParams, EnsembleWeights, ModelKind, ModelSpec, Quantity, RidgeParams, Search, Trial, TuneSpec};
use crate::walk::WindowCards;
use crate::window::{Span, Window};

pub(super) fn named(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

pub(super) fn model(name: &str, kind: ModelKind) -> ModelSpec {
    ModelSpec { name: name.to_owned(), kind, ask: vec![Quantity::Mean], select: None, tune: None }
}

pub(super) fn ridge(name: &str, l2: f64) -> ModelSpec {
    model(name, ModelKind::Ridge(RidgeParams { l2, features: vec![] }))
}

/// A ridge whose penalty is searched.
pub(super) fn tuned(name: &str, penalties: &[f64]) -> ModelSpec {
    let trial = |&l2: &f64| Trial { settings: vec![("l2".to_owned(), l2.to_string())], kind: ridge(name, l2).kind };
    ModelSpec { tune: Some(TuneSpec { search: Search::Grid, folds: 2, trials: penalties.iter().map(trial).collect() }), ..ridge(name, penalties[0]) }
}

/// The equal-weighted mean of other models.
pub(super) fn mean_of(name: &str, members: &[&str]) -> ModelSpec {
    let members = members.iter().map(|&member| member.to_owned()).collect();
    model(name, ModelKind::Ensemble(EnsembleParams { members, weights: EnsembleWeights::Mean, min_history: 1, lookback: None, shrinkage: 0.0 }))
}

/// Windows of ten days.
pub(super) fn windows(n: u32) -> Vec<Window> {
    let window = |idx: u32| {
        let span = |start: i32| Span { start: Day(start), end: Day(start + 10) };
        let (train, test) = (span(10 * idx as i32), span(10 * idx as i32 + 10));
        Window { idx, train, test, known_before: test.start, n_train: 10, n_purged: 0, n_test: 10 }
    };
    (0..n).map(window).collect()
}

/// A card of each model in each window.
pub(super) fn cards(specs: &[ModelSpec], n_windows: u32) -> Vec<WindowCards> {
    let of = |window: u32| WindowCards { window, cards: specs.iter().map(|spec| (spec.name.clone(), Card::default())).collect() };
    (0..n_windows).map(of).collect()
}
