//! Page one: the verdict and what it rests on.

mod believe;
mod failed;
mod figure;
mod foot;
mod limit;
mod tested;
mod tile;
mod verdict;

pub(super) use limit::{all as all_limits, titled as limits_titled};
pub(in crate::report) use verdict::verdict;

use super::changed;
use crate::report::material::Material;
use crate::report::page::{Front, FrontCell};

/// Everything between the verdict and the signatures.
pub(in crate::report) fn front(material: &Material<'_>) -> Front {
    let cell = |title: &str, lines: Vec<String>| FrontCell { title: title.to_owned(), lines };
    Front {
        cells: vec![
            cell("Tested", tested::lines(material)),
            cell("Can it be believed", believe::lines(material)),
            cell("Failed where", failed::lines(material)),
            cell("Changed", changed::lines(material)),
        ],
        limits: limit::gravest(material),
        figures: figure::pair(material),
        tiles: tile::tiles(material),
        overdue: foot::overdue(material),
        limitations: foot::limitations(material),
        recommendation: foot::recommendation(material),
    }
}
