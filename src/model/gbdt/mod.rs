//! Gradient-boosted decision trees, behind an engine that may be exchanged.

mod crate_engine;

use super::Learner;
use crate::spec::{GbdtEngine, GbdtParams, Quantity};

/// What the trees of the crate minimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CrateLoss {
    /// Squared error: forecasts of the mean.
    Squared,
    /// Negative log likelihood of a 0/1 target: forecasts of its probability.
    Logistic,
}

/// The learner of `kind = "gbdt"`.
///
/// With `probability` asked the trees minimise log loss, else squared error. Asked for both, they minimise log loss: the mean
/// of a 0/1 target is its probability.
pub(super) fn learner(params: &GbdtParams, ask: &[Quantity]) -> Box<dyn Learner> {
    let loss = if ask.contains(&Quantity::Probability) { CrateLoss::Logistic } else { CrateLoss::Squared };
    match params.engine {
        GbdtEngine::Gbdt => Box::new(crate_engine::CrateEngine { params: params.clone(), loss }),
    }
}
