//! Limits against the run before: which were crossed, which were set anew, loosened, tightened or taken away.

use crate::evidence::LimitState;
use crate::report::material::Material;
use crate::report::metric::wanted;
use crate::report::previous::Previous;
use crate::spec::Limit;
use crate::stat::{Judged, Metric, Standing};

/// What became of one limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fate {
    /// Whether it stands otherwise than before: kept, breached, not judged, or gone.
    pub(super) is_crossed: bool,
    /// In words, without a full stop.
    pub(super) words: String,
}

/// Limits that stand otherwise, then those whose bounds differ; nothing of those that are as they were.
pub(super) fn fates(material: &Material<'_>, previous: &Previous) -> Vec<Fate> {
    of(&material.summary.judged, &previous.limits)
}

fn of(now: &[Judged], before: &[LimitState]) -> Vec<Fate> {
    let mut fates: Vec<Fate> =
        now.iter().filter_map(|judged| fate(judged, before.iter().find(|limit| limit.metric == judged.limit.metric))).collect();
    let gone = before.iter().filter(|limit| now.iter().all(|judged| judged.limit.metric != limit.metric));
    fates.extend(gone.map(|limit| Fate {
        is_crossed: limit.standing != Standing::Kept,
        words: format!("the limit on `{}` was taken away; it was {}", limit.metric, word(limit.standing)),
    }));
    fates.sort_by_key(|fate| !fate.is_crossed);
    fates
}

fn fate(judged: &Judged, before: Option<&LimitState>) -> Option<Fate> {
    let metric = &judged.limit.metric;
    let Some(before) = before else {
        let words = format!("a limit on `{metric}` is new, {}: {}", wanted(judged), word(judged.standing));
        return Some(Fate { is_crossed: false, words });
    };
    let bounds = |limit: &Limit| (limit.min.map(f64::to_bits), limit.max.map(f64::to_bits));
    let was = Limit { metric: metric.clone(), min: before.min, max: before.max };
    let moved = (bounds(&was) != bounds(&judged.limit)).then(|| {
        let was = Judged { limit: was, metric: Metric { ..judged.metric.clone() }, standing: before.standing };
        format!("{}, was {}", wanted(judged), wanted(&was).replace("limit: ", ""))
    });
    match (before.standing == judged.standing, moved) {
        (true, None) => None,
        (true, Some(moved)) => {
            Some(Fate { is_crossed: false, words: format!("the limit on `{metric}` was moved ({moved}); {} as before", word(judged.standing)) })
        }
        (false, moved) => {
            let words = match judged.standing {
                Standing::Kept => format!("`{metric}` is within its limit again"),
                Standing::Breached => format!("`{metric}` crossed its limit"),
                Standing::NotJudged => format!("`{metric}` is no longer judged"),
            };
            Some(Fate { is_crossed: true, words: words + &moved.map_or(String::new(), |moved| format!(", for the limit was moved ({moved})")) })
        }
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Kept => "kept",
        Standing::Breached => "breached",
        Standing::NotJudged => "not judged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::{Outcome, Unit};

    fn judged(metric: &str, min: f64, standing: Standing) -> Judged {
        let limit = Limit { metric: metric.to_owned(), min: Some(min), max: None };
        Judged { limit, metric: Metric { value: Outcome::Value(-0.3), unit: Unit::Share, n: 9 }, standing }
    }

    fn before(metric: &str, min: f64, standing: Standing) -> LimitState {
        LimitState { metric: metric.to_owned(), min: Some(min), max: None, standing }
    }

    #[test]
    fn a_limit_that_was_loosened_or_taken_away_is_told() {
        let told = |now: &[Judged], then: &[LimitState]| of(now, then).into_iter().map(|fate| (fate.is_crossed, fate.words)).collect::<Vec<_>>();
        let then = [before("a", -0.2, Standing::Breached), before("b", 0.1, Standing::Breached), before("c", 0.1, Standing::Kept)];
        let now = [judged("a", -0.35, Standing::Kept), judged("c", 0.05, Standing::Kept), judged("d", 0.0, Standing::Breached)];
        let expected = [
            (true, "`a` is within its limit again, for the limit was moved (limit: −35.00 % or more, was −20.00 % or more)"),
            (true, "the limit on `b` was taken away; it was breached"),
            (false, "the limit on `c` was moved (limit: 5.00 % or more, was 10.00 % or more); kept as before"),
            (false, "a limit on `d` is new, limit: 0.00 % or more: breached"),
        ];
        assert_eq!(told(&now, &then), expected.map(|(crossed, words)| (crossed, words.to_owned())));
        assert_eq!(told(&[judged("a", -0.2, Standing::Breached)], &then[..1]), []);
    }
}
