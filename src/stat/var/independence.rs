//! Do breaches cluster? Christoffersen's independence and conditional coverage.

use serde::Serialize;

use super::TailCase;
use super::kupiec::{kupiec, x_ln_p};
use crate::stat::Outcome;
use crate::stat::distribution::chi_square_at_least;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Overlap, Test, Tier};

/// Christoffersen's test of independence.
pub const INDEPENDENCE: Measure<TailCase> = Measure {
    about: About {
        key: "christoffersen",
        name: "Independence",
        question: "Is a breach as likely after a breach as after a quiet day?",
        formula: "Likelihood ratio of a breach rate that depends on the day before against one that does not, from the four counts of successive days",
        convention: "Two-sided, chi-square with 1 degree of freedom, N - 1 transitions; blind to clustering beyond the next day",
        source: "Christoffersen (1998), International Economic Review 39(4)",
        null: "A breach is as likely after a breach as after a quiet day",
        form: Form::Test("LR"),
        tier: Tier::Verdict,
        overlap: Overlap::Descriptive,
        says: |direction| match direction {
            Direction::Above => "breaches follow one another more often than by chance",
            Direction::Below => "breaches follow one another less often than by chance",
            Direction::Neither => "rejected",
        },
        ..About::NUMBER
    },
    take: |case| independence(&case.breached).map(Answer::Test),
};

/// Christoffersen's conditional coverage.
pub const CONDITIONAL_COVERAGE: Measure<TailCase> = Measure {
    about: About {
        key: "conditional",
        name: "Conditional coverage",
        question: "Are breaches as frequent as promised, and independent from day to day?",
        formula: "Kupiec's LR + the independence LR",
        convention: "Two-sided, chi-square with 2 degrees of freedom",
        source: "Christoffersen (1998)",
        null: "The tail's frequency and independence together",
        form: Form::Test("LR"),
        overlap: Overlap::Descriptive,
        says: |_| "wrong in number or in dependence",
        ..About::NUMBER
    },
    take: |case| conditional_coverage(&case.breached, case.tail).map(Answer::Test),
};

/// Pairs of successive days, by whether the first and the second were breaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Transitions {
    /// Quiet day after a quiet day.
    pub n00: usize,
    /// Breach after a quiet day.
    pub n01: usize,
    /// Quiet day after a breach.
    pub n10: usize,
    /// Breach after a breach.
    pub n11: usize,
}

impl Transitions {
    /// Share of breaches on days after a quiet day; `None` without one.
    #[must_use]
    pub fn rate_after_quiet(&self) -> Option<f64> {
        let days = self.n00 + self.n01;
        (0 < days).then(|| self.n01 as f64 / days as f64)
    }

    /// Share of breaches on days after a breach; `None` without one.
    #[must_use]
    pub fn rate_after_breach(&self) -> Option<f64> {
        let days = self.n10 + self.n11;
        (0 < days).then(|| self.n11 as f64 / days as f64)
    }
}

/// Christoffersen's test: is a breach as likely after a breach as after a quiet day?
///
/// With p01 = n01 / (n00 + n01), p11 = n11 / (n10 + n11) and p the pooled rate of the N - 1 transitions,
/// LR = 2 [n00 ln(1 - p01) + n01 ln p01 + n10 ln(1 - p11) + n11 ln p11
///       - (n00 + n10) ln(1 - p) - (n01 + n11) ln p], 0 ln 0 = 0, chi-square with one degree of freedom.
/// Two-sided, and blind to clustering beyond the next day.
///
/// * `breached`: one flag per forecast in order of days.
///
/// Undefined where a row of the table is missing: without a breach before the last day, or without a quiet one.
/// Source: Christoffersen (1998), International Economic Review 39(4), 841-862.
pub fn independence(breached: &[bool]) -> Outcome<Test> {
    let table = transitions(breached);
    let Transitions { n00, n01, n10, n11 } = table;
    let Some(rate_after_breach) = table.rate_after_breach() else {
        return Outcome::undefined("no breach is followed by another day, so clustering cannot be seen");
    };
    let Some(rate_after_quiet) = table.rate_after_quiet() else {
        return Outcome::undefined("no quiet day is followed by another day, so clustering cannot be seen");
    };
    let n = n00 + n01 + n10 + n11;
    let row = |quiet: usize, breach: usize, rate: f64| x_ln_p(quiet, 1.0 - rate) + x_ln_p(breach, rate);
    let pooled = (n01 + n11) as f64 / n as f64;
    let free = row(n00, n01, rate_after_quiet) + row(n10, n11, rate_after_breach);
    let statistic = (2.0 * (free - row(n00 + n10, n01 + n11, pooled))).max(0.0);
    let direction = Direction::of(rate_after_breach, rate_after_quiet);
    Outcome::Value(Test { statistic, df: Some(1.0), n, p_value: chi_square_at_least(statistic, 1), critical: None, direction })
}

