//! Is expected shortfall large enough? Acerbi and Szekely's first and second test.

use super::sight;
use crate::score;
use crate::stat::Outcome;
use crate::stat::battery::is_clear;
use crate::stat::distribution::{normal_density, normal_quantile};
use crate::stat::draw::Draw;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Overlap, Test, Tier};
use crate::stat::sample::reject;
use crate::stat::var::{TailCase, assert_tail};

fn says(direction: Direction) -> &'static str {
    match direction {
        Direction::Above | Direction::Neither => "ES is too low",
        Direction::Below => "rejected",
    }
}

/// Acerbi and Szekely's second test: frequency and depth of losses beyond VaR.
pub const Z2: Measure<TailCase> = Measure {
    about: About {
        key: "z2",
        name: "ES, frequency and depth (Z2)",
        question: "Are losses beyond VaR as frequent and as large as ES says?",
        formula: "Z2 = 1 + sum over the breaches of return / (ES x N x tail)",
        convention: "One-sided, low: ES too low; 10,000 simulations, up to 400,000 where p is within four of its standard errors of 5 % or of a step of its family, p = (1 + samples at most Z2) / (1 + samples). A fat tail alone may put p just below the level",
        source: "Acerbi and Szekely (2014), Risk, December",
        null: "Breaches come independently with the tail's probability, and losses beyond VaR are those of the normal tail with the day's VaR and ES",
        form: Form::Test("Z2"),
        tier: Tier::Verdict,
        overlap: Overlap::Descriptive,
        says,
        power: Some(sight::power),
        ..About::NUMBER
    },
    take: |case| case.with_shortfall(|forecasts| acerbi_szekely_2(forecasts, case.seed)).map(Answer::Test),
};

/// Acerbi and Szekely's first test: depth of losses given the breaches.
pub const Z1: Measure<TailCase> = Measure {
    about: About {
        key: "z1",
        name: "ES, depth (Z1)",
        question: "Given the breaches, are their losses as large as ES says?",
        formula: "Z1 = 1 + mean over the breaches of return / ES",
        convention: "One-sided, low: ES too low; simulated; blind to the number of breaches",
        source: "Acerbi and Szekely (2014)",
        null: "Losses on the days of the breaches are those of the normal tail with the day's VaR and ES",
        form: Form::Test("Z1"),
        overlap: Overlap::Descriptive,
        says,
        ..About::NUMBER
    },
    take: |case| case.with_shortfall(|forecasts| acerbi_szekely_1(forecasts, case.seed)).map(Answer::Test),
};

/// Mean Fissler-Ziegel loss.
pub const FISSLER_ZIEGEL: Measure<TailCase> = Measure {
    about: About {
        key: "fz0",
        name: "FZ0 loss",
        question: "How good are VaR and ES together?",
        formula: "Mean of I (L - VaR) / (tail ES) + VaR / ES + ln ES - 1, L the loss and I = 1 on breaches",
        convention: "Smaller is better; only differences between models on the same days mean anything",
        source: "Patton, Ziegel and Chen (2019), Journal of Econometrics 211(2)",
        ..About::NUMBER
    },
    take: |case| case.with_shortfall(fissler_ziegel_loss).map(Answer::Number),
};

/// Forecasts of the tail and what came, one entry per day.
#[derive(Debug, Clone, Copy)]
pub struct TailForecasts<'a> {
    /// Realised returns, in decimals.
    pub realized: &'a [f64],
    /// VaR, positive losses.
    pub var: &'a [f64],
    /// Expected shortfall, positive losses, at least VaR.
    pub shortfall: &'a [f64],
    /// Tail probability of both, in (0, 1).
    pub tail: f64,
}

/// Samples a p-value is simulated with, and added as long as it lies near a level it may be decided at.
pub const N_SIMULATED: usize = 10_000;

/// Samples at most.
const N_SIMULATED_MOST: usize = 40 * N_SIMULATED;

