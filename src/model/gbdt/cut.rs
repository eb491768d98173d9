//! Cut points: which values of a feature share a bin, learnt from the rows known at the start of a window.

use rayon::prelude::*;

use super::ensemble::FeatureKind;
use crate::feature::Matrix;

/// Rows looked at to place cuts; of more, as many are taken at even distances. A cut's rank is then known to about 0.1 % of the rows.
const SAMPLE: usize = 200_000;

/// Categories of a feature at most; the rarest beyond are treated as missing.
const CATEGORIES: usize = 254;

/// Which columns are cut, and how finely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CutSpec {
    /// Columns of the matrix, in the order in which the model numbers its features.
    pub(crate) columns: Vec<u32>,
    /// Those of them that hold codes of categories.
    pub(crate) categorical: Vec<u32>,
    /// Bins of present values at most, 2 to 255; one more is kept for the missing.
    pub(crate) max_bins: u32,
    /// Rows in a bin at least, in the rows that cuts are learnt from.
    pub(crate) min_bin_rows: u32,
}

/// A value that no category has: negative, with a fraction, or beyond `u32`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BadCategory {
    /// Column of the matrix.
    pub(crate) column: u32,
    /// Row of the matrix.
    pub(crate) row: u32,
    /// What was found there.
    pub(crate) value: f32,
}

/// Bins of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bins {
    /// Ascending thresholds; bin b holds the values above threshold b - 1 and at most threshold b, the last has no upper end.
    Numeric(Vec<f32>),
    /// Category b is alone in bin b; ascending.
    Categorical {
        /// Those kept.
        categories: Vec<u32>,
        /// How many others were seen, all rarer; they count as missing.
        n_dropped: usize,
    },
}

/// Cut points of every chosen column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cuts {
    columns: Vec<u32>,
    bins: Vec<Bins>,
}

impl Cuts {
    /// Learns the cuts of each column from these rows only.
    ///
    /// Numbers are cut like LightGBM's (Ke et al., 2017): bins of about equally many rows, a value that fills a bin by itself is alone in one, and
    /// where there are fewer distinct values than bins each has its own (if it has `min_bin_rows`). A cut lies midway between two neighbours
    /// that were seen. Of more than 200,000 rows as many are looked at, at even distances. An infinite value is in the outermost bin.
    pub(crate) fn learn(features: &Matrix, rows: &[u32], spec: &CutSpec) -> Result<Self, BadCategory> {
        assert!((2..=255).contains(&spec.max_bins), "the spec checks max_bins");
        let bins: Result<Vec<Bins>, BadCategory> = spec
            .columns
            .par_iter()
            .map_init(Scratch::default, |scratch, &column| {
                let values = features.column(column as usize);
                if spec.categorical.contains(&column) {
                    scratch.categories(values, rows, spec.max_bins as usize).map_err(|(row, value)| BadCategory { column, row, value })
                } else {
                    Ok(Bins::Numeric(scratch.thresholds(values, rows, spec)))
                }
            })
            .collect();
        Ok(Self { columns: spec.columns.clone(), bins: bins? })
    }

    /// Number of features.
    pub(crate) fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// The column of the matrix that a feature is read from.
    pub(crate) fn column(&self, feature: usize) -> usize {
        self.columns[feature] as usize
    }

    /// What a feature holds, for the model.
    pub(crate) fn kind(&self, feature: usize) -> FeatureKind {
        match &self.bins[feature] {
            Bins::Numeric(_) => FeatureKind::Numeric,
            Bins::Categorical { categories, .. } => FeatureKind::Categorical(categories.clone()),
        }
    }

    /// Categories that were seen but are treated as missing, because 254 (or `max_bins`) others are more frequent.
    pub(crate) fn n_dropped_categories(&self, feature: usize) -> usize {
        match &self.bins[feature] {
            Bins::Numeric(_) => 0,
            Bins::Categorical { n_dropped, .. } => *n_dropped,
        }
    }

    /// The bins of a feature.
    pub(super) fn bins(&self, feature: usize) -> &Bins {
        &self.bins[feature]
    }

