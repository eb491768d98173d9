//! Score: what does one forecast cost? Losses and scoring rules, each written once.
//!
//! Pure functions of a target and its forecast, in the units and signs of the target; smaller is better. The trees minimise them, tuning and
//! ensembles choose by them, `stat` reports their means. Logarithms are `libm`'s, so that a loss has the same bits on every machine.

mod absolute;
mod fissler_ziegel;
mod log_loss;
mod pinball;
mod qlike;
mod squared;

pub use absolute::absolute;
pub use fissler_ziegel::fissler_ziegel;
pub use log_loss::{LOG_LOSS_MARGIN, log_loss, log_loss_of_log_odds};
pub use pinball::pinball;
pub use qlike::qlike;
pub use squared::{brier, squared};
