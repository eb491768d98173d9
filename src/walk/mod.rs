//! Walk: every window x model, in parallel, with a memory of past work.

mod dependence;
mod ensemble;
#[cfg(test)]
mod fixture;
mod forward;
mod key;
mod predictions;
mod prior;
mod store;

pub use forward::{Step, Walked, forward};
pub use predictions::{Forecasts, Predictions, Series, WindowCards};
pub use prior::{ClassShares, PriorCorrection, class_shares};
pub use store::Store;
