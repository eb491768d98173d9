//! How a run gets on: a bar with an estimate on a terminal, plain lines elsewhere, JSON lines for schedulers.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Args;
use super::{ending, talk, talk_json, under_way};
use crate::day::Day;
use crate::run::Progress;
use crate::walk::Step;

/// Where progress is shown.
#[derive(Debug)]
pub(super) enum Talk {
    Bar(ProgressBar),
    Lines {
        name: String,
        n_steps: AtomicUsize,
        n_done: AtomicUsize,
    },
    Json {
        name: String,
    },
    /// Errors alone are told.
    Quiet,
}

impl Talk {
    pub(super) fn new(args: &Args, name: &str) -> Self {
        Self::labelled(args, name, name)
    }

    /// Of a run that is one of several of its report.
    pub(super) fn dated(args: &Args, name: &str, as_of: Day) -> Self {
        if args.json && !args.quiet {
            talk_json(&serde_json::json!({ "event": "as_of", "report": name, "as_of": as_of }));
        }
        Self::labelled(args, name, &format!("{name} as of {as_of}"))
    }

    fn labelled(args: &Args, name: &str, label: &str) -> Self {
        under_way::note(|now| (now.report, now.stage) = (Some(label.to_owned()), None));
        if args.quiet {
            return Self::Quiet;
        }
        if args.json {
            return Self::Json { name: name.to_owned() };
        }
        if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{prefix}: {msg:8} {bar:32} {pos}/{len} {eta}").expect("the template is a literal");
            return Self::Bar(ProgressBar::new(0).with_style(style).with_prefix(label.to_owned()));
        }
        Self::Lines { name: label.to_owned(), n_steps: AtomicUsize::new(0), n_done: AtomicUsize::new(0) }
    }

    /// A line that stays.
    pub(super) fn end(&self, line: &str) {
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                talk(line);
            }
            Self::Lines { .. } => talk(line),
            Self::Json { name } => talk_json(&serde_json::json!({ "event": "end", "report": name, "message": line })),
            Self::Quiet => {}
        }
    }
}

impl Talk {
    /// A line that stays, on the way.
    pub(super) fn note(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| talk(line)),
            Self::Lines { .. } => talk(line),
            Self::Json { name } => talk_json(&serde_json::json!({ "event": "note", "report": name, "message": line })),
            Self::Quiet => {}
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        under_way::note(|now| (now.report, now.stage) = (None, None));
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Talk {
    fn stage(&self, stage: &'static str) {
        under_way::note(|now| now.stage = Some(stage));
        match self {
            Self::Bar(bar) => {
                let _line = ending::line();
                bar.set_message(stage);
                bar.tick();
            }
            Self::Lines { name, .. } => talk(&format!("{name}: {stage}")),
            Self::Json { name } => talk_json(&serde_json::json!({ "event": "stage", "report": name, "stage": stage })),
            Self::Quiet => {}
        }
    }

    fn planned(&self, n: usize) {
        match self {
            Self::Bar(bar) => bar.set_length(n as u64),
            Self::Lines { n_steps, .. } => n_steps.store(n, Ordering::Relaxed),
            Self::Json { name } => talk_json(&serde_json::json!({ "event": "planned", "report": name, "steps": n })),
            Self::Quiet => {}
        }
    }

    fn step(&self, step: &Step) {
        match self {
            Self::Bar(bar) => {
                let _line = ending::line();
                bar.inc(1);
            }
            Self::Lines { name, n_steps, n_done } => {
                let (n, done) = (n_steps.load(Ordering::Relaxed), n_done.fetch_add(1, Ordering::Relaxed) + 1);
                // About ten lines a run: a log is read by people too.
                if done % n.div_ceil(10).max(1) == 0 || done == n {
                    talk(&format!("{name}: {done} of {n} window x model steps done"));
                }
            }
            Self::Json { name } => {
                talk_json(
                    &serde_json::json!({ "event": "step", "report": name, "window": step.window + 1, "model": step.model, "remembered": step.was_known }),
                );
            }
            Self::Quiet => {}
        }
    }
}
