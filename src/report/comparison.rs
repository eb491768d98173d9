//! Comparison: two runs side by side, for `plimsoll diff --html`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cell::State;
use super::format;
use super::metric;
use super::previous::{Moved, moved};
use super::render::{Templates, about};
use super::told::{self, MetricTold, Told};
use crate::error::Result;
use crate::evidence::Kept;
use crate::stat::{Judged, Metric, Outcome, Standing, Unit};

/// Moved numbers that are printed.
const MOST_MOVED: usize = 200;
/// Differences of p-values below this say nothing.
const P_VALUE_DUST: f64 = 0.001;

/// Two runs, for the template.
#[derive(Debug, Serialize)]
struct Comparison {
    sides: [Side; 2],
    verdict: String,
    limits: Vec<LimitRow>,
    n_crossed: usize,
    moved: Vec<MovedRow>,
    n_moved: usize,
    n_left: usize,
    n_same: usize,
    inputs: Vec<InputRow>,
    program: Vec<String>,
    findings: Vec<Finding>,
    has_findings: bool,
}

/// What stands at the head of one side.
#[derive(Debug, Serialize)]
struct Side {
    name: String,
    title: String,
    as_of: String,
    state: State,
    headline: String,
    sentences: Vec<String>,
    version: String,
    digest: String,
}

#[derive(Debug, Serialize)]
struct LimitRow {
    metric: String,
    limit: String,
    values: [String; 2],
    states: [Option<(State, &'static str)>; 2],
    is_crossed: bool,
}

#[derive(Debug, Serialize)]
struct MovedRow {
    metric: String,
    values: [String; 2],
    change: String,
    share: String,
}

#[derive(Debug, Serialize)]
struct InputRow {
    path: String,
    hashes: [String; 2],
}

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    id: String,
    text: String,
}

/// What is read of a page.
#[derive(Deserialize)]
struct Page {
    head: Head,
    #[serde(default)]
    findings: Value,
}

#[derive(Deserialize)]
struct Head {
    verdict: Verdict,
    #[serde(default)]
    findings: Value,
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    sentences: Vec<String>,
}

/// The page that compares two runs whose folders were checked.
///
/// Errors where a summary is not the one that its run wrote, or a template asks for what is not told.
pub fn compared(templates: &Templates, before: (&Path, &Kept), after: (&Path, &Kept)) -> Result<String> {
    let told = [Told::<Page>::read(before.0, before.1)?, Told::<Page>::read(after.0, after.1)?];
    let kept = [before.1, after.1];
    let limits = limits(&told);
    let (moved, n_moved, n_same) = moved_rows(kept, &told);
    let (was, is) = (before.1.ended.colour, after.1.ended.colour);
    let words = |colour| format!("{colour:?}").to_lowercase();
    let comparison = Comparison {
        sides: [side(before.1, &told[0]), side(after.1, &told[1])],
        verdict: if was == is { format!("Still {}", words(is)) } else { format!("From {} to {}", words(was), words(is)) },
        n_crossed: limits.iter().filter(|row| row.is_crossed).count(),
        limits,
        n_left: n_moved - moved.len(),
        moved,
        n_moved,
        n_same,
        inputs: inputs(kept),
        program: program(kept),
        has_findings: told.iter().any(|told| findings(&told.page).is_some()),
        findings: findings_moved(&told),
    };
    about(templates, "diff.html", &comparison, None)
}

fn side(kept: &Kept, told: &Told<Page>) -> Side {
    Side {
        name: kept.manifest.name.clone(),
        title: kept.manifest.title.clone(),
        as_of: kept.manifest.as_of.clone(),
        state: kept.ended.colour.into(),
        headline: kept.ended.headline.clone(),
        sentences: told.page.head.verdict.sentences.clone(),
        version: format!("{}, commit {}", kept.manifest.program.version, kept.manifest.program.commit),
        digest: kept.run_sha256.clone(),
    }
}

/// Every limit of either run, those that were crossed first.
fn limits(told: &[Told<Page>; 2]) -> Vec<LimitRow> {
    let of = |told: &Told<Page>| -> Vec<Judged> { told.limits.iter().map(told::LimitTold::judged).collect() };
    let [before, after] = [of(&told[0]), of(&told[1])];
    let mut names: Vec<&String> = after.iter().chain(&before).map(|judged| &judged.limit.metric).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.as_str()));
    let row = |name: &String| {
        let sides = [&before, &after].map(|all| all.iter().find(|judged| judged.limit.metric == *name));
        let wanted = sides.map(|judged| judged.map_or("no limit".to_owned(), |judged| metric::wanted(judged).replace("limit: ", "")));
        LimitRow {
            metric: name.clone(),
            limit: if wanted[0] == wanted[1] { wanted[1].clone() } else { format!("{}; was {}", wanted[1], wanted[0]) },
            values: [0, 1].map(|at| match (sides[at], told[at].metrics.get(name)) {
                (Some(judged), _) => told::beside_limit(judged),
                (None, metric) => metric.map_or("n/a".to_owned(), MetricTold::words),
            }),
            states: sides.map(|judged| {
                judged.map(|judged| match judged.standing {
                    Standing::Kept => (State::Green, "kept"),
                    Standing::Breached => (State::Red, "breached"),
                    Standing::NotJudged => (State::Amber, "not judged"),
                })
            }),
            is_crossed: sides[0].is_some_and(|before| sides[1].is_some_and(|after| before.standing != after.standing)),
        }
    };
    let mut rows: Vec<LimitRow> = names.into_iter().map(row).collect();
    // In the order of the spec otherwise.
    rows.sort_by_key(|row| !row.is_crossed);
    rows
}

