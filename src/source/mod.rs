//! Source: which Parquet, which bytes, and are they any good?

mod blame;
mod calendar;
mod depth;
mod examine;
mod file_table;
mod files;
mod footer;
mod guard;
mod hive;
mod inspect;
mod memory;
mod name;
mod newest;
mod open;
mod panel;
mod pattern;
mod quality;
mod rows;
mod session;
mod sorted;
mod tables;
mod thrift;

pub use blame::{blame, kind_name};
pub(crate) use calendar::{beyond, is_date};
pub use depth::check_depth;
pub use inspect::SourceFile;
pub use memory::Memory;
pub use newest::{Wait, arrived};
pub use open::{open, open_files};
pub(crate) use pattern::matches as matches_pattern;
pub(crate) use quality::quoted;
pub use quality::{ColumnProfile, Finding, TableProfile, profile};
pub(crate) use rows::text;
pub use tables::Tables;
