//! Are breaches as frequent as the tail promises? Kupiec's tests and the binomial z.

use super::TailCase;
use crate::stat::Outcome;
use crate::stat::battery::Region;
use crate::stat::distribution::{chi_square_at_least, normal_two_sided};
use crate::stat::measure::{About, Answer, Departure, Design, Direction, Form, Measure, Overlap, Power, Test, Tier};

/// What every test of the number of breaches asks.
const QUESTION: &str = "Are breaches as frequent as the tail promises?";
const NULL: &str = "A breach comes with the tail's probability on every day";

fn says(direction: Direction) -> &'static str {
    match direction {
        Direction::Above => "VaR is too low",
        Direction::Below => "VaR is too high",
        Direction::Neither => "rejected",
    }
}

/// A test of the number of breaches; name what differs.
const COUNTS: About =
    About { question: QUESTION, null: NULL, form: Form::Test("LR"), tier: Tier::Appendix, overlap: Overlap::Descriptive, says, ..About::NUMBER };

/// The exact p-value of the number of breaches; it decides.
pub const KUPIEC_EXACT: Measure<TailCase> = Measure {
    about: About {
        key: "kupiec_exact",
        name: "Coverage, exact",
        formula: "Binomial probability of all counts with a Kupiec LR at least as large as that seen",
        convention: "Two-sided, breaches independent; it decides, for the chi-square is rough at few expected breaches",
        source: "Kupiec (1995), Journal of Derivatives 3(2), exactly",
        form: Form::ExactTest,
        tier: Tier::Verdict,
        power: Some(power),
        ..COUNTS
    },
    take: |case| kupiec_exact(&case.breached, case.tail).map(Answer::Test),
};

/// Kupiec's likelihood ratio.
pub const KUPIEC: Measure<TailCase> = Measure {
    about: About {
        key: "kupiec",
        name: "Coverage, Kupiec",
        formula: "LR = 2 [ln L(x/N) - ln L(tail)], ln L(p) = (N - x) ln(1 - p) + x ln p, x breaches in N days",
        convention: "Two-sided, chi-square with 1 degree of freedom",
        source: "Kupiec (1995), Journal of Derivatives 3(2)",
        ..COUNTS
    },
    take: |case| kupiec(&case.breached, case.tail).map(Answer::Test),
};

/// Kupiec's time until the first failure.
pub const FIRST_BREACH: Measure<TailCase> = Measure {
    about: About {
        key: "first_breach",
        name: "Time until the first breach",
        formula: "Kupiec's LR on the days up to and with the first breach, x = 1",
        convention: "Two-sided, chi-square with 1 degree of freedom; one waiting time only, so its power is low",
        source: "Kupiec (1995)",
        ..COUNTS
    },
    take: |case| time_until_first(&case.breached, case.tail).map(Answer::Test),
};

/// The normal approximation to the number of breaches.
pub const BINOMIAL_Z: Measure<TailCase> = Measure {
    about: About {
        key: "binomial",
        name: "Coverage, normal approximation",
        formula: "z = (x - N tail) / root(N tail (1 - tail))",
        convention: "Two-sided, standard normal",
        form: Form::Test("z"),
        ..COUNTS
    },
    take: |case| binomial_z(&case.breached, case.tail).map(Answer::Test),
};

/// Kupiec's test: are breaches as frequent as `tail` promises?
///
/// With x breaches in n forecasts, LR = 2 [ln L(x/n) - ln L(tail)], where
/// ln L(p) = (n - x) ln(1 - p) + x ln p and 0 ln 0 = 0. LR is chi-square with
/// one degree of freedom when the forecasts are right. Two-sided: too few breaches fail as well.
///
/// * `breached`: one flag per forecast, true when the loss is above VaR.
/// * `tail`: tail probability in (0, 1); 0.01 for 99 % VaR.
///
/// Undefined without forecasts. Source: Kupiec (1995), Journal of Derivatives 3(2), 73-84.
pub fn kupiec(breached: &[bool], tail: f64) -> Outcome<Test> {
    coverage(breached.len(), count(breached), tail)
}

