//! `[models.params]` of the models made of trees.

use super::reader::Reader;
use crate::error::Result;
use crate::spec::{
    AdaBoostParams, BoostError, DecisionTreeParams, EarlyStopSpec, ForestDraw, ForestParams, GbdtEngine, GbdtParams, ImportanceKind, MeanLoss,
    ThresholdChoice, TreeLimits, TreeRows,
};

/// Keys that the `gbdt` crate knows nothing of.
const OURS: [&str; 19] = [
    "loss",
    "loss_parameter",
    "leaves",
    "min_leaf_hessian",
    "l1",
    "l2",
    "min_gain",
    "top_share",
    "column_share",
    "max_bins",
    "categorical",
    "increasing",
    "decreasing",
    "interactions",
    "early_stop_share",
    "early_stop_rounds",
    "warm_trees",
    "refresh",
    "importance",
];

pub(super) fn gbdt(params: &Reader<'_>) -> Result<GbdtParams> {
    let engine = match params.choice("engine")? {
        "plimsoll" => GbdtEngine::Plimsoll,
        "gbdt" => GbdtEngine::Gbdt,
        other => unreachable!("the table of keys has no engine {other}"),
    };
    if engine == GbdtEngine::Gbdt
        && let Some(name) = OURS.into_iter().find(|name| params.has(name))
    {
        return Err(params
            .refuse(name, "does not go with engine = \"gbdt\", which has no such setting")
            .hint("drop it, or write engine = \"plimsoll\""));
    }
    if params.choice("importance")? == "permutation" && !params.has("early_stop_share") {
        return Err(params
            .refuse("importance", "is `permutation`, which is measured on rows that were not learnt from, and there are none")
            .hint("set `early_stop_share` and `early_stop_rounds`, or take \"shap\""));
    }
    Ok(GbdtParams {
        engine,
        loss: loss(params)?,
        trees: params.count("trees")?,
        learning_rate: params.number("learning_rate")?,
        rows: rows(params)?,
        column_share: params.number("column_share")?,
        early_stop: early_stop(params)?,
        warm_trees: params.count("warm_trees")?,
        importance: match params.choice("importance")? {
            "gain" => ImportanceKind::Gain,
            "split" => ImportanceKind::Split,
            "shap" => ImportanceKind::Shap,
            "permutation" => ImportanceKind::Permutation,
            other => unreachable!("the table of keys has no importance {other}"),
        },
        tree: TreeLimits {
            min_leaf_hessian: params.number("min_leaf_hessian")?,
            l1: params.number("l1")?,
            l2: params.number("l2")?,
            min_gain: params.number("min_gain")?,
            interactions: interactions(params)?,
            ..monotone(params, limits(params)?)?
        },
    })
}

pub(super) fn forest(params: &Reader<'_>) -> Result<ForestParams> {
    let rows = match (params.choice("rows")?, params.number_if("row_share")?) {
        ("share", Some(share)) => ForestDraw::Share(share),
        ("share", None) => return Err(params.refuse("row_share", "is missing; rows = \"share\" needs it").hint("such as row_share = 0.5")),
        (_, Some(_)) => return Err(params.refuse("row_share", "goes with rows = \"share\" only").hint("drop it, or write rows = \"share\"")),
        ("bootstrap", None) => ForestDraw::Bootstrap,
        ("all", None) => ForestDraw::All,
        (other, None) => unreachable!("the table of keys has no draw {other}"),
    };
    let threshold = match params.choice("threshold")? {
        "best" => ThresholdChoice::Best,
        "drawn" => ThresholdChoice::Drawn,
        other => unreachable!("the table of keys has no threshold {other}"),
    };
    let tree = TreeLimits { min_gain: params.number("min_gain")?, ..monotone(params, limits(params)?)? };
    Ok(ForestParams { trees: params.count("trees")?, rows, column_share: params.number("column_share")?, threshold, tree })
}

pub(super) fn tree(params: &Reader<'_>) -> Result<DecisionTreeParams> {
    let tree = TreeLimits { min_gain: params.number("min_gain")?, interactions: interactions(params)?, ..monotone(params, limits(params)?)? };
    Ok(DecisionTreeParams { complexity: params.number("complexity")?, tree })
}

pub(super) fn adaboost(params: &Reader<'_>) -> Result<AdaBoostParams> {
    let error = match params.choice("error")? {
        "linear" => BoostError::Linear,
        "square" => BoostError::Square,
        "exponential" => BoostError::Exponential,
        other => unreachable!("the table of keys has no error {other}"),
    };
    Ok(AdaBoostParams { trees: params.count("trees")?, learning_rate: params.number("learning_rate")?, error, tree: limits(params)? })
}

