//! Count: size and power of a test of a number of events, exactly.

use crate::stat::distribution::{binomial_at_least, binomial_at_most};
use crate::stat::measure::{Against, Departure, Design, Power, SEEN};

/// Halvings that find a probability to all its digits.
const N_HALVINGS: i32 = 60;

/// The numbers of events that a test rejects: as too few, and as too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stat) struct Region {
    /// The most that are too few.
    pub(in crate::stat) few: Option<usize>,
    /// The fewest that are too many.
    pub(in crate::stat) many: Option<usize>,
}

impl Region {
    /// P(rejection) where each of `n` observations is an event with probability `truth` in (0, 1), independently of the others.
    pub(in crate::stat) fn power(&self, n: usize, truth: f64) -> f64 {
        self.few.map_or(0.0, |few| binomial_at_most(few, n, truth)) + self.many.map_or(0.0, |many| binomial_at_least(many, n, truth))
    }

    /// What the test could have seen, with its power where the truth is so many times what is promised.
    pub(in crate::stat) fn sees(&self, design: &Design, departure: Departure, times: &[f64]) -> Power {
        let &Design { n, promised, level, .. } = design;
        let power = |truth: f64| self.power(n, truth);
        let truths = times.iter().map(|times| times * promised).filter(|&truth| truth < 1.0);
        Power {
            departure,
            promised,
            level,
            size: power(promised),
            against: truths.map(|truth| Against { truth, power: power(truth) }).collect(),
            // Power grows with the distance from the null on either side, from where it is above the size.
            above: self.many.map(|_| first_where(promised, 1.0, |truth| SEEN <= power(truth))),
            below: self.few.map(|_| first_where(promised, 0.0, |truth| SEEN <= power(truth))),
            n_simulated: None,
        }
    }
}

/// The point nearest to `from`, on the way to `to`, at which `is_seen` becomes true and stays so.
fn first_where(from: f64, to: f64, is_seen: impl FnMut(f64) -> bool) -> f64 {
    first_where_within(0.5_f64.powi(N_HALVINGS), (from, to), is_seen)
}

/// As far as `precision` beyond the point nearest to `from`, on the way to `to`, at which `is_seen` becomes true and stays so.
pub(in crate::stat) fn first_where_within(precision: f64, (from, to): (f64, f64), mut is_seen: impl FnMut(f64) -> bool) -> f64 {
    let (mut unseen, mut seen) = (from, to);
    for _ in 0..N_HALVINGS {
        if (seen - unseen).abs() <= precision {
            break;
        }
        let middle = f64::midpoint(unseen, seen);
        if is_seen(middle) { seen = middle } else { unseen = middle }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn power_is_one_less_the_second_kind_of_error_that_basel_prints() {
        // BCBS 22 (1996), table 1: rejecting from 5 exceptions in 250 days blames a right model with 10.8 %, and misses a true
        // coverage of 98, 97, 96 and 95 % with 43.9, 12.8, 2.7 and 0.5 %.
        let amber = Region { few: None, many: Some(5) };
        for (truth, missed) in [(0.02, 0.439), (0.03, 0.128), (0.04, 0.027), (0.05, 0.005)] {
            assert_close(1.0 - amber.power(250, truth), missed, 6e-4);
        }
        assert_close(amber.power(250, 0.01), 0.108, 6e-4);
    }

    #[test]
    fn size_power_and_the_smallest_error_agree_with_scipy() {
        // tests/golden/test_power.py: 1,685 days at 1 %, level 5 %: 9 and fewer, 27 and more are rejected.
        let design = Design { n: 1685, promised: 0.01, level: 0.05, var_to_shortfall: None, seed: 1 };
        let sees = Region { few: Some(9), many: Some(27) }.sees(&design, Departure::Tail, &[1.5, 2.0]);
        assert_close(sees.size, 0.040_957_898_253_216_23, 1e-10);
        assert_close(sees.against[0].power, 0.391_491_100_857_865_1, 1e-10);
        assert_close(sees.against[1].power, 0.898_295_026_492_383_8, 1e-10);
        assert_close(sees.above.expect("above"), 0.018_515_866_263_939_4, 1e-10);
        assert_close(sees.below.expect("below"), 0.004_328_147_335_416_351, 1e-10);
    }
}
