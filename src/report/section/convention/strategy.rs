//! Definitions of a strategy's statistics; R is a day's return after costs.

use super::Definition;

pub(super) const DEFINITIONS: &[Definition] = &[
    Definition { name: "Cumulative return", meaning: "Product of (1 + R), less 1", convention: "After costs, compounded", source: "" },
    Definition { name: "CAGR", meaning: "(1 + cumulative return)^(days a year / n) - 1", convention: "n counts days with a return", source: "" },
    Definition { name: "Volatility, annual", meaning: "Standard deviation of R times the root of the days a year", convention: "", source: "" },
    Definition {
        name: "Sharpe ratio",
        meaning: "Mean of R / standard deviation of R, times the root of the days a year",
        convention: "No risk-free rate is taken off",
        source: "Sharpe (1994), Journal of Portfolio Management 21(1)",
    },
    Definition {
        name: "Deflated Sharpe ratio",
        meaning: "Probability that the true Sharpe ratio after costs is above the best that as many trials without skill are expected to show",
        convention: "Every combination of settings tried for any model of the spec is a trial; trials are taken as independent, their ratios spread by 1 / root(n - 1)",
        source: "Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5)",
    },
    Definition {
        name: "t and p of the mean",
        meaning: "Mean of R / its standard error",
        convention: "Null hypothesis: the mean is 0; two-sided, Student's t with n - 1 degrees of freedom, days taken as independent",
        source: "",
    },
    Definition {
        name: "Share of the best days and names",
        meaning: "Sum of the five largest parts of the profit / the profit",
        convention: "Profit is the sum of R; a name's part is the sum of weight x return less the costs of trading it",
        source: "",
    },
    Definition {
        name: "Sortino ratio",
        meaning: "Mean of R / root of the mean of min(R, 0)², times the root of the days a year",
        convention: "The mean is over all n days; target return 0",
        source: "Sortino and Price (1994), Journal of Investing 3(3)",
    },
    Definition {
        name: "Calmar ratio",
        meaning: "CAGR / depth of the maximum drawdown",
        convention: "Over the whole test, not three years",
        source: "Young (1991), Futures",
    },
    Definition { name: "Omega", meaning: "Sum of gains / sum of losses", convention: "Threshold 0", source: "Keating and Shadwick (2002)" },
    Definition {
        name: "Drawdown",
        meaning: "Wealth / highest wealth so far, less 1",
        convention: "The start, wealth 1, counts as a peak",
        source: "",
    },
    Definition {
        name: "Longest drawdown",
        meaning: "Calendar days from a peak to the first day back at it",
        convention: "Or to the last day, where there is none",
        source: "",
    },
    Definition {
        name: "Skewness, excess kurtosis",
        meaning: "Standardised third and fourth moment, G1 and G2",
        convention: "Corrected for bias; a normal has 0 and 0",
        source: "",
    },
    Definition { name: "Tail ratio", meaning: "|95 % quantile of R| / |5 % quantile of R|", convention: "", source: "" },
    Definition {
        name: "VaR, one day",
        meaning: "Minus the 5 % quantile of R",
        convention: "Historical, in sample: a description, no forecast",
        source: "",
    },
    Definition { name: "ES, one day", meaning: "Minus the mean of the days at or below that quantile", convention: "As above", source: "" },
    Definition {
        name: "Winning days, months",
        meaning: "Share of periods with a gain",
        convention: "Periods with a return of exactly 0 are left out",
        source: "",
    },
    Definition { name: "Turnover", meaning: "Sum over names of |new weight - drifted weight|", convention: "Buys and sells both count", source: "" },
    Definition { name: "Cost", meaning: "Turnover x cost in basis points / 10,000", convention: "Paid on the date of the trades", source: "" },
    Definition {
        name: "Gross and net exposure",
        meaning: "Sum of |weight|, sum of weights",
        convention: "After trading, as shares of capital",
        source: "",
    },
];
