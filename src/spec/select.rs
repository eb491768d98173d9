//! Which features are kept inside a window before the model is tuned and fitted.

use serde::Serialize;

/// A choice of features, made again in every window on its training rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "method")]
pub enum SelectSpec {
    /// Features go in by their correlation with the target, but for those that repeat one that is in.
    Correlation {
        /// How correlations are measured.
        measure: Measure,
        /// Absolute correlation with a kept feature above which one is left out, in (0, 1).
        max_correlation: f64,
        /// Features kept at most; `None`: no limit.
        keep: Option<u32>,
    },
    /// The model is fitted on all, and those that weigh most in it are kept.
    Importance {
        /// Features kept.
        keep: u32,
    },
    /// The weakest drop out, round by round; the round that forecasts the last quarter of the training dates best is kept.
    Elimination {
        /// Share of the features that drop out in a round, in (0, 1); at least one does.
        drop: f64,
        /// Minimum number of features kept.
        keep: u32,
    },
    /// Those that weigh most in several parts of the training rows are kept.
    Stability {
        /// Number of features that count as the most important of a part.
        keep: u32,
        /// Share of the parts in which a feature must be among them, in (0, 1].
        share: f64,
        /// Consecutive parts of the training dates.
        folds: u32,
    },
}

/// How the correlation of two features is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Of ranks.
    Spearman,
    /// Of values.
    Pearson,
}