/// Kupiec's time until the first failure: did the first breach come when `tail` promises?
///
/// [`kupiec`] on the days up to and with the first breach, x = 1; chi-square with one degree of
/// freedom. It looks at one waiting time only, so its power is low.
///
/// Undefined without a breach: the waiting time is then not over. Source: Kupiec (1995).
pub fn time_until_first(breached: &[bool], tail: f64) -> Outcome<Test> {
    match breached.iter().position(|&breach| breach) {
        Some(idx) => coverage(idx + 1, 1, tail),
        None => Outcome::undefined(format!("there is no breach in {} forecasts", breached.len())),
    }
}

/// The exact p-value of Kupiec's test: P(LR >= the ratio observed) with binomial breaches.
///
/// The chi-square is an approximation that is rough where fewer than about five breaches are expected; this sums the
/// binomial probabilities of every count at least as unlikely. Undefined without forecasts.
pub fn kupiec_exact(breached: &[bool], tail: f64) -> Outcome<Test> {
    let (n, x) = (breached.len(), count(breached));
    coverage(n, x, tail).map(|observed| Test { statistic: x as f64, df: None, p_value: exact_p(n, x, tail), ..observed })
}

/// P(LR >= that of `x` in `n`) with binomial breaches, n at least 1.
fn exact_p(n: usize, x: usize, tail: f64) -> f64 {
    let observed = ratio(n, x, tail);
    let mut ln_choose = 0.0;
    let mut sum = 0.0;
    for x in 0..=n {
        if 0 < x {
            ln_choose += ((n - x + 1) as f64 / x as f64).ln();
        }
        // A hair below the ratio observed, so that rounding does not drop the observed count itself.
        if observed * (1.0 - 1e-12) - 1e-12 <= ratio(n, x, tail) {
            sum += (ln_choose + ln_likelihood(n, x, tail)).exp();
        }
    }
    sum.min(1.0)
}

/// The numbers of breaches that the exact test rejects at `level`, n at least 1.
///
/// Further from the expected number the ratio only grows and its p-value only falls: the ends are found by halving.
fn region(n: usize, tail: f64, level: f64) -> Region {
    let rejects = |x: usize| exact_p(n, x, tail) < level;
    let expected = ((n as f64 * tail) as usize).min(n);
    let many = expected + 1 + first(n - expected, |step| rejects(expected + 1 + step));
    let few = first(expected + 1, |step| rejects(expected - step));
    Region { few: expected.checked_sub(few), many: (many <= n).then_some(many) }
}

