//! `naive_bayes`: Gaussian naive Bayes.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::spec::Quantity;
use crate::spec::key::Need::Default;
use crate::spec::key::Range::Between;
use crate::spec::key::Shape::Number;
use crate::spec::key::{FEATURES, key};

/// Settings of `naive_bayes`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NaiveBayesParams {
    /// Added to the variance of every standardised feature in every class, 1e-12 to 1.
    pub smoothing: f64,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const NAIVE_BAYES: Declaration<NaiveBayesParams> = Declaration {
    name: "naive_bayes",
    meaning: "Gaussian naive Bayes; forecasts the probability",
    keys: &[
        key("smoothing", Number(Between(1e-12, 1.0)), Default("1e-9"), "1e-9", "Added to the variance of every standardised feature in every class."),
        FEATURES,
    ],
    read: |params| Ok(NaiveBayesParams { smoothing: params.number("smoothing")?, features: params.texts("features")? }),
    forecasts: |_, quantity| quantity == Quantity::Probability,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| NaiveBayesParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};
