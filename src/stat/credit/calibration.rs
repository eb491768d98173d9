//! Do defaults come as often as forecast?

use super::ProbabilityCase;
use crate::stat::Outcome;
use crate::stat::calibration::PdTest;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Overlap, Test, Tier};

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
