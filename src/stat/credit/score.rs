//! How close are default probabilities to what came?

use super::ProbabilityCase;
use crate::stat::Outcome;
use crate::stat::measure::{About, Answer, Measure, Unit};
use crate::stat::probability::ProbabilityScores;

/// Rows judged.
pub const N_SCORED: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "n",
        name: "Rows",
        question: "How many forecasts were judged?",
        formula: "Rows with a forecast and a known target",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| Outcome::Value(Answer::Number(case.all.n as f64)),
};

/// Defaults among them.
pub const N_DEFAULTS: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "defaults",
        name: "Defaults",
        question: "How many of them defaulted?",
        formula: "Rows with a target of 1",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| of(case, |scores| scores.n_defaults as f64),
};

/// Brier score.
pub const BRIER: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "brier",
        name: "Brier score",
        question: "How close are PDs to what came?",
        formula: "Mean of (PD - outcome)², outcome 0 or 1",
        convention: "Smaller is better; blends discrimination and calibration",
        source: "Brier (1950), Monthly Weather Review 78(1)",
        ..About::NUMBER
    },
    take: |case| of(case, |scores| scores.brier),
};

/// Log loss.
pub const LOG_LOSS: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "log_loss",
        name: "Log loss",
        question: "How close are PDs to what came, sure ones that fail weighing most?",
        formula: "Mean of -ln of the probability given to what came",
        convention: "Natural logarithms; PDs kept 1e-15 away from 0 and 1; smaller is better",
        source: "Good (1952), JRSS B 14(1)",
        ..About::NUMBER
    },
    take: |case| of(case, |scores| scores.log_loss),
};

/// Mean forecast.
pub const MEAN_PD: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "mean_predicted",
        name: "Mean PD",
        question: "How many defaults were forecast?",
        formula: "Mean of the PDs",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| of(case, |scores| scores.mean_predicted),
};

/// Observed default rate.
pub const OBSERVED_RATE: Measure<ProbabilityCase> = Measure {
    about: About {
        key: "observed_rate",
        name: "Observed default rate",
        question: "How many defaults came?",
        formula: "Defaults / rows",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| of(case, |scores| scores.observed_rate),
};

fn of(case: &ProbabilityCase, value: fn(&ProbabilityScores) -> f64) -> Outcome<Answer> {
    case.all.scores.as_ref().map(|scores| Answer::Number(value(scores)))
}