/// The first of 0 .. n for which something is true from there on; n where it is true of none.
fn first(n: usize, is_true: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_true(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Fewest and most breaches that the exact test does not reject at `level`.
///
/// Undefined without forecasts.
pub fn acceptable_breaches(n: usize, tail: f64, level: f64) -> Outcome<(usize, usize)> {
    assert_tail(tail);
    if n == 0 {
        return Outcome::undefined("there are no forecasts");
    }
    let Region { few, many } = region(n, tail, level);
    Outcome::Value((few.map_or(0, |few| few + 1), many.map_or(n, |many| many - 1)))
}

/// What the exact test could have seen: its size, and its power where breaches are half as frequent again as promised and twice as frequent.
///
/// Exact: binomial probabilities of the counts it rejects. Undefined without forecasts.
fn power(design: &Design) -> Outcome<Power> {
    match design.n {
        0 => Outcome::undefined("there are no forecasts"),
        n => Outcome::Value(region(n, design.promised, design.level).sees(design, Departure::Tail, &[1.5, 2.0])),
    }
}

/// The binomial z: how many standard deviations are the breaches from their expected number?
///
/// z = (x - n tail) / sqrt(n tail (1 - tail)), standard normal for large n; two-sided.
/// Undefined without forecasts.
pub fn binomial_z(breached: &[bool], tail: f64) -> Outcome<Test> {
    assert_tail(tail);
    let (n, n_breaches) = (breached.len(), count(breached));
    if n == 0 {
        return Outcome::undefined("there are no forecasts");
    }
    let statistic = (n_breaches as f64 - n as f64 * tail) / (n as f64 * tail * (1.0 - tail)).sqrt();
    let direction = Direction::of(n_breaches as f64, n as f64 * tail);
    Outcome::Value(Test { n, statistic, df: None, p_value: normal_two_sided(statistic), critical: None, direction })
}

/// Number of breaches.
pub(in crate::stat) fn count(breached: &[bool]) -> usize {
    breached.iter().filter(|&&breach| breach).count()
}

/// `x` ln `p` with 0 ln 0 = 0.
pub(in crate::stat) fn x_ln_p(x: usize, p: f64) -> f64 {
    if x == 0 { 0.0 } else { x as f64 * p.ln() }
}

/// `spec` admits tails in (0, 0.5) only; anything else here is our mistake.
pub(in crate::stat) fn assert_tail(tail: f64) {
    assert!(0.0 < tail && tail < 1.0, "a tail lies in (0, 1), was {tail}");
}

/// [`kupiec`] of counts.
pub(in crate::stat) fn coverage(n: usize, n_breaches: usize, tail: f64) -> Outcome<Test> {
    assert_tail(tail);
    if n == 0 {
        return Outcome::undefined("there are no forecasts");
    }
    let statistic = ratio(n, n_breaches, tail);
    let direction = Direction::of(n_breaches as f64, n as f64 * tail);
    Outcome::Value(Test { n, statistic, df: Some(1.0), p_value: chi_square_at_least(statistic, 1), critical: None, direction })
}

// In logs throughout: raw powers underflow past about 3,750 forecasts at 5 %.
fn ratio(n: usize, x: usize, tail: f64) -> f64 {
    let free = ln_likelihood(n, x, x as f64 / n as f64);
    (2.0 * (free - ln_likelihood(n, x, tail))).max(0.0)
}

fn ln_likelihood(n: usize, x: usize, p: f64) -> f64 {
    x_ln_p(n - x, 1.0 - p) + x_ln_p(x, p)
}

#[cfg(test)]
pub(in crate::stat) fn mathworks_breaches() -> Vec<bool> {
    // 1,043 days, first breach on day 58, 53 runs of breaches of which four are of two days, no breach on the first or
    // last day: N00 932, N10 53, N01 53, N11 4, as in the MathWorks varbacktest documentation.
    let mut breached = vec![false; 57];
    for run in 0..53 {
        breached.extend(if run < 4 { vec![true, true] } else { vec![true] });
        breached.extend(vec![false; if run < 52 { 10 } else { 409 }]);
    }
    breached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    fn breaches(x: usize, n: usize) -> Vec<bool> {
        (0..n).map(|day| day < x).collect()
    }

    fn p_value(x: usize, n: usize, tail: f64) -> f64 {
        kupiec(&breaches(x, n), tail).value().expect("forecasts").p_value
    }

    #[test]
    fn kupiec_tests_and_z_agree_with_mathworks_on_1043_days() {
        // MathWorks Risk Management Toolbox, varbacktest: pof .46147 (p .49694), tuff 1.7354 (p .18773), bin z .68905 (p .49079).
        let breached = mathworks_breaches();
        assert_eq!((breached.len(), count(&breached)), (1043, 57));
        let pof = *kupiec(&breached, 0.05).value().expect("forecasts");
        assert_close(pof.statistic, 0.46147, 5e-6);
        assert_close(pof.p_value, 0.49694, 5e-6);
        let tuff = *time_until_first(&breached, 0.05).value().expect("a breach");
        assert_eq!(tuff.n, 58);
        assert_close(tuff.statistic, 1.7354, 5e-5);
        assert_close(tuff.p_value, 0.18773, 5e-6);
        let z = *binomial_z(&breached, 0.05).value().expect("forecasts");
        assert_close(z.statistic, 0.68905, 5e-6);
        assert_close(z.p_value, 0.49079, 5e-6);
    }

    #[test]
    fn kupiec_accepts_exactly_the_published_regions() {
        // Kupiec (1995), non-rejection at 5 %, inclusive, as in statistics.md.
        let published = [(0.01, 255, 1, 6), (0.01, 510, 2, 10), (0.01, 1000, 5, 16), (0.05, 255, 7, 20), (0.05, 510, 17, 35), (0.05, 1000, 38, 64)];
        for (tail, n, low, high) in published {
            for x in 0..=100 {
                assert_eq!(0.05 <= p_value(x, n, tail), (low..=high).contains(&x), "{x} breaches of {n} at {tail}");
            }
        }
    }

    #[test]
    fn kupiec_rejects_no_breach_in_255_days_with_a_finite_ratio() {
        // statistics.md: LR 5.126; -2 * 255 * ln(.99) = 5.12567.
        let none = *kupiec(&breaches(0, 255), 0.01).value().expect("forecasts");
        assert_close(none.statistic, 5.125_671, 1e-6);
        assert!(none.p_value < 0.05);
    }

    #[test]
    fn kupiec_survives_a_million_forecasts_and_refuses_none() {
        // mpmath, 50 digits: 50,300 breaches of 1,000,000 at 5 % give LR 1.8911575772541606.
        let many = *kupiec(&breaches(50_300, 1_000_000), 0.05).value().expect("forecasts");
        assert_close(many.statistic, 1.891_157_577_254_160_6, 1e-6);
        assert_eq!(kupiec(&[], 0.05), Outcome::undefined("there are no forecasts"));
        assert!(time_until_first(&[false; 9], 0.05).value().is_none());
    }

    #[test]
    fn exact_p_value_sums_the_tails_of_the_binomial() {
        // scipy: binom.pmf over every count whose ratio is at least that of 6 of 255 at 1 %.
        assert_close(kupiec_exact(&breaches(6, 255), 0.01).value().expect("forecasts").p_value, 0.121_668_059_349_120_4, 1e-10);
        assert_close(kupiec_exact(&breaches(5, 100), 0.05).value().expect("forecasts").p_value, 1.0, 1e-12);
    }

    #[test]
    fn the_counts_rejected_are_those_of_scipy_and_one_step_within_them_passes() {
        // tests/golden/test_power.py.
        let cases =
            [(250, 0.01, 0.05, None, 7), (1685, 0.01, 0.05, Some(9), 27), (1685, 0.01, 0.00625, Some(6), 30), (1000, 0.025, 0.05, Some(15), 36)];
        for (n, tail, level, few, many) in cases {
            assert_eq!(region(n, tail, level), Region { few, many: Some(many) }, "{n} days at {tail}, level {level}");
        }
        // Kupiec (1995) prints 1 to 6 for 255 days at 1 %, by the chi-square. Exactly, a count as odd as 0 (0.0771) or as 7 and
        // more (0.0151) comes with probability 0.092, so that 0 passes; one as odd as 7 with 0.015.
        assert_eq!(acceptable_breaches(255, 0.01, 0.05), Outcome::Value((0, 6)));
        // Three days at 1 %: two breaches come with probability 0.0003.
        assert_eq!(acceptable_breaches(3, 0.01, 0.02), Outcome::Value((0, 1)));
        assert_eq!(acceptable_breaches(0, 0.01, 0.05), Outcome::undefined("there are no forecasts"));
    }

    #[test]
    fn a_year_could_not_tell_one_percent_from_three() {
        // tests/golden/test_power.py: 250 days at 5 %: size 1.4 %, power 24 % against 2 %, 80 % from 3.6 %; too few breaches are never seen.
        let design = Design { n: 250, promised: 0.01, level: 0.05, var_to_shortfall: None, seed: 1 };
        let sees = power(&design).value().expect("days").clone();
        assert_close(sees.size, 0.013_701_447_855_203_663, 1e-10);
        assert_close(sees.against[1].power, 0.236_327_040_139_707_7, 1e-10);
        assert_close(sees.above.expect("above"), 0.036_078_116_850_486_654, 1e-10);
        assert_eq!(sees.below, None);
    }
}
