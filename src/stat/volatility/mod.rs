//! How wrong is a volatility forecast?

use super::Outcome;
use super::measure::{About, Answer, Measure, Unit};
use crate::score;

/// Volatility forecasts of one series, or of all names.
#[derive(Debug, Clone, PartialEq)]
pub struct VolatilityCase {
    /// Forecasts, standard deviations of one target.
    pub forecast: Vec<f64>,
    /// Targets, one per forecast.
    pub realized: Vec<f64>,
}

/// Mean QLIKE loss.
pub const QLIKE: Measure<VolatilityCase> = Measure {
    about: About {
        key: "qlike",
        name: "QLIKE",
        question: "How wrong is the variance, with under-forecasts weighing more?",
        formula: "Mean of ln f + r / f, f the forecast variance and r the squared target",
        convention: "Smaller is better; only differences between models on the same series mean anything",
        source: "Patton (2011), Journal of Econometrics 160(1)",
        ..About::NUMBER
    },
    take: |case| qlike(&case.forecast, &case.realized).map(Answer::Number),
};

/// Mean forecast.
pub const MEAN_FORECAST: Measure<VolatilityCase> = Measure {
    about: About {
        key: "mean_forecast",
        name: "Mean forecast",
        question: "How large is the forecast volatility?",
        formula: "Mean of the forecasts",
        convention: "Of one target, not annualised",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| mean(case.forecast.iter().copied()).map(Answer::Number),
};

/// Root mean squared target.
pub const REALIZED: Measure<VolatilityCase> = Measure {
    about: About {
        key: "realized",
        name: "Realised",
        question: "How large was the volatility?",
        formula: "Root of the mean squared target",
        convention: "The mean target is taken as 0",
        unit: Unit::Target,
        ..About::NUMBER
    },
    take: |case| mean(case.realized.iter().map(|target| target * target)).map(f64::sqrt).map(Answer::Number),
};

/// Mean forecast over realised volatility.
pub const FORECAST_TO_REALIZED: Measure<VolatilityCase> = Measure {
    about: About {
        key: "forecast_to_realized",
        name: "Forecast / realised",
        question: "Is volatility forecast too high or too low?",
        formula: "Mean forecast / root of the mean squared target",
        convention: "The mean of a volatility is below the root of the mean variance: slightly below 1 is no bias",
        ..About::NUMBER
    },
    take: |case| {
        mean(case.realized.iter().map(|target| target * target)).map(f64::sqrt).and_then(|realized| match realized {
            0.0 => Outcome::undefined("every target is 0"),
            realized => mean(case.forecast.iter().copied()).map(|forecast| Answer::Number(forecast / realized)),
        })
    },
};

/// Every measure of a volatility forecast, in the order of the page.
pub const VOLATILITY: &[&Measure<VolatilityCase>] = &[&QLIKE, &MEAN_FORECAST, &REALIZED, &FORECAST_TO_REALIZED];

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Outcome<f64> {
    match values.len() {
        0 => Outcome::undefined("there is no forecast"),
        n => Outcome::Value(values.sum::<f64>() / n as f64),
    }
}

/// Mean QLIKE loss of volatility forecasts: how wrong is a variance, with under-forecasts weighing more?
///
/// Mean of [`score::qlike`]: ln f + r / f with f the forecast variance and r the realised one (the squared target, whose mean is taken as 0).
///
/// * `volatility`: forecasts, standard deviations, above 0.
/// * `realized`: targets, one per forecast.
///
/// Undefined without forecasts, or with one that is not above 0.
pub fn qlike(volatility: &[f64], realized: &[f64]) -> Outcome<f64> {
    assert_eq!(volatility.len(), realized.len(), "a forecast per target");
    if volatility.is_empty() {
        return Outcome::undefined("there is no forecast");
    }
    if let Some(odd) = volatility.iter().find(|&&sigma| sigma <= 0.0) {
        return Outcome::undefined(format!("a forecast volatility is {odd}"));
    }
    let losses = volatility.iter().zip(realized).map(|(&sigma, &target)| score::qlike(target, sigma));
    Outcome::Value(losses.sum::<f64>() / volatility.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qlike_by_hand_and_least_at_the_true_variance() {
        // f = 0.04, r = 0.01: ln 0.04 + 0.25 = -2.968876; f = 0.01, r = 0.01: ln 0.01 + 1 = -3.605170.
        let by_hand = f64::midpoint(-2.968_875_824_868_201, -3.605_170_185_988_091);
        let Outcome::Value(found) = qlike(&[0.2, 0.1], &[0.1, -0.1]) else { panic!("defined") };
        assert!((found - by_hand).abs() < 1e-12);
        let at = |sigma: f64| qlike(&[sigma], &[0.1]).value().copied();
        assert!(at(0.1) < at(0.09) && at(0.1) < at(0.11));
        assert_eq!(qlike(&[0.0], &[0.1]), Outcome::undefined("a forecast volatility is 0"));
    }
}
