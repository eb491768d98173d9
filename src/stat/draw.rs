//! Seeded random numbers for simulations and bootstraps: the same seed gives the same numbers anywhere.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64;

/// A stream of random numbers (PCG XSL RR 128/64).
pub(super) struct Draw(Pcg64);

impl Draw {
    /// The stream of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// A number in (0, 1), never an end of it, so that its logarithm and its normal quantile exist.
    pub(super) fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A position below `n`, which is at least 1.
    pub(super) fn below(&mut self, n: usize) -> usize {
        // The high word of the product; its bias is below n / 2^64.
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn draws_repeat_with_the_seed_and_fill_their_range_evenly() {
        let mut draw = Draw::new(7);
        let units: Vec<f64> = (0..100_000).map(|_| draw.unit()).collect();
        assert!(units.iter().all(|&unit| 0.0 < unit && unit < 1.0));
        // Mean 1/2, standard error 1/sqrt(12 * 100,000) = 0.0009.
        assert_close(units.iter().sum::<f64>() / 100_000.0, 0.5, 0.004);
        let mut again = Draw::new(7);
        assert!(units.iter().all(|&unit| again.unit() == unit));
        let mut counts = [0; 5];
        (0..50_000).for_each(|_| counts[draw.below(5)] += 1);
        // 10,000 each, standard deviation 89.
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
    }
}
