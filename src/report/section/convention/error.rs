//! Definitions of forecast errors and comparisons.

use super::Definition;

pub(super) const MEAN: &[Definition] = &[
    Definition { name: "Bias", meaning: "Mean of predicted less realised", convention: "Positive: forecasts too high", source: "" },
    Definition { name: "MAE", meaning: "Mean of |predicted - realised|", convention: "", source: "" },
    Definition { name: "RMSE", meaning: "Root of the mean of (predicted - realised)²", convention: "Divides by n", source: "" },
    Definition {
        name: "R2 out of sample",
        meaning: "1 - sum of squared errors / sum of the baseline's squared errors",
        convention: "On rows where both have a forecast; negative when the baseline is better",
        source: "Campbell and Thompson (2008), Review of Financial Studies 21(4)",
    },
    Definition {
        name: "Hit rate",
        meaning: "Share of rows where predicted and realised have the same sign",
        convention: "Rows where either is 0 are left out",
        source: "",
    },
    Definition {
        name: "Rank IC",
        meaning: "Mean over dates of Spearman's correlation of predicted and realised",
        convention: "Dates with fewer than three rows, or with all values equal on a side, have none",
        source: "",
    },
    Definition { name: "ICIR", meaning: "Mean of the dates' rank ICs / their standard deviation", convention: "Not annualised", source: "" },
    Definition {
        name: "t of the rank IC",
        meaning: "ICIR times the root of the number of dates",
        convention: "Null hypothesis: the mean rank IC is 0; two-sided, Student's t with n - 1 degrees of freedom, dates taken as independent",
        source: "",
    },
];

pub(super) const COMPARISON: &[Definition] = &[
    Definition {
        name: "Loss difference",
        meaning: "Mean over dates of the date's mean squared error of the model less that of the baseline",
        convention: "Negative: the model is better. 95 % interval: stationary bootstrap, 2,000 resamples, mean block the cube root of n rounded up and no shorter than the horizon",
        source: "Politis and Romano (1994), JASA 89(428)",
    },
    Definition {
        name: "Diebold-Mariano (DM)",
        meaning: "Mean loss difference / root of its long-run variance, corrected for small samples",
        convention: "Null hypothesis: equal accuracy; two-sided, Student's t with n - 1 degrees of freedom, n dates; autocovariances up to the horizon less 1. A variance not above 0 is said, not mended",
        source: "Diebold and Mariano (1995), JBES 13(3); Harvey, Leybourne and Newbold (1997), IJF 13(2)",
    },
];
