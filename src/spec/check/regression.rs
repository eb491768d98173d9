//! `[models.params]` of the regressions.

use super::reader::Reader;
use crate::error::Result;
use crate::spec::{
    ComponentParams, ElasticNetParams, HuberParams, LassoParams, LinearParams, LogisticParams, QuantileParams, RidgeParams, StandardErrors,
};

pub(super) fn linear(params: &Reader<'_>) -> Result<LinearParams> {
    let standard_errors = match params.choice("standard_errors")? {
        "none" => StandardErrors::None,
        "ols" => StandardErrors::Ols,
        "hc" => StandardErrors::Hc,
        "hac" => StandardErrors::Hac,
        other => unreachable!("the table of keys has no standard errors {other}"),
    };
    let lags = if params.has("lags") { Some(params.count("lags")?) } else { None };
    // A setting that does nothing would be believed by whoever reads the spec.
    if lags.is_some() && standard_errors != StandardErrors::Hac {
        return Err(params.refuse("lags", "goes with standard_errors = \"hac\" only").hint("drop it, or write standard_errors = \"hac\""));
    }
    Ok(LinearParams { standard_errors, lags, features: params.texts("features")? })
}

pub(super) fn ridge(params: &Reader<'_>) -> Result<RidgeParams> {
    Ok(RidgeParams { l2: params.number("l2")?, features: params.texts("features")? })
}

pub(super) fn lasso(params: &Reader<'_>) -> Result<LassoParams> {
    Ok(LassoParams { l1: params.number("l1")?, features: params.texts("features")? })
}

pub(super) fn elastic_net(params: &Reader<'_>) -> Result<ElasticNetParams> {
    Ok(ElasticNetParams { l1: params.number("l1")?, l2: params.number("l2")?, features: params.texts("features")? })
}

pub(super) fn logistic(params: &Reader<'_>) -> Result<LogisticParams> {
    Ok(LogisticParams {
        l1: params.number("l1")?,
        l2: params.number("l2")?,
        max_iterations: params.count("max_iterations")?,
        features: params.texts("features")?,
    })
}

pub(super) fn quantile(params: &Reader<'_>) -> Result<QuantileParams> {
    Ok(QuantileParams { features: params.texts("features")? })
}

pub(super) fn huber(params: &Reader<'_>) -> Result<HuberParams> {
    Ok(HuberParams { features: params.texts("features")? })
}

pub(super) fn components(params: &Reader<'_>) -> Result<ComponentParams> {
    Ok(ComponentParams { n_components: params.count("n_components")?, features: params.texts("features")? })
}
