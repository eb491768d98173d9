//! Plimsoll replays history window by window, forecasts with models that saw only the past, and reports how wrong they
//! were and how much could be lost.
//!
//! The stages, in the order of a run; each imports only from those above it (`tests/layers.rs` keeps it so).

use fixed_libm as _;

pub mod day;
pub mod acting;
pub mod digest;
pub mod stamp;
pub mod error;
pub mod leftover;
pub mod half;
pub mod disk;
pub mod scratch;
pub mod bound;
pub mod place;

pub mod spec;
pub mod source;
pub mod feature;
pub mod window;
pub mod score;
pub mod model;
pub mod walk;
pub mod book;
pub mod stat;
pub mod manifest;
pub mod evidence;
pub mod folder;
pub mod report;
pub mod sidecar;
pub mod night;

pub mod run;
pub mod sample;
pub mod import;
pub mod start;
pub mod cli;
