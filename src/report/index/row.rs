//! Row: one report in the list, from all of its runs.

use serde::Serialize;

use super::change;
use super::line::Line;
use super::margin::{self, Margin};
use super::run::{Run, Seen};
use super::trend::{Trend, trends};
use crate::day::Day;
use crate::report::cell::State;
use crate::stat::Colour;

/// Verdicts shown as squares.
const SQUARES: usize = 12;
/// Runs shown in the history; `index.jsonl` has the rest.
const HISTORY: usize = 60;

/// One report.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// Its title, of the latest run.
    title: String,
    /// The latest run's page; empty where its folder is gone.
    link: String,
    /// Who owns the model; empty where none is stated.
    owner: String,
    /// By which rows are ordered: 0 is the worst.
    pub(super) rank: usize,
    /// Colour and word of the latest verdict.
    state: State,
    word: String,
    /// The latest headline.
    headline: String,
    /// The gravest sentence of the latest run; empty where there is none.
    worst: String,
    /// What else must be told: runs not to be believed, made again, gone.
    notes: Vec<String>,
    /// Against the run before.
    change: String,
    /// The run before; empty for the first.
    since: String,
    /// The nearest kept limit, and its headroom to sort by; empty where there is none.
    margin: String,
    margin_share: String,
    as_of: Day,
    /// When the latest run was made, where not soon after.
    made_on: Option<Day>,
    /// Days from the latest run to the newest of the index.
    age_days: i64,
    age: String,
    /// Who signed the latest run.
    signed: Vec<String>,
    /// Digest of the latest run; empty where it is not to be believed.
    digest: String,
    squares: Vec<Past>,
    trends: Vec<Trend>,
    /// Newest first.
    history: Vec<Past>,
    n_runs: usize,
    n_more: usize,
}

/// One run of the past.
#[derive(Debug, Clone, Serialize)]
struct Past {
    as_of: Day,
    /// When it was made, where not soon after.
    made_on: Option<Day>,
    state: State,
    letter: &'static str,
    headline: String,
    digest: String,
    /// Empty where the folder is gone.
    link: String,
    signed: Vec<String>,
    earlier: Vec<String>,
}

/// A colour by which rows are filtered.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Colouring {
    state: State,
    word: &'static str,
}

impl Colouring {
    /// All of them, gravest first.
    pub(super) fn all() -> Vec<Self> {
        [Colour::Red, Colour::Amber, Colour::Neutral, Colour::Green].map(|colour| Self { state: colour.into(), word: colour_word(colour) }).to_vec()
    }
}

/// The word of a colour.
pub(super) fn colour_word(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "Green",
        Colour::Amber => "Amber",
        Colour::Red => "Red",
        Colour::Neutral => "Neutral",
    }
}

fn letter(colour: Colour) -> &'static str {
    &colour_word(colour)[..1]
}

/// The run that stands for the report: the latest whose folder is there, else the latest that was.
pub(super) fn shown(runs: &[Seen]) -> Option<&Seen> {
    runs.iter().rev().find(|seen| !matches!(seen.run, Run::Gone(_))).or(runs.last())
}

/// Before every run.
pub(super) fn oldest() -> Day {
    Day::FIRST
}

