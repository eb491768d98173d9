//! The two traits every model implements, and their arguments.

use std::ops::Range;

use super::{Card, Lesson, Past, Shared};
use crate::day::Day;
use crate::error::Result;
use crate::feature::{Matrix, Rows};

/// What a learner may see: rows of one window whose target was known before the test.
#[derive(Debug, Clone, Copy)]
pub struct Train<'a> {
    /// `model x in window y`, for messages.
    pub place: &'a str,
    /// Names of the feature columns.
    pub feature_names: &'a [String],
    /// Features, one row per row of the lesson.
    pub features: Rows<'a>,
    /// The rows, their targets, weights and days.
    pub lesson: &'a Lesson,
    /// The earlier window (or this one) whose rows scheduled work, such as finding cut points, is done on.
    pub anchor: &'a Anchor<'a>,
    /// Work that windows share.
    pub shared: &'a Shared<'a>,
    /// Seed of this window and model.
    pub seed: u64,
    /// Whether it is the walk's last window, whose models are saved.
    pub is_last: bool,
    /// Threads the fit may keep busy; the result does not depend on it.
    pub cores: usize,
}

/// The window of a schedule's last refresh: its training rows lie before every window that leans on it.
#[derive(Debug, Clone)]
pub struct Anchor<'a> {
    /// Position of the window in the walk.
    pub window: u32,
    /// Its training rows.
    pub lesson: &'a Lesson,
    /// Its features, one row per row of its lesson.
    pub features: Rows<'a>,
    /// Seed of the model in that window.
    pub seed: u64,
    /// The table's rows from its first training row to the last training row of the last window that leans on it.
    pub span: Range<u32>,
}

impl<'a> Anchor<'a> {
    /// A window that leans on itself.
    #[must_use]
    pub fn itself(window: u32, lesson: &'a Lesson, features: &'a Matrix) -> Self {
        Self { window, lesson, features: Rows::new(features, &lesson.rows), seed: 0, span: lesson.span() }
    }
}

impl<'a> Train<'a> {
    /// All that a window shows.
    #[must_use]
    pub fn new(place: &'a str, feature_names: &'a [String], lesson: &'a Lesson, anchor: &'a Anchor<'a>, shared: &'a Shared<'a>) -> Self {
        Self { place, feature_names, features: Rows::new(shared.features(), &lesson.rows), lesson, anchor, shared, seed: 0, is_last: false, cores: 1 }
    }

    /// The same window, but only the rows of `lesson`: an inner fold.
    #[must_use]
    pub fn only(&self, lesson: &'a Lesson) -> Self {
        Self { features: Rows::new(self.shared.features(), &lesson.rows), lesson, is_last: false, ..*self }
    }

    /// Targets, one per row, finite.
    #[must_use]
    pub fn target(&self) -> &'a [f64] {
        &self.lesson.target
    }

    /// Weights, one per row, at least 0; rows of weight 0 are not learnt from.
    #[must_use]
    pub fn weight(&self) -> &'a [f64] {
        &self.lesson.weight
    }
}

/// What a model may see when it forecasts: features known before each row's `as_of`, and the targets known by then.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Features, rows x columns, the columns of `Train`.
    pub features: &'a Matrix,
    /// Entity code of each row.
    pub entity: &'a [u32],
    /// `as_of` of each row.
    pub as_of: &'a [Day],
    /// Known targets by entity.
    pub past: &'a Past,
    /// The columns that a `column` model was told to read, one slice of row values per column.
    pub benchmarks: &'a [Vec<Option<f64>>],
}

impl Query<'_> {
    /// Positions of the rows, entity by entity, each entity's in the order of `as_of`.
    pub(super) fn by_entity(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.entity.len() as u32).collect();
        order.sort_by_key(|&row| (self.entity[row as usize], self.as_of[row as usize]));
        order
    }
}

/// Something that learns from the rows of one window.
pub trait Learner: Send + Sync {
    /// Fits the model on `train`.
    ///
    /// Errors where the rows cannot carry the model (no rows, one class only, every feature empty), naming the window.
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>>;
}

/// A fitted model.
pub trait Model: Send + Sync {
    /// Forecasts for every row each quantity that the learner was made for, in the order asked; `None` where the model has no forecast
    /// (too short a history).
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>>;

    /// A description of the fitted model.
    fn card(&self) -> Card;
}

/// Shows a learner a whole table on its own, `facts` being targets and weights.
#[cfg(test)]
pub(super) fn teach<R>(place: &str, names: &[String], features: &Matrix, facts: (&[f64], &[f64]), learn: impl FnOnce(&Train<'_>) -> R) -> R {
    let lesson = Lesson::alone(facts.0, facts.1);
    let shared = Shared::new(features, 1);
    let anchor = Anchor::itself(0, &lesson, features);
    learn(&Train { seed: 9, ..Train::new(place, names, &lesson, &anchor, &shared) })
}
