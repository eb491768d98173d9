//! `plimsoll check`: what a spec means, and whether its data and SQL keep their contracts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Exit, escape, found, say};
use crate::error::{Error, Result};
use crate::spec::{self, Spec};
use crate::{book, feature, model, source, stat, window};

pub(super) fn check(root: &Path, paths: &[PathBuf], explain: bool, metrics: bool) -> Result<Exit> {
    if explain {
        say(&spec::explain())?;
    }
    for path in found(root, paths)? {
        let spec = spec::load(root, &path)?;
        say(&meaning(&spec))?;
        let tables = source::open(root, &spec)?;
        for table in source::profile(&tables)? {
            let days = table.first.zip(table.last).map_or(String::new(), |(first, last)| format!(", {first} to {last}"));
            say(&format!("  table {}: {} rows{days}, {} findings", table.name, table.n_rows, table.findings.len()))?;
            for finding in &table.findings {
                say(&format!("    {}: {}, {} found", format!("{:?}", finding.severity).to_lowercase(), finding.meaning, finding.count))?;
            }
        }
        let built = feature::build(root, &spec, &tables, &feature::Cuts::forgetful())?;
        stat::check_limits(&spec, &built.data)?;
        say(&format!(
            "  features: {} rows, {} entities, {} features",
            built.data.n_rows(),
            built.data.entities.len(),
            built.data.feature_names.len()
        ))?;
        let as_of = tables.as_of()?;
        let waiting = feature::unknown(&built.data, 0..built.data.n_rows() as u32, as_of).waiting;
        if 0 < waiting {
            say(&format!("  targets: {waiting} rows wait for theirs, which is known on {as_of} or later"))?;
        }
        let seen = &built.certificate;
        let dates: Vec<String> = seen.days().map(|day| day.to_string()).collect();
        say(&format!(
            "  no look-ahead: {} rows, {} values and {} targets identical when every table is cut at {}",
            seen.n_rows(),
            seen.n_values(),
            seen.n_targets(),
            dates.join(", ")
        ))?;
        for alarm in stat::alarms(&spec, &built.data, &stat::features(&spec, &built.data)) {
            say(&format!("  amber: {}", alarm.sentence))?;
        }
        let within = |error: Error| error.within(spec.file.display());
        let windows = window::plan(&spec.window, &built.data).map_err(within)?;
        model::admit(&spec, &built.data).map_err(within)?;
        if let Some(book) = &spec.book {
            book::admit(book, &spec.risk, &built.data, &window::tested(&windows, &built.data)).map_err(within)?;
        }
        if metrics {
            let rows: Vec<Vec<String>> =
                stat::metrics(&spec, &built.data).into_iter().map(|(name, about)| vec![name, about.unit.to_owned(), about.question]).collect();
            say(&super::aligned(&rows))?;
        }
        let (first, last) = (&windows[0], &windows[windows.len() - 1]);
        say(&format!("  windows: {}, tested {} to {}", windows.len(), first.test.start, last.test.end.plus_days(-1)))?;
    }
    Ok(Exit::Good)
}

fn meaning(spec: &Spec) -> String {
    let mut lines = vec![format!("{}: {}", spec.file.display(), escape::value(&spec.title))];
    for model in &spec.models {
        let asks: Vec<String> = model.ask.iter().map(ToString::to_string).collect();
        let mut line = format!("  model {} ({}): {}", model.name, model.kind.name(), asks.join(", "));
        if !model.kind.members().is_empty() {
            let _ = write!(line, "; combines {}", model.kind.members().join(", "));
        }
        if model.select.is_some() {
            line.push_str("; features chosen in each window");
        }
        if let Some(tune) = &model.tune {
            let _ = write!(line, "; settings chosen in each window from {} combinations, on {} inner folds", tune.trials.len(), tune.folds);
        }
        lines.push(line);
    }
    for limit in &spec.limits {
        let bound = |word: &str, value: Option<f64>| value.map_or(String::new(), |value| format!(" {word} {value}"));
        lines.push(format!("  limit {}{}{}", limit.metric, bound("at least", limit.min), bound("at most", limit.max)));
    }
    lines.join("\n")
}
