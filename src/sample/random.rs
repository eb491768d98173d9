//! Seeded draws that are the same on every platform.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64;

/// A stream of random draws.
pub(super) struct Random(Pcg64);

/// What a stream is drawn for. Streams are independent, so that a change in one does not move the others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Market,
    Stocks,
    Returns,
    Bars,
    Blemishes,
    Economy,
    Applicants,
    Outcomes,
}

impl Random {
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        // Weyl's increment spreads neighbouring seeds and streams; seed_from_u64 mixes them further.
        Self(Pcg64::seed_from_u64(seed.wrapping_add((stream as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))))
    }

    /// Uniform in [0, 1), on 53 bits.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform integer in 0..n; the bias of the product is below n / 2^53.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// True with probability `p`.
    pub(super) fn happens(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Standard normal, by Box and Muller (1958); one of the pair is thrown away, so that a draw never depends on the one before.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Student t with `df` > 2 degrees of freedom, scaled to variance 1.
    pub(super) fn student(&mut self, df: u32) -> f64 {
        let chi_square: f64 = (0..df).map(|_| self.normal()).map(|z| z * z).sum();
        let df = f64::from(df);
        self.normal() * libm::sqrt((df - 2.0) / chi_square)
    }

    /// Poisson with a small mean, by Knuth's product of uniforms.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let floor = libm::exp(-mean);
        let (mut n, mut product) = (0, self.uniform());
        while product > floor {
            n += 1;
            product *= self.uniform();
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(draws: &[f64]) -> (f64, f64, f64) {
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let central = |power: i32| draws.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
        (mean, central(2), central(4) / central(2).powi(2))
    }

    #[test]
    fn normal_and_student_have_unit_variance_and_their_tails() {
        // Kurtosis: 3 for a normal, 3 + 6 / (df - 4) = 4 for t(10). Bands are five standard errors and more at n = 200,000.
        let mut random = Random::new(1, Stream::Bars);
        let (mean, variance, kurtosis) = moments(&(0..200_000).map(|_| random.normal()).collect::<Vec<_>>());
        assert!(mean.abs() < 0.012 && (variance - 1.0).abs() < 0.016 && (kurtosis - 3.0).abs() < 0.06, "{mean} {variance} {kurtosis}");
        let (mean, variance, kurtosis) = moments(&(0..200_000).map(|_| random.student(10)).collect::<Vec<_>>());
        assert!(mean.abs() < 0.012 && (variance - 1.0).abs() < 0.02 && (kurtosis - 4.0).abs() < 0.3, "{mean} {variance} {kurtosis}");
    }

    #[test]
    fn streams_of_one_seed_differ_and_a_stream_repeats() {
        let first = |stream| Random::new(7, stream).uniform().to_bits();
        assert_eq!(first(Stream::Market), first(Stream::Market));
        assert_ne!(first(Stream::Market), first(Stream::Stocks));
    }
}
