//! Battery: the tests of a model as one verdict (Holm), and what each of them could have seen (power).

mod count;
mod decide;
mod holm;
mod sight;
mod simulated;
#[cfg(test)]
mod size;

pub use decide::decide_together;
pub use holm::holm;
pub use sight::look;

pub(super) use count::{Region, first_where_within};
pub(super) use simulated::is_clear;
