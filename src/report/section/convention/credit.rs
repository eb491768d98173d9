//! Definitions of statistics of default probabilities and of the loan book.

use super::Definition;

pub(super) const PROBABILITY: &[Definition] = &[
    Definition {
        name: "AUC",
        meaning: "Chance that a default has a higher PD than a non-default, ties half: area under the ROC curve",
        convention: "95 % interval: 1.96 of DeLong's standard errors, cut to 0 and 1, rows taken as independent",
        source: "DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3)",
    },
    Definition { name: "Gini", meaning: "2 AUC - 1", convention: "Also called accuracy ratio", source: "" },
    Definition {
        name: "KS",
        meaning: "Largest distance of the distribution functions of PD among defaults and among the rest",
        convention: "Without sign",
        source: "",
    },
    Definition {
        name: "Accuracy",
        meaning: "Share of rows decided rightly when PDs at or above the cut-off are flagged",
        convention: "High without skill where defaults are rare",
        source: "",
    },
    Definition { name: "Precision", meaning: "Flagged that defaulted / flagged", convention: "n/a when none is flagged", source: "" },
    Definition { name: "Recall", meaning: "Defaults that were flagged / defaults", convention: "n/a without a default", source: "" },
    Definition { name: "F1", meaning: "Harmonic mean of precision and recall", convention: "n/a where either is", source: "" },
    Definition {
        name: "Brier score",
        meaning: "Mean of (PD - outcome)², outcome 0 or 1",
        convention: "",
        source: "Brier (1950), Monthly Weather Review 78(1)",
    },
    Definition {
        name: "Log loss",
        meaning: "Mean of -ln of the probability given to what came",
        convention: "Natural logarithms; PDs kept 1e-15 away from 0 and 1",
        source: "Good (1952), JRSS B 14(1)",
    },
    Definition {
        name: "Jeffreys p",
        meaning: "P(default rate ≤ PD) when the rate is Beta(D + 1/2, n - D + 1/2), D defaults in n",
        convention: "Null hypothesis: the default rate is at most the mean PD; one-sided, low p: PD too low; defaults taken as independent. Interval: equal tails of the same Beta, from 0 without a default",
        source: "ECB (2019), validation reporting, 2.5.3.1; Brown, Cai and DasGupta (2001), Statistical Science 16(2)",
    },
    Definition { name: "Binomial p", meaning: "P(X ≥ D), X binomial with n loans and the mean PD", convention: "As Jeffreys'", source: "" },
    Definition {
        name: "Bands",
        meaning: "Ten groups of about equally many loans in order of PD",
        convention: "Equal PDs are never torn apart, so there may be fewer",
        source: "",
    },
    Definition {
        name: "Hosmer-Lemeshow",
        meaning: "Sum over bands of (D - n p)² / (n p (1 - p)), p the band's mean PD",
        convention: "Null hypothesis: PDs are the default rates; two-sided, chi-square with as many degrees of freedom as bands: the PDs were made before the outcomes",
        source: "Hosmer and Lemeshow (1980), Communications in Statistics A9(10)",
    },
];

pub(super) const LOANS: &[Definition] = &[
    Definition { name: "Expected loss", meaning: "PD x LGD x exposure", convention: "LGD is given in the spec", source: "" },
    Definition {
        name: "Realised loss",
        meaning: "The column the spec names, else LGD x exposure of the loans that defaulted",
        convention: "Loans whose outcome is not known are in no total",
        source: "",
    },
    Definition {
        name: "Approved",
        meaning: "Loans with a PD strictly below the cut-off",
        convention: "All were made; of refused applicants nothing is known",
        source: "",
    },
    Definition { name: "Vintage", meaning: "Loans of a calendar quarter of origination", convention: "By `as_of`", source: "" },
];
