//! Histograms: sums of gradients per bin.

use std::ops::Range;

use super::bin::{Binned, Group, Line, SLOT, SLOTS, Slot};
use super::fixed::{Cell, Scale};

/// Codes of a feature, the missing one included.
pub(super) const CODES: usize = 256;

/// Rows whose codes are fetched together: the fetches wait for memory at the same time, not one after the other.
const BATCH: usize = 512;

/// From positions among a window's training rows to rows of the binned table.
#[derive(Debug, Clone, Copy)]
pub(super) enum RowIndex<'a> {
    /// The window's rows follow each other from this row on.
    From(usize),
    /// Each row's number, and the number of the table's first.
    Listed(&'a [u32], u32),
}

impl<'a> RowIndex<'a> {
    /// The index of rows given by their numbers in the matrix, ascending.
    pub(super) fn of(rows: &'a [u32], first: u32) -> Self {
        match (rows.first(), rows.last()) {
            (Some(start), Some(end)) if (end - start) as usize + 1 == rows.len() => Self::From((start - first) as usize),
            _ => Self::Listed(rows, first),
        }
    }

    /// The table's row of a position.
    pub(super) fn row(self, position: u32) -> usize {
        match self {
            Self::From(start) => start + position as usize,
            Self::Listed(rows, first) => (rows[position as usize] - first) as usize,
        }
    }
}

/// What is summed: a table, the window's rows in it and each training row's gradient.
pub(super) struct Source<'a, C: Cell> {
    pub(super) binned: &'a Binned,
    pub(super) row_index: RowIndex<'a>,
    pub(super) rows: &'a [C::Row],
    pub(super) scale: Scale,
}

/// Slots of one group that a thread works on at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FeatureBlock {
    /// The group.
    pub(super) group: usize,
    /// Slots within the group.
    pub(super) slots: Range<usize>,
    /// Their features.
    pub(super) features: Range<usize>,
}

/// Every group whole, or halved where that lets two threads share a node.
pub(super) fn blocks(binned: &Binned, halved: bool) -> Vec<FeatureBlock> {
    let mut blocks = vec![];
    for (idx, group) in binned.groups().iter().enumerate() {
        let n_slots = group.slots.len();
        let step = if halved { n_slots.div_ceil(2) } else { n_slots };
        for start in (0..n_slots).step_by(step) {
            let slots = start..start + step;
            let (first, last) = (&binned.slots()[group.slots.start + slots.start], &binned.slots()[group.slots.start + slots.end - 1]);
            blocks.push(FeatureBlock { group: idx, features: first.first..last.first + last.width, slots });
        }
    }
    blocks
}

impl<C: Cell> Source<'_, C> {
    /// Sums of the rows at these positions for the features of a block; `histogram` begins at its first feature and is overwritten.
    /// Features that are not `wanted` may be left alone.
    pub(super) fn fill(&self, block: &FeatureBlock, wanted: Option<&[bool]>, positions: &[u32], histogram: &mut [C]) {
        let is_wanted = |feature: usize| wanted.is_none_or(|wanted| wanted[feature]);
        for feature in block.features.clone().filter(|&feature| is_wanted(feature)) {
            let start = (feature - block.features.start) * CODES;
            histogram[start..=start + self.binned.cuts().n_bins(feature)].fill(C::default());
        }
        let group = &self.binned.groups()[block.group];
        let slots = &self.binned.slots()[group.slots.start + block.slots.start..group.slots.start + block.slots.end];
        let is_dense = |slot: &Slot| 2 * (slot.first..slot.first + slot.width).filter(|&feature| is_wanted(feature)).count() >= slot.width;
        let dense: [bool; SLOTS] = std::array::from_fn(|at| slots.get(at).is_some_and(is_dense));
        if dense.contains(&true) {
            match group.slots.len() {
                1 => self.fill_slots::<1>(group, block, dense, positions, histogram),
                2 => self.fill_slots::<2>(group, block, dense, positions, histogram),
                _ => self.fill_slots::<4>(group, block, dense, positions, histogram),
            }
        }
        for (slot, _) in slots.iter().zip(dense).filter(|(_, dense)| !dense) {
            for feature in (slot.first..slot.first + slot.width).filter(|&feature| is_wanted(feature)) {
                let start = (feature - block.features.start) * CODES;
                self.fill_column(feature, positions, &mut histogram[start..start + CODES]);
            }
        }
    }

    /// All features of the dense slots at once; N slots make a row of the group.
    fn fill_slots<const N: usize>(&self, group: &Group, block: &FeatureBlock, dense: [bool; SLOTS], positions: &[u32], histogram: &mut [C]) {
        let mut codes = [[[0_u8; SLOT]; BATCH]; N];
        let mut shares = [C::default(); BATCH];
        let slots = &self.binned.slots()[group.slots.start + block.slots.start..group.slots.start + block.slots.end];
        for positions in positions.chunks(BATCH) {
            for (share, &position) in shares.iter_mut().zip(positions) {
                *share = C::of(self.rows[position as usize], self.scale);
            }
            match self.row_index {
                RowIndex::From(start) => gather(&mut codes, &group.lines, positions.iter().map(|&position| start + position as usize)),
                RowIndex::Listed(..) => gather(&mut codes, &group.lines, positions.iter().map(|&position| self.row_index.row(position))),
            }
            for ((at, slot), _) in block.slots.clone().zip(slots).zip(dense).filter(|(_, dense)| *dense) {
                let start = (slot.first - block.features.start) * CODES;
                let histogram = &mut histogram[start..start + slot.width * CODES];
                add_slot(histogram, slot.width, &codes[at][..positions.len()], &shares[..positions.len()]);
            }
        }
    }

    /// One feature alone.
    fn fill_column(&self, feature: usize, positions: &[u32], histogram: &mut [C]) {
        let histogram: &mut [C; CODES] = histogram.try_into().expect("a feature has 256 codes");
        let codes = self.binned.column(feature);
        for &position in positions {
            let cell = &mut histogram[usize::from(codes[self.row_index.row(position)])];
            *cell = cell.plus(C::of(self.rows[position as usize], self.scale));
        }
    }
}

