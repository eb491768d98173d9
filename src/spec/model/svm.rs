//! `svm`: a support vector machine.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Mention, Reads, one_quantity};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::{Default, Optional};
use crate::spec::key::Range::{Above, AboveUpTo, AtLeast, Between};
use crate::spec::key::Shape::{Choice, Integer, Number};
use crate::spec::key::{FEATURES, key};
use crate::spec::reader::Reader;

/// Kernel of a support vector machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SvmKernel {
    /// Their inner product: scores are linear in the features.
    Linear,
    /// exp(-gamma x squared distance).
    Rbf,
}

/// Settings of `svm`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SvmParams {
    /// Kernel.
    pub kernel: SvmKernel,
    /// Cost of a row on the wrong side (C), above 0 and at most 10,000.
    pub cost: f64,
    /// Width of `rbf`, above 0; `None`: 1 / number of features used.
    pub gamma: Option<f64>,
    /// Errors up to this many standard deviations of the training target cost nothing, at least 0; for the mean only.
    pub epsilon: f64,
    /// The search ends when no pair of rows breaks the optimum's conditions by more than this, above 0.
    pub tolerance: f64,
    /// Training rows drawn at most (seeded, once a window): time and memory grow with their square.
    pub max_rows: u32,
    /// Features used; empty: all.
    pub features: Vec<String>,
}

pub(super) const SVM: Declaration<SvmParams> = Declaration {
    name: "svm",
    meaning: "a support vector machine; forecasts either the mean or the probability",
    keys: &[
        key("kernel", Choice(&["linear", "rbf"]), Default("\"rbf\""), "\"rbf\"", "Kernel: linear, or radial basis function."),
        key("cost", Number(AboveUpTo(0.0, 10_000.0)), Default("1"), "0.1", "Cost of a row on the wrong side (C); time grows with it."),
        key("gamma", Number(Above(0.0)), Optional, "0.05", "Width of kernel = \"rbf\"; without it, 1 / number of features."),
        key(
            "epsilon",
            Number(AtLeast(0.0)),
            Default("0.1"),
            "0.1",
            "Errors up to this many standard deviations of the training target cost nothing; for the mean only.",
        ),
        key("tolerance", Number(Between(1e-6, 1.0)), Default("1e-3"), "1e-3", "Tolerance of the optimiser's stopping rule."),
        key(
            "max_rows",
            Integer(100, 50_000),
            Default("5000"),
            "5000",
            "Maximum number of training rows, drawn once a window; time grows with their square.",
        ),
        FEATURES,
    ],
    read,
    forecasts: |_, quantity| matches!(quantity, Quantity::Mean | Quantity::Probability),
    check_ask: |_, model, ask| one_quantity("svm", model, ask),
    learns: Learning::Rows,
    reads: Reads::Features { listed: |params| &params.features, narrowed: |params, features| SvmParams { features, ..params.clone() } },
    mentions: |params| Mention::used(&params.features),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| true,
};

fn read(params: &Reader<'_>) -> Result<SvmParams> {
    let kernel = match params.choice("kernel")? {
        "linear" => SvmKernel::Linear,
        "rbf" => SvmKernel::Rbf,
        other => unreachable!("the table of keys has no kernel {other}"),
    };
    // A setting without effect would mislead the reader of the spec.
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
