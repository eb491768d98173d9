//! The sections of a report, one file each, in the order of a reviewer's doubts.

mod book;
mod changed;
mod convention;
mod credit;
mod data;
mod error;
mod evidence_map;
mod feature;
mod finding;
mod front;
mod limit;
mod limitation;
mod measured;
mod model;
mod pieces;
mod reproduce;
mod responsible;
mod risk;
mod window;

pub(super) use book::ruin;
pub(super) use front::{front, verdict};
pub(super) use measured::p_near;
pub(super) use pieces::{confidence, counted};

use super::material::Material;
use super::page::{Section, anchor};

/// Every section in its place, or `None` where it does not apply: its number is its place, so that none moves when another is absent.
fn evidence(material: &Material<'_>) -> Vec<Option<Section>> {
    vec![
        Some(limit::section(material)),
        Some(changed::section(material)),
        risk::section(material),
        credit::section(material),
        error::section(material),
        book::section(material),
        Some(model::section(material)),
        Some(window::section(material)),
        Some(feature::section(material)),
        Some(data::section(material)),
        Some(responsible::section(material)),
        Some(finding::section(material)),
        evidence_map::section(material),
        Some(limitation::section(material)),
    ]
}

/// The evidence, and what is kept for the record: sections of its own, then what sections of the evidence leave to it, under their letters.
pub(super) fn all(material: &Material<'_>) -> (Vec<Section>, Vec<Section>) {
    let own = [convention::section(material), reproduce::section(material)];
    let n_own = own.len();
    let mut record: Vec<Section> = own.into_iter().enumerate().map(|(place, section)| Section { number: letter(place), ..section }).collect();
    let mut sections = Vec::new();
    for (place, section) in evidence(material).into_iter().enumerate() {
        let Some(mut section) = section else { continue };
        let left = std::mem::take(&mut section.record);
        if !left.is_empty() {
            let noun = section.title.split(':').next().unwrap_or_default();
            let title = format!("{noun}, for the record");
            record.push(Section { number: letter(n_own + place), blocks: left, ..Section::new(format!("{}-record", anchor(&section.id)), title) });
        }
        sections.push(Section { number: (place + 1).to_string(), ..section });
    }
    (sections, record)
}

/// A, B, C ...: the record has fewer than 26 places.
fn letter(place: usize) -> String {
    char::from(b'A' + u8::try_from(place).expect("few sections")).to_string()
}

/// What failed, in words: "VaR 99 % of `ewma` is too low (...)": the subject, the rejection by its direction, and the numbers.
fn failure(material: &Material<'_>, found: &crate::stat::Found) -> String {
    measured::failure(material, found)
}
