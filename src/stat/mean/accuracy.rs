//! How far off are mean forecasts? Errors are forecast less outcome.

use super::MeanCase;
use crate::stat::Outcome;
use crate::stat::error::Errors;
use crate::stat::measure::{About, Answer, Measure, Unit};

/// Rows tested.
pub const N_ROWS: Measure<MeanCase> = Measure {
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

/// Mean error.
pub const BIAS: Measure<MeanCase> = Measure {
    about: About {
        key: "bias",
        name: "Bias",
        question: "Are forecasts too high on average?",
        formula: "Mean of forecast - outcome",
        convention: "Positive: forecasts too high",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| of(case, |errors| errors.bias),
};

/// Mean absolute error.
pub const MAE: Measure<MeanCase> = Measure {
    about: About {
        key: "mae",
        name: "MAE",
        question: "How far off is a forecast?",
        formula: "Mean of |forecast - outcome|",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| of(case, |errors| errors.mae),
};

/// Mean squared error.
pub const MSE: Measure<MeanCase> = Measure {
    about: About {
        key: "mse",
        name: "MSE",
        question: "How far off is a forecast, large errors weighing more?",
        formula: "Mean of (forecast - outcome)²",
        unit: Unit::TargetSquared,
        ..About::NUMBER
    },
    take: |case| of(case, |errors| errors.mse),
};

/// Root mean squared error.
pub const RMSE: Measure<MeanCase> = Measure {
    about: About {
        key: "rmse",
        name: "RMSE",
        question: "How far off is a forecast, large errors weighing more?",
        formula: "Root of the mean of (forecast - outcome)²",
        convention: "On the model's own rows; compare models on common rows",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| of(case, |errors| errors.rmse),
};

/// Root mean squared error on the rows of all models.
pub const RMSE_COMMON: Measure<MeanCase> = Measure {
    about: About {
        key: "rmse_common",
        name: "RMSE, common rows",
        question: "Which model is closest on the rows that all of them forecast?",
        formula: "RMSE on the rows for which every model with forecasts has one",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| case.rmse_common.clone().map(Answer::Number),
};

/// R2 out of sample.
pub const R2: Measure<MeanCase> = Measure {
    about: About {
        key: "r2",
        name: "R2",
        question: "By which share is the baseline's squared error lowered?",
        formula: "1 - sum (outcome - forecast)² / sum (outcome - baseline's forecast)²",
        convention: "On the rows that both forecast; negative: the baseline is closer",
        source: "Campbell and Thompson (2008), Review of Financial Studies 21(4)",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| case.all.r2.clone().map(Answer::Number),
};

/// How often the sign is right.
pub const HIT_RATE: Measure<MeanCase> = Measure {
    about: About {
        key: "hit_rate",
        name: "Hit rate",
        question: "How often is the sign right?",
        formula: "Share of rows where forecast and outcome have the same sign",
        convention: "Rows with a zero on either side are left out",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| case.all.errors.as_ref().and_then(|errors| errors.hit_rate.as_ref().map(|hits| hits.rate)).map(Answer::Number),
};

fn of(case: &MeanCase, value: fn(&Errors) -> f64) -> Outcome<Answer> {
    case.all.errors.as_ref().map(|errors| Answer::Number(value(errors)))
}
