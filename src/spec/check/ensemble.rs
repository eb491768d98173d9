//! `[models.params]` of an ensemble, and whether its members can be combined.

use super::near::hint;
use super::reader::Reader;
use crate::error::Result;
use crate::spec::{EnsembleParams, EnsembleWeights, ModelSpec, Quantity};

pub(super) fn ensemble(params: &Reader<'_>) -> Result<EnsembleParams> {
    let weights = match params.choice("weights")? {
        "mean" => EnsembleWeights::Mean,
        "inverse_error" => EnsembleWeights::InverseError,
        "stack" => EnsembleWeights::Stack,
        other => unreachable!("the table of keys has no weights {other}"),
    };
    // A setting that does nothing would be believed by whoever reads the spec.
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

/// Errors unless every member stands among the models listed earlier and is asked for all that the ensemble is asked for.
///
/// Ensembles themselves may be members: as they stand earlier, none can come to combine itself.
pub(super) fn check_members(model: &Reader<'_>, params: &EnsembleParams, ask: &[Quantity], earlier: &[ModelSpec]) -> Result<()> {
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
