//! Feature: SQL to rows.

mod build;
mod contract;
mod dataset;
mod definition;
mod function;
mod grain;
mod query;
mod stored;
mod truncate;
mod view;

pub use build::{Built, build, build_untested, definitions, views, write_view};
pub use dataset::{Dataset, Labels, Matrix};
pub use definition::Definition;
pub use query::{count, query};
pub use truncate::Certificate;
