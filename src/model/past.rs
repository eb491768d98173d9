//! The targets that were known before a forecast: the only targets a model may use while it forecasts.

use super::Lesson;
use crate::day::Day;
use crate::feature::Dataset;

/// Known targets of each entity, in the order they became known.
#[derive(Debug, Clone)]
pub struct Past {
    known: Vec<Vec<(Day, f64)>>,
}

impl Past {
    /// Sorts every known target under its entity.
    #[must_use]
    pub fn new(data: &Dataset) -> Self {
        let mut known = vec![Vec::new(); data.entities.len()];
        for row in 0..data.n_rows() {
            if let (Some(day), Some(target)) = (data.known_on[row], data.target[row]) {
                known[data.entity[row] as usize].push((day, target));
            }
        }
        Self::sorted(known)
    }

    /// The targets of a lesson only: what a forecast inside a window may look back on.
    #[must_use]
    pub(super) fn of(lesson: &Lesson) -> Self {
        let mut known = vec![Vec::new(); lesson.entity.iter().max().map_or(0, |&last| last as usize + 1)];
        for (row, &entity) in lesson.entity.iter().enumerate() {
            known[entity as usize].push((lesson.known_on[row], lesson.target[row]));
        }
        Self::sorted(known)
    }

    /// Rows come sorted by as_of; a stable sort keeps that order among equal days.
    fn sorted(mut known: Vec<Vec<(Day, f64)>>) -> Self {
        for targets in &mut known {
            targets.sort_by_key(|&(day, _)| day);
        }
        Self { known }
    }

    /// Targets of `entity` known strictly before `as_of`, oldest first.
    #[must_use]
    pub fn before(&self, entity: u32, as_of: Day) -> &[(Day, f64)] {
        let targets = &self.known[entity as usize];
        &targets[..targets.partition_point(|&(day, _)| day < as_of)]
    }
}