/// Acerbi and Szekely's second test: are losses beyond VaR as frequent and as large as expected shortfall says?
///
/// Z2 = sum of (R I / ES) / (n tail) + 1, where R is the return and I = 1 on breaches. It falls when breaches are
/// too many as well as when they are too deep.
///
/// Null hypothesis: breaches come independently with probability `tail`, and a loss beyond VaR is distributed as the
/// tail of the normal that has the day's VaR and ES; where the two are in a normal's proportion, that is a normal of
/// mean zero. One-sided p-value by simulation with `seed`, (1 + samples at most Z2) / (1 + samples), of so many samples that chance
/// does not decide on which side of 5 %, or of a step of its family, it lies. Fat tails would
/// widen the null: the 5 % value for 250 days at 0.025 is -0.70 for a normal and -0.82 for a Student t with three
/// degrees of freedom, so a p-value just below the level may be a fat tail only.
///
/// Undefined without forecasts, and where a day's ES is not above 0 or is below its VaR.
/// Source: Acerbi and Szekely (2014), Backtesting expected shortfall, Risk, December.
pub fn acerbi_szekely_2(forecasts: &TailForecasts<'_>, seed: u64) -> Outcome<Test> {
    if let Some(reason) = unusable(forecasts) {
        return Outcome::undefined(reason);
    }
    let &TailForecasts { realized, var, shortfall, tail } = forecasts;
    let n = realized.len();
    let expected = n as f64 * tail;
    let breaches = breaches(forecasts);
    let observed = 1.0 - breaches.iter().map(|&idx| -realized[idx] / shortfall[idx]).sum::<f64>() / expected;
    let excess = NormalExcess::new(tail);
    let mut draw = Draw::new(seed);
    let simulated = simulate(observed, || excess.z2(&mut draw, var, shortfall));
    Outcome::Value(judge(n, observed, simulated))
}

/// Acerbi and Szekely's first test: given the breaches, are their losses as large as expected shortfall says?
///
/// Z1 = mean over the breaches of (R / ES) + 1, where R is the return. It is blind to the number of breaches.
///
/// Null hypothesis: on the days of the breaches seen, the loss is distributed as in [`acerbi_szekely_2`]. One-sided
/// p-value by simulation with `seed`. Undefined without a breach, and as [`acerbi_szekely_2`] is.
/// Source: Acerbi and Szekely (2014).
pub fn acerbi_szekely_1(forecasts: &TailForecasts<'_>, seed: u64) -> Outcome<Test> {
    if let Some(reason) = unusable(forecasts) {
        return Outcome::undefined(reason);
    }
    let &TailForecasts { realized, var, shortfall, tail } = forecasts;
    let breaches = breaches(forecasts);
    if breaches.is_empty() {
        return Outcome::undefined(format!("there is no breach in {} forecasts", realized.len()));
    }
    let n_breaches = breaches.len() as f64;
    let observed = 1.0 - breaches.iter().map(|&idx| -realized[idx] / shortfall[idx]).sum::<f64>() / n_breaches;
    let excess = NormalExcess::new(tail);
    let mut draw = Draw::new(seed);
    let simulated = simulate(observed, || {
        let losses: f64 = breaches.iter().map(|&idx| excess.loss(&mut draw, var[idx], shortfall[idx]) / shortfall[idx]).sum();
        1.0 - losses / n_breaches
    });
    Outcome::Value(judge(realized.len(), observed, simulated))
}

/// Mean Fissler-Ziegel loss of VaR and ES together; the smaller the better, to compare models on the same days.
///
/// Mean of [`score::fissler_ziegel`], whose differences do not depend on the unit of the returns. Undefined as [`acerbi_szekely_2`] is.
pub fn fissler_ziegel_loss(forecasts: &TailForecasts<'_>) -> Outcome<f64> {
    if let Some(reason) = unusable(forecasts) {
        return Outcome::undefined(reason);
    }
    let &TailForecasts { realized, var, shortfall, tail } = forecasts;
    let loss = |idx: usize| score::fissler_ziegel(realized[idx], -var[idx], -shortfall[idx], tail);
    Outcome::Value((0..realized.len()).map(loss).sum::<f64>() / realized.len() as f64)
}

/// The normal's losses beyond VaR, as a multiple of (ES - VaR) of mean one.
pub(in crate::stat) struct NormalExcess {
    tail: f64,
    pub(super) z: f64,
    pub(super) scale: f64,
}

impl NormalExcess {
    pub(in crate::stat) fn new(tail: f64) -> Self {
        let z = normal_quantile(tail);
        Self { tail, z, scale: normal_density(z) / tail + z }
    }

    /// Z2 of one history under the null.
    pub(in crate::stat) fn z2(&self, draw: &mut Draw, var: &[f64], shortfall: &[f64]) -> f64 {
        let n = var.len() as f64;
        let ln_quiet = (1.0 - self.tail).ln();
        let mut losses = 0.0;
        // Waiting times are geometric: only the days with a breach are visited.
        let mut day = draw.unit().ln() / ln_quiet;
        while day < n {
            let idx = day as usize;
            losses += self.loss(draw, var[idx], shortfall[idx]) / shortfall[idx];
            day = day.floor() + 1.0 + draw.unit().ln() / ln_quiet;
        }
        1.0 - losses / (n * self.tail)
    }

