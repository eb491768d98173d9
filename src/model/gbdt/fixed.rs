//! Gradients as whole numbers: integer sums are the same in every order, so threads and chunks cannot change a tree.

use rayon::prelude::*;

/// Bits of a sum's magnitude: below f64's 53, so that differences of sums stay exact as f64 too.
const SUM_BITS: i32 = 50;

/// Bits of one row's magnitude.
const ROW_BITS: i32 = 30;

/// Rows whose magnitudes are added up together; fixed, so that the scale does not depend on the number of threads.
const CHUNK: usize = 1 << 14;

/// Adding this rounds to a whole number, which the low bits then hold.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Sums over a set of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    /// Of gradients.
    pub(super) gradient: f64,
    /// Of hessians.
    pub(super) hessian: f64,
    /// Number of rows.
    pub(super) n_rows: f64,
}

impl Sum {
    /// The other rows of a node with these in all.
    pub(super) fn rest_of(self, total: Self) -> Self {
        Self { gradient: total.gradient - self.gradient, hessian: total.hessian - self.hessian, n_rows: total.n_rows - self.n_rows }
    }

    /// Both sets of rows.
    pub(super) fn and(self, other: Self) -> Self {
        Self { gradient: self.gradient + other.gradient, hessian: self.hessian + other.hessian, n_rows: self.n_rows + other.n_rows }
    }
}

/// How sums are written as integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Low bits of a sum of gradients that count rows.
    pub(super) count_bits: u32,
    /// 2^`count_bits`: what a step of the gradient adds to a sum; multiplying is faster than shifting by a number in a register.
    pub(super) row: i64,
    /// One integer step of the gradient; a power of two.
    pub(super) gradient: f64,
    /// One integer step of the hessian; a power of two.
    pub(super) hessian: f64,
}

/// An integer sum over rows, as histograms hold them.
pub(super) trait Cell: Copy + Default + Send + Sync + std::fmt::Debug {
    /// One row's share.
    type Row: Copy + Default + Send + Sync;
    /// A row as a sum.
    fn of(row: Self::Row, scale: Scale) -> Self;
    /// Adds.
    fn plus(self, other: Self) -> Self;
    /// Takes away a part.
    fn minus(self, part: Self) -> Self;
    /// As numbers.
    fn sum(self, scale: Scale) -> Sum;
}

/// Gradients above a count of rows; the hessian is that count.
impl Cell for i64 {
    type Row = i32;

    fn of(row: i32, scale: Scale) -> Self {
        Self::from(row) * scale.row + 1
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn minus(self, part: Self) -> Self {
        self.wrapping_sub(part)
    }

    fn sum(self, scale: Scale) -> Sum {
        let n_rows = (self & ((1 << scale.count_bits) - 1)) as f64;
        Sum { gradient: (self >> scale.count_bits) as f64 * scale.gradient, hessian: n_rows, n_rows }
    }
}

/// Gradients above a count of rows, and hessians.
impl Cell for [i64; 2] {
    type Row = [i32; 2];

    fn of(row: [i32; 2], scale: Scale) -> Self {
        [i64::from(row[0]) * scale.row + 1, i64::from(row[1])]
    }

    fn plus(self, other: Self) -> Self {
        [self[0].wrapping_add(other[0]), self[1].wrapping_add(other[1])]
    }

    fn minus(self, part: Self) -> Self {
        [self[0].wrapping_sub(part[0]), self[1].wrapping_sub(part[1])]
    }