impl Row {
    /// The row of the report in folder `folder`; `runs` are sorted by their day. `None` without runs.
    pub(super) fn of(folder: &str, runs: &[Seen], newest: Day) -> Option<Self> {
        let latest = shown(runs)?;
        let before = runs.iter().rev().find(|seen| seen.as_of < latest.as_of);
        let lines: Vec<&Line> = runs.iter().filter(|seen| seen.as_of <= latest.as_of).filter_map(|seen| seen.run.line()).collect();
        let past: Vec<Past> = runs.iter().map(|seen| Past::of(folder, seen)).collect();
        let line = latest.run.line();
        let last = past.iter().find(|past| past.as_of == latest.as_of)?;
        let age_days = i64::from(newest.0) - i64::from(latest.as_of.0);
        let Margin { share, words: margin } = line.map_or_else(|| Margin { share: None, words: "n/a".to_owned() }, margin::nearest);
        let is_doubted = runs.iter().any(|seen| matches!(seen.run, Run::Doubted(_)));
        let rank = if is_doubted { 0 } else { line.map_or(0, |line| rank(line.ended.colour)) };
        let text = |of: fn(&Line) -> &String| line.map(of).cloned();
        Some(Self {
            name: text(|line| &line.name).unwrap_or_else(|| folder.to_owned()),
            title: text(|line| &line.title).unwrap_or_else(|| folder.to_owned()),
            link: last.link.clone(),
            owner: text(|line| &line.owner).unwrap_or_default(),
            rank,
            state: last.state,
            word: line.map_or("Red", |line| colour_word(line.ended.colour)).to_owned(),
            headline: if matches!(latest.run, Run::Whole(_)) { outcome(&last.headline).to_owned() } else { last.headline.clone() },
            worst: text(|line| &line.worst).unwrap_or_default(),
            notes: notes(runs, latest),
            change: match (before.map(|before| &before.run), line) {
                (None, _) => "first run".to_owned(),
                (Some(_), None) => "n/a".to_owned(),
                (Some(Run::Doubted(_)), Some(_)) => "the run before is not to be believed".to_owned(),
                (Some(Run::Whole(before) | Run::Gone(before)), Some(now)) => change::between(before, now),
            },
            since: before.map(|before| before.as_of.to_string()).unwrap_or_default(),
            margin,
            margin_share: share.map(|share| share.to_string()).unwrap_or_default(),
            as_of: latest.as_of,
            made_on: last.made_on,
            age_days,
            age: match age_days {
                0 => "newest".to_owned(),
                1 => "1 day older".to_owned(),
                days => format!("{days} days older"),
            },
            signed: line.map(|line| line.signed.clone()).unwrap_or_default(),
            digest: last.digest.clone(),
            squares: past[past.len().saturating_sub(SQUARES)..].to_vec(),
            trends: trends(&lines),
            history: past.iter().rev().take(HISTORY).cloned().collect(),
            n_runs: past.len(),
            n_more: past.len().saturating_sub(HISTORY),
        })
    }
}

fn rank(colour: Colour) -> usize {
    match colour {
        Colour::Red => 1,
        Colour::Amber => 2,
        Colour::Neutral => 3,
        Colour::Green => 4,
    }
}

/// What must not be overlooked in the history.
fn notes(runs: &[Seen], latest: &Seen) -> Vec<String> {
    let others = runs.iter().filter(|seen| seen.as_of != latest.as_of);
    let mut notes: Vec<String> = others
        .filter_map(|seen| match &seen.run {
            Run::Doubted(problem) => Some(format!("Run of {}: not to be believed: {problem}", seen.as_of)),
            Run::Whole(_) | Run::Gone(_) => None,
        })
        .collect();
    notes.extend(latest.earlier.iter().map(|words| format!("Run of {}: {words}", latest.as_of)));
    match runs.iter().filter(|seen| matches!(seen.run, Run::Gone(_))).count() {
        0 => {}
        n if n == runs.len() => notes.push("Its folder is gone".to_owned()),
        1 => notes.push("The folder of 1 run is gone".to_owned()),
        n => notes.push(format!("The folders of {n} runs are gone")),
    }
    notes
}

/// What became of the limits; which tests reject stands in the sentence beside it and in the history.
fn outcome(headline: &str) -> &str {
    let ends = ["; ", " ("].into_iter().filter_map(|end| headline.find(end)).min();
    &headline[..ends.unwrap_or(headline.len())]
}

impl Past {
    fn of(folder: &str, seen: &Seen) -> Self {
        let link = format!("./{folder}/{}/report.html", seen.as_of);
        let of = |line: &Line, link: String, headline: String| Self {
            as_of: seen.as_of,
            made_on: line.made_on,
            state: line.ended.colour.into(),
            letter: letter(line.ended.colour),
            headline,
            digest: line.digest.clone(),
            link,
            signed: line.signed.clone(),
            earlier: seen.earlier.clone(),
        };
        match &seen.run {
            Run::Whole(line) => of(line, link, line.ended.headline.clone()),
            Run::Gone(line) => of(line, String::new(), format!("{}; the folder is gone", line.ended.headline)),
            Run::Doubted(problem) => Self {
                as_of: seen.as_of,
                made_on: None,
                state: State::Red,
                letter: "X",
                headline: format!("Not to be believed: {problem}"),
                digest: String::new(),
                link,
                signed: Vec::new(),
                earlier: seen.earlier.clone(),
            },
        }
    }
}
