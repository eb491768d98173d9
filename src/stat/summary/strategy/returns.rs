//! What a book made, for which risk: measures of its daily returns. R is a day's return after costs.

use super::StrategySummary;
use crate::stat::measure::{About, Answer, Measure, Unit};
use crate::stat::{Outcome, Strategy};

pub(super) const N_DAYS: Measure<StrategySummary> = Measure {
    about: About {
        key: "n",
        name: "Days",
        question: "On how many dates was the book held?",
        formula: "Dates held",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |summary| Outcome::Value(Answer::Number(summary.n_days as f64)),
};
pub(super) const CUMULATIVE_RETURN: Measure<StrategySummary> = Measure {
    about: About {
        key: "cumulative_return",
        name: "Cumulative return",
        question: "How much was made in all?",
        formula: "Product of (1 + R), less 1",
        convention: "After costs, compounded",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(net.cumulative_return)),
};
pub(super) const CAGR: Measure<StrategySummary> = Measure {
    about: About {
        key: "cagr",
        name: "CAGR",
        question: "How much was made a year?",
        formula: "(1 + cumulative return)^(days a year / n) - 1",
        convention: "n counts days with a return",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(net.cagr)),
};
pub(super) const CAGR_GROSS: Measure<StrategySummary> = Measure {
    about: About {
        key: "cagr_gross",
        name: "CAGR before costs",
        question: "How much was made a year before costs?",
        formula: "As CAGR, of returns before costs",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| summary.gross.as_ref().map(|gross| Answer::Number(gross.cagr)),
};
pub(super) const VOLATILITY: Measure<StrategySummary> = Measure {
    about: About {
        key: "volatility",
        name: "Volatility, annual",
        question: "How far do returns stray?",
        formula: "Standard deviation of R times the root of the days a year",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.volatility.clone()),
};
pub(super) const SHARPE: Measure<StrategySummary> = Measure {
    about: About {
        key: "sharpe",
        name: "Sharpe ratio",
        question: "How much is made for the risk?",
        formula: "Mean of R / standard deviation of R, times the root of the days a year",
        convention: "No risk-free rate is taken off",
        source: "Sharpe (1994), Journal of Portfolio Management 21(1)",
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.sharpe.clone()),
};
pub(super) const SHARPE_GROSS: Measure<StrategySummary> = Measure {
    about: About {
        key: "sharpe_gross",
        name: "Sharpe ratio before costs",
        question: "How much is made for the risk, before costs?",
        formula: "As Sharpe ratio, of returns before costs",
        ..About::NUMBER
    },
    take: |summary| summary.gross.as_ref().and_then(|gross| gross.sharpe.clone()).map(Answer::Number),
};
pub(super) const TRIALS: Measure<StrategySummary> = Measure {
    about: About {
        key: "trials",
        name: "Trials",
        question: "How many combinations of settings were tried?",
        formula: "Combinations of settings over all models of the spec, one for a model without a search",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |summary| Outcome::Value(Answer::Number(summary.n_trials as f64)),
};
pub(super) const DEFLATED_SHARPE: Measure<StrategySummary> = Measure {
    about: About {
        key: "deflated_sharpe",
        name: "Deflated Sharpe ratio",
        question: "Is the Sharpe ratio more than the best of as many trials without skill?",
        formula: "Normal probability of (Sharpe ratio after costs less the best that as many trials without skill are expected to show) / its standard error: one less the p-value of no skill",
        convention: "Every combination of settings tried for any model of the spec is a trial; trials are taken as independent, their ratios spread by 1 / root(n - 1)",
        source: "Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5)",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| summary.deflated_sharpe.clone().map(Answer::Number),
};
pub(super) const SORTINO: Measure<StrategySummary> = Measure {
    about: About {
        key: "sortino",
        name: "Sortino ratio",
        question: "How much is made for the risk of loss?",
        formula: "Mean of R / root of the mean of min(R, 0)², times the root of the days a year",
        convention: "The mean is over all n days; target return 0",
        source: "Sortino and Price (1994), Journal of Investing 3(3)",
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.sortino.clone()),
};
pub(super) const CALMAR: Measure<StrategySummary> = Measure {
    about: About {
        key: "calmar",
        name: "Calmar ratio",
        question: "How much is made for the worst drawdown?",
        formula: "CAGR / depth of the maximum drawdown",
        convention: "Over the whole test, not three years",
        source: "Young (1991), Futures",
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.calmar.clone()),
};
pub(super) const MAX_DRAWDOWN: Measure<StrategySummary> = Measure {
    about: About {
        key: "max_drawdown",
        name: "Maximum drawdown",
        question: "How far did wealth fall below its peak?",
        formula: "Least of wealth / highest wealth so far, less 1",
        convention: "The start, wealth 1, counts as a peak",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(net.max_drawdown)),
};
pub(super) const LONGEST_DRAWDOWN: Measure<StrategySummary> = Measure {
    about: About {
        key: "longest_drawdown_days",
        name: "Longest drawdown, days",
        question: "How long was wealth below a peak?",
        formula: "Calendar days from a peak to the first day back at it",
        convention: "Or to the last day, where there is none",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(f64::from(net.longest_drawdown_days))),
};
pub(super) const WORST_DAY: Measure<StrategySummary> = Measure {
    about: About {
        key: "worst_day",
        name: "Worst day",
        question: "How much was lost on the worst day?",
        formula: "Least R",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(net.worst_day.value)),
};
pub(super) const WORST_MONTH: Measure<StrategySummary> = Measure {
    about: About {
        key: "worst_month",
        name: "Worst month",
        question: "How much was lost in the worst month?",
        formula: "Least product of (1 + R) over a calendar month, less 1",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| Outcome::Value(net.worst_month.value)),
};
pub(super) const VAR: Measure<StrategySummary> = Measure {
    about: About {
        key: "var",
        name: "VaR, one day",
        question: "How much may a day lose?",
        formula: "Minus the 5 % quantile of R",
        convention: "Historical, in sample: a description, no forecast",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.var.clone()),
};
pub(super) const SHORTFALL: Measure<StrategySummary> = Measure {
    about: About {
        key: "shortfall",
        name: "ES, one day",
        question: "How much does a bad day lose?",
        formula: "Minus the mean of the days at or below the 5 % quantile",
        convention: "Historical, in sample: a description, no forecast",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.shortfall.clone()),
};
pub(super) const T: Measure<StrategySummary> = Measure {
    about: About {
        key: "t",
        name: "t of the mean",
        question: "Is the mean return more than chance?",
        formula: "Mean of R / its standard error",
        convention: "Null hypothesis: the mean is 0; days taken as independent; arithmetic mean, not the compounded return",
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.t_statistic.clone()),
};
pub(super) const P: Measure<StrategySummary> = Measure {
    about: About {
        key: "p",
        name: "p of the mean",
        question: "Is the mean return more than chance?",
        formula: "Two-sided p of t, Student with n - 1 degrees of freedom",
        convention: "As t",
        unit: Unit::PValue,
        ..About::NUMBER
    },
    take: |summary| maybe(summary, |net| net.p_value.clone()),
};

fn maybe(summary: &StrategySummary, value: fn(&Strategy) -> Outcome<f64>) -> Outcome<Answer> {
    summary.net.as_ref().and_then(value).map(Answer::Number)
}
