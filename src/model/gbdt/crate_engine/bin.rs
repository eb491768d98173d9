//! Features as bin numbers: what the trees see.
//!
//! A tree cares only about order, so nothing is lost but the finest cuts, and three traps of the `gbdt` crate are closed: values less than
//! 1e-5 apart count as equal there (daily returns often are), a missing value in training poisons the forecasts
//! of its row (it stays at -3.4e38), and f32 sums of raw magnitudes lose digits.

use crate::feature::Matrix;

/// Bins of present values at most; 0 is kept for the missing.
const MAX_BINS: usize = 255;

/// The cuts of one feature, learnt from training rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bins {
    column_idx: usize,
    /// Ascending; a value belongs to bin 1 + the number of edges at or below it.
    edges: Vec<f32>,
    /// The bin of a missing value: 0 where enough were seen to learn from, else that of the median.
    missing: u8,
}

impl Bins {
    /// Bins of about equal numbers of rows, at most 255 and each of at least `min_rows`; `None` where the feature cannot be cut.
    pub(super) fn fit(features: &Matrix, column_idx: usize, rows: &[usize], min_rows: usize) -> Option<Self> {
        let column = features.column(column_idx);
        let mut present: Vec<f32> = rows.iter().map(|&row| column[row]).filter(|value| !value.is_nan()).collect();
        present.sort_unstable_by(f32::total_cmp);
        let (n, n_missing) = (present.len(), rows.len() - present.len());
        let wanted = min_rows.max(n.div_ceil(MAX_BINS));
        let (mut edges, mut start) = (vec![], 0);
        for idx in 1..n {
            if present[idx - 1] < present[idx] && start + wanted <= idx && idx + min_rows <= n {
                edges.push(between(present[idx - 1], present[idx]));
                start = idx;
            }
        }
        let missing_is_told = min_rows <= n_missing && min_rows <= n;
        if edges.is_empty() && !missing_is_told {
            return None;
        }
        let mut bins = Self { column_idx, edges, missing: 0 };
        if !missing_is_told {
            bins.missing = bins.bin(present[n / 2]);
        }
        Some(bins)
    }

    fn bin(&self, value: f32) -> u8 {
        if value.is_nan() {
            return self.missing;
        }
        1 + self.edges.partition_point(|&edge| edge <= value) as u8
    }
}

/// The middle of two values, above the lower even where f32 has nothing between them.
fn between(lower: f32, upper: f32) -> f32 {
    let middle = lower / 2.0 + upper / 2.0;
    if lower < middle && middle < upper { middle } else { upper }
}

/// Bin numbers, row after row: a forecast reads one row's features together.
pub(super) fn encode(features: &Matrix, bins: &[Bins], rows: &(impl ExactSizeIterator<Item = usize> + Clone)) -> Vec<u8> {
    let mut codes = vec![0; rows.len() * bins.len()];
    for (idx, feature) in bins.iter().enumerate() {
        let column = features.column(feature.column_idx);
        for (code, row) in codes[idx..].iter_mut().step_by(bins.len()).zip(rows.clone()) {
            *code = feature.bin(column[row]);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(column: &[f32], min_rows: usize) -> Option<Bins> {
        let rows: Vec<usize> = (0..column.len()).collect();
        Bins::fit(&Matrix::from_columns(column.len(), &[column.to_vec()]), 0, &rows, min_rows)
    }

    #[test]
    fn bins_hold_at_least_the_wanted_rows_and_at_most_255_bins_are_made() {
        let column: Vec<f32> = (0..10_007).map(|n| (n * 7919 % 10_007) as f32 * 1e-7).collect();
        let bins = fit(&column, 20).expect("a column that varies");
        let mut counts = [0; 256];
        for &value in &column {
            counts[usize::from(bins.bin(value))] += 1;
        }
        // 10,007 / 255 rounds up to 40 rows a bin: 250 full bins, the last with 47.
        assert_eq!((counts[0], bins.edges.len()), (0, 249));
        assert!(counts[1..=250].iter().all(|&count| 40 <= count), "{counts:?}");
    }

    #[test]
    fn neighbours_in_f32_and_ties_are_cut_where_they_differ() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        let bins = fit(&[1.0, 1.0, next, next], 1).expect("two values");
        assert_eq!([bins.bin(1.0), bins.bin(next), bins.bin(0.0), bins.bin(2.0)], [1, 2, 1, 2]);
        assert_eq!(fit(&[3.0, 3.0, 3.0], 1), None);
        assert_eq!(fit(&[1.0, 2.0, 2.0, 2.0], 2), None, "no cut leaves two rows on both sides");
    }

    #[test]
    fn missing_has_its_own_bin_when_there_are_enough_to_learn_from_else_the_median() {
        let told = fit(&[f32::NAN, f32::NAN, 5.0, 6.0], 2).expect("missing against present");
        assert_eq!([told.bin(f32::NAN), told.bin(5.0), told.bin(6.0)], [0, 1, 1]);
        let rare = fit(&[f32::NAN, 1.0, 2.0, 3.0, 4.0], 2).expect("a cut between 2 and 3");
        assert_eq!([rare.bin(f32::NAN), rare.bin(2.0), rare.bin(3.0)], [2, 1, 2]);
    }
}
