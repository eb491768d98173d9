//! The supervisor's traffic light for a VaR model, now and over time.

use serde::Serialize;

use super::TailCase;
use super::kupiec::{assert_tail, count};
use crate::stat::Outcome;
use crate::stat::distribution::{binomial_at_least, binomial_at_most};
use crate::stat::measure::{About, Answer, Measure, Unit};

/// Breaches in the last 250 days.
pub const RECENT_BREACHES: Measure<TailCase> = Measure {
    about: About {
        key: "breaches_250",
        name: "Breaches in the last 250 days",
        question: "How many breaches came in the last 250 days?",
        formula: "Count over the last 250 forecasts, the supervisor's traffic light: green below P(X ≤ x) = 95 %, amber below 99.99 %, red above, X binomial",
        convention: "One-sided: few breaches are green. Amber is the framework's yellow",
        source: "Basel Committee (1996), BCBS 22",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| recent_light(&case.breached, case.tail).map(|light| Answer::Number(light.n_breaches as f64)),
};

/// The most breaches in any 250 days in a row.
pub const WORST_BREACHES: Measure<TailCase> = Measure {
    about: About {
        key: "breaches_250_worst",
        name: "Most breaches in any 250 days",
        question: "How many breaches came in the worst 250 days in a row?",
        formula: "Largest count over all runs of 250 forecasts",
        source: "Basel Committee (1996), BCBS 22",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| {
        let history = traffic_light_history(&case.breached, case.tail, BASEL_DAYS);
        history.map(|history| Answer::Number(history.iter().map(|light| light.n_breaches).max().unwrap_or(0) as f64))
    },
};

/// The traffic light of the last [`BASEL_DAYS`]; undefined with fewer forecasts.
pub fn recent_light(breached: &[bool], tail: f64) -> Outcome<TrafficLight> {
    if breached.len() < BASEL_DAYS {
        return Outcome::undefined(format!("{} days are tested, {BASEL_DAYS} are needed", breached.len()));
    }
    traffic_light(&breached[breached.len() - BASEL_DAYS..], tail)
}

/// The supervisor's zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// P(X <= x) below 0.95.
    Green,
    /// P(X <= x) from 0.95 and below 0.9999.
    Yellow,
    /// P(X <= x) from 0.9999.
    Red,
}

/// The zone a number of breaches falls into.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrafficLight {
    /// Forecasts.
    pub n: usize,
    /// Breaches.
    pub n_breaches: usize,
    /// P(X <= the breaches seen) if the model is right.
    pub probability: f64,
    /// P(X >= the breaches seen) if the model is right: the risk of blaming a good model.
    pub type_one: f64,
    /// The zone.
    pub zone: Zone,
}

/// The traffic light at the end of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RollingLight {
    /// Position of the last day looked back on from.
    pub idx: usize,
    /// Breaches in the days looked back on.
    pub n_breaches: usize,
    /// The zone.
    pub zone: Zone,
}

/// Days the Basel framework looks back on.
pub const BASEL_DAYS: usize = 250;

/// The traffic light: is the number of breaches still credible if the model is right?
///
/// X is binomial with n forecasts and probability `tail`; green below P(X <= x) = 0.95, yellow below 0.9999, else red.
/// One-sided: few breaches are always green.
///
/// Undefined without forecasts. Source: Basel Committee (1996), Supervisory framework for the use of "backtesting", BCBS 22.
pub fn traffic_light(breached: &[bool], tail: f64) -> Outcome<TrafficLight> {
    assert_tail(tail);
    match breached.len() {
        0 => Outcome::undefined("there are no forecasts"),
        n => Outcome::Value(light(n, count(breached), tail)),
    }
}

