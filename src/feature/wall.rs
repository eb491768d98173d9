//! The run's as-of date is a wall: what becomes known on that day or later is not known, whatever the SQL says.

use serde::Serialize;

use super::dataset::Dataset;
use crate::day::Day;

/// Takes away every target whose `known_on` is not before `as_of`.
pub(super) fn hide(data: &mut Dataset, as_of: Day) {
    for (target, known_on) in data.target.iter_mut().zip(&data.known_on) {
        if known_on.is_some_and(|known_on| as_of <= known_on) {
            *target = None;
        }
    }
}

/// Rows without a target, by the reason why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Their `known_on` is the run's as-of day or later: they wait for their outcome.
    pub waiting: usize,
    /// They have no `known_on`: their outcome waits for a day that the data do not name, or never comes.
    pub undated: usize,
    /// Their `known_on` came without a target.
    pub missing: usize,
}

/// Counts the rows without a target in a run of `as_of`.
#[must_use]
pub fn unknown(data: &Dataset, rows: impl IntoIterator<Item = u32>, as_of: Day) -> Unknown {
    let mut unknown = Unknown::default();
    for row in rows {
        match (data.target[row as usize], data.known_on[row as usize]) {
            (Some(_), _) => {}
            (None, None) => unknown.undated += 1,
            (None, Some(known_on)) if as_of <= known_on => unknown.waiting += 1,
            (None, Some(_)) => unknown.missing += 1,
        }
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Dataset {
        let known_on = vec![Some(Day(9)), Some(Day(10)), Some(Day(11)), None, Some(Day(9))];
        let target = vec![Some(1.0), Some(2.0), Some(3.0), None, None];
        Dataset { entity: vec![0; 5], as_of: vec![Day(5); 5], known_on, target, ..Dataset::default() }
    }

    #[test]
    fn a_target_known_on_the_as_of_day_or_later_is_not_known() {
        let mut data = data();
        hide(&mut data, Day(10));
        assert_eq!(data.target, [Some(1.0), None, None, None, None]);
        // When it will be known stays known: it keeps the row out of training.
        assert_eq!(data.known_on[2], Some(Day(11)));
    }

    #[test]
    fn rows_without_a_target_are_counted_by_why_they_have_none() {
        let mut data = data();
        hide(&mut data, Day(10));
        assert_eq!(unknown(&data, 0..5, Day(10)), Unknown { waiting: 2, undated: 1, missing: 1 });
        assert_eq!(unknown(&data, 0..1, Day(10)), Unknown::default());
    }
}
