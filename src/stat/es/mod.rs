//! ES: are losses beyond VaR as large as promised? One test a file; the family's list is below.

mod acerbi_szekely;
mod sight;

pub use acerbi_szekely::{FISSLER_ZIEGEL, N_SIMULATED, TailForecasts, Z1, Z2, acerbi_szekely_1, acerbi_szekely_2, fissler_ziegel_loss};

#[cfg(test)]
pub(super) use acerbi_szekely::NormalExcess;

use super::measure::Measure;
use super::var::TailCase;

/// Every measure of an ES, in the order of the page; each needs the ES beside the VaR.
pub const ES: &[&Measure<TailCase>] = &[&FISSLER_ZIEGEL, &Z2, &Z1];