/// Christoffersen's conditional coverage: as frequent as `tail` promises, and no clustering?
///
/// LR = Kupiec's ratio on the N forecasts + the ratio of [`independence`] on the N - 1 transitions,
/// chi-square with two degrees of freedom. Undefined where either is. Source: Christoffersen (1998).
pub fn conditional_coverage(breached: &[bool], tail: f64) -> Outcome<Test> {
    let frequency = kupiec(breached, tail);
    independence(breached).and_then(|clustering| {
        frequency.map(|frequency| {
            let statistic = frequency.statistic + clustering.statistic;
            Test { statistic, df: Some(2.0), p_value: chi_square_at_least(statistic, 2), ..frequency }
        })
    })
}

/// Counts pairs of successive days.
pub fn transitions(breached: &[bool]) -> Transitions {
    let mut table = Transitions::default();
    for pair in breached.windows(2) {
        match (pair[0], pair[1]) {
            (false, false) => table.n00 += 1,
            (false, true) => table.n01 += 1,
            (true, false) => table.n10 += 1,
            (true, true) => table.n11 += 1,
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;
    use crate::stat::var::kupiec::mathworks_breaches;

    #[test]
    fn independence_and_conditional_coverage_agree_with_mathworks_on_1043_days() {
        // MathWorks Risk Management Toolbox, varbacktest: cci .25866 (p .61104), cc .72013 (p .69763).
        let breached = mathworks_breaches();
        let cci = *independence(&breached).value().expect("both rows");
        assert_eq!(transitions(&breached), Transitions { n00: 932, n01: 53, n10: 53, n11: 4 });
        assert_eq!(cci.n, 1042);
        assert_close(cci.statistic, 0.25866, 5e-6);
        assert_close(cci.p_value, 0.61104, 5e-6);
        let cc = *conditional_coverage(&breached, 0.05).value().expect("both rows");
        assert_eq!((cc.n, cc.df), (1043, Some(2.0)));
        assert_close(cc.statistic, 0.72013, 5e-6);
        assert_close(cc.p_value, 0.69763, 5e-6);
    }

    #[test]
    fn a_missing_row_of_the_table_is_a_reason_and_not_a_crash() {
        let none = [false; 250];
        let mut last = none;
        last[249] = true;
        for breached in [&none[..], &last[..], &[true; 5][..], &[][..], &[true][..]] {
            assert!(independence(breached).value().is_none(), "{breached:?}");
            assert!(conditional_coverage(breached, 0.01).value().is_none(), "{breached:?}");
        }
    }

    #[test]
    fn breaches_in_one_run_are_rejected_and_a_lone_breach_is_not() {
        // By hand: 10 breaches in one run within 250 days; n01 1, n11 9, n10 1, n00 238; numpy: LR 64.43986613281231.
        let run: Vec<bool> = (0..250).map(|day| (100..110).contains(&day)).collect();
        let lone: Vec<bool> = (0..250).map(|day| day == 100).collect();
        assert_close(independence(&run).value().expect("both rows").statistic, 64.439_866_132_812_31, 1e-9);
        assert!(0.9 < independence(&lone).value().expect("both rows").p_value);
    }
}
