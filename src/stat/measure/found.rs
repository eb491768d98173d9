//! Found: a measure taken of a subject, and what its test decides.

use rayon::prelude::*;
use serde::Serialize;

use super::{About, Answer, Family, Form, Measure, Overlap, Power, Subject, Test, Tier, Unit};
use crate::stat::Outcome;
use crate::stat::distribution::Interval;

/// What a test decides at the report's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The null is rejected; what that means.
    Rejected(&'static str),
    /// The null is not rejected.
    NotRejected,
    /// Targets overlap, and the test takes observations as independent: no verdict is drawn.
    Descriptive,
    /// There is no test.
    NotJudged,
}

/// A measure taken of a subject.
#[derive(Debug, Clone)]
pub struct Found {
    /// Prefix of its metrics: `coverage.ewma.0.01`.
    pub prefix: String,
    /// Who was judged.
    pub subject: Subject,
    /// What was measured.
    pub about: &'static About,
    /// Observations behind it.
    pub n: usize,
    /// What was found.
    pub answer: Outcome<Answer>,
    /// What a test decides; `None` where nothing is tested.
    pub decision: Option<Decision>,
    /// Its p-value adjusted for the other tests of its family, which decides; `None` of a test that is decided by itself, or not at all.
    pub adjusted_p: Option<f64>,
    /// The tests it is decided together with.
    pub family: Option<Family>,
    /// What it could have seen; `None` where its measure does not say, and before the families are known.
    pub power: Option<Outcome<Power>>,
}

impl Found {
    /// The number, or a test's statistic.
    #[must_use]
    pub fn number(&self) -> Outcome<f64> {
        self.answer.as_ref().map(|answer| match answer {
            Answer::Number(value) | Answer::Interval(value, _) => *value,
            Answer::Test(test) => test.statistic,
        })
    }

    /// The test.
    #[must_use]
    pub fn test(&self) -> Outcome<Test> {
        self.answer.as_ref().and_then(|answer| match answer {
            Answer::Test(test) => Outcome::Value(*test),
            Answer::Number(_) | Answer::Interval(..) => Outcome::undefined("nothing is tested"),
        })
    }

    /// The words of a rejection.
    #[must_use]
    pub fn rejection(&self) -> Option<&'static str> {
        match self.decision? {
            Decision::Rejected(words) => Some(words),
            Decision::NotRejected | Decision::Descriptive | Decision::NotJudged => None,
        }
    }

    /// The p-value that decided: the adjusted one, or its own where it is decided by itself.
    #[must_use]
    pub fn deciding_p(&self) -> Outcome<f64> {
        self.adjusted_p.map_or_else(|| self.test().map(|test| test.p_value), Outcome::Value)
    }

    /// Whether it would reject by itself, and does not among the tests of its family.
    #[must_use]
    pub fn rejects_alone(&self) -> bool {
        let level = self.family.as_ref().map(|family| family.significance);
        let p_value = self.test().value().map(|test| test.p_value);
        self.decision == Some(Decision::NotRejected) && level.zip(p_value).is_some_and(|(level, p)| p < level)
    }

    /// Takes the decision again, by a p-value adjusted for the tests of its family: one below the level rejects, one equal to it does not.
    pub(in crate::stat) fn decide(&mut self, adjusted_p: f64, significance: f64) {
        let Outcome::Value(test) = self.test() else { return };
        self.adjusted_p = Some(adjusted_p);
        self.decision = Some(if adjusted_p < significance { Decision::Rejected((self.about.says)(test.direction)) } else { Decision::NotRejected });
    }

    /// Its metrics: flat name, value, and how it is read.
    #[must_use]
    pub fn metrics(&self) -> Vec<(String, Outcome<f64>, Unit)> {
        let name = |suffix: &str| format!("{}.{}{suffix}", self.prefix, self.about.key);
        let p_value = self.test().map(|test| test.p_value);
        let end = |pick: fn(&Interval) -> f64| {
            self.answer.as_ref().and_then(|answer| match answer {
                Answer::Interval(_, interval) => interval.as_ref().map(pick),
                Answer::Number(_) | Answer::Test(_) => Outcome::undefined("there is no interval"),
            })
        };
        let unit = self.about.unit;
        let of_test = || {
            let adjusted = self.adjusted_p.map_or_else(|| self.unadjusted(), Outcome::Value);
            let adjusted = (self.about.tier == Tier::Verdict).then(|| (name("_p_holm"), adjusted, Unit::PValue));
            adjusted.into_iter().chain([(name("_p"), p_value.clone(), Unit::PValue)])
        };
        match self.about.form {
            Form::Number => vec![(name(""), self.number(), unit)],
            Form::Interval => {
                vec![(name(""), self.number(), unit), (name("_low"), end(|it| it.low), unit), (name("_high"), end(|it| it.high), unit)]
            }
            Form::Test(_) => std::iter::once((name(""), self.number(), unit)).chain(of_test()).collect(),
            Form::ExactTest => of_test().collect(),
        }
    }

    /// Why there is no adjusted p-value.
    fn unadjusted(&self) -> Outcome<f64> {
        self.test().and_then(|_| Outcome::undefined("targets overlap: the test is descriptive only, and of no family"))
    }
}

/// At what level tests decide, and how far neighbouring observations overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The level of decisions, in (0, 0.5).
    pub significance: f64,
    /// Dates a target spans, at least 1.
    pub horizon: usize,
}

