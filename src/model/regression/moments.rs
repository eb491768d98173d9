//! A window's means and cross-products, summed over its months.

use std::convert::Infallible;
use std::sync::Arc;

use rayon::prelude::*;

use super::block::{Block, Present, Slice};
use super::identity::Identity;
use super::kernel::pair;
use crate::model::{Memo, Shared, Train};

/// Bytes that blocks may take up together.
const BLOCK_BYTES: usize = 1 << 29;

/// What determines a block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BlockKey {
    identity: Identity,
    columns: Arc<[u32]>,
}

/// The blocks of the windows so far. A window's months should fit, or each window would make them all again.
fn blocks(shared: &Shared<'_>) -> Arc<Memo<BlockKey, Block>> {
    let block = 8 * (shared.features().n_columns() + 1).pow(2);
    shared.memo((BLOCK_BYTES / block).clamp(1024, 16_384))
}

/// The rows of weight above 0 of one window, summed up: each column's values present, and the cross-products of the columns about the
/// window's means, missing values at those means. The target is the last column.
///
/// Blocks are summed from the earliest month to the latest and nothing is ever subtracted, so that nothing drifts and the result is the
/// same to the bit whichever window made the blocks. A window that is a month on costs that month's rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moments {
    pub(super) n_rows: usize,
    pub(super) sum_weight: f64,
    pub(super) present: Vec<Present>,
    /// Lower triangle.
    cross: Vec<f64>,
}

impl Moments {
    /// The moments of the window's rows.
    pub(super) fn new(train: &Train<'_>, columns: &[u32]) -> Self {
        let columns: Arc<[u32]> = columns.into();
        let months = months(train);
        let one = |month: &std::ops::Range<usize>| block(train, &columns, month.clone());
        let blocks: Vec<Arc<Block>> = if 1 < train.cores { months.par_iter().map(one).collect() } else { months.iter().map(one).collect() };
        Self::sum(&blocks, columns.len() + 1)
    }

    fn sum(blocks: &[Arc<Block>], n_columns: usize) -> Self {
        let mut present = vec![Present::NONE; n_columns];
        let (mut n_rows, mut sum_weight) = (0, 0.0);
        for block in blocks {
            n_rows += block.n_rows;
            sum_weight += block.sum_weight;
            for (all, one) in present.iter_mut().zip(&block.present) {
                all.n_rows += one.n_rows;
                all.sum_weight += one.sum_weight;
                (all.min, all.max) = (all.min.min(one.min), all.max.max(one.max));
            }
        }
        for (idx, all) in present.iter_mut().enumerate().filter(|(_, all)| 0.0 < all.sum_weight) {
            all.mean = blocks.iter().map(|block| block.present[idx].sum_weight * block.present[idx].mean).sum::<f64>() / all.sum_weight;
        }
        let means: Vec<f64> = present.iter().map(|present| present.mean).collect();
        let mut cross = vec![0.0; pair(n_columns, 0)];
        for block in blocks {
            block.add_about(&means, &mut cross);
        }
        Self { n_rows, sum_weight, present, cross }
    }

    /// The weighted sum of products of two columns about their means.
    pub(super) fn cross(&self, i: usize, j: usize) -> f64 {
        self.cross[pair(i.max(j), i.min(j))]
    }
}

/// Ranges of the lesson's rows, one for each calendar month.
fn months(train: &Train<'_>) -> Vec<std::ops::Range<usize>> {
    let as_of = &train.lesson.as_of;
    let (mut months, mut start) = (vec![], 0);
    while start < as_of.len() {
        let next = as_of[start].month_start().plus_months(1);
        let end = start + as_of[start..].partition_point(|&day| day < next);
        months.push(start..end);
        start = end;
    }
    months
}

