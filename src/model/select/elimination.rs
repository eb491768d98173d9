//! Recursive elimination: the weakest features drop out while the forecasts are watched.

use super::weight::ranked;
use super::{Kept, Pool, narrowed};
use crate::error::Result;
use crate::model::tune::{Exam, alone, folds, no_fold};

/// The last of the spans that a search with the default folds has: the last quarter of the training dates.
const N_FOLDS: usize = 3;

/// Features of the best round, at least `n_kept`.
///
/// A round fits the model on the rows known before the last quarter of the training dates, scores it on that quarter, and drops the share
/// `drop` of its features, at least one, that weigh least in it. The round with the lowest score is kept, of equal ones that of fewer
/// features. Guyon, Weston, Barnhill and Vapnik (2002), Machine Learning 46, 389-422, with the rounds scored on later days.
pub(super) fn kept(pool: &Pool<'_>, drop: f64, n_kept: usize) -> Result<Kept> {
    let last = folds(pool.train.lesson, N_FOLDS).pop().ok_or_else(|| no_fold(pool.train, N_FOLDS))?;
    let exam = Exam::new(pool.train, pool.ask, pool.make, vec![last.clone()]);
    let (mut rounds, mut losses): (Vec<Vec<String>>, Vec<Result<Vec<f64>>>) = (Vec::new(), Vec::new());
    let mut names = pool.names.clone();
    loop {
        let model = alone(pool.train, &last.learn, |train| exam.learner(&narrowed(pool.kind, &names)).fit(train))?;
        losses.push(exam.losses(&*model));
        let mut heaviest = ranked(pool, &names, &model.card())?;
        rounds.push(names);
        let n_left = heaviest.len().saturating_sub(((drop * heaviest.len() as f64) as usize).max(1)).max(n_kept.max(1));
        if heaviest.len() <= n_left {
            break;
        }
        heaviest.truncate(n_left);
        names = heaviest.into_iter().map(|(name, _)| name).collect();
    }
    let scores = exam.compare(losses).into_iter().collect::<Result<Vec<f64>>>()?;
    let best = (0..rounds.len()).rev().min_by(|&a, &b| scores[a].total_cmp(&scores[b])).expect("there is a round of all features");
    Ok(Kept { features: rounds.swap_remove(best), notes: vec![] })
}