/// What all trees have; penalties 0, nothing constrained.
fn limits(params: &Reader<'_>) -> Result<TreeLimits> {
    Ok(TreeLimits {
        depth: params.count("depth")?,
        leaves: params.count("leaves")?,
        min_leaf_rows: params.count("min_leaf_rows")?,
        min_leaf_hessian: 0.0,
        l1: 0.0,
        l2: 0.0,
        min_gain: 0.0,
        max_bins: params.count("max_bins")?,
        categorical: params.texts("categorical")?,
        increasing: vec![],
        decreasing: vec![],
        interactions: vec![],
        refresh: params.count("refresh")?,
        features: params.texts("features")?,
    })
}

/// The same limits with the directions of `increasing` and `decreasing`.
fn monotone(params: &Reader<'_>, limits: TreeLimits) -> Result<TreeLimits> {
    let (increasing, decreasing) = (params.texts("increasing")?, params.texts("decreasing")?);
    if let Some(name) = decreasing.iter().find(|name| increasing.contains(name)) {
        return Err(params
            .refuse("decreasing", format!("holds `{name}`, as `increasing` does"))
            .hint("a forecast that may do neither leaves the feature out"));
    }
    for (key, names) in [("increasing", &increasing), ("decreasing", &decreasing)] {
        if let Some(name) = names.iter().find(|name| limits.categorical.contains(name)) {
            return Err(params
                .refuse(key, format!("holds `{name}`, which is `categorical`"))
                .hint("codes of categories have no order to rise along"));
        }
    }
    Ok(TreeLimits { increasing, decreasing, ..limits })
}

fn interactions(params: &Reader<'_>) -> Result<Vec<Vec<String>>> {
    let mut groups = vec![];
    for (idx, group) in params.texts("interactions")?.iter().enumerate() {
        let names: Vec<String> = group.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err(params.refuse(&format!("interactions[{idx}]"), format!("must be feature names separated by commas, was `{group}`")));
        }
        groups.push(names);
    }
    Ok(groups)
}

fn loss(params: &Reader<'_>) -> Result<MeanLoss> {
    let loss = params.choice("loss")?;
    let parameter = params.number_if("loss_parameter")?;
    Ok(match (loss, parameter) {
        ("squared", None) => MeanLoss::Squared,
        ("absolute", None) => MeanLoss::Absolute,
        ("poisson", None) => MeanLoss::Poisson,
        ("gamma", None) => MeanLoss::Gamma,
        ("huber", Some(delta)) => MeanLoss::Huber(delta),
        ("tweedie", Some(power)) if 1.0 < power && power < 2.0 => MeanLoss::Tweedie(power),
        ("tweedie", Some(power)) => {
            return Err(params.refuse("loss_parameter", format!("must be above 1 and below 2 for loss = \"tweedie\", was {power}")));
        }
        ("huber" | "tweedie", None) => {
            return Err(params
                .refuse("loss_parameter", format!("is missing; loss = \"{loss}\" needs it"))
                .hint("such as 0.02 for \"huber\" (a residual, in units of the target) and 1.5 for \"tweedie\" (the variance power)"));
        }
        ("squared" | "absolute" | "poisson" | "gamma", Some(_)) => {
            return Err(params.refuse("loss_parameter", format!("does not go with loss = \"{loss}\", which has none")).hint("drop it"));
        }
        (other, _) => unreachable!("the table of keys has no loss {other}"),
    })
}

fn rows(params: &Reader<'_>) -> Result<TreeRows> {
    let share = params.number("row_share")?;
    match params.number_if("top_share")? {
        None => Ok(TreeRows::Share(share)),
        Some(top) if top + share < 1.0 => Ok(TreeRows::OneSide { top, other: share }),
        Some(top) => Err(params
            .refuse("top_share", format!("must be below 1 less `row_share`, which is {share}; was {top}"))
            .hint("such as top_share = 0.2 and row_share = 0.1")),
    }
}

fn early_stop(params: &Reader<'_>) -> Result<Option<EarlyStopSpec>> {
    let rounds = if params.has("early_stop_rounds") { Some(params.count("early_stop_rounds")?) } else { None };
    match (params.number_if("early_stop_share")?, rounds) {
        (None, None) => Ok(None),
        (Some(share), Some(rounds)) => Ok(Some(EarlyStopSpec { share, rounds })),
        (Some(_), None) => Err(params.refuse("early_stop_rounds", "is missing; `early_stop_share` needs it").hint("such as early_stop_rounds = 20")),
        (None, Some(_)) => Err(params.refuse("early_stop_share", "is missing; `early_stop_rounds` needs it").hint("such as early_stop_share = 0.2")),
    }
}
