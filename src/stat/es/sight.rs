//! Sight of Z2: how much too low could ES have been without its being seen?

use super::acerbi_szekely::NormalExcess;
use crate::stat::Outcome;
use crate::stat::battery::first_where_within;
use crate::stat::distribution::{binomial_at_most, normal_at_most, normal_quantile};
use crate::stat::draw::Draw;
use crate::stat::measure::{Against, Departure, Design, Power, SEEN};

/// Histories simulated for each probability: standard error 0.005 at most.
const N_HISTORIES: usize = 10_000;
/// Missing shares of VaR and ES that power is stated against.
const UNDERSTATED: [f64; 2] = [0.1, 0.2];
/// The largest missing share looked at.
const MOST: f64 = 0.75;
/// The smallest error is found to half a percentage point.
const PRECISION: f64 = 0.005;
/// Steps of the distribution of a loss beyond VaR.
const N_STEPS: usize = 1_024;

/// Size and power of Z2 where the true VaR and ES are larger than those forecast, by seeded simulation.
///
/// Under the null a loss beyond VaR, in units of ES, is m + b N, N standard normal, with b = (1 - v) / (phi(z) / tail + z), m = v + b z,
/// v = VaR / ES (the mean over the days) and z the normal's quantile at the tail. With a share u missing the loss is 1 / (1 - u) times as large: it lies beyond VaR with
/// probability P(N > (v (1 - u) - m) / b). Critical value, size and power are each from samples of their own.
///
/// Undefined without forecasts, without an ES, and where ES equals VaR.
pub(super) fn power(design: &Design) -> Outcome<Power> {
    let &Design { n, promised: tail, level, var_to_shortfall, seed } = design;
    let Some(ratio) = var_to_shortfall else { return Outcome::undefined("a day has no ES beside its VaR") };
    if n == 0 || 1.0 - 1e-9 <= ratio {
        return Outcome::undefined(if n == 0 { "there are no forecasts" } else { "ES equals VaR" });
    }
    let losses = |understated: f64, stream: u64| {
        let (truth, mut draw) = (Truth::new(tail, ratio, understated, n), Draw::new(seed.wrapping_add(stream)));
        (0..N_HISTORIES).map(|_| truth.sum(&mut draw)).collect::<Vec<f64>>()
    };
    let mut null = losses(0.0, 0);
    null.sort_unstable_by(|a, b| b.total_cmp(a));
    // p = (1 + samples at least as large) / (1 + samples) < level.
    let allowed = (level * (N_HISTORIES + 1) as f64).ceil() as usize;
    let Some(&critical) = allowed.checked_sub(2).and_then(|last| null.get(last)) else {
        return Outcome::undefined("its level is too small for the samples simulated");
    };
    let power = |understated: f64| losses(understated, 1).iter().filter(|&&sum| critical <= sum).count() as f64 / N_HISTORIES as f64;
    Outcome::Value(Power {
        departure: Departure::Understated,
        promised: 0.0,
        level,
        size: power(0.0),
        against: UNDERSTATED.into_iter().map(|truth| Against { truth, power: power(truth) }).collect(),
        above: (SEEN <= power(MOST)).then(|| first_where_within(PRECISION, (0.0, MOST), |truth| SEEN <= power(truth))),
        below: None,
        n_simulated: Some(N_HISTORIES),
    })
}

/// Losses beyond VaR in units of ES, where a share of VaR and ES is missing.
struct Truth {
    /// P(as many breaches at most), by their number.
    at_most: Vec<f64>,
    /// Losses at evenly spaced probabilities.
    losses: Vec<f64>,
}

impl Truth {
    fn new(tail: f64, ratio: f64, understated: f64, n: usize) -> Self {
        let excess = NormalExcess::new(tail);
        let b = (1.0 - ratio) / excess.scale;
        let m = ratio + b * excess.z;
        let beyond = normal_at_most(-(ratio * (1.0 - understated) - m) / b);
        let at = |step: usize| (step as f64 + 0.5) / N_STEPS as f64;
        let loss = |step: usize| (m - b * normal_quantile(beyond * at(step))) / (1.0 - understated);
        let mut at_most = Vec::new();
        while at_most.last().is_none_or(|&p| p < 1.0 - 1e-12) && at_most.len() <= n {
            at_most.push(binomial_at_most(at_most.len(), n, beyond));
        }
        Self { at_most, losses: (0..N_STEPS).map(loss).collect() }
    }

    /// The sum of the losses of one history.
    fn sum(&self, draw: &mut Draw) -> f64 {
        let chance = draw.unit();
        let n_breaches = self.at_most.partition_point(|&p| p < chance);
        (0..n_breaches).map(|_| self.losses[draw.below(N_STEPS)]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{TailForecasts, acerbi_szekely_2};
    use super::*;
    use crate::stat::sample::assert_close;

    // A standard normal at 0.025: VaR 1.959964, ES 2.337803 (statistics.md).
    const VAR: f64 = 1.959_963_984_540_054;
    const SHORTFALL: f64 = 2.337_802_792_201_413;

    fn year() -> Design {
        Design { n: 250, promised: 0.025, level: 0.05, var_to_shortfall: Some(VAR / SHORTFALL), seed: 1 }
    }

    #[test]
    fn size_is_the_level_and_a_larger_error_is_seen_more_often() {
        let found = power(&year()).value().expect("usable").clone();
        // Standard error of critical value and share together 0.003.
        assert_close(found.size, 0.05, 0.01);
        assert!(found.size < found.against[0].power && found.against[0].power < found.against[1].power);
        let above = found.above.expect("seen");
        assert!(UNDERSTATED[1] < above || SEEN <= found.against[1].power, "{found:?}");
        assert!(power(&Design { var_to_shortfall: None, ..year() }).value().is_none());
        assert!(power(&Design { var_to_shortfall: Some(1.0), ..year() }).value().is_none());
    }

    #[test]
    fn power_is_the_share_of_normal_years_that_the_test_itself_rejects() {
        // 400 years of normals 1 / 0.8 times as wide as the forecasts say: standard error 0.025.
        let (var, shortfall) = ([VAR; 250], [SHORTFALL; 250]);
        let mut draw = Draw::new(5);
        let mut rejects = || {
            let realized: Vec<f64> = (0..250).map(|_| normal_quantile(draw.unit()) / 0.8).collect();
            let forecasts = TailForecasts { realized: &realized, var: &var, shortfall: &shortfall, tail: 0.025 };
            acerbi_szekely_2(&forecasts, 1).value().is_some_and(|test| test.p_value < 0.05)
        };
        let share = (0..400).filter(|_| rejects()).count() as f64 / 400.0;
        assert_close(power(&year()).value().expect("usable").against[1].power, share, 0.075);
    }
}
