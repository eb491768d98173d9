//! Parts of the training dates that are left out in turn, so that each row has a forecast of trees that never saw it.

use std::ops::Range;

use crate::day::Day;

/// Parts at most.
const N_FOLDS: usize = 5;

/// Rows left out together, and those that a forecast of them is learnt from: positions among the training rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CrossFold {
    pub(super) left_out: Range<usize>,
    /// Ascending.
    pub(super) learnt: Vec<u32>,
}

/// Consecutive spans of dates with about as many rows each; a date is never divided.
///
/// * `as_of`, `known_on`: days of the training rows, in the order of `as_of`.
///
/// Learnt from are the rows whose target was known before the first date of the span, and those whose `as_of` lies after the last target of the span was
/// known: no target that is learnt from shares a day with one that is left out. A span without which fewer than half of the rows
/// would be left has no fold. Source: cross-fitting, Chernozhukov et al. (2018), Econometrics Journal 21(1), C1-C68, on spans of time;
/// the purge: Lopez de Prado (2018), Advances in Financial Machine Learning, chapter 7.
pub(super) fn cross_folds(as_of: &[Day], known_on: &[Day]) -> Vec<CrossFold> {
    let n_rows = as_of.len();
    let mut borders: Vec<usize> = (0..N_FOLDS)
        .filter_map(|fold| as_of.get(fold * n_rows / N_FOLDS))
        .map(|first| as_of.partition_point(|day| day < first))
        .chain([n_rows])
        .collect();
    borders.dedup();
    let fold = |pair: &[usize]| {
        let left_out = pair[0]..pair[1];
        let (first, last_known) = (as_of[left_out.start], known_on[left_out.clone()].iter().max()?);
        let is_apart = |row: &u32| known_on[*row as usize] < first || *last_known < as_of[*row as usize];
        let learnt: Vec<u32> = (0..n_rows as u32).filter(is_apart).collect();
        (n_rows <= 2 * learnt.len()).then_some(CrossFold { left_out, learnt })
    };
    borders.windows(2).filter_map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_part_no_date_and_learn_from_no_target_that_shares_a_day_with_one_left_out() {
        // Three rows a day on 60 days, targets of four days.
        let as_of: Vec<Day> = (0..180).map(|row| Day(row / 3)).collect();
        let known_on: Vec<Day> = as_of.iter().map(|day| day.plus_days(3)).collect();
        let folds = cross_folds(&as_of, &known_on);
        assert_eq!(folds.iter().map(|fold| fold.left_out.clone()).collect::<Vec<_>>(), [0..36, 36..72, 72..108, 108..144, 144..180]);
        for fold in &folds {
            let (first, last) = (as_of[fold.left_out.start], as_of[fold.left_out.end - 1]);
            assert!(fold.learnt.iter().all(|&row| known_on[row as usize] < first || last.plus_days(3) < as_of[row as usize]));
            // Three days are purged on either side that has rows.
            let n_sides = usize::from(0 < fold.left_out.start) + usize::from(fold.left_out.end < 180);
            assert_eq!(fold.learnt.len(), 180 - 36 - 9 * n_sides);
        }
    }

    #[test]
    fn no_fold_is_made_where_too_few_rows_are_left_to_learn_from() {
        // One date cannot be left out of itself; targets as long as the window purge all else.
        assert_eq!(cross_folds(&[Day(1); 9], &[Day(2); 9]), []);
        let as_of: Vec<Day> = (0..100).map(Day).collect();
        let known_on: Vec<Day> = as_of.iter().map(|day| day.plus_days(90)).collect();
        assert_eq!(cross_folds(&as_of, &known_on), []);
        assert_eq!(cross_folds(&[], &[]), []);
    }
}
