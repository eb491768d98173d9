//! `[models.select]`: how features are chosen.

use crate::error::Result;
use crate::spec::reader::Reader;
use crate::spec::{Measure, ModelKind, SelectSpec, TuneSpec};

/// Reads `[models.select]` of a model of this kind, whose settings may be searched for.
pub(super) fn select(model: &Reader<'_>, kind: &ModelKind, tune: Option<&TuneSpec>) -> Result<SelectSpec> {
    let block = model.block("select")?;
    if kind.with_features(Vec::new()).is_none() {
        return Err(model.refuse("select", format!("does not go with kind = \"{}\", which reads no features", kind.name())).hint("drop it"));
    }
    if tune.is_some_and(|tune| tune.trials[0].settings.iter().any(|(name, _)| name == "features")) {
        return Err(model.refuse("select", "does not go with `tune.ranges.features`: both choose features").hint("drop one of the two"));
    }
    let block = block.by("method")?;
    Ok(match block.choice("method")? {
        "correlation" => SelectSpec::Correlation {
            measure: match block.choice("measure")? {
                "spearman" => Measure::Spearman,
                "pearson" => Measure::Pearson,
                other => unreachable!("the table of keys has no measure {other}"),
            },
            max_correlation: block.number("max_correlation")?,
            keep: if block.has("keep") { Some(block.count("keep")?) } else { None },
        },
        "importance" => SelectSpec::Importance { keep: block.count("keep")? },
        "elimination" => SelectSpec::Elimination { drop: block.number("drop")?, keep: block.count("keep")? },
        "stability" => SelectSpec::Stability { keep: block.count("keep")?, share: block.number("share")?, folds: block.count("folds")? },
        other => unreachable!("the table of keys has no method {other}"),
    })
}