    fn sum(self, scale: Scale) -> Sum {
        let gradient = (self[0] >> scale.count_bits) as f64 * scale.gradient;
        Sum { gradient, hessian: self[1] as f64 * scale.hessian, n_rows: (self[0] & ((1 << scale.count_bits) - 1)) as f64 }
    }
}

/// Bits that the count of `n_rows` takes.
pub(super) fn count_bits(n_rows: usize) -> u32 {
    usize::BITS - n_rows.leading_zeros()
}

/// The finest step with which neither a value nor any sum of values overflows.
///
/// * `values`: one per training row; those not among `sample` are not looked at.
pub(super) fn step(values: &[f32], sample: Option<&[u32]>, cores: usize) -> f64 {
    let n_rows = sample.map_or(values.len(), <[u32]>::len);
    let part = |chunk: usize| {
        let range = chunk * CHUNK..n_rows.min((chunk + 1) * CHUNK);
        match sample {
            None => magnitude(values[range].iter().copied()),
            Some(sample) => magnitude(sample[range].iter().map(|&row| values[row as usize])),
        }
    };
    let n_chunks = n_rows.div_ceil(CHUNK);
    let parts: Vec<(f64, f32)> = if cores > 1 { (0..n_chunks).into_par_iter().map(part).collect() } else { (0..n_chunks).map(part).collect() };
    let (total, largest) = parts.into_iter().fold((0.0, 0.0_f32), |all, part| (all.0 + part.0, all.1.max(part.1)));
    if largest == 0.0 {
        return 1.0;
    }
    let sum_bits = SUM_BITS.min(61 - count_bits(n_rows) as i32);
    let step = (total / f64::from(sum_bits).exp2()).max(f64::from(largest) / f64::from(ROW_BITS).exp2());
    // The next power of two above: dividing by it only moves the exponent.
    f64::from_bits((step.to_bits() & 0x7ff0_0000_0000_0000) + 0x0010_0000_0000_0000)
}

/// Sum and largest of absolute values, in eight lanes.
fn magnitude(values: impl ExactSizeIterator<Item = f32>) -> (f64, f32) {
    let (mut sums, mut largest) = ([0.0_f64; 8], [0.0_f32; 8]);
    for (idx, value) in values.enumerate() {
        let size = value.abs();
        sums[idx % 8] += f64::from(size);
        largest[idx % 8] = if size > largest[idx % 8] { size } else { largest[idx % 8] };
    }
    (sums.iter().sum(), largest.into_iter().fold(0.0, f32::max))
}

/// A value in steps, to the nearest.
pub(super) fn round(value: f32, per_step: f64) -> i32 {
    (f64::from(value) * per_step + ROUNDER).to_bits() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sum_overflows_and_the_error_is_far_below_a_value_even_beside_an_outlier() {
        let mut values: Vec<f32> = (0..100_000).map(|n| ((n * 7919) % 2003) as f32 - 1000.5).collect();
        values[5] = 1e7;
        let step = step(&values, None, 1);
        let scale = Scale { count_bits: count_bits(values.len()), row: 1 << count_bits(values.len()), gradient: step, hessian: 1.0 };
        for sign in [1.0, -1.0] {
            let sums = values.iter().map(|value| sign * value.abs());
            let fast = sums.clone().fold(0, |sum: i64, value| sum.checked_add(i64::of(round(value, step.recip()), scale)).unwrap()).sum(scale);
            let exact: f64 = sums.map(f64::from).sum();
            assert_eq!(fast.n_rows, 100_000.0);
            // Half a step per row; a step is 2^-30 of the outlier, about 0.01.
            assert!((fast.gradient - exact).abs() < 0.5 * step * 100_000.0, "{} {exact}", fast.gradient);
            assert!(step < 0.02);
        }
    }

    #[test]
    fn the_step_does_not_depend_on_the_number_of_threads() {
        let values: Vec<f32> = (0..100_003).map(|n| (n as f32 * 0.7).sin()).collect();
        let sample: Vec<u32> = (0..100_003).step_by(3).collect();
        assert_eq!(step(&values, None, 1), step(&values, None, 4));
        assert_eq!(step(&values, Some(&sample), 1), step(&values, Some(&sample), 2));
        assert_eq!(step(&[0.0; 9], None, 1), 1.0);
    }

    #[test]
    fn both_kinds_of_sums_agree() {
        let scale = Scale { count_bits: 4, row: 16, gradient: 0.25, hessian: 0.5 };
        let (one, two) = (<[i64; 2]>::of([-3, 2], scale), <[i64; 2]>::of([7, 2], scale));
        assert_eq!(one.plus(two).sum(scale), Sum { gradient: 1.0, hessian: 2.0, n_rows: 2.0 });
        assert_eq!(one.plus(two).minus(two).sum(scale), Sum { gradient: -0.75, hessian: 1.0, n_rows: 1.0 });
        assert_eq!(i64::of(-3, scale).plus(i64::of(7, scale)).sum(scale), Sum { gradient: 1.0, hessian: 2.0, n_rows: 2.0 });
        assert_eq!(i64::of(-3, scale).sum(scale).gradient, -0.75);
    }
}