/// Numbers that moved, by their size; how many there are, and how many are the same.
fn moved_rows(kept: [&Kept; 2], told: &[Told<Page>; 2]) -> (Vec<MovedRow>, usize, usize) {
    let all = moved(&kept[0].metrics, &kept[1].metrics);
    let n_names = kept[0].metrics.keys().chain(kept[1].metrics.keys()).collect::<BTreeSet<_>>().len();
    let n_moved = all.len();
    let mut sized: Vec<(f64, MovedRow)> = all.into_iter().filter_map(|moved| sized(moved, told)).collect();
    sized.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.metric.cmp(&b.1.metric)));
    (sized.into_iter().take(MOST_MOVED).map(|(_, row)| row).collect(), n_moved, n_names - n_moved)
}

/// A row and how far its number moved: p-values by their difference, others by its share of the larger of the two; all the way where one
/// run alone has it. `None` for the dust of p-values.
fn sized(moved: Moved, told: &[Told<Page>; 2]) -> Option<(f64, MovedRow)> {
    let metrics = [0, 1].map(|at| told[at].metrics.get(&moved.metric).map(MetricTold::metric));
    let unit = metrics.iter().flatten().next_back().map_or(Unit::Number, |metric| metric.unit);
    let both = moved.before.zip(moved.after);
    let change = both.map(|(before, after)| after - before);
    let share = both.map(|(before, after)| (after - before) / before.abs().max(after.abs()));
    let (size, share) = match (unit, change, share) {
        (Unit::PValue, Some(change), _) if change.abs() < P_VALUE_DUST => return None,
        (Unit::PValue, Some(change), _) => (change.abs(), String::new()),
        (_, _, Some(share)) => (share.abs(), format!("{} %", format::percent(share))),
        (_, _, None) => (f64::INFINITY, String::new()),
    };
    let row = MovedRow {
        values: [moved.before, moved.after].map(|value| shown(value, unit)),
        change: change.map_or("n/a".to_owned(), |change| difference(change, unit)),
        share,
        metric: moved.metric,
    };
    Some((size, row))
}

fn shown(value: Option<f64>, unit: Unit) -> String {
    let value = value.map_or_else(|| Outcome::undefined("not defined in that run"), Outcome::Value);
    metric::shown(&Metric { value, unit, n: 0 })
}

/// A difference in the words of its unit; that of two p-values is no p-value, and of shares is in points.
fn difference(change: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{} points", format::percent(change)),
        Unit::Money => format::money(change),
        Unit::Number | Unit::PValue | Unit::Count | Unit::Target | Unit::TargetSquared => format::number(change, 4),
    }
}

/// Files that differ, by their path and the first digits of their hashes.
fn inputs(kept: [&Kept; 2]) -> Vec<InputRow> {
    let files = kept.map(|kept| &kept.manifest.inputs.files);
    let paths: BTreeSet<&String> = files[0].keys().chain(files[1].keys()).collect();
    let hash = |files: &BTreeMap<String, String>, path: &String| {
        files.get(path).map_or("not read".to_owned(), |hash| hash.get(..12).unwrap_or(hash).to_owned())
    };
    let differs = paths.into_iter().filter(|path| files[0].get(*path) != files[1].get(*path));
    differs.map(|path| InputRow { path: path.clone(), hashes: files.map(|files| hash(files, path)) }).collect()
}

/// What else differs that decides the bytes.
fn program(kept: [&Kept; 2]) -> Vec<String> {
    let [before, after] = kept.map(|kept| &kept.manifest);
    let mut found = Vec::new();
    if before.program != after.program {
        found.push("the program is another".to_owned());
    }
    if before.seed != after.seed {
        found.push(format!("the seed was {}, is {}", before.seed, after.seed));
    }
    if before.spec_file != after.spec_file {
        found.push(format!("the spec was {}, is {}", before.spec_file, after.spec_file));
    }
    found
}

/// The register of findings, where the page has one.
fn findings(page: &Page) -> Option<&Vec<Value>> {
    page.findings.as_array().or(page.head.findings.as_array())
}

/// Findings opened and closed.
fn findings_moved(told: &[Told<Page>; 2]) -> Vec<Finding> {
    let open = |page: &Page| -> BTreeMap<String, String> {
        let open = findings(page).into_iter().flatten().filter(|finding| finding["closed"].is_null());
        let words = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        open.map(|finding| (words(finding, "id"), words(finding, "text"))).collect()
    };
    let [before, after] = [open(&told[0].page), open(&told[1].page)];
    let only = |these: &BTreeMap<String, String>, those: &BTreeMap<String, String>, what: &'static str| -> Vec<Finding> {
        let only = these.iter().filter(|(id, _)| !those.contains_key(*id));
        only.map(|(id, text)| Finding { what, id: id.clone(), text: text.clone() }).collect()
    };
    only(&after, &before, "opened").into_iter().chain(only(&before, &after, "closed")).collect()
}
