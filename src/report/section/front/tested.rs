//! What was tested: names, windows, days, models.

use std::collections::BTreeSet;

use super::super::pieces::counted;
use crate::report::format;
use crate::report::material::Material;

pub(super) fn lines(material: &Material<'_>) -> Vec<String> {
    let (data, rows) = (material.facts.data, &material.facts.predictions.rows);
    let models = &material.facts.spec.models;
    let n_fitted = models.iter().filter(|model| model.is_fitted()).count();
    let n_known = rows.iter().filter(|&&row| data.target[row as usize].is_some()).count();
    let mut dates: Vec<_> = rows.iter().map(|&row| data.as_of[row as usize]).collect();
    dates.dedup();
    let n_entities = rows.iter().map(|&row| data.entity[row as usize]).collect::<BTreeSet<u32>>().len();
    let known = if n_known == rows.len() { String::new() } else { format!(", {} with a known outcome", format::count(n_known as u64)) };
    vec![
        format!("{}, {}", counted(n_entities, "entity", "entities"), counted(material.facts.windows.len(), "window", "windows")),
        format!("{} on {}{known}", counted(rows.len(), "row", "rows"), counted(dates.len(), "date", "dates")),
        format!(
            "{}, of which {} fitted anew in every window",
            counted(models.len(), "model", "models"),
            if n_fitted == 1 { "1 is".to_owned() } else { format!("{n_fitted} are") }
        ),
    ]
}
