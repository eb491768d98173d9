//! Cross-sections: the rows of each date and their order, found once and shared by everything that asks for ranks.

use std::ops::Range;

use super::radix::key;
use super::sample::mean;

/// The rows of each date: rows of a date are neighbours.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    date_idx: Vec<u32>,
    starts: Vec<u32>,
}

impl Dates {
    /// * `date_idx`: the date of each row; rows of a date are neighbours.
    pub(super) fn new(date_idx: impl IntoIterator<Item = u32>) -> Self {
        let mut dates = Self { date_idx: Vec::new(), starts: Vec::new() };
        let mut n_rows = 0;
        for date in date_idx {
            if dates.date_idx.last().is_none_or(|&last| last != date) {
                dates.date_idx.push(date);
                dates.starts.push(n_rows);
            }
            n_rows += 1;
        }
        dates.starts.push(n_rows);
        dates
    }

    /// Number of dates.
    pub(super) fn len(&self) -> usize {
        self.date_idx.len()
    }

    /// The dates as given.
    pub(super) fn date_idx(&self) -> &[u32] {
        &self.date_idx
    }

    /// Rows of a date, by its place among the dates.
    pub(super) fn rows(&self, place: usize) -> Range<usize> {
        self.starts[place] as usize..self.starts[place + 1] as usize
    }
}

/// The rows of each date in the order of a value.
#[derive(Debug, Clone)]
pub(super) struct Orders {
    /// Rows, ascending by value within each date; the highest bit marks a value above the one before.
    rows: Vec<u32>,
}

const STEP: u32 = 1 << 31;

impl Orders {
    /// * `values`: one a row, none of them NaN.
    pub(super) fn new(dates: &Dates, values: &[f64]) -> Self {
        assert!(values.len() < STEP as usize, "positions fit beside a mark");
        let mut orders = Self { rows: Vec::with_capacity(values.len()) };
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        for place in 0..dates.len() {
            keyed.clear();
            keyed.extend(dates.rows(place).map(|row| (key(values[row]), row as u32)));
            keyed.sort_unstable();
            let mut last = None;
            for &(key, row) in &keyed {
                orders.rows.push(if last == Some(key) { row } else { row | STEP });
                last = Some(key);
            }
        }
        orders
    }

    /// Average ranks of some rows of a date among themselves: `place_of` tells where the rank of a row goes, if it takes part.
    pub(super) fn ranks(&self, rows: Range<usize>, place_of: impl Fn(usize) -> Option<usize>, ranks: &mut [f64]) {
        let mut tied: Vec<usize> = Vec::new();
        let mut n_below = 0;
        let mut settle = |tied: &mut Vec<usize>| {
            let rank = n_below as f64 + 0.5 * (tied.len() + 1) as f64;
            for &place in tied.iter() {
                ranks[place] = rank;
            }
            n_below += tied.len();
            tied.clear();
        };
        for &marked in &self.rows[rows] {
            if marked & STEP != 0 {
                settle(&mut tied);
            }
            tied.extend(place_of((marked & !STEP) as usize));
        }
        settle(&mut tied);
    }
}

/// A value that can be ranked within a date: it is packed with its place into one number, so that sorting moves no more than that.
pub(super) trait Ranked: Copy {
    /// Value and place, ordered by value.
    type Packed: Copy + Ord;
    /// The pack of a value that is not NaN.
    fn pack(self, place: usize) -> Self::Packed;
    /// The place of a pack.
    fn place(packed: Self::Packed) -> usize;
    /// Whether two packs hold the same value.
    fn same(a: Self::Packed, b: Self::Packed) -> bool;
    /// Whether the value is missing, which of a number is NaN.
    fn is_missing(self) -> bool;
    /// Whether the value is a number of finite size.
    fn is_finite(self) -> bool;
}

impl Ranked for f32 {
    type Packed = u64;

    fn pack(self, place: usize) -> u64 {
        let bits = (self + 0.0).to_bits();
        let key = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
        u64::from(key) << 32 | place as u64
    }

    fn place(packed: u64) -> usize {
        packed as u32 as usize
    }

    fn same(a: u64, b: u64) -> bool {
        a >> 32 == b >> 32
    }

    fn is_missing(self) -> bool {
        self.is_nan()
    }

    fn is_finite(self) -> bool {
        self.is_finite()
    }
}

/// Average ranks of values, by place; `packed` is scratch.
pub(super) fn rank_packed<T: Ranked>(packed: &mut [T::Packed], ranks: &mut [f64]) {
    packed.sort_unstable();
    let mut n_below = 0;
    for tied in packed.chunk_by(|&a, &b| T::same(a, b)) {
        let rank = n_below as f64 + 0.5 * (tied.len() + 1) as f64;
        for &pack in tied {
            ranks[T::place(pack)] = rank;
        }
        n_below += tied.len();
    }
}

/// Pearson's correlation of ranks; `None` where either side has one rank for all, or there are fewer than two.
///
/// Ranks are halves: every sum below is exact while a date has fewer than a hundred thousand rows, so that the order of the sums says nothing.
pub(super) fn of_ranks(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 {
        return None;
    }
    let (centre_a, centre_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - centre_a, y - centre_b);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    (aa != 0.0 && bb != 0.0).then(|| (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::rank::average_ranks;
    use super::*;

    #[test]
    fn ranks_of_some_rows_are_those_of_ranking_them_alone() {
        // Three dates of 1, 90 and 40 rows; values of few levels, so that more rows tie than the first slots hold.
        let date: Vec<u32> = (0..131)
            .map(|row| {
                if row == 0 {
                    2
                } else if row <= 90 {
                    5
                } else {
                    6
                }
            })
            .collect();
        let values: Vec<f64> =
            (0..131_u32).map(|row| f64::from(row * 7919 % 13 / 5) - 1.0).map(|value| if value == 0.0 { -0.0 } else { value }).collect();
        let dates = Dates::new(date.iter().copied());
        assert_eq!((dates.len(), dates.date_idx(), dates.rows(1)), (3, &[2, 5, 6][..], 1..91));
        let orders = Orders::new(&dates, &values);
        for keeps in [|_: usize| true, |row: usize| !row.is_multiple_of(3)] {
            for place in 0..dates.len() {
                let kept: Vec<usize> = dates.rows(place).filter(|&row| keeps(row)).collect();
                let naive = average_ranks(&kept.iter().map(|&row| values[row]).collect::<Vec<_>>());
                let mut ranks = vec![0.0; kept.len()];
                orders.ranks(dates.rows(place), |row| kept.binary_search(&row).ok(), &mut ranks);
                assert_eq!(ranks, naive);
                let mut packed: Vec<u64> = kept.iter().enumerate().map(|(at, &row)| (values[row] as f32).pack(at)).collect();
                rank_packed::<f32>(&mut packed, &mut ranks);
                assert_eq!(ranks, naive);
            }
        }
    }
}
