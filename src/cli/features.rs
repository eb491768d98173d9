//! `plimsoll features`: definition, coverage, distribution, drift and strength of every feature.

use std::path::Path;

use super::{Exit, aligned, say};
use crate::error::Result;
use crate::stat::{Outcome, features as summaries};
use crate::{feature, source, spec};

pub(super) fn features(root: &Path, path: &Path) -> Result<Exit> {
    let spec = spec::load(root, path)?;
    let tables = source::open(root, &spec)?;
    let data = feature::build_untested(root, &spec, &tables)?;
    let definitions = feature::definitions(root, &spec, &data)?;
    let headings = ["feature", "coverage %", "first valid", "mean", "sd", "psi", "strength", "sql"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for (feature, definition) in summaries(&spec, &data).into_iter().zip(definitions) {
        let description = feature.description.as_ref();
        rows.push(vec![
            feature.name,
            format!("{:.1}", 100.0 * feature.coverage),
            feature.first_valid.map_or("n/a".to_owned(), |day| day.to_string()),
            shown(&description.clone().map(|found| found.mean)),
            shown(&description.and_then(|found| found.sd.clone())),
            shown(&feature.drift.as_ref().map(|drift| drift.psi)),
            shown(&feature.strength),
            definition.sql,
        ]);
    }
    say(&aligned(&rows))?;
    Ok(Exit::Good)
}

fn shown(value: &Outcome<f64>) -> String {
    value.value().map_or("n/a".to_owned(), |value| format!("{value:.4}"))
}
