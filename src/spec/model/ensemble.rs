//! `ensemble`: a combination of the forecasts of models listed earlier.

use serde::Serialize;

use super::ModelSpec;
use super::declaration::{Declaration, Learning, Reads};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Optional, Required};
use crate::spec::key::Range::AtLeast;
use crate::spec::key::Shape::{Choice, Integer, Number, SomeTexts};
use crate::spec::key::key;
use crate::spec::near::hint;
use crate::spec::reader::Reader;

/// How much each member counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnsembleWeights {
    /// Equal weights.
    Mean,
    /// In proportion to 1 / past error: mean squared error, or mean pinball loss for quantiles and shortfalls (Bates and Granger 1969).
    InverseError,
    /// The weights that would have been best on past forecasts: least squares, log loss for probabilities, pinball loss for quantiles
    /// and shortfalls (Breiman 1996). At least 0, summing to 1.
    Stack,
}

/// Settings of `ensemble`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnsembleParams {
    /// Models combined, each listed earlier in the spec and asked for all that the ensemble is asked for.
    pub members: Vec<String>,
    /// How much each member counts.
    pub weights: EnsembleWeights,
    /// Forecasts of earlier windows whose outcome must be known before weights are learnt; equal weights until then.
    pub min_history: u32,
    /// Earlier windows looked back on; `None`: all.
    pub lookback: Option<u32>,
    /// Known forecasts at which learnt and equal weights count the same; 0: learnt weights alone.
    pub shrinkage: f64,
}

pub(super) const ENSEMBLE: Declaration<EnsembleParams> = Declaration {
    name: "ensemble",
    meaning: "a combination of other models' forecasts; forecasts what all its members do",
    keys: &[
        key(
            "members",
            SomeTexts,
            Required,
            "[\"trees\", \"ridge\"]",
            "Models combined, at least two, each listed earlier and asked for all of `ask`.",
        ),
        key(
            "weights",
            Choice(&["mean", "inverse_error", "stack"]),
            Default("\"mean\""),
            "\"stack\"",
            "Equal weights, weights by 1 / past error, or those that were best on past forecasts.",
        ),
        key(
            "min_history",
            Integer(1, 100_000_000),
            Default("250"),
            "250",
            "Minimum number of earlier forecasts whose outcome is known; until then weights are equal.",
        ),
        key("lookback", Integer(1, 100_000), Optional, "24", "Earlier windows looked back on; without it, all."),
        key(
            "shrinkage",
            Number(AtLeast(0.0)),
            Default("1000"),
            "1000",
            "Number of known forecasts at which learnt and equal weights count the same.",
        ),
    ],
    read,
    forecasts: |_, _| true,
    // Its members are checked where the models listed earlier are known.
    check_ask: |_, _, _| Ok(()),
    learns: Learning::Forecasts,
    reads: Reads::Nothing,
    mentions: |_| Vec::new(),
    looks_back: |_| false,
    refresh: |_| None,
    // Its members' probabilities are corrected before they are combined.
    follows_class_shares: |_| false,
};

fn read(params: &Reader<'_>) -> Result<EnsembleParams> {
    let weights = match params.choice("weights")? {
        "mean" => EnsembleWeights::Mean,
        "inverse_error" => EnsembleWeights::InverseError,
        "stack" => EnsembleWeights::Stack,
        other => unreachable!("the table of keys has no weights {other}"),
    };
    // A setting without effect would mislead the reader of the spec.
    if weights == EnsembleWeights::Mean
        && let Some(name) = ["min_history", "lookback", "shrinkage"].into_iter().find(|name| params.has(name))
    {
        return Err(params
            .refuse(name, "does not go with weights = \"mean\", which learns nothing from the past")
            .hint("drop it, or write weights = \"inverse_error\" or \"stack\""));
    }
    let members = params.texts("members")?;
    if members.len() < 2 {
        return Err(params.refuse("members", format!("must name at least two models, was only `{}`", members.join("`, `"))));
    }
    let lookback = if params.has("lookback") { Some(params.count("lookback")?) } else { None };
    Ok(EnsembleParams { members, weights, min_history: params.count("min_history")?, lookback, shrinkage: params.number("shrinkage")? })
}

/// Ensembles may be members: as members are listed earlier, no ensemble can combine itself.
pub(in crate::spec) fn check_members(model: &Reader<'_>, params: &EnsembleParams, ask: &[Quantity], earlier: &[ModelSpec]) -> Result<()> {
    let known: Vec<&str> = earlier.iter().map(|model| model.name.as_str()).collect();
    for (idx, name) in params.members.iter().enumerate() {
        let key = format!("params.members[{idx}]");
        let Some(member) = earlier.iter().find(|model| model.name == *name) else {
            let refused = model.refuse(&key, format!("is `{name}`, which is not a model listed earlier"));
            return Err(refused.hint(hint(name, "models listed earlier", &known)));
        };
        if let Some(missing) = ask.iter().find(|quantity| !member.ask.contains(quantity)) {
            return Err(model
                .refuse(&key, format!("is `{name}`, which is not asked for `{missing}`"))
                .hint(format!("add \"{missing}\" to the `ask` of `{name}`, or drop it here")));
        }
    }
    Ok(())
}
