//! Index: one row a report, made of all of its runs; `index.jsonl` spares reading those that have not changed.

mod change;
mod ledger;
mod line;
mod margin;
mod row;
mod run;
mod seal;
mod trend;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::render::{Templates, about};
use crate::day::Day;
use crate::error::Result;
use ledger::Ledger;
use line::Line;
use row::{Row, oldest};
use run::{Run, Seen};

/// Folders of runs of one report.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    /// The report's folder below the folder of the runs.
    pub(super) name: String,
    /// Its runs that are there, and what stands beside each in words.
    pub(super) runs: BTreeMap<Day, (PathBuf, Vec<String>)>,
}

/// The list, for its template.
#[derive(Debug, Serialize)]
struct Page {
    rows: Vec<Row>,
    n_runs: usize,
    colours: Vec<row::Colouring>,
}

/// The page, and what goes wrong with `index.jsonl`, which is no reason not to write the page.
///
/// The latest run of each report is read and checked whatever its line says, and earlier ones where their stamps or `run.json` do not agree
/// with their line: who can write to `index.jsonl` puts no words into the mouth of a run that is shown first.
pub(super) fn page(templates: &Templates, reports: &std::path::Path, folders: &[Folders]) -> Result<(String, Result<()>)> {
    let mut ledger = Ledger::read(reports)?;
    let mut fresh = Vec::new();
    let mut seen: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for report in folders {
        let latest = report.runs.keys().next_back();
        for (day, (folder, beside)) in &report.runs {
            let name = format!("{}/{day}", report.name);
            let known = ledger.latest(&name);
            let run = match known {
                Some(line) if Some(day) != latest && run::unchanged(folder, line) => Run::Whole(Box::new(line.clone())),
                Some(_) | None => run::read(folder, &name, *day),
            };
            if let Run::Whole(line) = &run
                && known.is_none_or(|known| known.json() != line.json())
            {
                fresh.push((**line).clone());
            }
            let earlier = earlier(&run, ledger.states(&name)).chain(beside.iter().cloned()).collect();
            seen.entry(report.name.clone()).or_default().push(Seen { as_of: *day, run, earlier });
        }
    }
    for (name, line) in ledger.runs() {
        let Some((report, day)) = name.split_once('/') else { continue };
        let Ok(as_of) = day.parse::<Day>() else { continue };
        let is_there = folders.iter().any(|folders| folders.name == report && folders.runs.contains_key(&as_of));
        if !is_there {
            seen.entry(report.to_owned()).or_default().push(Seen { as_of, run: Run::Gone(Box::new(line.clone())), earlier: Vec::new() });
        }
    }
    let n_runs = folders.iter().map(|report| report.runs.len()).sum();
    let page = Page { rows: rows(seen), n_runs, colours: row::Colouring::all() };
    let appended = ledger.append(&fresh);
    Ok((about(templates, "index.html", &page, Some("index.js"))?, appended))
}

/// Earlier states of a day, in words: a run that is made again until its verdict pleases is told.
fn earlier<'a>(run: &Run, states: &'a [Line]) -> impl Iterator<Item = String> + 'a {
    let now = run.line().map(|line| line.digest.clone());
    let others = states.iter().filter(move |state| now.as_ref().is_some_and(|now| state.digest != *now));
    others.map(|state| format!("made again; was {}: {}", row::colour_word(state.ended.colour).to_lowercase(), state.ended.headline))
}

/// A row for each report: those that are not to be believed first, then by colour, then by name.
fn rows(seen: BTreeMap<String, Vec<Seen>>) -> Vec<Row> {
    let mut reports: Vec<(String, Vec<Seen>)> = seen.into_iter().collect();
    for (_, runs) in &mut reports {
        runs.sort_by_key(|run| run.as_of);
    }
    let newest = reports.iter().filter_map(|(_, runs)| row::shown(runs)).map(|run| run.as_of).max().unwrap_or(oldest());
    let mut rows: Vec<Row> = reports.iter().filter_map(|(name, runs)| Row::of(name, runs, newest)).collect();
    rows.sort_by(|a, b| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
    rows
}
