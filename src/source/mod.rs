//! Source: which Parquet, which bytes, and are they any good?

mod calendar;
mod depth;
mod examine;
mod file_table;
mod files;
mod footer;
mod guard;
mod inspect;
mod memory;
mod name;
mod open;
mod panel;
mod pattern;
mod quality;
mod rows;
mod sorted;
mod thrift;

pub(crate) use calendar::{beyond, is_date};
pub use depth::check_depth;
pub use inspect::SourceFile;
pub use memory::Memory;
pub use open::{Tables, blame, kind_name, open, open_files};
pub(crate) use pattern::matches as matches_pattern;
pub(crate) use quality::quoted;
pub use quality::{ColumnProfile, Finding, TableProfile, profile};
pub(crate) use rows::text;
