//! Do defaults come as often as forecast?

use super::ProbabilityCase;
use crate::stat::Outcome;
use crate::stat::battery::Region;
use crate::stat::calibration::PdTest;
use crate::stat::distribution::beta_at_most;
use crate::stat::measure::{About, Answer, Departure, Design, Direction, Form, Measure, Overlap, Power, Test, Tier};

const QUESTION: &str = "Do defaults come as often as forecast, in all?";
const NULL: &str = "The default rate is at most the mean PD";

/// Jeffreys' test of the mean PD; it decides.
pub const JEFFREYS: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "jeffreys",
        name: "Calibration, Jeffreys",
        question: QUESTION,
        formula: "P(default rate ≤ mean PD) when the rate is Beta(D + 1/2, n - D + 1/2), D defaults in n",
        convention: "One-sided, low p: PD too low; defaults taken as independent. Interval: equal tails of the same Beta, from 0 without a default",
        source: "ECB (2019), validation reporting, 2.5.3.1; Brown, Cai and DasGupta (2001), Statistical Science 16(2)",
        null: NULL,
        form: Form::ExactTest,
        tier: Tier::Verdict,
        overlap: Overlap::Descriptive,
        says: |_| "PDs are too low",
        power: Some(power),
        ..About::NUMBER
    },
    take: |case| pool(case, |test| test.jeffreys_p),
};

/// The binomial test of the mean PD.
pub const BINOMIAL: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "binomial",
        name: "Calibration, binomial",
        formula: "P(X ≥ D), X binomial with n rows and the mean PD",
        convention: "One-sided, as Jeffreys'",
        source: "",
        tier: Tier::Appendix,
        power: None,
        ..JEFFREYS.about
    },
    take: |case| pool(case, |test| test.binomial_p),
};

/// The normal approximation to the number of defaults.
pub const NORMAL: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "normal",
        name: "Calibration, normal approximation",
        formula: "P(Z ≥ z), z = (D / n - PD) / root(PD (1 - PD) / n)",
        convention: "One-sided, as Jeffreys'",
        source: "",
        tier: Tier::Appendix,
        power: None,
        ..JEFFREYS.about
    },
    take: |case| pool(case, |test| test.z_p),
};

/// Hosmer and Lemeshow's test of all bands.
pub const HOSMER_LEMESHOW: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "hosmer_lemeshow",
        name: "Calibration by band, Hosmer-Lemeshow",
        question: "Do defaults come as often as forecast, in every band?",
        formula: "Sum over bands of (D - n p)² / (n p (1 - p)), p the band's mean PD",
        convention: "Two-sided, chi-square with as many degrees of freedom as bands: the PDs were made before the outcomes. Ten groups of about equally many rows in order of PD; equal PDs are never torn apart, so there may be fewer",
        source: "Hosmer and Lemeshow (1980), Communications in Statistics A9(10)",
        null: "Every band's mean PD is its default rate",
        form: Form::Test("chi-square"),
        tier: Tier::Verdict,
        overlap: Overlap::Descriptive,
        // By band some PDs may be too low and others too high: the statistic has no side.
        says: |_| "PDs do not match the default rates by band",
        power: Some(|_| Outcome::undefined("bands may be wrong in many ways, of which none is stated")),
        ..About::NUMBER
    },
    take: |case| case.calibration.as_ref().and_then(|found| found.hosmer_lemeshow.clone()).map(Answer::Test),
};

fn pool(case: &ProbabilityCase, p_value: fn(&PdTest) -> f64) -> Outcome<Answer> {
    let test = case.calibration.as_ref().and_then(|found| found.pool.clone());
    test.map(|test| {
        let direction = Direction::of(test.observed_rate, test.pd);
        Answer::Test(Test { statistic: test.n_defaults as f64, df: None, n: test.n, p_value: p_value(&test), critical: None, direction })
    })
}

/// What Jeffreys' test could have seen: its size, and its power where defaults are a tenth and a fifth more frequent than forecast.
///
/// Exact for independent defaults of equal probability, the mean PD. Undefined without rows.
fn power(design: &Design) -> Outcome<Power> {
    let &Design { n, promised: pd, level, .. } = design;
    if n == 0 {
        return Outcome::undefined("there are no rows");
    }
    // The p-value falls with the defaults: the fewest that are too many are found by halving.
    let rejects = |defaults: usize| beta_at_most(pd, defaults as f64 + 0.5, (n - defaults) as f64 + 0.5) < level;
    let (mut low, mut high) = (0, n + 1);
    while low < high {
        let middle = usize::midpoint(low, high);
        if middle > n || rejects(middle) { high = middle } else { low = middle + 1 }
    }
    let region = Region { few: None, many: (low <= n).then_some(low) };
    Outcome::Value(region.sees(design, Departure::DefaultRate, &[1.1, 1.2]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::pd_test;

    #[test]
    fn the_fewest_defaults_that_are_too_many_are_those_of_the_test_itself() {
        let design = Design { n: 1_000, promised: 0.02, level: 0.05, var_to_shortfall: None, seed: 1 };
        let size = power(&design).value().expect("rows").size;
        let rejected = (0..=1_000).find(|&d| pd_test(1_000, d, 0.02).value().is_some_and(|test| test.jeffreys_p < 0.05)).expect("one is");
        assert_eq!(size, Region { few: None, many: Some(rejected) }.power(1_000, 0.02));
        // Jeffreys keeps its size: statistics.md, 5.0 % where the exact binomial has less.
        assert!((0.03..0.07).contains(&size), "{size}");
    }
}