/// Copies rows' codes; N slots make a row. As few instructions as possible, so that many fetches wait for memory at once.
fn gather<const N: usize>(codes: &mut [[[u8; SLOT]; BATCH]; N], lines: &[Line], rows: impl Iterator<Item = usize>) {
    match codes.as_mut_slice() {
        [one] => {
            for (one, row) in one.iter_mut().zip(rows) {
                *one = lines[row / 4].0[row % 4];
            }
        }
        [one, two] => {
            for ((one, two), row) in one.iter_mut().zip(two).zip(rows) {
                let (line, at) = (&lines[row / 2].0, row % 2 * 2);
                (*one, *two) = (line[at], line[at + 1]);
            }
        }
        [one, two, three, four] => {
            for ((((one, two), three), four), row) in one.iter_mut().zip(two).zip(three).zip(four).zip(rows) {
                [*one, *two, *three, *four] = lines[row].0;
            }
        }
        _ => unreachable!("a group has 1, 2 or 4 slots"),
    }
}

/// Adds rows to the histograms of a slot, by code made for its width.
fn add_slot<C: Cell>(histogram: &mut [C], width: usize, codes: &[[u8; SLOT]], shares: &[C]) {
    match width {
        1 => add::<1, C>(histogram, codes, shares),
        2 => add::<2, C>(histogram, codes, shares),
        3 => add::<3, C>(histogram, codes, shares),
        4 => add::<4, C>(histogram, codes, shares),
        5 => add::<5, C>(histogram, codes, shares),
        6 => add::<6, C>(histogram, codes, shares),
        7 => add::<7, C>(histogram, codes, shares),
        8 => add::<8, C>(histogram, codes, shares),
        9 => add::<9, C>(histogram, codes, shares),
        10 => add::<10, C>(histogram, codes, shares),
        11 => add::<11, C>(histogram, codes, shares),
        12 => add::<12, C>(histogram, codes, shares),
        13 => add::<13, C>(histogram, codes, shares),
        14 => add::<14, C>(histogram, codes, shares),
        15 => add::<15, C>(histogram, codes, shares),
        _ => add::<16, C>(histogram, codes, shares),
    }
}

/// The innermost loop: no bounds are checked, since a byte cannot leave 256 codes, and neighbouring additions hit different features.
#[inline(never)]
fn add<const W: usize, C: Cell>(histogram: &mut [C], codes: &[[u8; SLOT]], shares: &[C]) {
    let histogram: &mut [[C; CODES]; W] = histogram.as_chunks_mut().0.first_chunk_mut().expect("a slot's histograms");
    for (codes, &share) in codes.iter().zip(shares) {
        for lane in 0..W {
            let cell = &mut histogram[lane][usize::from(codes[lane])];
            *cell = cell.plus(share);
        }
    }
}

/// Takes a child's sums from its parent's, which become those of the other child.
pub(super) fn subtract<C: Cell>(parent: &mut [C], child: &[C]) {
    for (parent, child) in parent.iter_mut().zip(child) {
        *parent = parent.minus(*child);
    }
}
