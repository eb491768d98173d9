//! Feature: SQL to rows.

mod build;
mod contract;
mod dataset;
mod definition;
mod function;
mod grain;
mod inspector;
mod landing;
mod lineage;
mod observation;
mod outline;
mod query;
mod refusal;
mod span;
mod sql_file;
mod stored;
mod truncate;
mod view;
mod wall;

pub use build::{Built, build, build_untested, definitions, views};
pub use dataset::{Dataset, Labels, Matrix, Rows};
pub use definition::Definition;
pub use landing::{Landed, land};
pub use lineage::{How, Influence, Lineage, Source, Traced, lineage};
pub use observation::Observation;
pub use query::{count, query};
pub use span::Span;
pub use sql_file::text as sql_text;
pub use truncate::{Certificate, Cut, Cuts, Why};
pub use wall::{Unknown, unknown};