/// The traffic light of every day from the `n_days`-th on, over the `n_days` that end with it.
///
/// Undefined with fewer forecasts than `n_days`, which is at least 1; [`BASEL_DAYS`] is the framework's.
pub fn traffic_light_history(breached: &[bool], tail: f64, n_days: usize) -> Outcome<Vec<RollingLight>> {
    assert_tail(tail);
    assert!(0 < n_days, "a traffic light looks back on at least one day");
    if breached.len() < n_days {
        return Outcome::undefined(format!("{} forecasts, {n_days} needed", breached.len()));
    }
    let zones: Vec<Zone> = (0..=n_days).map(|x| light(n_days, x, tail).zone).collect();
    let mut n_breaches = count(&breached[..n_days]);
    let mut history = vec![RollingLight { idx: n_days - 1, n_breaches, zone: zones[n_breaches] }];
    for idx in n_days..breached.len() {
        n_breaches = n_breaches + usize::from(breached[idx]) - usize::from(breached[idx - n_days]);
        history.push(RollingLight { idx, n_breaches, zone: zones[n_breaches] });
    }
    Outcome::Value(history)
}

/// The Basel multiplier on market risk capital: 1.5 and an add-on that grows with the breaches.
///
/// 1.5 + 0 up to 4 breaches, .20, .26, .33, .38, .42 for 5 to 9, .50 for 10 and more.
/// Undefined but for 250 forecasts of 99 % VaR, for which the table is made. Source: Basel Committee, MAR32.9.
pub fn basel_multiplier(light: &TrafficLight, tail: f64) -> Outcome<f64> {
    if light.n != BASEL_DAYS || 1e-12 < (tail - 0.01).abs() {
        return Outcome::undefined(format!("the Basel table is for 250 days at tail 0.01, here {} at {tail}", light.n));
    }
    let add_on = match light.n_breaches {
        0..=4 => 0.0,
        5 => 0.20,
        6 => 0.26,
        7 => 0.33,
        8 => 0.38,
        9 => 0.42,
        _ => 0.50,
    };
    Outcome::Value(1.5 + add_on)
}

fn light(n: usize, n_breaches: usize, tail: f64) -> TrafficLight {
    let probability = binomial_at_most(n_breaches, n, tail);
    let zone = if probability < 0.95 {
        Zone::Green
    } else if probability < 0.9999 {
        Zone::Yellow
    } else {
        Zone::Red
    };
    TrafficLight { n, n_breaches, probability, type_one: binomial_at_least(n_breaches, n, tail), zone }
}

#[cfg(test)]
mod tests {
    use super::super::kupiec::mathworks_breaches;
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn basel_table_of_250_days_is_reproduced() {
        // BCBS 22, 250 days at 1 %, P(X <= k) for k = 0..10, four digits; green to 4, yellow to 9.
        let table = [0.0811, 0.2858, 0.5432, 0.7581, 0.8922, 0.9588, 0.9863, 0.9960, 0.9989, 0.9997, 0.9999];
        let multipliers = [1.5, 1.5, 1.5, 1.5, 1.5, 1.7, 1.76, 1.83, 1.88, 1.92, 2.0];
        for (k, (expected, multiplier)) in table.into_iter().zip(multipliers).enumerate() {
            let light = light(250, k, 0.01);
            assert_close(light.probability, expected, 6e-5);
            assert_eq!(light.zone, [Zone::Green, Zone::Yellow, Zone::Red][usize::from(4 < k) + usize::from(9 < k)]);
            assert_close(*basel_multiplier(&light, 0.01).value().expect("250 days"), multiplier, 1e-12);
        }
    }

    #[test]
    fn traffic_light_agrees_with_mathworks_on_1043_days() {
        // MathWorks varbacktest, tl: green, probability .77913, type I .26396.
        let light = *traffic_light(&mathworks_breaches(), 0.05).value().expect("forecasts");
        assert_close(light.probability, 0.77913, 5e-6);
        assert_close(light.type_one, 0.26396, 5e-6);
        assert_eq!(light.zone, Zone::Green);
        assert!(basel_multiplier(&light, 0.05).value().is_none());
    }

    #[test]
    fn history_equals_the_light_of_every_slice() {
        let breached = mathworks_breaches();
        let history = traffic_light_history(&breached, 0.05, 250).value().expect("1,043 days").clone();
        assert_eq!(history.len(), 1043 - 249);
        for day in history {
            let slice = &breached[day.idx + 1 - 250..=day.idx];
            let naive = *traffic_light(slice, 0.05).value().expect("250 days");
            assert_eq!((day.n_breaches, day.zone), (naive.n_breaches, naive.zone));
        }
        assert!(traffic_light_history(&breached[..249], 0.05, 250).value().is_none());
    }
}
