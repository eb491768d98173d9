//! Report: say it. A `Page` is composed from the statistics; the HTML and `summary.json` are made from the same page.

mod cell;
mod chart;
mod compose;
mod filter;
mod format;
mod framework;
mod list;
mod material;
mod metric;
mod number;
mod page;
mod previous;
mod register;
mod policy;
mod render;
mod told;
mod index;
mod comparison;
mod markdown;
mod section;
mod sidecar;
#[cfg(test)]
mod snapshot;

pub use cell::{Cell, State};
pub use comparison::compared;
pub use compose::compose;
pub use list::write_index;
pub use markdown::{csv, markdown};
pub use material::Material;
pub use page::{Align, Block, Code, Column, Figure, Front, FrontCell, Head, Page, Section, Subhead, Table, TestPeriod, Tile, Verdict, Width};
pub use previous::{Moved, Previous};
pub use register::{Entry, Register, register};
pub use render::{Templates, html};
pub use sidecar::{model_cards, summary_json};