    /// Bins of present values; also the code of a missing one.
    pub(super) fn n_bins(&self, feature: usize) -> usize {
        match &self.bins[feature] {
            Bins::Numeric(thresholds) => thresholds.len() + 1,
            Bins::Categorical { categories, .. } => categories.len(),
        }
    }
}

/// A value's place among all f32 as an integer; -0 is 0.
fn key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    bits ^ (((bits as i32 >> 31) as u32) | 0x8000_0000)
}

fn value(key: u32) -> f32 {
    f32::from_bits(if key & 0x8000_0000 != 0 { key ^ 0x8000_0000 } else { !key })
}

/// Buffers that a thread keeps from column to column.
#[derive(Default)]
struct Scratch {
    keys: Vec<u32>,
    spare: Vec<u32>,
    /// Distinct keys, ascending, each with the number of times it occurs.
    runs: Vec<(u32, u32)>,
}

impl Scratch {
    /// Sorts the keys by three passes of 11 bits each.
    fn sort(&mut self) {
        const BITS: usize = 11;
        const MASK: u32 = (1 << BITS) - 1;
        let mut counts = vec![[0_u32; 1 << BITS]; 3];
        for &key in &self.keys {
            counts[0][(key & MASK) as usize] += 1;
            counts[1][(key >> BITS & MASK) as usize] += 1;
            counts[2][(key >> (2 * BITS)) as usize] += 1;
        }
        self.spare.resize(self.keys.len(), 0);
        for (pass, counts) in counts.iter_mut().enumerate() {
            let mut start = 0;
            for count in counts.iter_mut() {
                (start, *count) = (start + *count, start);
            }
            for &key in &self.keys {
                let place = &mut counts[(key >> (pass * BITS) & MASK) as usize];
                self.spare[*place as usize] = key;
                *place += 1;
            }
            std::mem::swap(&mut self.keys, &mut self.spare);
        }
    }

    /// Finds the runs of the sorted keys.
    fn count(&mut self) {
        self.runs.clear();
        for &key in &self.keys {
            match self.runs.last_mut() {
                Some((last, count)) if *last == key => *count += 1,
                _ => self.runs.push((key, 1)),
            }
        }
    }

    /// The thresholds of a numeric column, learnt from these rows.
    fn thresholds(&mut self, column: &[f32], rows: &[u32], spec: &CutSpec) -> Vec<f32> {
        let n_sampled = rows.len().min(SAMPLE);
        self.keys.clear();
        let mut keep = |row: u32| {
            let value = column[row as usize];
            if !value.is_nan() {
                self.keys.push(key(value));
            }
        };
        if n_sampled == rows.len() {
            for &row in rows {
                keep(row);
            }
        } else {
            for at in 0..n_sampled {
                keep(rows[at * rows.len() / n_sampled]);
            }
        }
        self.sort();
        self.count();
        let runs = &self.runs;
        let least = (u64::from(spec.min_bin_rows) * n_sampled as u64).div_ceil(rows.len().max(1) as u64).max(1);
        let ends = if runs.len() <= spec.max_bins as usize { ends_of_few(runs, least) } else { ends_of_many(runs, least, spec.max_bins as usize) };
        ends.into_iter().map(|end| between(value(runs[end].0), value(runs[end + 1].0))).collect()
    }

    /// The most frequent categories, of equally frequent ones the lower; ascending.
    fn categories(&mut self, column: &[f32], rows: &[u32], max_bins: usize) -> Result<Bins, (u32, f32)> {
        self.keys.clear();
        for &row in rows {
            let value = column[row as usize];
            if !value.is_nan() {
                self.keys.push(category(value).ok_or((row, value))?);
            }
        }
        self.sort();
        self.count();
        let runs = &mut self.runs;
        runs.sort_by_key(|&(category, count)| (std::cmp::Reverse(count), category));
        let n_kept = runs.len().min(max_bins).min(CATEGORIES);
        let mut categories: Vec<u32> = runs[..n_kept].iter().map(|run| run.0).collect();
        categories.sort_unstable();
        Ok(Bins::Categorical { categories, n_dropped: runs.len() - n_kept })
    }
}

