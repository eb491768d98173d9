//! Are defaults scored above the rest?

use super::ProbabilityCase;
use crate::stat::measure::{About, Answer, Form, Measure};

/// Area under the ROC curve.
pub const AUC: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "auc",
        name: "AUC",
        question: "Are defaults scored above the rest?",
        formula: "Share of pairs of a default and a non-default in which the default has the higher PD, ties half",
        convention: "0.5 is no skill. Interval: 1.96 DeLong standard errors either way, rows taken as independent",
        source: "DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3)",
        form: Form::Interval,
        ..About::NUMBER
    },
    take: |case| case.discrimination.as_ref().map(|found| Answer::Interval(found.auc, found.auc_interval.clone())),
};

/// Gini coefficient.
pub const GINI: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "gini",
        name: "Gini",
        question: "Are defaults scored above the rest?",
        formula: "2 AUC - 1",
        convention: "Also called accuracy ratio",
        ..About::NUMBER
    },
    take: |case| case.discrimination.as_ref().map(|found| Answer::Number(found.gini)),
};

/// Kolmogorov-Smirnov distance.
pub const KS: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "ks",
        name: "KS",
        question: "How far apart are defaults and the rest at the best cut?",
        formula: "Largest distance of the distribution functions of PD among defaults and among the rest",
        convention: "Without sign",
        ..About::NUMBER
    },
    take: |case| case.discrimination.as_ref().map(|found| Answer::Number(found.ks)),
};
