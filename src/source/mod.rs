//! Source: which Parquet, which bytes, and are they any good?

mod depth;
mod files;
mod memory;
mod name;
mod open;
mod ordered;
mod panel;
mod quality;
mod rows;

pub use depth::check_depth;
pub use files::SourceFile;
pub use memory::Memory;
pub use open::{Tables, blame, kind_name, open, open_files};
pub use quality::{ColumnProfile, Finding, TableProfile, profile};
pub(crate) use rows::text;
