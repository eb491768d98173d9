//! Inner folds: spans of the training dates, each forecast from what was known before it.

use crate::day::Day;
use crate::digest::sha256;
use crate::model::{Anchor, Lesson, Train};

/// A span of training dates, and the rows that were known before it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model) struct Fold {
    /// Rows whose target was known strictly before the span's first day.
    pub(in crate::model) train: Lesson,
    /// Rows of the span, on which forecasts are scored.
    pub(in crate::model) validation: Lesson,
}

/// The last `n_folds` of `n_folds + 1` equal spans of the lesson's dates, in the order of time.
///
/// A fold learns from every row of the lesson whose target was known strictly before the fold's first `as_of`, so that its rows grow from
/// fold to fold and no target of the span is among them: what the walk itself does, without its embargo. Spans that hold no row of weight
/// above 0, or before which none was known, are left out.
pub(in crate::model) fn folds(lesson: &Lesson, n_folds: usize) -> Vec<Fold> {
    spans(lesson, n_folds + 1).into_iter().skip(1).filter_map(|positions| fold(lesson, &positions)).collect()
}

/// Shows only the rows of `lesson`, with themselves as the anchor: the anchor of a fold's window knows targets of the validation rows, and
/// models that start from its work would learn from them.
pub(in crate::model) fn alone<R>(train: &Train<'_>, lesson: &Lesson, look: impl FnOnce(&Train<'_>) -> R) -> R {
    // What is kept for an anchor is kept under its number: one of its own for these rows, beyond those of windows.
    let rows: Vec<u8> = lesson.rows.iter().flat_map(|row| row.to_le_bytes()).collect();
    let number = u32::from_str_radix(&sha256(&rows)[..8], 16).expect("eight hexadecimal digits are a u32");
    let anchor = Anchor::itself(number | 1 << 31, lesson, train.shared.features());
    look(&Train { anchor: &anchor, ..train.only(lesson) })
}

/// Positions of the rows in each of `n_spans` equal spans of the lesson's dates; the spans differ by one date at most.
pub(in crate::model) fn spans(lesson: &Lesson, n_spans: usize) -> Vec<Vec<u32>> {
    let dates = dates(lesson);
    let start_of = |span: usize| match dates.get(span * dates.len() / n_spans) {
        Some(first) => lesson.as_of.partition_point(|day| day < first) as u32,
        None => lesson.as_of.len() as u32,
    };
    (0..n_spans).map(|span| (start_of(span)..start_of(span + 1)).collect()).collect()
}

/// The rows of the last one in `divisor` of the lesson's dates, at least one date.
pub(super) fn recent(lesson: &Lesson, divisor: usize) -> Lesson {
    let dates = dates(lesson);
    let n_dates = dates.len().div_ceil(divisor);
    let start = dates.get(dates.len() - n_dates).map_or(0, |first| lesson.as_of.partition_point(|day| day < first));
    lesson.part(&(start as u32..lesson.as_of.len() as u32).collect::<Vec<_>>())
}

/// Distinct days with rows, ascending.
pub(super) fn dates(lesson: &Lesson) -> Vec<Day> {
    let mut dates = lesson.as_of.clone();
    dates.dedup();
    dates
}

fn fold(lesson: &Lesson, span: &[u32]) -> Option<Fold> {
    let start = lesson.as_of[*span.first()? as usize];
    let train: Vec<u32> = (0..span[0]).filter(|&at| lesson.known_on[at as usize] < start).collect();
    let fold = Fold { train: lesson.part(&train), validation: lesson.part(span) };
    let weighs = |lesson: &Lesson| lesson.weight.iter().any(|&weight| 0.0 < weight);
    (weighs(&fold.train) && weighs(&fold.validation)).then_some(fold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tune::fixture::Random;

    /// Up to three rows a day on seven days in ten, targets known 0 to 40 days later.
    fn generated(seed: u64) -> Lesson {
        let mut random = Random::new(seed);
        let mut lesson = Lesson::default();
        for day in 0..300 {
            let n_rows = if random.below(10) < 7 { 1 + random.below(3) } else { 0 };
            for _ in 0..n_rows {
                lesson.rows.push(lesson.rows.len() as u32);
                lesson.target.push(random.uniform());
                lesson.weight.push(random.below(4) as f64);
                lesson.entity.push(random.below(3) as u32);
                lesson.as_of.push(Day(day));
                lesson.known_on.push(Day(day + random.below(41) as i32));
            }
        }
        lesson
    }

    #[test]
    fn a_fold_learns_only_what_was_known_before_its_first_day_and_all_of_that() {
        for (seed, n_folds) in (0..40).flat_map(|seed| [1, 3, 7].map(|n_folds| (seed, n_folds))) {
            let lesson = generated(seed);
            let folds = folds(&lesson, n_folds);
            assert!(!folds.is_empty());
            let mut validated: Vec<u32> = Vec::new();
            for fold in &folds {
                let start = fold.validation.as_of[0];
                // The naive twin: the rule, word for word, over every row.
                let naive: Vec<u32> =
                    (0..lesson.rows.len()).filter(|&at| lesson.known_on[at] < start && lesson.as_of[at] < start).map(|at| at as u32).collect();
                assert_eq!(fold.train, lesson.part(&naive));
                assert!(fold.train.known_on.iter().all(|&known| known < start) && fold.validation.as_of.iter().all(|&day| start <= day));
                validated.extend(&fold.validation.rows);
            }
            let first = lesson.rows.iter().position(|row| row == &validated[0]).expect("a row of the lesson");
            assert_eq!(validated, lesson.rows[first..], "the folds tile the last dates");
            assert!(folds.windows(2).all(|pair| pair[0].train.rows.len() <= pair[1].train.rows.len()), "folds expand");
        }
    }

    #[test]
    fn a_target_that_becomes_known_inside_a_fold_changes_no_rows_learnt_before() {
        for seed in 0..40 {
            let lesson = generated(seed);
            for fold in folds(&lesson, 3) {
                let start = fold.validation.as_of[0];
                let mut rewritten = lesson.clone();
                for at in (0..lesson.rows.len()).filter(|&at| start <= lesson.known_on[at]) {
                    rewritten.target[at] = 1e9;
                    rewritten.known_on[at] = lesson.known_on[at].plus_days(9);
                }
                let again = folds(&rewritten, 3);
                assert!(again.iter().any(|other| other.train == fold.train), "seed {seed}");
            }
        }
    }

    #[test]
    fn four_spans_of_ten_dates_are_two_or_three_dates_long_and_the_first_only_trains() {
        let lesson = Lesson::alone(&[0.0; 10], &[1.0; 10]);
        let rows: Vec<Vec<u32>> = folds(&lesson, 3).into_iter().map(|fold| fold.validation.rows).collect();
        assert_eq!(rows, [vec![2, 3, 4], vec![5, 6], vec![7, 8, 9]]);
        // Each target is known the day after, which is the next row's first day: one row is purged.
        assert_eq!(folds(&lesson, 3)[0].train.rows, [0]);
        assert!(folds(&Lesson::alone(&[0.0; 2], &[1.0; 2]), 1).is_empty(), "the only row before is known too late");
        assert_eq!(recent(&lesson, 3).rows, [6, 7, 8, 9]);
    }
}
