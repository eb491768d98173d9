//! Source: which Parquet, which bytes, and are they any good?

mod files;
mod memory;
mod open;
mod ordered;
mod quality;
mod rows;

pub use files::SourceFile;
pub use memory::Memory;
pub use open::{Tables, blame, kind_name, open, open_files};
pub(crate) use rows::text;
pub use quality::{ColumnProfile, Finding, TableProfile, profile};
