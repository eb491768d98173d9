//! Clustered: how often would a test of dependence have noticed that breaches follow one another?

use super::chain::Chain;
use crate::stat::Outcome;
use crate::stat::battery::first_where_within;
use crate::stat::draw::Draw;
use crate::stat::measure::{Against, Departure, Design, Power, SEEN};

/// Histories simulated for each probability: standard error 0.01 at most.
pub(super) const N_HISTORIES: usize = 2_500;
/// P(breach | breach) that power is stated against.
const AFTER_BREACH: [f64; 2] = [0.1, 0.2];
/// The smallest clustering is found to a hundredth of a probability.
const PRECISION: f64 = 0.01;

/// Size and power of a test of dependence, by seeded simulation of [`Chain`]s; a history of which the test says nothing is not rejected.
///
/// * `rejects`: whether the test rejects a history of `design.n` days with breaches on these days.
///
/// Undefined without two days to compare.
pub(super) fn clustered(design: &Design, mut rejects: impl FnMut(&[usize]) -> bool) -> Outcome<Power> {
    let &Design { n, promised: tail, level, seed, .. } = design;
    if n < 2 {
        return Outcome::undefined("there are no two days in a row");
    }
    let mut days = Vec::new();
    // The same stream for every chain, so that power grows smoothly with its clustering.
    let mut power = |after_breach: f64| {
        let (chain, mut draw) = (Chain { n, tail, after_breach }, Draw::new(seed));
        let mut rejected = || {
            chain.history(&mut draw, &mut days);
            rejects(&days)
        };
        (0..N_HISTORIES).filter(|_| rejected()).count() as f64 / N_HISTORIES as f64
    };
    let against = AFTER_BREACH.into_iter().filter(|&after| tail < after).map(|truth| Against { truth, power: power(truth) }).collect();
    let size = power(tail);
    let above = (SEEN <= power(MOST)).then(|| first_where_within(PRECISION, (tail, MOST), |truth| SEEN <= power(truth)));
    Outcome::Value(Power {
        departure: Departure::AfterBreach,
        promised: tail,
        level,
        size,
        against,
        above,
        below: None,
        n_simulated: Some(N_HISTORIES),
    })
}

/// The strongest clustering looked at: breaches that come by tens on average.
const MOST: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_rejects_one_history_in_twenty_has_that_size_and_one_that_never_does_sees_nothing() {
        let design = Design { n: 500, promised: 0.01, level: 0.05, var_to_shortfall: None, seed: 1 };
        let mut at = 0;
        let found = clustered(&design, |_| {
            at += 1;
            at % 20 == 0
        });
        let found = found.value().expect("days");
        assert_eq!((found.size, found.above, found.against.len()), (0.05, None, 2));
        assert!(clustered(&Design { n: 1, ..design }, |_| true).value().is_none());
    }
}
