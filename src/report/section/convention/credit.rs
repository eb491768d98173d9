//! Definitions of statistics of default probabilities and of the loan book.

use super::Definition;

pub(super) const LOANS: &[Definition] = &[
    Definition {
        name: "Approved",
        meaning: "Loans with a PD strictly below the cut-off",
        convention: "All were made; of refused applicants nothing is known",
        source: "",
    },
    Definition {
        name: "Vintage",
        meaning: "Rows of a calendar quarter of `as_of`",
        convention: "Of origination where a loan has one row, of observation in a panel",
        source: "",
    },
];