/// A subject, the case its measures were taken from, and what was found.
#[derive(Debug, Clone)]
pub struct Assessed<Case> {
    /// Who was judged.
    pub subject: Subject,
    /// What the measures were taken from.
    pub case: Case,
    /// Every measure of the family, in its order.
    pub found: Vec<Found>,
}

impl<Case> Assessed<Case> {
    /// The measure that was taken, or why it was not.
    #[must_use]
    pub fn find(&self, measure: &Measure<Case>) -> Option<&Found> {
        self.found.iter().find(|found| found.about.key == measure.about.key)
    }

    /// A measure's number.
    #[must_use]
    pub fn number(&self, measure: &Measure<Case>) -> Outcome<f64> {
        self.find(measure).map_or_else(|| Outcome::undefined("not taken"), Found::number)
    }

    /// A measure's test.
    #[must_use]
    pub fn test(&self, measure: &Measure<Case>) -> Outcome<Test> {
        self.find(measure).map_or_else(|| Outcome::undefined("not taken"), Found::test)
    }

    /// What a measure's test decides.
    #[must_use]
    pub fn decision(&self, measure: &Measure<Case>) -> Decision {
        self.find(measure).and_then(|found| found.decision).unwrap_or(Decision::NotJudged)
    }
}

/// Takes every measure of a family of a subject.
pub fn take<Case: Sync>(family: &[&'static Measure<Case>], prefix: &str, (subject, n): (&Subject, usize), case: &Case, level: Level) -> Vec<Found> {
    let one = |measure: &&'static Measure<Case>| {
        let answer = (measure.take)(case).and_then(finite);
        let about = &measure.about;
        let n = answer.value().map_or(n, |answer| match answer {
            Answer::Test(test) => test.n,
            Answer::Number(_) | Answer::Interval(..) => n,
        });
        let decision = decide(about, &answer, level);
        let (adjusted_p, family, power) = (None, None, None);
        Found { prefix: prefix.to_owned(), subject: subject.clone(), about, n, answer, decision, adjusted_p, family, power }
    };
    // Some are simulated: they run side by side, and come back in the family's order.
    family.par_iter().map(one).collect()
}

fn finite(answer: Answer) -> Outcome<Answer> {
    let is_finite = match &answer {
        Answer::Number(value) | Answer::Interval(value, _) => value.is_finite(),
        Answer::Test(test) => test.statistic.is_finite() && test.p_value.is_finite(),
    };
    if is_finite { Outcome::Value(answer) } else { Outcome::undefined("the arithmetic gave no finite number") }
}

/// What a test decides by itself: a p-value below the level rejects, one equal to it does not.
pub(in crate::stat) fn decide(about: &About, answer: &Outcome<Answer>, level: Level) -> Option<Decision> {
    match about.form {
        Form::Number | Form::Interval => return None,
        Form::Test(_) | Form::ExactTest => {}
    }
    Some(match answer {
        Outcome::Value(Answer::Test(_)) if 1 < level.horizon && about.overlap == Overlap::Descriptive => Decision::Descriptive,
        Outcome::Value(Answer::Test(test)) if test.p_value < level.significance => Decision::Rejected((about.says)(test.direction)),
        Outcome::Value(Answer::Test(_)) => Decision::NotRejected,
        Outcome::Value(Answer::Number(_) | Answer::Interval(..)) | Outcome::Undefined(_) => Decision::NotJudged,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Direction;
    use super::*;

    const COUNT: Measure<f64> = Measure { about: About { key: "count", ..About::NUMBER }, take: |&value| Outcome::Value(Answer::Number(value)) };
    const P: Measure<f64> = Measure {
        about: About {
            key: "coin",
            form: Form::Test("z"),
            overlap: Overlap::Descriptive,
            says: |direction| if direction == Direction::Above { "too many" } else { "too few" },
            ..About::NUMBER
        },
        take: |&p_value| Outcome::Value(Answer::Test(Test { statistic: 2.0, df: None, n: 7, p_value, critical: None, direction: Direction::Above })),
    };

    fn found(p_value: f64, horizon: usize) -> Vec<Found> {
        let subject = Subject { model: "m".into(), entity: None, quantity: None };
        take(&[&COUNT, &P], "x.m", (&subject, 9), &p_value, Level { significance: 0.05, horizon })
    }

    #[test]
    fn a_rejection_speaks_in_its_direction_and_the_level_itself_does_not_reject() {
        assert_eq!(found(0.049, 1)[1].decision, Some(Decision::Rejected("too many")));
        assert_eq!(found(0.05, 1)[1].decision, Some(Decision::NotRejected));
        assert_eq!(found(0.049, 1)[0].decision, None);
    }

    #[test]
    fn no_verdict_is_drawn_from_overlapping_targets_by_a_test_of_independent_ones() {
        assert_eq!(found(0.0001, 10)[1].decision, Some(Decision::Descriptive));
    }

    #[test]
    fn a_tests_metrics_are_its_statistic_and_its_p_value_with_its_own_n() {
        let found = found(0.2, 1);
        let names: Vec<String> = found.iter().flat_map(|one| one.metrics().into_iter().map(|(name, ..)| name)).collect();
        assert_eq!(names, ["x.m.count", "x.m.coin", "x.m.coin_p"]);
        assert_eq!((found[0].n, found[1].n), (9, 7));
        assert_eq!(finite(Answer::Number(f64::NAN)), Outcome::undefined("the arithmetic gave no finite number"));
    }
}
