//! Recursive elimination: the weakest features drop out while the forecasts are watched.

use super::weight::ranked;
use super::{Candidates, Selection, with_features};
use crate::error::Result;
use crate::model::tune::{CrossValidation, alone, folds, no_fold};

/// The last of the spans that a search with the default folds has: the last quarter of the training dates.
const N_FOLDS: usize = 3;

/// Features of the best round, at least `n_kept`.
///
/// A round fits the model on the rows known before the last quarter of the training dates, scores it on that quarter, and drops the share
/// `drop` of its features, at least one, that weigh least in it. The round with the lowest score is kept, of equal ones that of fewer
/// features. Guyon, Weston, Barnhill and Vapnik (2002), Machine Learning 46, 389-422, with the rounds scored on later days.
pub(super) fn kept(candidates: &Candidates<'_>, drop: f64, n_kept: usize) -> Result<Selection> {
    let last = folds(candidates.train.lesson, N_FOLDS).pop().ok_or_else(|| no_fold(candidates.train, N_FOLDS))?;
    let validation = CrossValidation::new(candidates.train, candidates.ask, candidates.make, vec![last.clone()]);
    let (mut rounds, mut losses): (Vec<Vec<String>>, Vec<Result<Vec<f64>>>) = (Vec::new(), Vec::new());
    let mut names = candidates.names.clone();
    loop {
        let model = alone(candidates.train, &last.train, |train| validation.learner(&with_features(candidates.kind, &names)).fit(train))?;
        losses.push(validation.losses(&*model));
        let mut heaviest = ranked(candidates, &names, &model.card())?;
        rounds.push(names);
        let n_left = heaviest.len().saturating_sub(((drop * heaviest.len() as f64) as usize).max(1)).max(n_kept.max(1));
        if heaviest.len() <= n_left {
            break;
        }
        heaviest.truncate(n_left);
        names = heaviest.into_iter().map(|(name, _)| name).collect();
    }
    let scores = validation.compare(losses).into_iter().collect::<Result<Vec<f64>>>()?;
    let best = (0..rounds.len()).rev().min_by(|&a, &b| scores[a].total_cmp(&scores[b])).expect("there is a round of all features");
    Ok(Selection { features: rounds.swap_remove(best), notes: vec![] })
}
