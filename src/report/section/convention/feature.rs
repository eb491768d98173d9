//! Definitions of what is told of features.

use super::Definition;
use crate::spec::Kind;

const BOTH: &[Definition] = &[
    Definition { name: "Coverage", meaning: "Rows with a value / all rows", convention: "Over every row of the view, tested or not", source: "" },
    Definition {
        name: "Drift (PSI)",
        meaning: "Sum over bins of (c - r) ln(c / r), c and r the shares of current and reference rows",
        convention: "Current: the last year; reference: all before; without the rows in which an entity's history is not full yet, and not of features that all names share. Ten bins at the reference's deciles, frozen; missing values are a bin. A bin empty on one side counts as half a row there. Below 0.1 stable, above 0.25 shifted where it also exceeds chance",
        source: "Siddiqi (2006), Credit Risk Scorecards",
    },
    Definition {
        name: "Drift by chance",
        meaning: "T (1 + 1/Y) F: T the sum over bins of the variance of the share over Y earlier whole years / share; a year is worth (bins - 1) / T independent rows",
        convention: "F at 95 % with v and v (Y - 1) degrees of freedom, v by Satterthwaite. With independent rows it is (1/m + 1/n) chi-square",
        source: "Yurdakul and Naranjo (2020), Journal of Risk Model Validation 14(4); Rao and Scott (1984), Annals of Statistics 12(1)",
    },
];
const MARKET: &[Definition] = &[Definition {
    name: "Rank IC alone",
    meaning: "Mean over dates of Spearman's correlation of the feature with the target",
    convention: "All rows with a known target, train and test: a description, no validation",
    source: "",
}];
const CREDIT: &[Definition] = &[Definition {
    name: "AUC alone",
    meaning: "Chance that a default has a higher value of the feature than a non-default",
    convention: "All rows with a known target, train and test: a description, no validation. Below 0.5: lower values are riskier",
    source: "",
}];

pub(super) fn definitions(kind: Kind) -> Vec<&'static Definition> {
    let own = match kind {
        Kind::Market => MARKET,
        Kind::Credit => CREDIT,
    };
    BOTH.iter().chain(own).collect()
}
