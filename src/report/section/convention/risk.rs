//! Definitions of what is shown of VaR beside its measures.

use super::Definition;

pub(super) const COVERAGE: &[Definition] = &[
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
];
