//! The one integration test binary; each module is a kind of promise.

mod alarm;
mod bad_runs;
mod bad_specs;
mod book;
mod cleaning;
mod confinement;
mod determinism;
mod engine;
mod evidence;
mod fixture;
mod folder;
mod layers;
mod limits;
mod models;
mod no_lookahead;
mod overlap;
mod pack;
mod panel;
mod real;
mod reports;
mod rewritten_future;
mod slt;
mod streaming;
mod supply;
mod wall;
mod verdict;