    fn loss(&self, draw: &mut Draw, var: f64, shortfall: f64) -> f64 {
        let beyond = (self.z - normal_quantile(self.tail * draw.unit())) / self.scale;
        var + (shortfall - var) * beyond
    }
}

fn unusable(forecasts: &TailForecasts<'_>) -> Option<String> {
    let &TailForecasts { realized, var, shortfall, tail } = forecasts;
    assert_tail(tail);
    assert!(realized.len() == var.len() && var.len() == shortfall.len(), "one VaR and one ES per return");
    let reject = |values, what| reject(values, 1, what);
    reject(realized, "returns").or_else(|| reject(var, "VaR forecasts")).or_else(|| reject(shortfall, "ES forecasts")).or_else(|| {
        let idx = (0..var.len()).find(|&idx| shortfall[idx] <= 0.0 || shortfall[idx] < var[idx])?;
        Some(format!("forecast {} has ES {} beside VaR {}; ES must be above 0 and at least VaR", idx + 1, shortfall[idx], var[idx]))
    })
}

fn breaches(forecasts: &TailForecasts<'_>) -> Vec<usize> {
    (0..forecasts.realized.len()).filter(|&idx| forecasts.var[idx] < -forecasts.realized[idx]).collect()
}

/// Samples of the statistic, more of them while the p-value is within four of its standard errors of a level it may be decided at.
fn simulate(observed: f64, mut sample: impl FnMut() -> f64) -> Vec<f64> {
    let mut simulated = Vec::with_capacity(N_SIMULATED);
    let mut as_low = 0;
    loop {
        for _ in 0..N_SIMULATED {
            let value = sample();
            as_low += usize::from(value <= observed);
            simulated.push(value);
        }
        if is_clear(as_low, simulated.len()) || N_SIMULATED_MOST <= simulated.len() {
            return simulated;
        }
    }
}