fn block(train: &Train<'_>, columns: &Arc<[u32]>, month: std::ops::Range<usize>) -> Arc<Block> {
    let lesson = train.lesson;
    let key = BlockKey { identity: Identity::new(lesson, month.clone()), columns: Arc::clone(columns) };
    let make = || {
        let slice = Slice {
            features: train.shared.features(),
            columns,
            rows: &lesson.rows[month.clone()],
            target: &lesson.target[month.clone()],
            weight: &lesson.weight[month],
        };
        Ok::<_, Infallible>(Block::new(&slice))
    };
    let Ok(block) = blocks(train.shared).get(&key, make);
    block
}

#[cfg(test)]
mod tests {
    use super::super::testing::Case;
    use super::*;

    /// The sum of products about the window's means, straight from the rows.
    fn naive(case: &Case, i: usize, j: usize) -> f64 {
        let value = |row: usize, column: usize| {
            case.columns.get(column).map_or(case.lesson.target[row], |column| f64::from(column[case.lesson.rows[row] as usize]))
        };
        let rows = 0..case.lesson.rows.len();
        let mean = |column: usize| {
            let present = || rows.clone().filter(|&row| !value(row, column).is_nan()).map(|row| (case.lesson.weight[row], value(row, column)));
            let sum_weight: f64 = present().map(|(weight, _)| weight).sum();
            if sum_weight == 0.0 { 0.0 } else { present().map(|(weight, value)| weight * value).sum::<f64>() / sum_weight }
        };
        let (mean_i, mean_j) = (mean(i), mean(j));
        let about = |value: f64, mean: f64| if value.is_nan() { 0.0 } else { value - mean };
        rows.clone().map(|row| case.lesson.weight[row] * about(value(row, i), mean_i) * about(value(row, j), mean_j)).sum()
    }

    #[test]
    fn blocks_add_up_to_the_plain_triple_loop_with_missing_values_and_weights() {
        // Column 1 misses values here and there, column 2 whole months and column 3 half of them, where 1 and 3 miss different rows.
        let case = Case::panel(40, 9).missing(1, |row| row % 7 == 2).missing(2, |row| 100 < row && row < 230).missing(3, |row| row % 2 == 0);
        let case = case.weighted(|row| (row % 4) as f64);
        let moments = case.train(|train| Moments::new(train, &[0, 1, 2, 3]));
        assert!(5 < case.train(|train| months(train).len()));
        for i in 0..5 {
            for j in 0..5 {
                let (calculated, expected) = (moments.cross(i, j), naive(&case, i, j));
                let scale = (naive(&case, i, i) * naive(&case, j, j)).sqrt();
                assert!((calculated - expected).abs() < 1e-13 * scale, "{i} {j}: calculated {calculated}, expected {expected}");
            }
        }
        assert_eq!(moments.n_rows, 270);
    }

    #[test]
    fn a_window_has_the_same_bits_from_blocks_of_others_and_from_scratch_after_a_thousand_steps() {
        let case = Case::panel(1_300, 2).missing(1, |row| row % 11 == 4);
        let parts: Vec<Case> = (0..1_000).map(|step| case.part(step * 2..step * 2 + 600)).collect();
        let shared = case.shared();
        for (step, part) in parts.iter().enumerate() {
            let stepped = part.train_with(&shared, |train| Moments::new(train, &[0, 1, 2, 3]));
            if step % 100 == 99 {
                let scratch = part.train(|train| Moments::new(train, &[0, 1, 2, 3]));
                assert_eq!(stepped, scratch, "step {step}");
            }
        }
    }

    #[test]
    fn a_partly_purged_month_and_another_target_are_other_blocks() {
        let case = Case::panel(30, 4);
        let shared = case.shared();
        let full = case.train_with(&shared, |train| Moments::new(train, &[0]));
        let mut purged = case.part(0..119);
        assert_eq!(purged.train_with(&shared, |train| Moments::new(train, &[0])), purged.train(|train| Moments::new(train, &[0])));
        purged = case.part(0..120);
        assert_eq!(purged.train_with(&shared, |train| Moments::new(train, &[0])), full);
        purged.lesson.target[3] += 1.0;
        assert_ne!(purged.train_with(&shared, |train| Moments::new(train, &[0])), full);
    }
}
