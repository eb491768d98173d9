//! The table as bin numbers: one byte per value, made once for all windows that share cuts.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::cut::{Bins, Cuts, category};
use crate::feature::Matrix;

/// Features whose codes lie together; their histograms fit the nearest cache (32 KiB of 8-byte sums).
pub(super) const SLOT: usize = 16;

/// Slots of a line: 64 bytes, what memory delivers at once.
pub(super) const SLOTS: usize = 4;

/// Rows that are transposed together.
const CHUNK: usize = 512;

/// 64 bytes at an address that is a multiple of 64, so that no row of a group costs two deliveries.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Line(pub(super) [[u8; SLOT]; SLOTS]);

/// Up to 16 features whose codes lie in one slot, in ascending order; unused bytes are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// First feature.
    pub(super) first: usize,
    /// Number of features.
    pub(super) width: usize,
}

/// Slots that lie together row by row: 1, 2 or 4 of them.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Its slots, among all.
    pub(super) slots: Range<usize>,
    /// Row r has the slots from r x n on, where n is the number of slots.
    pub(super) lines: Vec<Line>,
}

/// Codes of a range of the table's rows, twice: by column (to send rows left or right) and by row (to sum gradients).
///
/// Code b is bin b of the feature's cuts; the number of bins is the code of a missing value.
#[derive(Debug, Clone)]
pub(crate) struct Binned {
    cuts: Arc<Cuts>,
    rows: Range<u32>,
    columns: Vec<Vec<u8>>,
    slots: Vec<Slot>,
    groups: Vec<Group>,
}

impl Binned {
    /// Codes these rows of the table.
    pub(crate) fn new(features: &Matrix, rows: Range<u32>, cuts: Arc<Cuts>) -> Self {
        let span = rows.start as usize..rows.end as usize;
        let columns: Vec<Vec<u8>> =
            (0..cuts.n_features()).into_par_iter().map(|at| codes(&features.column(cuts.column(at))[span.clone()], cuts.bins(at))).collect();
        let slots = slots(cuts.n_features());
        let groups = groups(slots.len()).into_iter().map(|range| transposed(&columns, &slots, range, span.len())).collect();
        Self { cuts, rows, columns, slots, groups }
    }

    /// A table of these rows alone, ascending numbers of coded rows; they are numbered from 0 in it.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let first = self.rows.start;
        let columns = self.columns.iter().map(|codes| rows.iter().map(|&row| codes[(row - first) as usize]).collect()).collect();
        let gather = |group: &Group| {
            let n_slots = group.slots.len();
            let per_line = SLOTS / n_slots;
            let mut lines = vec![Line::default(); rows.len().div_ceil(per_line)];
            for (to, &row) in rows.iter().enumerate() {
                let from = (row - first) as usize;
                let (to_at, from_at) = (to % per_line * n_slots, from % per_line * n_slots);
                let slots = &group.lines[from / per_line].0[from_at..from_at + n_slots];
                lines[to / per_line].0[to_at..to_at + n_slots].copy_from_slice(slots);
            }
            Group { slots: group.slots.clone(), lines }
        };
        let groups = self.groups.iter().map(gather).collect();
        Self { cuts: Arc::clone(&self.cuts), rows: 0..rows.len() as u32, columns, slots: self.slots.clone(), groups }
    }

    /// Bytes of a row's codes, by column and by row.
    pub(super) fn bytes_per_row(&self) -> usize {
        self.columns.len() + self.slots.len() * SLOT
    }

    /// The cuts that the codes belong to.
    pub(crate) fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The table's rows that are coded.
    pub(crate) fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// A feature's codes.
    pub(super) fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature]
    }

    /// Where features lie in the groups.
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The codes by row.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }
}

/// Spreads features evenly over slots of at most 16, an even number of slots where there are enough features for two threads.
fn slots(n_features: usize) -> Vec<Slot> {
    let n_slots = if n_features < SLOT { n_features.div_ceil(SLOT) } else { n_features.div_ceil(SLOT).next_multiple_of(2) };
    let start = |at: usize| at * n_features / n_slots;
    (0..n_slots).map(|at| Slot { first: start(at), width: start(at + 1) - start(at) }).collect()
}

/// Groups of 4 slots, and of 2 and 1 for the rest.
fn groups(n_slots: usize) -> Vec<Range<usize>> {
    let mut groups = vec![];
    let mut start = 0;
    while start < n_slots {
        let size = match n_slots - start {
            1 => 1,
            2 | 3 => 2,
            _ => SLOTS,
        };
        groups.push(start..start + size);
        start += size;
    }
    groups
}

fn codes(values: &[f32], bins: &Bins) -> Vec<u8> {
    match bins {
        Bins::Numeric(thresholds) => numeric_codes(values, thresholds),
        Bins::Categorical { categories, .. } => {
            let missing = categories.len() as u8;
            let code = |value: f32| category(value).and_then(|category| categories.binary_search(&category).ok()).map_or(missing, |at| at as u8);
            values.iter().map(|&value| code(value)).collect()
        }
    }
}

