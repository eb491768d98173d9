//! Composes the page: head, page one, and the sections in the order of a reviewer's doubts.

use super::material::Material;
use super::page::{Head, Page, TestPeriod};
use super::section;
use crate::manifest::VERSION;

/// The page of a report.
#[must_use]
pub fn compose(material: &Material<'_>) -> Page {
    let (sections, record) = section::all(material);
    let mut page = Page { head: head(material), front: section::front(material), sections, record };
    page.number();
    page
}

fn head(material: &Material<'_>) -> Head {
    let spec = material.facts.spec;
    let hash = material.inputs.sha256();
    Head {
        title: spec.title.clone(),
        portfolio: spec.portfolio.clone(),
        model_id: spec.governance.model_id.clone(),
        tier: spec.governance.tier.clone(),
        owner: spec.governance.owner.clone(),
        validator: spec.governance.validator.clone(),
        as_of: material.as_of,
        test_period: first_tested(material).zip(last_judged(material)).map(|(first, to)| TestPeriod { from: first, to }),
        run_id: hash[..12].to_owned(),
        inputs_sha256: hash,
        version: VERSION.to_owned(),
        verdict: section::verdict(material),
        sign_off: spec.sign_off.clone(),
    }
}

/// First day with a tested row.
fn first_tested(material: &Material<'_>) -> Option<crate::day::Day> {
    material.facts.predictions.rows.first().map(|&row| material.facts.data.as_of[row as usize])
}

/// Last day whose forecast could be held against an outcome.
fn last_judged(material: &Material<'_>) -> Option<crate::day::Day> {
    let data = material.facts.data;
    material.facts.predictions.rows.iter().rev().find(|&&row| data.target[row as usize].is_some()).map(|&row| data.as_of[row as usize])
}
