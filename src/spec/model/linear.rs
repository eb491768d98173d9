//! `linear`: ordinary least squares.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Optional};
use crate::spec::key::Shape::{Choice, Integer};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// Which standard errors of coefficients are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StandardErrors {
    /// None.
    None,
    /// Right for independent errors of one variance.
    Ols,
    /// Right for independent errors of any variance.
    Hc,
    /// Right for overlapping targets: errors correlated within days and over some days.
    Hac,
}

/// Settings of `linear`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinearParams {
    /// Which standard errors of coefficients are worked out.
    pub standard_errors: StandardErrors,
    /// Days over which errors are correlated, with `standard_errors = "hac"`; `None`: one less than the dates that a target spans.
    pub lags: Option<u32>,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const LINEAR: Declaration<LinearParams> = Declaration {
    name: "linear",
    meaning: "ordinary least squares; forecasts the mean",
    keys: &[
        key(
            "standard_errors",
            Choice(&["none", "ols", "hc", "hac"]),
            Default("\"ols\""),
            "\"hac\"",
            "Standard errors of coefficients: none, for errors of one variance, of any, or for overlapping targets (Newey and West; several rows a day: Driscoll and Kraay).",
        ),
        key(
            "lags",
            Integer(0, 10_000),
            Optional,
            "20",
            "Days over which errors are correlated, only with \"hac\"; without it, one less than the dates that a target spans.",
        ),
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| quantity == Quantity::Mean,
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| LinearParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<LinearParams> {
    let standard_errors = match params.choice("standard_errors")? {
        "none" => StandardErrors::None,
        "ols" => StandardErrors::Ols,
        "hc" => StandardErrors::Hc,
        "hac" => StandardErrors::Hac,
        other => unreachable!("the table of keys has no standard errors {other}"),
    };
    let lags = if params.has("lags") { Some(params.count("lags")?) } else { None };
    // A setting without effect would mislead the reader of the spec.
    if lags.is_some() && standard_errors != StandardErrors::Hac {
        return Err(params.refuse("lags", "goes with standard_errors = \"hac\" only").hint("drop it, or write standard_errors = \"hac\""));
    }
    Ok(LinearParams { standard_errors, lags, features: params.texts("features")? })
}
