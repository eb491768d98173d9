//! Definitions of VaR, ES and volatility statistics; x breaches in N days.

use super::Definition;

pub(super) const COVERAGE: &[Definition] = &[
    Definition { name: "Expected breaches", meaning: "N x tail", convention: "", source: "" },
    Definition {
        name: "Kupiec LR",
        meaning: "2 [ln L(x/N) - ln L(tail)], ln L(p) = (N - x) ln(1 - p) + x ln p",
        convention: "Null hypothesis: breaches are as frequent as the tail; two-sided, chi-square with 1 degree of freedom",
        source: "Kupiec (1995), Journal of Derivatives 3(2)",
    },
    Definition {
        name: "Exact p",
        meaning: "Binomial probability of all counts with a Kupiec LR at least as large as that seen",
        convention: "Null hypothesis as above, breaches independent; it decides, for the chi-square is rough at few expected breaches",
        source: "",
    },
    Definition {
        name: "Independence LR (alone)",
        meaning: "Likelihood ratio of a breach rate that depends on the day before against one that does not, from the four counts of successive days",
        convention: "Null hypothesis: a breach is as likely after a breach as after a quiet day; two-sided, chi-square with 1 degree of freedom, n = N - 1 transitions",
        source: "Christoffersen (1998), International Economic Review 39(4)",
    },
    Definition {
        name: "Conditional coverage LR (joint)",
        meaning: "Kupiec LR + independence LR",
        convention: "Null hypothesis: the tail's frequency and independence; chi-square with 2 degrees of freedom",
        source: "Christoffersen (1998)",
    },
    Definition {
        name: "Traffic light",
        meaning: "Zone of P(X ≤ x), X binomial with 250 days: green below 95 %, amber below 99.99 %, red above",
        convention: "One-sided: few breaches are green. Amber is the framework's yellow",
        source: "Basel Committee (1996), BCBS 22",
    },
    Definition {
        name: "Multiplier",
        meaning: "1.5 + 0 up to 4 breaches, .20, .26, .33, .38, .42 for 5 to 9, .50 from 10",
        convention: "Only for 250 days at a tail of 0.01",
        source: "Basel Committee, MAR32.9",
    },
    Definition { name: "Excess", meaning: "Loss less VaR on the day of a breach", convention: "", source: "" },
];

pub(super) const SHORTFALL: &[Definition] = &[
    Definition {
        name: "Z1",
        meaning: "1 + mean over the breaches of return / ES",
        convention: "Null hypothesis: losses on the days of the breaches are the normal tail's with the day's VaR and ES; one-sided, simulated. Blind to the number of breaches",
        source: "Acerbi and Szekely (2014), Risk, December",
    },
    Definition {
        name: "Z2",
        meaning: "1 + sum over the breaches of return / (ES x N x tail)",
        convention: "Null hypothesis: breaches independent with the tail's probability, losses beyond VaR as for Z1; one-sided, 10,000 simulations, p = (1 + samples at most Z2) / (1 + samples). A fat tail alone may put p just below the level",
        source: "Acerbi and Szekely (2014)",
    },
];

pub(super) const NAMES: &[Definition] = &[Definition {
    name: "VaR of all names",
    meaning: "Breaches of all names but the headline's / their forecasts",
    convention: "A look, no test: names fall together",
    source: "",
}];

pub(super) const VOLATILITY: &[Definition] = &[Definition {
    name: "QLIKE",
    meaning: "Mean of ln f + r / f, f the forecast variance, r the squared target",
    convention: "The target's mean is taken as 0; under-forecasts weigh more",
    source: "Patton (2011), Journal of Econometrics 160(1)",
}];
