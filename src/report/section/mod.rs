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
mod measured;
mod model;
mod pieces;
mod reproduce;
mod risk;
mod window;

pub(super) use book::ruin;
pub(super) use measured::p_near;
pub(super) use pieces::{confidence, counted};

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

/// What failed, in words: "VaR 99 % of `ewma` is too low (...)": the subject, the rejection by its direction, and the numbers.
pub(super) fn failure(material: &Material<'_>, found: &crate::stat::Found) -> String {
    measured::failure(material, found)
}
