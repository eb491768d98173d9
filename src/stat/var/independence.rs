//! Do breaches cluster? Christoffersen's independence and conditional coverage.

use serde::Serialize;

use super::TailCase;
use super::chain::{pairs, transitions_of};
use super::clustered::clustered;
use super::kupiec::{count, kupiec, x_ln_p};
use crate::stat::Outcome;
use crate::stat::distribution::{chi_square_at_least, ln_choose};
use crate::stat::measure::{About, Answer, Design, Direction, Form, Measure, Overlap, Power, Test, Tier};

/// Christoffersen's test of independence by its exact p-value; it decides.
pub const INDEPENDENCE_EXACT: Measure<TailCase> = Measure {
    about: About {
        key: "christoffersen_exact",
        name: "Independence, exact",
        formula: "Share, among all arrangements of the breaches seen over the days, of those with an independence LR at least as large as that seen",
        convention: "Two-sided, given the number of breaches; it decides, for the chi-square is rough at few breaches; blind to clustering beyond the next day",
        source: "Christoffersen (1998), International Economic Review 39(4), exactly",
        tier: Tier::Verdict,
        power: Some(power),
        ..INDEPENDENCE.about
    },
    take: |case| independence_exact(&case.breached).map(Answer::Test),
};

/// Christoffersen's test of independence, by the chi-square.
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
        tier: Tier::Appendix,
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
    let Some(rate_after_breach) = table.rate_after_breach() else {
        return Outcome::undefined("no breach is followed by another day, so clustering cannot be seen");
    };
    let Some(rate_after_quiet) = table.rate_after_quiet() else {
        return Outcome::undefined("no quiet day is followed by another day, so clustering cannot be seen");
    };
    let statistic = ratio(table);
    let n = breached.len() - 1;
    let direction = Direction::of(rate_after_breach, rate_after_quiet);
    Outcome::Value(Test { statistic, df: Some(1.0), n, p_value: chi_square_at_least(statistic, 1), critical: None, direction })
}

/// The likelihood ratio of a rate that depends on the day before; 0 where the table misses a row, of which nothing can be said.
fn ratio(table: Transitions) -> f64 {
    let (Some(after_breach), Some(after_quiet)) = (table.rate_after_breach(), table.rate_after_quiet()) else { return 0.0 };
    let Transitions { n00, n01, n10, n11 } = table;
    let row = |quiet: usize, breach: usize, rate: f64| x_ln_p(quiet, 1.0 - rate) + x_ln_p(breach, rate);
    let pooled = (n01 + n11) as f64 / (n00 + n01 + n10 + n11) as f64;
    let free = row(n00, n01, after_quiet) + row(n10, n11, after_breach);
    (2.0 * (free - row(n00 + n10, n01 + n11, pooled))).max(0.0)
}

/// The exact p-value of [`independence`]: P(LR >= the ratio observed), given the number of breaches.
///
/// If breaches are independent and equally likely, every arrangement of x breaches over n days is as likely as any other, whatever the
/// probability of a breach. Arrangements with r runs of breaches, that begin (a = 1) and end (b = 1) with a breach or not, are
/// C(x - 1, r - 1) C(n - x - 1, q - 1) of C(n, x), q = r + 1 - a - b the runs of quiet days, and have one table of transitions.
///
/// Undefined as [`independence`] is. Source: Mood (1940), Annals of Mathematical Statistics 11(4), 367-392, for the counts of runs.
pub fn independence_exact(breached: &[bool]) -> Outcome<Test> {
    independence(breached).map(|observed| {
        let at_least = |class: &&Class| observed.statistic * (1.0 - 1e-12) - 1e-12 <= class.ratio;
        let classes = classes(breached.len(), count(breached));
        let p_value = classes.iter().filter(at_least).map(|class| class.share).sum::<f64>().min(1.0);
        Test { df: None, p_value, ..observed }
    })
}

