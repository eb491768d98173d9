//! Decide: the tests of a family, together.

use std::collections::BTreeMap;

use super::holm;
use crate::stat::measure::{Decision, Family, Found};

/// Decides the tests of every family by p-values adjusted with [`holm`], so that a model whose forecasts are right fails with at most the
/// chance `significance` in the whole family.
///
/// A test whose data left it without an answer counts among the tests, for a family that shrank where the data is odd would reject too often:
/// with 370 days at 1 %, a right model's three tests of VaR that counted only those with an answer would. A test that is descriptive only is of no family.
pub fn decide_together(found: Vec<&mut Found>, significance: f64) {
    let mut families: BTreeMap<_, Vec<&mut Found>> = BTreeMap::new();
    for one in found {
        let is_planned = match one.decision {
            Some(Decision::Rejected(_) | Decision::NotRejected | Decision::NotJudged) => true,
            Some(Decision::Descriptive) | None => false,
        };
        if let Some(key) = Family::of(one).filter(|_| is_planned) {
            families.entry(key).or_default().push(one);
        }
    }
    for ((model, group), tests) in families {
        let family = Family { model, group, n_tests: tests.len(), significance };
        let (mut judged, open): (Vec<&mut Found>, Vec<&mut Found>) = tests.into_iter().partition(|one| one.test().value().is_some());
        let p_values: Vec<f64> = judged.iter().filter_map(|one| one.test().value().map(|test| test.p_value)).collect();
        for (one, adjusted) in judged.iter_mut().zip(holm(&p_values, family.n_tests)) {
            one.decide(adjusted, significance);
        }
        for one in judged.into_iter().chain(open) {
            one.family = Some(family.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Quantity;
    use crate::stat::Outcome;
    use crate::stat::measure::{About, Answer, Direction, Form, Group, Level, Measure, Overlap, Subject, Test, Tier, take};

    const DECIDES: About =
        About { key: "coin", form: Form::Test("z"), tier: Tier::Verdict, overlap: Overlap::Descriptive, says: |_| "too many", ..About::NUMBER };
    const COIN: Measure<Option<f64>> = Measure { about: DECIDES, take: toss };
    const SHOWN: Measure<Option<f64>> = Measure { about: About { key: "shown", tier: Tier::Evidence, ..DECIDES }, take: toss };

    #[expect(clippy::ref_option, reason = "the shape of a measure's function")]
    fn toss(p: &Option<f64>) -> Outcome<Answer> {
        let test = |p_value| Answer::Test(Test { statistic: 2.0, df: None, n: 7, p_value, critical: None, direction: Direction::Above });
        p.map_or_else(|| Outcome::undefined("no toss"), |p| Outcome::Value(test(p)))
    }

    fn found(model: &str, quantity: Quantity, p: Option<f64>, horizon: usize) -> Vec<Found> {
        let subject = Subject { model: model.into(), entity: None, quantity: Some(quantity) };
        take(&[&COIN, &SHOWN], "x", (&subject, 7), &p, Level { significance: 0.05, horizon })
    }

    #[test]
    fn var_and_es_of_a_model_are_one_family_and_a_raw_rejection_may_not_stand() {
        let mut all = found("m", Quantity::Quantile(0.01), Some(0.03), 1);
        all.extend(found("m", Quantity::Shortfall(0.01), Some(0.001), 1));
        all.extend(found("m", Quantity::Mean, Some(0.04), 1));
        all.extend(found("other", Quantity::Quantile(0.01), Some(0.04), 1));
        all.extend(found("m", Quantity::Quantile(0.05), None, 1));
        decide_together(all.iter_mut().collect(), 0.05);
        // Three planned tests of m's risk: 3 x 0.001, then 2 x 0.03; one each of m's mean and of the other's risk.
        let decided = |idx: usize| (all[idx].adjusted_p, all[idx].decision);
        assert_eq!(decided(0), (Some(0.06), Some(Decision::NotRejected)));
        assert_eq!(decided(2), (Some(0.003), Some(Decision::Rejected("too many"))));
        assert_eq!(decided(4), (Some(0.04), Some(Decision::Rejected("too many"))));
        assert_eq!(decided(6), (Some(0.04), Some(Decision::Rejected("too many"))));
        assert_eq!(decided(8), (None, Some(Decision::NotJudged)));
        assert!(all[0].rejects_alone() && !all[2].rejects_alone());
        let family = Family { model: "m".into(), group: Group::Risk, n_tests: 3, significance: 0.05 };
        assert_eq!(all[0].family, Some(family));
        // Evidence is decided by itself.
        assert_eq!((all[1].adjusted_p, all[1].decision), (None, Some(Decision::Rejected("too many"))));
    }

    #[test]
    fn a_descriptive_test_is_of_no_family() {
        let mut all = found("m", Quantity::Quantile(0.01), Some(0.03), 10);
        decide_together(all.iter_mut().collect(), 0.05);
        assert_eq!((all[0].adjusted_p, &all[0].family, all[0].decision), (None, &None, Some(Decision::Descriptive)));
    }
}