/// The last run of each bin but the last, when every run may have its own: a bin ends as soon as it has enough rows and enough are left.
fn ends_of_few(runs: &[(u32, u32)], least: u64) -> Vec<usize> {
    let mut n_left: u64 = runs.iter().map(|run| u64::from(run.1)).sum();
    let (mut ends, mut n) = (vec![], 0);
    for (at, run) in runs.iter().enumerate().take(runs.len().saturating_sub(1)) {
        n += u64::from(run.1);
        n_left -= u64::from(run.1);
        if n >= least && n_left >= least {
            ends.push(at);
            n = 0;
        }
    }
    ends
}

/// The last run of each bin but the last, for more runs than bins. Runs at least as long as an average bin get a bin each;
/// the others share what is left evenly.
fn ends_of_many(runs: &[(u32, u32)], least: u64, max_bins: usize) -> Vec<usize> {
    let n: u64 = runs.iter().map(|run| u64::from(run.1)).sum();
    let max_bins = (max_bins as u64).min((n / least).max(1));
    let fills = |run: &(u32, u32)| u64::from(run.1) * max_bins >= n;
    let n_alone = runs.iter().filter(|run| fills(run)).count() as u64;
    let mut shared_left = n - runs.iter().filter(|run| fills(run)).map(|run| u64::from(run.1)).sum::<u64>();
    let mut bins_left = max_bins.saturating_sub(n_alone).max(1);
    let (mut ends, mut in_bin, mut n_left) = (vec![], 0, n);
    // Rows and bins left as a ratio, so that a bin that came out large is made up for by those behind it.
    let mut wanted = shared_left.div_ceil(bins_left);
    for (at, run) in runs.iter().enumerate().take(runs.len() - 1) {
        let count = u64::from(run.1);
        in_bin += count;
        n_left -= count;
        if !fills(run) {
            shared_left -= count;
        }
        let next_fills = fills(&runs[at + 1]);
        let is_full = fills(run) || in_bin >= wanted || next_fills && 2 * in_bin >= wanted;
        if is_full && in_bin >= least && n_left >= least && ends.len() + 1 < max_bins as usize {
            ends.push(at);
            if !fills(run) {
                bins_left = (bins_left - 1).max(1);
                wanted = shared_left.div_ceil(bins_left);
            }
            in_bin = 0;
        }
    }
    ends
}

/// The middle of two neighbours: at least the lower, below the upper, so that `value <= threshold` parts them.
fn between(lower: f32, upper: f32) -> f32 {
    let middle = lower / 2.0 + upper / 2.0;
    if lower <= middle && middle < upper { middle } else { lower }
}

