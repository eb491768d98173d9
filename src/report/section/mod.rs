//! The sections of a report, one file each, in reading order.

mod book;
mod changed;
mod convention;
mod credit;
mod data;
mod error;
mod feature;
mod key_number;
mod limitation;
mod model;
mod pieces;
mod reproduce;
mod risk;
mod window;

pub(super) use book::ruin;
pub(super) use pieces::confidence;

use super::material::Material;
use super::page::Section;

/// Every section that applies, in the order of a reviewer's questions.
pub(super) fn all(material: &Material<'_>) -> Vec<Section> {
    let sections = [
        Some(key_number::section(material)),
        Some(changed::section(material)),
        Some(data::section(material)),
        Some(feature::section(material)),
        Some(window::section(material)),
        Some(model::section(material)),
        error::section(material),
        book::section(material),
        risk::section(material),
        credit::section(material),
        Some(convention::section(material)),
        Some(limitation::section(material)),
        Some(reproduce::section(material)),
    ];
    sections.into_iter().flatten().collect()
}
