//! What is decided rightly when loans from the cut-off up are flagged?

use super::ProbabilityCase;
use crate::stat::measure::{About, Answer, Measure, Unit};

/// Share decided rightly.
pub const ACCURACY: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "accuracy",
        name: "Accuracy",
        question: "Which share is decided rightly at the cut-off?",
        formula: "Share of rows decided rightly when PDs at or above the cut-off are flagged",
        convention: "High without skill where defaults are rare",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| case.confusion.as_ref().map(|found| Answer::Number(found.accuracy)),
};

/// Share of the flagged that defaulted.
pub const PRECISION: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "precision",
        name: "Precision",
        question: "Which share of the flagged defaulted?",
        formula: "Flagged that defaulted / flagged",
        convention: "n/a when none is flagged",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| case.confusion.as_ref().and_then(|found| found.precision.clone()).map(Answer::Number),
};

/// Share of the defaults that were flagged.
pub const RECALL: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "recall",
        name: "Recall",
        question: "Which share of the defaults was flagged?",
        formula: "Defaults that were flagged / defaults",
        convention: "n/a without a default",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| case.confusion.as_ref().and_then(|found| found.recall.clone()).map(Answer::Number),
};

/// Harmonic mean of precision and recall.
pub const F1: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "f1",
        name: "F1",
        question: "How good are precision and recall together?",
        formula: "Harmonic mean of precision and recall",
        convention: "n/a where either is",
        ..About::NUMBER
    },
    take: |case| case.confusion.as_ref().and_then(|found| found.f1.clone()).map(Answer::Number),
};
