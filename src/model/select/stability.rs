//! Stability: features that weigh much whenever the model is fitted.

use std::collections::BTreeMap;

use super::weight::heaviest;
use super::{Candidates, Selection};
use crate::error::{Error, Result};
use crate::model::tune::{alone, spans};

/// When a feature is stable.
pub(super) struct Rule {
    /// Features that count as weighing most in a part.
    pub(super) n_kept: usize,
    /// Share of the parts in which a feature must be among them.
    pub(super) share: f64,
    /// Consecutive parts of the training dates.
    pub(super) n_parts: usize,
}

/// Features among the heaviest `n_kept` in at least `share` of the parts of the training dates.
///
/// A part that cannot be fitted (one class only, say) is left out, with a note. Where no feature is stable, those seen most often are kept,
/// with a note. After Meinshausen and Buehlmann (2010), Journal of the Royal Statistical Society B 72(4), 417-473, with consecutive parts in
/// place of random halves: what is to be stable here is the effect over time.
pub(super) fn kept(candidates: &Candidates<'_>, rule: &Rule) -> Result<Selection> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut n_fitted, mut notes, mut failed) = (0_usize, Vec::new(), None);
    for (idx, positions) in spans(candidates.train.lesson, rule.n_parts).iter().enumerate() {
        let part = candidates.train.lesson.part(positions);
        match alone(candidates.train, &part, |train| heaviest(candidates, &candidates.names, rule.n_kept, train)) {
            Ok(names) => {
                n_fitted += 1;
                for name in names {
                    *seen.entry(name).or_default() += 1;
                }
            }
            Err(error) => {
                notes.push(format!("part {} of {} left out of the selection: {}", idx + 1, rule.n_parts, error.fault().problem));
                failed.get_or_insert(error);
            }
        }
    }
    if let (0, Some(error)) = (n_fitted, failed) {
        let problem = format!("none of {} parts of the training dates could be fitted; the first error: {}", rule.n_parts, error.fault().problem);
        return Err(Error::model(candidates.train.place, problem).hint("lengthen `window.train`, or lower `select.folds`"));
    }
    // The share of a whole number of parts may be off by a rounding: 0.6 of 5 is 3.
    let needed = (rule.share * n_fitted as f64 - 1e-9).ceil() as usize;
    let most = seen.values().copied().max().expect("a fit keeps at least one feature");
    if most < needed {
        notes.push(format!("no feature is among the {} heaviest in {} of the parts; those seen most often are kept", rule.n_kept, rule.share));
    }
    let features = seen.into_iter().filter(|&(_, n)| needed.min(most) <= n).map(|(name, _)| name).collect();
    Ok(Selection { features, notes })
}
