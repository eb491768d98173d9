//! Definitions of statistics of default probabilities and of the loan book.

use super::Definition;

pub(super) const LOANS: &[Definition] = &[
    Definition {
        name: "Approved",
        meaning: "Loans with a PD strictly below the cut-off",
        convention: "All were made; of refused applicants nothing is known",
        source: "",
    },
    Definition { name: "Vintage", meaning: "Loans of a calendar quarter of origination", convention: "By `as_of`", source: "" },
];
