//! What trading took, and where the profit came from: measures of a book's turnover, costs, exposures, best days and names.

use super::StrategySummary;
use crate::stat::measure::{About, Answer, Measure, Unit};

pub(super) const TURNOVER: Measure<StrategySummary> = Measure {
    about: About {
        key: "turnover_annual",
        name: "Turnover, annual",
        question: "How much is traded?",
        formula: "Mean daily sum over names of |new weight - drifted weight|, times the days a year",
        convention: "Buys and sells both count",
        ..About::NUMBER
    },
    take: |summary| summary.activity.as_ref().map(|activity| Answer::Number(activity.turnover_annual)),
};
pub(super) const COST: Measure<StrategySummary> = Measure {
    about: About {
        key: "cost_annual",
        name: "Costs, annual",
        question: "What does trading cost?",
        formula: "Mean daily turnover x cost in basis points / 10,000, times the days a year",
        convention: "Paid on the date of the trades",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| summary.activity.as_ref().map(|activity| Answer::Number(activity.cost_annual)),
};
pub(super) const GROSS_EXPOSURE: Measure<StrategySummary> = Measure {
    about: About {
        key: "gross_exposure",
        name: "Gross exposure",
        question: "How much is held?",
        formula: "Mean of the sum of |weight|",
        convention: "After trading, as shares of capital",
        ..About::NUMBER
    },
    take: |summary| summary.activity.as_ref().map(|activity| Answer::Number(activity.gross_exposure)),
};
pub(super) const NET_EXPOSURE_MAX: Measure<StrategySummary> = Measure {
    about: About {
        key: "net_exposure_max",
        name: "Largest absolute net exposure",
        question: "How one-sided was the book at most?",
        formula: "Largest |sum of weights| on a day",
        convention: "After trading, as shares of capital",
        ..About::NUMBER
    },
    take: |summary| summary.activity.as_ref().map(|activity| Answer::Number(activity.net_exposure_max)),
};

pub(super) const BEST_DAYS: Measure<StrategySummary> = Measure {
    about: About {
        key: "best_days_share",
        name: "Share of the five best days",
        question: "How much of the profit came on the five best days?",
        formula: "Sum of net returns of the five best days / sum of all",
        convention: "Not compounded; above 100 % where the others lost",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| summary.best.days_share.clone().map(Answer::Number),
};
pub(super) const BEST_NAMES: Measure<StrategySummary> = Measure {
    about: About {
        key: "best_names_share",
        name: "Share of the five best names",
        question: "How much of the profit came from the five best names?",
        formula: "Sum of net returns of the five best names / sum of all",
        convention: "Not compounded; above 100 % where the others lost",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| summary.best.names_share.clone().map(Answer::Number),
};

pub(super) const NAMES_LEFT: Measure<StrategySummary> = Measure {
    about: About {
        key: "names_left",
        name: "Names that left while held",
        question: "How many names were held when their rows ended?",
        formula: "Names held on their last row, which has no target, where the data go on for more than ten days",
        convention: "Each earned the spec's `delisting_return`",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |summary| summary.activity.as_ref().map(|activity| Answer::Number(activity.n_left as f64)),
};