fn judge(n: usize, statistic: f64, mut simulated: Vec<f64>) -> Test {
    let as_low = simulated.iter().filter(|&&value| value <= statistic).count();
    simulated.sort_unstable_by(f64::total_cmp);
    Test {
        statistic,
        df: None,
        n,
        p_value: (1 + as_low) as f64 / (1 + simulated.len()) as f64,
        critical: Some(simulated[simulated.len() / 20]),
        // Losses above what ES promises make the statistic negative.
        direction: Direction::of(0.0, statistic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    // A standard normal at 0.025: VaR 1.959964, ES 2.337803 (statistics.md).
    const VAR: f64 = 1.959_963_984_540_054;
    const SHORTFALL: f64 = 2.337_802_792_201_413;

    fn test_2(realized: &[f64], scale: f64) -> Test {
        let (var, shortfall) = (vec![VAR * scale; realized.len()], vec![SHORTFALL * scale; realized.len()]);
        let forecasts = TailForecasts { realized, var: &var, shortfall: &shortfall, tail: 0.025 };
        *acerbi_szekely_2(&forecasts, 1).value().expect("usable")
    }

    #[test]
    fn five_percent_critical_value_of_250_normal_days_is_the_published_one() {
        // Acerbi and Szekely (2014): -0.70 at 5 % for n = 250, tail 0.025, normal; numpy, 400,000 samples: -0.7001.
        let (var, shortfall) = ([VAR; 250], [SHORTFALL; 250]);
        let quiet = TailForecasts { realized: &[0.0; 250], var: &var, shortfall: &shortfall, tail: 0.025 };
        let simulated = |seed| *acerbi_szekely_2(&quiet, seed).value().expect("usable");
        // One simulation's critical value has a standard error of 0.012, the mean of twenty 0.003.
        let critical_value = (0..20).map(|seed| simulated(seed).critical.expect("simulated")).sum::<f64>() / 20.0;
        assert_close(critical_value, -0.70, 0.01);
        let test = simulated(1);
        assert_close(test.statistic, 1.0, 0.0);
        assert!(0.99 < test.p_value);
    }

    #[test]
    fn p_value_of_1966_days_is_near_that_of_mathworks() {
        // MathWorks esbacktest.unconditionalNormal: 1,966 days, tail 0.025, Z2 -0.38265, p 0.0054099 (standard error here 0.0007).
        let loss = (1.0 + 0.38265) * 1966.0 * 0.025 / 60.0 * SHORTFALL;
        let realized: Vec<f64> = (0..1966).map(|day| if day < 60 { -loss } else { 0.0 }).collect();
        let test = test_2(&realized, 1.0);
        assert_close(test.statistic, -0.38265, 1e-10);
        assert_close(test.p_value, 0.00541, 0.002);
    }

    #[test]
    fn both_tests_equal_their_formulas_by_hand() {
        // Four days, tail 0.25, breaches of 3 and 4 against ES 2 and 5, beside a loss equal to VaR, which is no breach.
        let realized = [-3.0, 0.5, -4.0, -1.0];
        let (var, shortfall) = ([1.0, 1.0, 3.0, 1.0], [2.0, 2.0, 5.0, 2.0]);
        let forecasts = TailForecasts { realized: &realized, var: &var, shortfall: &shortfall, tail: 0.25 };
        // Z2 = 1 - (3/2 + 4/5) / (4 * .25) = -1.3; Z1 = 1 - (3/2 + 4/5) / 2 = -0.15.
        let second = *acerbi_szekely_2(&forecasts, 1).value().expect("usable");
        let first = *acerbi_szekely_1(&forecasts, 1).value().expect("two breaches");
        assert_eq!((second.n, first.n), (4, 4));
        assert_close(second.statistic, -1.3, 1e-12);
        assert_close(first.statistic, -0.15, 1e-12);
    }

    #[test]
    fn right_forecasts_pass_and_halved_ones_fail() {
        // The 2,500 normal quantiles at (i - 1/2) / 2500: a sample as normal as can be.
        let realized: Vec<f64> = (0..2500).map(|day| normal_quantile((f64::from(day) + 0.5) / 2500.0)).collect();
        let right = test_2(&realized, 1.0);
        assert_close(right.statistic, 0.0, 0.02);
        assert!(0.3 < right.p_value && right.p_value < 0.7, "{right:?}");
        assert_close(test_2(&realized, 0.5).p_value, 1.0 / 10_001.0, 1e-12);
        assert_eq!(test_2(&realized, 1.0), right, "the same seed gives the same bytes");
    }

    #[test]
    fn p_values_are_uniform_under_the_null() {
        // 400 normal samples of 250 days: P(p <= 0.05) = 0.05, standard error 0.011.
        let mut draw = Draw::new(3);
        let rejected = (0..400)
            .filter(|_| {
                let realized: Vec<f64> = (0..250).map(|_| normal_quantile(draw.unit())).collect();
                test_2(&realized, 1.0).p_value <= 0.05
            })
            .count();
        assert!((7..=33).contains(&rejected), "{rejected} of 400");
    }

    #[test]
    fn fissler_ziegel_loss_is_least_at_the_true_tail() {
        // By hand, ES 2, VaR 1, tail .25: (3 - 1) / (.25 * 2) + 1/2 + ln 2 - 1 on the breach, 1/2 + ln 2 - 1 on the quiet day.
        let by_hand = TailForecasts { realized: &[-3.0, 0.0], var: &[1.0; 2], shortfall: &[2.0; 2], tail: 0.25 };
        assert_close(*fissler_ziegel_loss(&by_hand).value().expect("usable"), 2.0 - 0.5 + 2.0_f64.ln(), 1e-12);
        let realized: Vec<f64> = (0..2500).map(|day| normal_quantile((f64::from(day) + 0.5) / 2500.0)).collect();
        let scaled = |var: f64, shortfall: f64| {
            let (var, shortfall) = (vec![VAR * var; 2500], vec![SHORTFALL * shortfall; 2500]);
            let forecasts = TailForecasts { realized: &realized, var: &var, shortfall: &shortfall, tail: 0.025 };
            *fissler_ziegel_loss(&forecasts).value().expect("usable")
        };
        for (var, shortfall) in [(0.9, 1.0), (1.1, 1.0), (1.0, 0.9), (1.0, 1.1), (0.8, 0.8), (1.2, 1.2)] {
            assert!(scaled(1.0, 1.0) < scaled(var, shortfall), "VaR x {var}, ES x {shortfall}");
        }
    }

    #[test]
    fn unusable_forecasts_are_named() {
        let forecasts = TailForecasts { realized: &[0.0, 0.0], var: &[1.0, 1.0], shortfall: &[1.2, 0.9], tail: 0.01 };
        let reason = "forecast 2 has ES 0.9 beside VaR 1; ES must be above 0 and at least VaR";
        assert_eq!(acerbi_szekely_2(&forecasts, 1), Outcome::undefined(reason));
        let none = TailForecasts { realized: &[], var: &[], shortfall: &[], tail: 0.01 };
        assert!(acerbi_szekely_2(&none, 1).value().is_none());
    }
}
