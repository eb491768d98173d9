//! How many breaches, and how deep? Counts, excesses and the tick loss.

use super::TailCase;
use crate::stat::measure::{About, Answer, Measure, Unit};
use crate::stat::{Outcome, pinball_loss};

/// Days tested.
pub const N_DAYS: Measure<TailCase> = Measure {
    about: About {
        key: "n",
        name: "Days",
        question: "On how many days was VaR tested?",
        formula: "Days with a forecast and a known loss",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| Outcome::Value(Answer::Number(case.points.len() as f64)),
};

/// Breaches.
pub const BREACHES: Measure<TailCase> = Measure {
    about: About {
        key: "breaches",
        name: "Breaches",
        question: "How often was the loss above VaR?",
        formula: "Days with a loss strictly greater than VaR",
        unit: Unit::Count,
        ..About::NUMBER
    },
    take: |case| Outcome::Value(Answer::Number(case.n_breaches() as f64)),
};

/// Breaches expected.
pub const EXPECTED_BREACHES: Measure<TailCase> = Measure {
    about: About { key: "expected", name: "Expected", question: "How many breaches does the tail promise?", formula: "N x tail", ..About::NUMBER },
    take: |case| Outcome::Value(Answer::Number(case.n_expected())),
};

/// Share of days in breach.
pub const RATE: Measure<TailCase> = Measure {
    about: About {
        key: "rate",
        name: "Rate",
        question: "On which share of the days was the loss above VaR?",
        formula: "Breaches / N",
        unit: Unit::Share,
        ..About::NUMBER
    },
    take: |case| match case.points.len() {
        0 => Outcome::undefined("there is no forecast"),
        n => Outcome::Value(Answer::Number(case.n_breaches() as f64 / n as f64)),
    },
};

/// Mean loss beyond VaR.
pub const EXCESS_MEAN: Measure<TailCase> = Measure {
    about: About {
        key: "excess_mean",
        name: "Mean excess",
        question: "How far beyond VaR is the loss of a breach?",
        formula: "Mean over the breaches of loss less VaR",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| excess(case, |excess| excess.iter().sum::<f64>() / excess.len() as f64),
};

/// Largest loss beyond VaR.
pub const EXCESS_MAX: Measure<TailCase> = Measure {
    about: About {
        key: "excess_max",
        name: "Largest excess",
        question: "How far beyond VaR was the worst breach?",
        formula: "Largest loss less VaR over the breaches",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| excess(case, |excess| excess.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
};

/// Mean tick loss.
pub const TICK_LOSS: Measure<TailCase> = Measure {
    about: About {
        key: "tick_loss",
        name: "Tick loss",
        question: "How good is the quantile forecast?",
        formula: "Mean of (tail - 1{r < q})(r - q), q the forecast quantile and r the target",
        convention: "Smaller is better; only differences between models on the same days and tail mean anything",
        source: "Koenker and Bassett (1978), Econometrica 46(1)",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| {
        let quantile: Vec<f64> = case.points.iter().map(|point| -point.var).collect();
        let realized: Vec<f64> = case.points.iter().map(|point| -point.loss).collect();
        pinball_loss(&quantile, &realized, case.tail).map(Answer::Number)
    },
};

fn excess(case: &TailCase, of: impl FnOnce(&[f64]) -> f64) -> Outcome<Answer> {
    match case.excess()[..] {
        [] => Outcome::undefined(format!("there is no breach in {} forecasts", case.points.len())),
        ref found => Outcome::Value(Answer::Number(of(found))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::stat::var::TailPoint;

    fn case(losses: &[f64]) -> TailCase {
        let points = losses.iter().enumerate().map(|(day, &loss)| TailPoint { date: Day(day as i32), loss, var: 1.0, shortfall: None });
        TailCase::new(0.1, points.collect(), 0, 1)
    }

    #[test]
    fn excesses_are_over_the_breaches_and_a_loss_equal_to_var_is_none() {
        let found = case(&[1.0, 1.5, 3.0, -2.0]);
        assert_eq!((EXCESS_MEAN.take)(&found), Outcome::Value(Answer::Number(1.25)));
        assert_eq!((EXCESS_MAX.take)(&found), Outcome::Value(Answer::Number(2.0)));
        assert_eq!((BREACHES.take)(&found), Outcome::Value(Answer::Number(2.0)));
    }

    #[test]
    fn without_a_breach_there_is_a_reason_and_no_excess_of_0() {
        assert_eq!((EXCESS_MEAN.take)(&case(&[0.0; 3])), Outcome::undefined("there is no breach in 3 forecasts"));
        assert_eq!((RATE.take)(&case(&[])), Outcome::undefined("there is no forecast"));
    }
}
