//! Definitions of a strategy's statistics; R is a day's return after costs.

use super::Definition;

pub(super) const DEFINITIONS: &[Definition] = &[
    Definition { name: "Omega", meaning: "Sum of gains / sum of losses", convention: "Threshold 0", source: "Keating and Shadwick (2002)" },
    Definition {
        name: "Drawdown",
        meaning: "Wealth / highest wealth so far, less 1",
        convention: "The start, wealth 1, counts as a peak",
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
        name: "Winning days, months",
        meaning: "Share of periods with a gain",
        convention: "Periods with a return of exactly 0 are left out",
        source: "",
    },
];
