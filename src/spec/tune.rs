//! Which settings are tried inside a window before the model is fitted.

use serde::Serialize;

use super::ModelKind;

/// A search over settings, done again in every window on its training rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TuneSpec {
    /// How the trials were made and are judged.
    pub search: Search,
    /// Inner folds, in the order of time, that a trial is scored on.
    pub folds: u32,
    /// What is tried, the same in every window; of equal scores the earlier trial wins.
    pub trials: Vec<Trial>,
}

/// How the trials of a search are made and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Every combination of the listed values.
    Grid,
    /// Combinations drawn with the spec's seed.
    Random,
    /// Combinations drawn as in `Random`; the worst drop out early, on fewer rows.
    Halving,
}

/// A checked combination of settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// Each tuned parameter and its value, in the order of the file.
    pub settings: Vec<(String, String)>,
    /// The model with these settings.
    pub kind: ModelKind,
}
