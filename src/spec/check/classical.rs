//! `[models.params]` of support vector machines, nearest neighbours and naive Bayes.

use super::reader::Reader;
use crate::error::Result;
use crate::spec::{NaiveBayesParams, NeighbourWeights, NeighboursParams, SvmKernel, SvmParams};

pub(super) fn svm(params: &Reader<'_>) -> Result<SvmParams> {
    let kernel = match params.choice("kernel")? {
        "linear" => SvmKernel::Linear,
        "rbf" => SvmKernel::Rbf,
        other => unreachable!("the table of keys has no kernel {other}"),
    };
    // A setting that does nothing would be believed by whoever reads the spec.
    if kernel == SvmKernel::Linear && params.has("gamma") {
        return Err(params.refuse("gamma", "does not go with kernel = \"linear\", which has no width").hint("drop it, or write kernel = \"rbf\""));
    }
    Ok(SvmParams {
        kernel,
        cost: params.number("cost")?,
        gamma: params.number_if("gamma")?,
        epsilon: params.number("epsilon")?,
        tolerance: params.number("tolerance")?,
        max_rows: params.count("max_rows")?,
        features: params.texts("features")?,
    })
}

pub(super) fn neighbours(params: &Reader<'_>) -> Result<NeighboursParams> {
    let weights = match params.choice("weights")? {
        "uniform" => NeighbourWeights::Uniform,
        "distance" => NeighbourWeights::Distance,
        other => unreachable!("the table of keys has no weights {other}"),
    };
    let (neighbours, max_rows) = (params.count("neighbours")?, params.count("max_rows")?);
    if max_rows < neighbours {
        return Err(params.refuse("neighbours", format!("must be at most `max_rows`, which is {max_rows}; was {neighbours}")));
    }
    Ok(NeighboursParams { neighbours, weights, max_rows, features: params.texts("features")? })
}

pub(super) fn naive_bayes(params: &Reader<'_>) -> Result<NaiveBayesParams> {
    Ok(NaiveBayesParams { smoothing: params.number("smoothing")?, features: params.texts("features")? })
}