/// A value as a category, if it is one.
pub(super) fn category(value: f32) -> Option<u32> {
    // 2^32 is the first f32 beyond u32.
    ((0.0..4_294_967_296.0).contains(&value) && value.trunc() == value).then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(column: Vec<f32>, max_bins: u32, min_bin_rows: u32) -> Vec<f32> {
        let rows: Vec<u32> = (0..column.len() as u32).collect();
        let spec = CutSpec { columns: vec![0], categorical: vec![], max_bins, min_bin_rows };
        let cuts = Cuts::learn(&Matrix::from_columns(column.len(), &[column]), &rows, &spec).unwrap();
        match &cuts.bins[0] {
            Bins::Numeric(thresholds) => thresholds.clone(),
            Bins::Categorical { .. } => panic!("a numeric column"),
        }
    }

    #[test]
    fn few_distinct_values_have_a_bin_each_and_small_ones_share() {
        assert_eq!(learn(vec![3.0, 1.0, 2.0, 1.0, f32::NAN], 255, 1), [1.5, 2.5]);
        assert_eq!(learn(vec![3.0, 1.0, 2.0, 1.0], 255, 2), [1.5]);
        assert_eq!(learn(vec![5.0; 9], 255, 1), Vec::<f32>::new());
        assert_eq!(learn(vec![f32::NAN; 9], 255, 1), Vec::<f32>::new());
        assert_eq!(learn(vec![-0.0, 0.0, 1.0], 255, 1), [0.5], "-0 is 0");
    }

    #[test]
    fn a_cut_lies_at_the_lower_of_two_neighbours_in_f32() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        assert_eq!(learn(vec![1.0, next], 255, 1), [1.0]);
        assert_eq!(learn(vec![f32::MIN, f32::MAX, f32::INFINITY], 255, 1), [0.0, f32::MAX]);
    }

    #[test]
    fn many_values_are_spread_evenly_and_a_heavy_one_is_alone() {
        // 9,000 zeros fill what 90 of 100 bins would hold: one bin; the other 99 bins share 1,000 values from 1 to 1,000.
        let mut column = vec![0.0; 9000];
        column.extend((1..=1000).map(|n| n as f32));
        let cuts = learn(column, 100, 1);
        assert_eq!(cuts[0], 0.5);
        assert_eq!(cuts.len(), 99);
        let widths: Vec<f32> = cuts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(widths.iter().all(|width| (10.0..=11.0).contains(width)), "{widths:?}");
    }

    #[test]
    fn of_many_rows_a_sample_at_even_distances_is_cut() {
        let column: Vec<f32> = (0..1_000_000_u64).map(|n| (n * 7919 % 1_000_003) as f32).collect();
        let cuts = learn(column.clone(), 255, 3);
        let mut counts = vec![0; 255];
        for value in &column {
            counts[cuts.partition_point(|cut| cut < value)] += 1;
        }
        // A bin's share of a sample of 784 of its rows has a deviation of 3.6 %.
        assert_eq!(cuts.len(), 254);
        assert!(counts.iter().all(|count| (3300..4500).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_most_frequent_categories_are_kept_and_others_counted() {
        let mut column: Vec<f32> = (0..300).map(|n| n as f32).collect();
        column.extend((100..300).map(|n| n as f32));
        let rows: Vec<u32> = (0..500).collect();
        let spec = CutSpec { columns: vec![0], categorical: vec![0], max_bins: 255, min_bin_rows: 1 };
        let cuts = Cuts::learn(&Matrix::from_columns(500, &[column]), &rows, &spec).unwrap();
        // 100..300 twice each, and the 54 lowest of the others.
        let kept: Vec<u32> = (0..54).chain(100..300).collect();
        assert_eq!((cuts.kind(0), cuts.n_dropped_categories(0)), (FeatureKind::Categorical(kept), 46));
    }

    #[test]
    fn a_negative_or_fractional_category_is_named() {
        for bad in [-1.0, 1.5, f32::INFINITY, 4_294_967_296.0] {
            let matrix = Matrix::from_columns(2, &[vec![1.0, 2.0], vec![3.0, bad]]);
            let spec = CutSpec { columns: vec![0, 1], categorical: vec![1], max_bins: 255, min_bin_rows: 1 };
            assert_eq!(Cuts::learn(&matrix, &[0, 1], &spec), Err(BadCategory { column: 1, row: 1, value: bad }));
        }
    }

    #[test]
    fn rows_that_were_not_named_do_not_move_a_cut() {
        let column = |last: f32| Matrix::from_columns(4, &[vec![1.0, 2.0, 3.0, last]]);
        let spec = CutSpec { columns: vec![0], categorical: vec![], max_bins: 255, min_bin_rows: 1 };
        assert_eq!(Cuts::learn(&column(2.5), &[0, 1, 2], &spec), Cuts::learn(&column(-9.0), &[0, 1, 2], &spec));
    }

    #[test]
    fn radix_sort_and_the_key_keep_the_order_of_f32() {
        let values: Vec<f32> = (0..5000_u32).map(|n| f32::from_bits(n.wrapping_mul(2_654_435_769))).filter(|v| !v.is_nan()).collect();
        let mut scratch = Scratch { keys: values.iter().map(|&value| key(value)).collect(), ..Scratch::default() };
        scratch.sort();
        let mut sorted = values;
        sorted.sort_by(f32::total_cmp);
        assert_eq!(scratch.keys.into_iter().map(value).collect::<Vec<f32>>(), sorted);
    }
}
