//! What the process is doing, for whoever must end it.

use std::sync::{Mutex, PoisonError};

static NOW: Mutex<UnderWay> = Mutex::new(UnderWay { command: "", report: None, stage: None });

/// The command, and the report and its stage where one is made.
#[derive(Debug, Clone)]
pub(super) struct UnderWay {
    pub(super) command: &'static str,
    pub(super) report: Option<String>,
    pub(super) stage: Option<&'static str>,
}

/// What is under way now.
pub(super) fn now() -> UnderWay {
    NOW.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Notes a change.
pub(super) fn note(change: impl FnOnce(&mut UnderWay)) {
    change(&mut NOW.lock().unwrap_or_else(PoisonError::into_inner));
}

impl UnderWay {
    /// As a message names it: `equity_var, stage walk`, or `check`.
    pub(super) fn place(&self) -> String {
        let Self { command, report, stage } = self;
        let what = report.as_deref().unwrap_or(command);
        stage.map_or_else(|| what.to_owned(), |stage| format!("{what}, stage {stage}"))
    }
}