/// Arrangements of breaches that share their table of transitions.
struct Class {
    /// Their likelihood ratio.
    ratio: f64,
    /// Their share among all arrangements.
    share: f64,
}

/// Every class of arrangements of `x` breaches over `n` days.
fn classes(n: usize, x: usize) -> Vec<Class> {
    let quiet = n - x;
    if x == 0 || quiet == 0 {
        return vec![Class { ratio: 0.0, share: 1.0 }];
    }
    let ln_all = ln_choose(n, x);
    let mut found = Vec::new();
    for n_runs in 1..=x {
        for (is_first, is_last) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let n_quiet_runs = n_runs + 1 - is_first - is_last;
            if (1..=quiet).contains(&n_quiet_runs) {
                let share = (ln_choose(x - 1, n_runs - 1) + ln_choose(quiet - 1, n_quiet_runs - 1) - ln_all).exp();
                found.push(Class { ratio: ratio(pairs(n, x, x - n_runs, (is_first, is_last))), share });
            }
        }
    }
    found
}

/// The least ratio that the exact test rejects at `level`; infinite where none is.
fn critical(n: usize, x: usize, level: f64) -> f64 {
    let mut classes = classes(n, x);
    classes.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let (mut sum, mut least) = (0.0, f64::INFINITY);
    for tied in classes.chunk_by(|a, b| a.ratio * (1.0 - 1e-12) - 1e-12 <= b.ratio) {
        sum += tied.iter().map(|class| class.share).sum::<f64>();
        if level <= sum {
            break;
        }
        least = tied.last().map_or(least, |class| class.ratio);
    }
    // A hair below, for ratios that are equal but for rounding.
    least * (1.0 - 1e-12) - 1e-12
}

/// What the exact test could have seen: its power where breaches are a Markov chain of the promised frequency.
fn power(design: &Design) -> Outcome<Power> {
    let mut known: Vec<Option<f64>> = vec![None; design.n + 1];
    clustered(design, |days| {
        let x = days.len();
        let critical = *known[x].get_or_insert_with(|| critical(design.n, x, design.level));
        critical <= ratio(transitions_of(design.n, days))
    })
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
    fn exact_p_values_equal_the_enumeration_of_all_arrangements() {
        // tests/golden/test_power.py: all 1,001 arrangements of 4 breaches in 14 days.
        let p = |places: [usize; 4]| {
            let breached: Vec<bool> = (0..14).map(|day| places.contains(&day)).collect();
            independence_exact(&breached).value().map(|test| (test.statistic, test.p_value)).expect("both rows")
        };
        for (places, statistic, expected) in [
            ([2, 3, 4, 9], 0.968_396_985_471_539_3, 0.505_494_505_494_505_5),
            ([1, 4, 8, 12], 3.682_977_634_237_062, 0.139_860_139_860_139_87),
            ([0, 1, 2, 3], 9.546_626_545_159_915, 0.001_998_001_998_001_998),
        ] {
            let found = p(places);
            assert_close(found.0, statistic, 1e-12);
            assert_close(found.1, expected, 1e-12);
        }
        let sum: f64 = classes(1_685, 42).iter().map(|class| class.share).sum();
        assert_close(sum, 1.0, 1e-9);
    }

    #[test]
    fn the_critical_ratio_is_the_least_whose_exact_p_is_below_the_level() {
        let classes = classes(250, 8);
        let p = |ratio: f64| classes.iter().filter(|class| ratio - 1e-9 <= class.ratio).map(|class| class.share).sum::<f64>();
        let least = critical(250, 8, 0.05);
        let (inside, outside): (Vec<&Class>, Vec<&Class>) = classes.iter().partition(|class| class.ratio < least);
        assert!(outside.iter().all(|class| p(class.ratio) < 0.05) && inside.iter().all(|class| 0.05 <= p(class.ratio)));
        assert_eq!(critical(250, 0, 0.05), f64::INFINITY);
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
