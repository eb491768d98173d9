//! `plimsoll features`: definition, coverage, distribution, drift and strength of every feature.

use std::path::Path;

use super::{Exit, aligned, say};
use crate::disk::write_whole;
use crate::error::Result;
use crate::stat::{FeatureSummary, Outcome, features as summaries};
use crate::{feature, sidecar, source, spec};

pub(super) fn features(root: &Path, path: &Path, catalogue: Option<&Path>, rows: Option<&Path>) -> Result<Exit> {
    let spec = spec::load(root, path)?;
    let tables = source::open(root, &spec)?;
    if let Some(path) = rows {
        let landed = feature::land(root, &spec, &tables, path)?;
        say(&format!("{}: {} rows, {} columns", path.display(), landed.n_rows, landed.n_columns))?;
        if catalogue.is_none() {
            return Ok(Exit::Good);
        }
    }
    let data = feature::build_untested(root, &spec, &tables)?;
    let definitions = feature::definitions(root, &spec, &data)?;
    let found = summaries(&spec, &data);
    let headings = ["feature", "coverage %", "first valid", "mean", "sd", "1 %", "median", "99 %", "psi", "strength", "sql"];
    let mut table = vec![headings.map(str::to_owned).to_vec()];
    table.extend(found.iter().zip(&definitions).map(|(feature, definition)| row(feature, &definition.sql)));
    say(&aligned(&table))?;
    if let Some(path) = catalogue {
        write_whole(path, &sidecar::catalogue(&found, &definitions)?)?;
    }
    Ok(Exit::Good)
}

fn row(feature: &FeatureSummary, sql: &str) -> Vec<String> {
    let description = feature.description.as_ref();
    let at = |share: f64| shown(&feature.quantile(share));
    vec![
        feature.name.clone(),
        format!("{:.1}", 100.0 * feature.coverage),
        feature.first_valid.map_or("n/a".to_owned(), |day| day.to_string()),
        shown(&description.clone().map(|found| found.mean)),
        shown(&description.and_then(|found| found.sd.clone())),
        at(0.01),
        at(0.50),
        at(0.99),
        shown(&feature.drift.as_ref().map(|drift| drift.psi)),
        shown(&feature.strength),
        sql.split_whitespace().collect::<Vec<_>>().join(" "),
    ]
}

fn shown(value: &Outcome<f64>) -> String {
    value.value().map_or("n/a".to_owned(), |value| format!("{value:.4}"))
}
