//! Seeded draws of settings.

use super::range::{Range, Scale, Whole};
use crate::digest::sha256;
use crate::spec::raw::Value;

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine and for ever.
pub(super) struct Draw(u64);

impl Draw {
    /// A stream of its own for every seed and model.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let text = format!("tune {seed} {name}");
        Self(u64::from_str_radix(&sha256(text.as_bytes())[..16], 16).expect("sixteen hexadecimal digits are a u64"))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1), on 53 bits.
    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A value of the range; numbers have four digits.
    pub(super) fn value(&mut self, range: &Range) -> Value {
        let share = self.uniform();
        let along = |low: f64, high: f64, scale: Scale| match scale {
            Scale::Linear => low + share * (high - low),
            Scale::Log => libm::exp(libm::log(low) + share * (libm::log(high) - libm::log(low))),
        };
        match range {
            Range::List(values) => values[(share * values.len() as f64) as usize].clone(),
            Range::Between { low, high, scale, whole: Whole::Yes } => {
                Value::Integer(along(*low, high + 1.0, *scale).floor().clamp(*low, *high) as i64)
            }
            Range::Between { low, high, scale, whole: Whole::No } => {
                // Four digits say as much as seventeen here, and can be read.
                let rounded: f64 = format!("{:.3e}", along(*low, *high, *scale)).parse().expect("a printed number is one");
                Value::Number(rounded.clamp(*low, *high))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_gives_the_published_numbers() {
        // Vigna's splitmix64.c seeded with 1234567, as listed at rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64.
        let mut draw = Draw(1_234_567);
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431, 16_408_922_859_458_223_821];
        assert_eq!(expected.map(|_| draw.bits()), expected);
    }
}