/// The number of thresholds below each value.
fn numeric_codes(values: &[f32], thresholds: &[f32]) -> Vec<u8> {
    let mut padded = [f32::INFINITY; 256];
    padded[..thresholds.len()].copy_from_slice(thresholds);
    let missing = thresholds.len() as u8 + 1;
    match usize::BITS - thresholds.len().leading_zeros() {
        0..=2 => searched::<2>(values, &padded, missing),
        3 | 4 => searched::<4>(values, &padded, missing),
        5 | 6 => searched::<6>(values, &padded, missing),
        _ => searched::<8>(values, &padded, missing),
    }
}

/// Each value's place among 2^STEPS - 1 thresholds, found bit by bit: no branch depends on the data.
fn searched<const STEPS: usize>(values: &[f32], thresholds: &[f32; 256], missing: u8) -> Vec<u8> {
    let mut codes = vec![0; values.len()];
    for (code, &value) in codes.iter_mut().zip(values) {
        let mut below = 0_usize;
        for step in (0..STEPS).rev() {
            let middle = thresholds[(below + (1 << step) - 1) & 255];
            below += usize::from(middle < value) << step;
        }
        *code = if value.is_nan() { missing } else { below as u8 };
    }
    codes
}

fn transposed(columns: &[Vec<u8>], slots: &[Slot], range: Range<usize>, n_rows: usize) -> Group {
    let n_slots = range.len();
    let per_line = SLOTS / n_slots;
    let mut lines = vec![Line::default(); n_rows.div_ceil(per_line)];
    lines.par_chunks_mut(CHUNK / per_line).enumerate().for_each(|(chunk, lines)| {
        let start = chunk * CHUNK;
        for (place, slot) in slots[range.clone()].iter().enumerate() {
            for lane in 0..slot.width {
                let codes = &columns[slot.first + lane][start..n_rows.min(start + CHUNK)];
                for (idx, &code) in codes.iter().enumerate() {
                    lines[idx / per_line].0[idx % per_line * n_slots + place][lane] = code;
                }
            }
        }
    });
    Group { slots: range, lines }
}

#[cfg(test)]
mod tests {
    use super::super::cut::CutSpec;
    use super::*;

    fn binned(n_rows: usize, columns: &[Vec<f32>], categorical: Vec<u32>, max_bins: u32) -> Binned {
        let matrix = Matrix::from_columns(n_rows, columns);
        let rows: Vec<u32> = (0..n_rows as u32).collect();
        let spec = CutSpec { columns: (0..columns.len() as u32).collect(), categorical, max_bins, min_bin_rows: 1 };
        Binned::new(&matrix, 0..n_rows as u32, Arc::new(Cuts::learn(&matrix, &rows, &spec).unwrap()))
    }

    #[test]
    fn a_code_is_at_most_a_bin_exactly_where_the_value_is_at_most_its_threshold() {
        for max_bins in [2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 128, 129, 254, 255] {
            let mut column: Vec<f32> = (0..1000_u32).map(|n| (n * 7919 % 1009) as f32 / 7.0 - 60.0).collect();
            column.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
            let binned = binned(1003, &[column.clone()], vec![], max_bins);
            let Bins::Numeric(thresholds) = binned.cuts().bins(0) else { panic!("a numeric column") };
            assert_eq!(thresholds.len() + 1, max_bins as usize);
            for (&code, value) in binned.column(0).iter().zip(column) {
                if value.is_nan() {
                    assert_eq!(usize::from(code), binned.cuts().n_bins(0));
                    continue;
                }
                for (bin, threshold) in thresholds.iter().enumerate() {
                    assert_eq!(usize::from(code) <= bin, value <= *threshold, "{value} {code} {threshold}");
                }
            }
        }
    }

    #[test]
    fn both_layouts_hold_the_same_codes_for_any_number_of_columns() {
        for n_columns in (1..70).chain([160]) {
            let columns: Vec<Vec<f32>> = (0..n_columns).map(|c| (0..1100).map(|r| ((r * (c + 3)) % 251) as f32).collect()).collect();
            let binned = binned(1100, &columns, vec![], 255);
            assert_eq!(binned.slots().iter().map(|slot| slot.width).sum::<usize>(), n_columns);
            for group in binned.groups() {
                for (place, slot) in binned.slots()[group.slots.clone()].iter().enumerate() {
                    for (lane, row) in (0..slot.width).flat_map(|lane| (0..1100).map(move |row| (lane, row))) {
                        let at = row * group.slots.len() + place;
                        assert_eq!(group.lines[at / SLOTS].0[at % SLOTS][lane], binned.column(slot.first + lane)[row]);
                    }
                }
            }
        }
    }

    #[test]
    fn unseen_and_impossible_categories_are_missing() {
        let matrix = Matrix::from_columns(6, &[vec![7.0, 3.0, 9.0, -1.0, 3.5, f32::NAN]]);
        let spec = CutSpec { columns: vec![0], categorical: vec![0], max_bins: 255, min_bin_rows: 1 };
        let cuts = Arc::new(Cuts::learn(&matrix, &[0, 1], &spec).unwrap());
        assert_eq!(Binned::new(&matrix, 0..6, cuts).column(0), [1, 0, 2, 2, 2, 2]);
    }
}
