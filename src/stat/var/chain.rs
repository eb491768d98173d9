//! Chain: breaches that lean on the day before, to see which tests would notice.

use super::independence::Transitions;
use crate::stat::draw::Draw;

/// Breaches as a stationary Markov chain: as frequent as promised, likelier on the day after one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// Days.
    pub(super) n: usize,
    /// P(breach) on any day, in (0, 1).
    pub(super) tail: f64,
    /// P(breach | breach the day before), in [0, 1]; `tail` where breaches are independent.
    pub(super) after_breach: f64,
}

impl Chain {
    /// Positions of the breaches of one history, in order.
    pub(super) fn history(&self, draw: &mut Draw, days: &mut Vec<usize>) {
        days.clear();
        // P(breach | quiet day before) that keeps the frequency at `tail`.
        let after_quiet = self.tail * (1.0 - self.after_breach) / (1.0 - self.tail);
        let ln_quiet = (1.0 - after_quiet).ln();
        // Waiting times after a quiet day are geometric: only the days with a breach are visited.
        let quiet_days = |draw: &mut Draw| (draw.unit().ln() / ln_quiet).min(self.n as f64) as usize;
        let mut day = if draw.unit() < self.tail { 0 } else { 1 + quiet_days(draw) };
        while day < self.n {
            days.push(day);
            day += if draw.unit() < self.after_breach { 1 } else { 2 + quiet_days(draw) };
        }
    }
}

/// Counts pairs of successive days of a history of `n` days with breaches on `days`.
pub(super) fn transitions_of(n: usize, days: &[usize]) -> Transitions {
    let n11 = days.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
    let is_first = usize::from(days.first() == Some(&0));
    let is_last = usize::from(days.last().is_some_and(|&day| day + 1 == n));
    pairs(n, days.len(), n11, (is_first, is_last))
}

/// Pairs of successive days of `n` days with `x` breaches of which `n11` follow another, the first and the last day being breaches (1) or not (0).
pub(super) fn pairs(n: usize, x: usize, n11: usize, (is_first, is_last): (usize, usize)) -> Transitions {
    let (n01, n10) = (x - is_first - n11, x - is_last - n11);
    Transitions { n00: n - 1 - n01 - n10 - n11, n01, n10, n11 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;
    use crate::stat::var::transitions;

    #[test]
    fn a_history_is_as_frequent_and_as_clustered_as_the_chain_says() {
        let chain = Chain { n: 1_000, tail: 0.05, after_breach: 0.3 };
        let (mut draw, mut days) = (Draw::new(1), Vec::new());
        let mut sum = Transitions::default();
        for _ in 0..400 {
            chain.history(&mut draw, &mut days);
            let breached: Vec<bool> = (0..1_000).map(|day| days.contains(&day)).collect();
            let found = transitions_of(1_000, &days);
            assert_eq!(found, transitions(&breached));
            sum = Transitions { n00: sum.n00 + found.n00, n01: sum.n01 + found.n01, n10: sum.n10 + found.n10, n11: sum.n11 + found.n11 };
        }
        // 399,600 pairs, of which about 20,000 begin with a breach: standard error 0.003; of the frequency, with its clustering, 0.0005.
        assert_close(sum.rate_after_breach().expect("breaches"), 0.3, 0.012);
        assert_close((sum.n01 + sum.n11) as f64 / 399_600.0, 0.05, 0.002);
    }
}
