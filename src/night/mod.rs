//! Night: what a monitor and a catalogue are told of the runs. It lies where the operator says, never in a run folder, and no number of a
//! report depends on it.

mod append;
mod clock;
mod exposition;
mod lineage;
mod prom;

pub use lineage::{Begun, LineageLog};
pub use prom::MetricsFile;
