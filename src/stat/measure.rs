//! Measure: a statistic declares itself once, beside its formula: what it asks, how it is taken, what a rejection means.
//!
//! Metrics for limits and `diff`, tables, definitions and verdict words are made from the declaration; nobody else knows
//! a statistic by its name.

use serde::Serialize;

use super::Outcome;
use super::distribution::Interval;
use crate::spec::Quantity;

/// Who is judged: a model's forecasts of a quantity, for one series or for all rows together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// Model name.
    pub model: String,
    /// The entity whose forecasts are judged: an index, a desk, a name; `None`: all rows together.
    pub entity: Option<String>,
    /// What was forecast; `None` for what was held on a forecast.
    pub quantity: Option<Quantity>,
}

/// On which side of the null hypothesis the evidence lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More came than was promised.
    Above,
    /// Less came than was promised.
    Below,
    /// As much as was promised, or the test has no side.
    Neither,
}

impl Direction {
    /// The side on which `found` lies of `promised`.
    #[must_use]
    pub fn of(found: f64, promised: f64) -> Self {
        match found.total_cmp(&promised) {
            std::cmp::Ordering::Greater => Self::Above,
            std::cmp::Ordering::Less => Self::Below,
            std::cmp::Ordering::Equal => Self::Neither,
        }
    }
}

/// The outcome of a test of a hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// The statistic; of an exact test, the number of events.
    pub statistic: f64,
    /// Degrees of freedom, where the reference distribution has them.
    pub df: Option<f64>,
    /// Observations the test rests on.
    pub n: usize,
    /// P(a statistic at least as extreme) under the null.
    pub p_value: f64,
    /// The statistic beyond which 5 % of samples lie under the null, where it was simulated.
    pub critical: Option<f64>,
    /// On which side of the null the evidence lies.
    pub direction: Direction,
}

/// What a measure answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A number.
    Number(f64),
    /// A number and its interval, which may be undefined on its own.
    Interval(f64, Outcome<Interval>),
    /// A test.
    Test(Test),
}

/// The form of a measure's answer, which gives its metrics their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `key`.
    Number,
    /// `key`, `key_low` and `key_high`.
    Interval,
    /// `key` (the statistic, by this name in tables) and `key_p`.
    Test(&'static str),
    /// `key_p` alone.
    ExactTest,
}

/// How a number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    Number,
    /// A decimal share, shown in percent.
    Share,
    /// A p-value.
    PValue,
    /// A number of things.
    Count,
    /// An amount of money.
    Money,
    /// In the unit of the target.
    Target,
    /// In the unit of the target, squared.
    TargetSquared,
}

/// Where a measure stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A rejection colours the report.
    Verdict,
    /// Shown with its reasons.
    Evidence,
    /// Kept for the record.
    Appendix,
}

/// What becomes of a test where targets span several dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It allows for the dependence, or is no test.
    Allowed,
    /// It takes observations as independent, so that it is descriptive only.
    Descriptive,
}

/// What a statistic is, in words.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name in limits, `diff` and `summary.json`.
    pub key: &'static str,
    /// What a reviewer reads.
    pub name: &'static str,
    /// The question it answers; measures with the same question judge the same thing.
    pub question: &'static str,
    /// The formula, in words.
    pub formula: &'static str,
    /// Sidedness, degrees of freedom, ties, what is left out; empty where there is nothing to choose.
    pub convention: &'static str,
    /// Paper or standard; empty for what is everyone's.
    pub source: &'static str,
    /// The null hypothesis; empty where nothing is tested.
    pub null: &'static str,
    /// The form of the answer.
    pub form: Form,
    /// How the number is read; of a test, its statistic.
    pub unit: Unit,
    /// Where it stands on the page.
    pub tier: Tier,
    /// What becomes of it where targets overlap.
    pub overlap: Overlap,
    /// Words of a rejection, by its direction.
    pub says: fn(Direction) -> &'static str,
}

impl About {
    /// A plain number without a test; name what differs with `..About::NUMBER`.
    pub const NUMBER: Self = Self {
        key: "",
        name: "",
        question: "",
        formula: "",
        convention: "",
        source: "",
        null: "",
        form: Form::Number,
        unit: Unit::Number,
        tier: Tier::Evidence,
        overlap: Overlap::Allowed,
        says: |_| "rejected",
    };

    /// Names of its metrics, less the prefix.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        let key = self.key;
        match self.form {
            Form::Number => vec![key.to_owned()],
            Form::Interval => vec![key.to_owned(), format!("{key}_low"), format!("{key}_high")],
            Form::Test(_) => vec![key.to_owned(), format!("{key}_p")],
            Form::ExactTest => vec![format!("{key}_p")],
        }
    }
}

/// A statistic of a family: what it is, and how it is taken from the family's case.
#[derive(Debug)]
pub struct Measure<Case: 'static> {
    /// What it is.
    pub about: About,
    /// How it is taken.
    pub take: fn(&Case) -> Outcome<Answer>,
}

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
        match self.about.form {
            Form::Number => vec![(name(""), self.number(), unit)],
            Form::Interval => {
                vec![(name(""), self.number(), unit), (name("_low"), end(|it| it.low), unit), (name("_high"), end(|it| it.high), unit)]
            }
            Form::Test(_) => vec![(name(""), self.number(), unit), (name("_p"), p_value, Unit::PValue)],
            Form::ExactTest => vec![(name("_p"), p_value, Unit::PValue)],
        }
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
pub fn take<Case>(family: &[&'static Measure<Case>], prefix: &str, (subject, n): (&Subject, usize), case: &Case, level: Level) -> Vec<Found> {
    let one = |measure: &&'static Measure<Case>| {
        let answer = (measure.take)(case).and_then(finite);
        let about = &measure.about;
        let n = answer.value().map_or(n, |answer| match answer {
            Answer::Test(test) => test.n,
            Answer::Number(_) | Answer::Interval(..) => n,
        });
        Found { prefix: prefix.to_owned(), subject: subject.clone(), about, n, decision: decide(about, &answer, level), answer }
    };
    family.iter().map(one).collect()
}

fn finite(answer: Answer) -> Outcome<Answer> {
    let is_finite = match &answer {
        Answer::Number(value) | Answer::Interval(value, _) => value.is_finite(),
        Answer::Test(test) => test.statistic.is_finite() && test.p_value.is_finite(),
    };
    if is_finite { Outcome::Value(answer) } else { Outcome::undefined("the arithmetic gave no finite number") }
}

/// What a test decides: a p-value below the level rejects, one equal to it does not.
pub(super) fn decide(about: &About, answer: &Outcome<Answer>, level: Level) -> Option<Decision> {
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
